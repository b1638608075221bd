//! The file itself.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use uuid::Uuid;

use super::JournalError;
use super::record::{self, Damage, HEAD, Head, LONGEST, MAGIC, Scanned};

const FRONT: u64 = MAGIC.len() as u64;

/// Whole records from the front to [`JournalFile::end`], and nothing behind.
pub struct JournalFile {
    file: File,
    limit: u64,
    /// Where the first record begins that is not done.
    from: u64,
    end: u64,
    waiting: u64,
    /// A write failed and could not be taken back yet.
    has_rubbish: bool,
}

impl JournalFile {
    pub fn open(path: &Path, limit: u64) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        file.try_lock().map_err(|error| {
            io::Error::other(format!("{} is in use by another process: {error}", path.display()))
        })?;
        let Scanned { records, end, damage } = record::scan(&file)?;
        if damage == Some(Damage::Corrupt) {
            // Not ours to throw away: somebody may save what is behind the hole.
            let aside = path.with_extension("damaged");
            std::fs::copy(path, &aside)?;
            tracing::error!(records, kept = %aside.display(), "the journal is damaged");
        }
        if end == 0 {
            file.write_all_at(MAGIC, 0)?;
        }
        let end = end.max(FRONT);
        file.set_len(end)?;
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self { file, limit, from: FRONT, end, waiting: records, has_rubbish: false })
    }

    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    pub fn bytes(&self) -> u64 {
        self.end
    }

    /// Whether another `length` bytes are within the limit.
    pub fn has_room(&self, length: usize) -> bool {
        self.end + length as u64 <= self.limit
    }

    /// Brings `records` to disk, all or none.
    pub fn append(&mut self, records: &[u8], count: u64) -> Result<(), JournalError> {
        self.sweep()?;
        self.has_rubbish = true;
        let written =
            self.file.write_all_at(records, self.end).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // If this fails too it is tried again before anything else is written.
            let _ = self.sweep();
            return Err(error.into());
        }
        self.has_rubbish = false;
        self.end += records.len() as u64;
        self.waiting += count;
        Ok(())
    }

    /// Whether a record could be brought to disk now.
    pub fn probe(&mut self) -> io::Result<()> {
        self.sweep()?;
        self.has_rubbish = true;
        let written = self.file.write_all_at(&[0; 4096], self.end);
        let written = written.and_then(|()| self.file.sync_data());
        self.sweep().and(written)
    }

    /// The oldest records that are not done: id, sealed, end.
    pub fn read(&self, most: usize) -> io::Result<Vec<(Uuid, Vec<u8>, u64)>> {
        let (mut found, mut at) = (Vec::new(), self.from);
        while at < self.end && found.len() < most {
            let mut head = [0; HEAD];
            self.file.read_exact_at(&mut head, at)?;
            let head = Head::read(&head);
            if head.length > LONGEST {
                return Err(unreadable(at));
            }
            let mut sealed = vec![0; head.length];
            self.file.read_exact_at(&mut sealed, at + HEAD as u64)?;
            if !head.fits(&sealed) {
                return Err(unreadable(at));
            }
            at += (HEAD + head.length) as u64;
            found.push((head.id, sealed, at));
        }
        Ok(found)
    }

    /// Everything before `end` is done.
    pub fn done(&mut self, end: u64) -> io::Result<()> {
        while self.from < end.min(self.end) {
            let mut head = [0; HEAD];
            self.file.read_exact_at(&mut head, self.from)?;
            self.from += (HEAD + Head::read(&head).length) as u64;
            self.waiting -= 1;
        }
        if self.from == self.end && self.end > FRONT {
            self.file.set_len(FRONT)?;
            self.file.sync_all()?;
            (self.from, self.end) = (FRONT, FRONT);
        }
        Ok(())
    }

    /// Takes back what a failed write may have left.
    fn sweep(&mut self) -> io::Result<()> {
        if self.has_rubbish {
            self.file.set_len(self.end)?;
            self.file.sync_all()?;
            self.has_rubbish = false;
        }
        Ok(())
    }
}

fn unreadable(at: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the record at byte {at} is damaged"))
}
