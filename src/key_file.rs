//! The key outside the database: 32 random bytes, in hexadecimal, in a file only
//! its owner can read.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, anyhow, ensure};

/// Reads the key file; on the first run makes it, mode 0600.
pub fn open_or_make(path: &Path) -> anyhow::Result<[u8; 32]> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path),
        _ => open(path),
    }
}

/// Reads the key file of an installation that has one.
pub fn open(path: &Path) -> anyhow::Result<[u8; 32]> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| anyhow!("cannot read {}: {error}", path.display()))?;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    ensure!(
        mode & 0o077 == 0,
        "{} can be read by others (mode {mode:o}); run: chmod 600 {}",
        path.display(),
        path.display()
    );
    parse(text.trim())
        .with_context(|| format!("{} does not hold 64 hexadecimal digits", path.display()))
}

fn make(path: &Path) -> anyhow::Result<[u8; 32]> {
    let key: [u8; 32] = crate::store::seal::random();
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot make {}", path.display()))?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    Ok(key)
}

fn parse(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("henji.key");
        let key = open_or_make(&path).unwrap();
        assert_eq!(open_or_make(&path).unwrap(), key);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(open_or_make(&path).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn anything_but_64_digits_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("henji.key");
        for text in ["", "abc", &"zz".repeat(32), &"é".repeat(32)] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(open_or_make(&path).is_err(), "{text:?}");
        }
    }
}
