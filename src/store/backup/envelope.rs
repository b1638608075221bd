//! The sealed file around a backup.
//!
//! `magic | version of henji | key id (4) | salt (32) | frames | end mark | SHA-256`.
//! Frames hold 256 KiB each, the last one what is left, sealed with AES-256-GCM
//! under a key of this file alone: derived from the key file and the salt, so
//! that a counter can be the nonce. The nonce also says whether a frame is the
//! last, so none can be left out, moved or cut off; the header is associated
//! data of every frame. The SHA-256 at the end covers all before it: damage is
//! found without the key, in one quick pass, and told from a wrong key.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use sha2::{Digest, Sha256};

use super::BackupError;
use super::cell::{read_array, read_text, write_bytes};
use crate::store::seal::{Vault, random};

const MAGIC: &[u8; 16] = b"henji backup v1\n";
/// What all versions of the format begin with.
const FAMILY: usize = 14;
const END: &[u8; 16] = b"henji backup end";
const FRAME: usize = 256 * 1024;
const TAG: usize = 16;
const FOOTER: u64 = 16 + 32;

/// Seals what is written to it, frame by frame.
pub struct Sealing<W: Write> {
    out: W,
    hash: Sha256,
    cipher: Aes256Gcm,
    header: [u8; 32],
    plain: Vec<u8>,
    frames: u64,
}

impl<W: Write> Sealing<W> {
    pub fn new(out: W, vault: &Vault) -> io::Result<Self> {
        let salt: [u8; 32] = random();
        let mut header = MAGIC.to_vec();
        write_bytes(&mut header, env!("CARGO_PKG_VERSION").as_bytes())?;
        header.extend_from_slice(&vault.backup_key_id());
        header.extend_from_slice(&salt);
        let mut sealing = Self {
            out,
            hash: Sha256::new(),
            cipher: vault.backup_cipher(&salt),
            header: Sha256::digest(&header).into(),
            plain: Vec::with_capacity(FRAME),
            frames: 0,
        };
        sealing.put(&header)?;
        Ok(sealing)
    }

    /// Seals the last frame and closes the file; gives back where it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal_frame(true)?;
        self.put(END)?;
        let hash = self.hash.clone().finalize();
        self.put(&hash)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal_frame(&mut self, is_last: bool) -> io::Result<()> {
        let payload = Payload { msg: &self.plain, aad: &self.header };
        let sealed = self
            .cipher
            .encrypt(&nonce(self.frames, is_last), payload)
            .expect("AES-GCM takes any frame");
        self.frames += 1;
        self.plain.clear();
        self.put(&sealed)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full frame is sealed only when more follows: the last one is marked.
        if self.plain.len() == FRAME {
            self.seal_frame(false)?;
        }
        let taken = bytes.len().min(FRAME - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens what [`Sealing`] sealed. What it reads out was sealed with our key.
pub struct Opened {
    from: BufReader<File>,
    cipher: Aes256Gcm,
    header: [u8; 32],
    /// Sealed bytes not read yet.
    left: u64,
    frames: u64,
    plain: io::Cursor<Vec<u8>>,
}

impl Opened {
    /// Checks that the file is whole and that our key made it.
    pub fn open(mut file: File, vault: &Vault) -> Result<Self, BackupError> {
        let length = file.metadata()?.len();
        check_magic(&mut file)?;
        check_whole(&mut file, length)?;
        file.seek(SeekFrom::Start(0))?;
        let mut from = BufReader::with_capacity(FRAME, file);
        let mut header = read_array::<16>(&mut from)?.to_vec();
        write_bytes(&mut header, read_text(&mut from)?.as_bytes())?;
        let key_id: [u8; 4] = read_array(&mut from)?;
        let salt: [u8; 32] = read_array(&mut from)?;
        header.extend_from_slice(&key_id);
        header.extend_from_slice(&salt);
        if key_id != vault.backup_key_id() {
            return Err(BackupError::OtherKey);
        }
        Ok(Self {
            from,
            cipher: vault.backup_cipher(&salt),
            header: Sha256::digest(&header).into(),
            left: length.saturating_sub(FOOTER + header.len() as u64),
            frames: 0,
            plain: io::Cursor::default(),
        })
    }

    /// Whether every byte of every frame was read out.
    pub fn is_read(&self) -> bool {
        self.left == 0 && self.plain.position() == self.plain.get_ref().len() as u64
    }

    fn next_frame(&mut self) -> io::Result<()> {
        let full = (FRAME + TAG) as u64;
        let is_last = self.left <= full;
        let mut sealed = vec![0; self.left.min(full) as usize];
        self.from.read_exact(&mut sealed)?;
        self.left -= sealed.len() as u64;
        let payload = Payload { msg: &sealed, aad: &self.header };
        let plain = self
            .cipher
            .decrypt(&nonce(self.frames, is_last), payload)
            .map_err(|_tag| io::Error::new(io::ErrorKind::InvalidData, BackupError::Forged))?;
        self.frames += 1;
        self.plain = io::Cursor::new(plain);
        Ok(())
    }
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.plain.read(into)?;
        if read == 0 && self.left > 0 && !into.is_empty() {
            self.next_frame()?;
            return self.plain.read(into);
        }
        Ok(read)
    }
}

fn check_magic(file: &mut File) -> Result<(), BackupError> {
    let mut magic = [0; 16];
    let mut read = 0;
    while read < magic.len() {
        match file.read(&mut magic[read..])? {
            0 => break,
            some => read += some,
        }
    }
    match &magic {
        _ if magic == *MAGIC => Ok(()),
        _ if magic[..FAMILY] == MAGIC[..FAMILY] && magic[FAMILY].is_ascii_digit() => {
            Err(BackupError::Newer("another format".to_owned()))
        }
        _ => Err(BackupError::NoBackup),
    }
}

/// One pass over the file, without the key.
fn check_whole(file: &mut File, length: u64) -> Result<(), BackupError> {
    let body = length.checked_sub(FOOTER).ok_or(BackupError::CutOff)?;
    file.seek(SeekFrom::Start(body))?;
    if read_array::<16>(file)? != *END {
        return Err(BackupError::CutOff);
    }
    let expected: [u8; 32] = read_array(file)?;
    file.seek(SeekFrom::Start(0))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; FRAME]);
    let mut covered = file.take(body + END.len() as u64);
    loop {
        match covered.read(&mut buffer)? {
            0 => break,
            some => hash.update(&buffer[..some]),
        }
    }
    if hash.finalize()[..] == expected { Ok(()) } else { Err(BackupError::Damaged) }
}

