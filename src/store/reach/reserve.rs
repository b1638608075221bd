//! Space put by for the day the disk is full.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// R11. About 100,000 texts, or a day of a busy house's receipts: time for
/// somebody to make room.
const SIZE: u64 = 64 * 1024 * 1024;
/// What must be free besides before the reserve is put by again: else it would
/// fill the disk itself, and the next text would find it full.
const MARGIN: u64 = 16 * 1024 * 1024;

pub struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Puts the space by, unless it is there already.
    pub fn make(&self) -> io::Result<()> {
        if std::fs::metadata(&self.path).is_ok_and(|file| file.len() == SIZE) {
            return Ok(());
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let disk = statvfs(folder.unwrap_or(std::path::Path::new(".")))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < SIZE + MARGIN {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("{} MiB free, {} wanted", free >> 20, (SIZE + MARGIN) >> 20),
            ));
        }
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(&self.path)?;
        fill(&file).and_then(|()| file.sync_all()).inspect_err(|_| self.free())
    }

    /// Gives the space to whoever writes next.
    pub fn free(&self) {
        match std::fs::remove_file(&self.path) {
            Ok(()) => tracing::warn!("the reserve of the disk is being used"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(%error, "the reserve of the disk cannot be freed"),
        }
    }
}

/// Blocks that are really taken: a file of holes would keep nothing free.
fn fill(mut file: &File) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, SIZE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            // Not zeros, which some file systems store as holes.
            let noise: Vec<u8> = super::super::seal::random::<65_536>().to_vec();
            (0..SIZE / noise.len() as u64).try_for_each(|_| file.write_all(&noise))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn the_space_is_really_taken_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("henji.reserve");
        let reserve = Reserve::new(path.clone());
        reserve.make().unwrap();
        assert!(std::fs::metadata(&path).unwrap().blocks() * 512 >= SIZE);
        reserve.make().unwrap();
        reserve.free();
        assert!(!path.exists());
        reserve.free();
    }
}
