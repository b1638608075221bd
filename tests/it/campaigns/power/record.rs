//! What `recorder.c` wrote down.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::binary::Binary;

const HEAD: usize = 32;

/// One thing that was done to a file of the database.
pub struct Entry {
    pub file: File,
    pub deed: Deed,
    /// Where it ends in the record: what was acknowledged when the record had this
    /// length was acknowledged after it.
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    Database,
    Log,
    Rollback,
    Folder,
}

pub enum Deed {
    Write { offset: usize, bytes: Vec<u8> },
    Cut { length: usize },
    Unlink,
    SyncBegun { number: u32 },
    SyncEnded { number: u32 },
}

/// Where a house that runs under the recorder leaves its record.
pub struct Recorder {
    pub file: PathBuf,
}

impl Recorder {
    /// Compiles the recorder and surrounds the house with it.
    pub fn around(house: &mut Binary, folder: &Path) -> Self {
        let (library, file) = (folder.join("recorder.so"), folder.join("record"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/campaigns/power/recorder.c");
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(&file, []).unwrap();
        house.surround("LD_PRELOAD", library.display().to_string());
        house.surround("RECORD_FILE", file.display().to_string());
        let database = house.folder().join("henji.db");
        house.surround("RECORD_DATABASE", database.display().to_string());
        Self { file }
    }

    /// Its length until now.
    pub fn length(&self) -> usize {
        usize::try_from(std::fs::metadata(&self.file).unwrap().len()).unwrap()
    }

    pub fn entries(&self) -> Vec<Entry> {
        let record = std::fs::read(&self.file).unwrap();
        let (mut entries, mut at) = (Vec::new(), 0);
        while at < record.len() {
            let head = &record[at..at + HEAD];
            let number = |from: usize| {
                usize::try_from(u64::from_ne_bytes(head[from..from + 8].try_into().unwrap()))
                    .unwrap()
            };
            let (offset, length) = (number(8), number(16));
            let sync = u32::from_ne_bytes(head[4..8].try_into().unwrap());
            let end = at + HEAD + length;
            let deed = match head[0] {
                b'w' => Deed::Write { offset, bytes: record[at + HEAD..end].to_vec() },
                b't' => Deed::Cut { length: offset },
                b'u' => Deed::Unlink,
                b'f' => Deed::SyncBegun { number: sync },
                b'F' => Deed::SyncEnded { number: sync },
                other => panic!("a deed {other} in the record"),
            };
            let file = match head[1] {
                b'd' => File::Database,
                b'l' => File::Log,
                b'j' => File::Rollback,
                b'.' => File::Folder,
                other => panic!("a file {other} in the record"),
            };
            entries.push(Entry { file, deed, end });
            at = end;
        }
        entries
    }
}
