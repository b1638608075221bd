//! What a backup says about itself: sealed with the rest, checked at the end of
//! a restore.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What must be known before the first row: which tables to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prelude {
    /// The version of henji that made the backup.
    pub henji: String,
    /// `sqlite` or `postgres`: where the rows come from. They go to either.
    pub database: String,
    /// The migrations that had made its tables, oldest first.
    pub migrations: Vec<String>,
    /// RFC 3339, UTC.
    pub made_at: String,
}

/// What must be there after the last row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub tables: Vec<Table>,
    /// The number of the newest event.
    pub last_event: i64,
    /// The newest entry of the audit log: number and hash.
    pub audit_entries: i64,
    pub audit_head: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub rows: u64,
    /// Hexadecimal; see [`Contents`].
    pub contents: String,
}

impl Manifest {
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    pub fn rows_of(&self, name: &str) -> u64 {
        self.tables.iter().find(|table| table.name == name).map_or(0, |table| table.rows)
    }
}

/// A fingerprint of a table's rows, whatever order they are read in: the sum of
/// their hashes. Databases do not keep rows in an order of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub rows: u64,
    sum: [u64; 4],
}

impl Contents {
    pub fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        for (sum, part) in self.sum.iter_mut().zip(Sha256::digest(row).chunks_exact(8)) {
            let part = part.try_into().expect("a chunk of eight bytes");
            *sum = sum.wrapping_add(u64::from_be_bytes(part));
        }
    }

    pub fn told(&self, name: &str) -> Table {
        let contents = self.sum.iter().map(|part| format!("{part:016x}")).collect();
        Table { name: name.to_owned(), rows: self.rows, contents }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_knows_rows_and_not_their_order() {
        let of = |rows: &[&[u8]]| {
            let mut contents = Contents::default();
            rows.iter().for_each(|row| contents.add(row));
            contents.told("t")
        };
        assert_eq!(of(&[b"a", b"b"]), of(&[b"b", b"a"]));
        assert_ne!(of(&[b"a", b"b"]), of(&[b"a", b"c"]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b"a"]));
        assert_ne!(of(&[b"a", b"a"]), of(&[b"b", b"b"]));
    }
}
