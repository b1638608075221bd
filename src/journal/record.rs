//! How records lie in the file.
//!
//! `length (4) | id (16) | sum (8) | sealed`, numbers big-endian; the sum is the
//! front of a SHA-256 over the rest, so that a torn record is known without the
//! key. The file begins with [`MAGIC`].

use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The last digit is the version of the format.
pub const MAGIC: &[u8; 8] = b"henjijn1";
pub const HEAD: usize = 4 + 16 + 8;
/// A webhook body may have 256 KiB; with its headers, as JSON, several times that.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// Why reading ended before the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The last write was cut off. Nobody was told that it was kept.
    Torn,
    /// A record that was whole once is not any more: the disk forgot it.
    Corrupt,
}

pub fn frame(id: Uuid, sealed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(sealed.len()).expect("a request is shorter than 4 GiB");
    let mut record = Vec::with_capacity(HEAD + sealed.len());
    record.extend_from_slice(&length.to_be_bytes());
    record.extend_from_slice(id.as_bytes());
    record.extend_from_slice(&sum(length, id, sealed));
    record.extend_from_slice(sealed);
    record
}

/// What the head of a record says.
#[derive(Clone, Copy)]
pub struct Head {
    pub length: usize,
    pub id: Uuid,
    sum: [u8; 8],
}

impl Head {
    pub fn read(bytes: &[u8; HEAD]) -> Self {
        let (length, rest) = bytes.split_at(4);
        let (id, sum) = rest.split_at(16);
        Self {
            length: u32::from_be_bytes(length.try_into().expect("4 bytes")) as usize,
            id: Uuid::from_bytes(id.try_into().expect("16 bytes")),
            sum: sum.try_into().expect("8 bytes"),
        }
    }

    pub fn fits(&self, sealed: &[u8]) -> bool {
        let length = u32::try_from(self.length).unwrap_or(u32::MAX);
        sealed.len() == self.length && sum(length, self.id, sealed) == self.sum
    }
}

/// What a file holds from its front to the first byte that is no whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanned {
    pub records: u64,
    /// Where the whole records end.
    pub end: u64,
    pub damage: Option<Damage>,
}

/// Reads a file record by record, however long it is.
///
/// # Errors
/// `InvalidData` if the file is none of ours.
pub fn scan(file: impl Read) -> io::Result<Scanned> {
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let magic = read_up_to(&mut file, MAGIC.len())?;
    if magic != MAGIC {
        // Even its first bytes may have been cut off.
        return match MAGIC.starts_with(&magic) {
            true => Ok(Scanned { records: 0, end: 0, damage: None }),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, "it is no journal of ours")),
        };
    }
    let (mut records, mut end) = (0, MAGIC.len() as u64);
    let damage = loop {
        let head = read_up_to(&mut file, HEAD)?;
        let Ok(whole) = head.as_slice().try_into() else {
            break (!head.is_empty()).then_some(Damage::Torn);
        };
        let head = Head::read(whole);
        if head.length > LONGEST {
            break Some(Damage::Corrupt);
        }
        let sealed = read_up_to(&mut file, head.length)?;
        if !head.fits(&sealed) {
            // A write that was cut off leaves its last bytes missing or zero.
            let is_inside = sealed.len() == head.length && has_more(&mut file)?;
            break Some(if is_inside { Damage::Corrupt } else { Damage::Torn });
        }
        records += 1;
        end += (HEAD + head.length) as u64;
    };
    Ok(Scanned { records, end, damage })
}

fn read_up_to(file: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether anything but zeros follows.
fn has_more(file: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(true);
        }
        let length = bytes.len();
        file.consume(length);
    }
}

fn sum(length: u32, id: Uuid, sealed: &[u8]) -> [u8; 8] {
    let mut digest = Sha256::new();
    digest.update(length.to_be_bytes());
    digest.update(id.as_bytes());
    digest.update(sealed);
    let digest = digest.finalize();
    digest[..8].try_into().expect("SHA-256 has 32 bytes")
}
