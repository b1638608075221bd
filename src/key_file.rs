//! The key outside the database: 32 random bytes, in hexadecimal, in a file only
//! its owner can read.

use std::fs::File;
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

/// Appears whole or not at all, whenever this is killed; of several that make it at
/// the same moment one does, and the others take what is there.
fn make(path: &Path) -> anyhow::Result<[u8; 32]> {
    let key: [u8; 32] = crate::store::seal::random();
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = path.with_extension(format!("key-{}", std::process::id()));
    let made = write(&draft, &text).and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked.and_then(|()| sync_folder_of(path)),
    });
    drop(std::fs::remove_file(&draft));
    made.with_context(|| format!("cannot make {}", path.display()))?;
    open(path)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// What the key seals must not be on disk before its name is.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
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
    fn one_key_is_made_by_all_that_start_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("henji.key");
        std::fs::write(&path, "another was faster").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        // What is there is never replaced, and nothing is left beside it.
        assert!(make(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "another was faster");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        std::fs::remove_file(&path).unwrap();
        let key = make(&path).unwrap();
        assert_eq!(make(&path).unwrap(), key);
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
