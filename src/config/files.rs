//! Where henji keeps what it owns.

use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::reader::Reader;

/// `HENJI_DATA_DIR`, `HENJI_KEY_FILE`
#[derive(Clone, Debug)]
pub struct FilesConfig {
    pub data_dir: PathBuf,
    /// The key that opens the sealed columns; may lie outside the data directory.
    pub key_file: PathBuf,
}

impl FilesConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        let data_dir =
            reader.get("HENJI_DATA_DIR", "./data", parse_path, |path| show_path(path))?;
        let beside = show_path(&data_dir.join("henji.key"));
        let key_file = reader.get("HENJI_KEY_FILE", &beside, parse_path, |path| show_path(path))?;
        Ok(Self { data_dir, key_file })
    }

    /// Where webhook requests are kept while the database is away.
    pub fn journal(&self) -> PathBuf {
        self.data_dir.join("webhooks.journal")
    }
}

fn parse_path(text: &str) -> Option<PathBuf> {
    let is_path = !text.is_empty() && !text.contains('\0');
    is_path.then(|| PathBuf::from(text))
}

fn show_path(path: &Path) -> String {
    path.display().to_string()
}