fn nonce(frame: u64, is_last: bool) -> Nonce<aes_gcm::aead::consts::U12> {
    let mut nonce = [0; 12];
    nonce[3] = u8::from(is_last);
    nonce[4..].copy_from_slice(&frame.to_be_bytes());
    Nonce::from(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::new([5; 32])
    }

    fn sealed(length: usize) -> (tempfile::NamedTempFile, Vec<u8>) {
        let plain: Vec<u8> = (0..length).map(|n| (n * 31 % 251) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut sealing = Sealing::new(file.as_file_mut(), &vault()).unwrap();
        sealing.write_all(&plain).unwrap();
        sealing.finish().unwrap();
        (file, plain)
    }

    fn read(file: &tempfile::NamedTempFile, vault: &Vault) -> Result<Vec<u8>, BackupError> {
        let mut opened = Opened::open(file.reopen().unwrap(), vault)?;
        let mut plain = Vec::new();
        opened.read_to_end(&mut plain)?;
        assert!(opened.is_read());
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_reads_back_at_every_length_around_a_frame() {
        for length in [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME] {
            let (file, plain) = sealed(length);
            assert_eq!(read(&file, &vault()).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn another_key_a_cut_and_a_changed_byte_are_told_apart() {
        let (file, _) = sealed(2 * FRAME);
        assert!(matches!(read(&file, &Vault::new([6; 32])), Err(BackupError::OtherKey)));
        let length = file.as_file().metadata().unwrap().len();
        file.as_file().set_len(length - 1).unwrap();
        assert!(matches!(read(&file, &vault()), Err(BackupError::CutOff)));
        let bytes = std::fs::read(sealed(10).0.path()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(file.path(), changed).unwrap();
            assert!(read(&file, &vault()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_frame_left_out_does_not_open_even_with_a_mended_hash() {
        let (file, _) = sealed(3 * FRAME);
        let mut bytes = std::fs::read(file.path()).unwrap();
        let header = bytes.len() - FOOTER as usize - 3 * (FRAME + TAG);
        bytes.drain(header..header + FRAME + TAG);
        let covered = bytes.len() - 32;
        let hash = Sha256::digest(&bytes[..covered]);
        bytes[covered..].copy_from_slice(&hash);
        std::fs::write(file.path(), bytes).unwrap();
        assert!(matches!(read(&file, &vault()), Err(BackupError::Forged)));
    }
}
