//! The folder and the key: what the machine must give us.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::report::Report;
use crate::config::Config;
use crate::key_file;

/// Below this a busy house fills its disk within days: a text takes about half a
/// kilobyte (performance.md 9, R4), a checkpoint a multiple of it for a moment.
const LEAST_FREE_KIB: u64 = 1024 * 1024;

pub fn data_dir(config: &Config, report: &mut Report) {
    let folder = &config.files.data_dir;
    if !folder.exists() {
        let message = format!("{} is not there yet", folder.display());
        return report.warning("data directory", message, "the first start makes it");
    }
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"henji").and_then(|()| std::fs::remove_file(&probe));
    if let Err(error) = written {
        let message = format!("{} cannot be written to: {error}", folder.display());
        let cure = "give it to the user henji runs as, on a disk that is not full or read-only";
        return report.error("data directory", message, cure);
    }
    match free_kib(folder) {
        Some(free) if free < LEAST_FREE_KIB => {
            let message = format!("{} has {} MiB left", folder.display(), free / 1024);
            report.warning("data directory", message, "make room before it is full");
        }
        Some(free) => {
            let message = format!("{} is ours, {} GiB free", folder.display(), free / 1024 / 1024);
            report.ok("data directory", message);
        }
        None => report.ok("data directory", format!("{} is ours", folder.display())),
    }
}

/// The key, if it is there and nobody else can read it.
pub fn key_file(config: &Config, report: &mut Report) -> Option<[u8; 32]> {
    let path = &config.files.key_file;
    let mode = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("{} is not there", path.display());
            let cure = "the first start makes it; if there is a database already, \
                        bring its key back from where you keep it: nothing opens without";
            report.warning("key file", message, cure);
            return None;
        }
        Err(error) => {
            report.error("key file", format!("{}: {error}", path.display()), "let henji read it");
            return None;
        }
    };
    if mode & 0o077 != 0 {
        let message = format!("{} can be read by others (mode {mode:o})", path.display());
        report.error("key file", message, format!("run: chmod 600 {}", path.display()));
        return None;
    }
    match key_file::open_or_make(path) {
        Ok(key) => {
            report.ok("key file", format!("{}, mode {mode:o}", path.display()));
            Some(key)
        }
        Err(error) => {
            report.error("key file", error, "bring back the one this installation was made with");
            None
        }
    }
}

/// What `df` says; `None` where there is none.
fn free_kib(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    available(&String::from_utf8_lossy(&output.stdout))
}

/// The fourth column of the last line, as POSIX fixes it.
fn available(df: &str) -> Option<u64> {
    df.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_read_from_posix_df() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                  /dev/vda 263174212 17822188 78644484 19% /\n";
        assert_eq!(available(df), Some(78_644_484));
        assert_eq!(available("df: no such file"), None);
    }
}
