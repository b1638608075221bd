//! What a disk may hold when the power goes: all that was brought to it, and of
//! the rest whatever chance has left, in sectors of 512 bytes and in no order.

use std::collections::HashMap;

use super::random::Random;
use super::record::{Deed, Entry, File};

const SECTOR: usize = 512;

/// A file of the database as the disk knows it.
#[derive(Clone, Default)]
struct Content {
    /// Brought to disk.
    safe: Vec<u8>,
    /// Done and not brought to disk yet, oldest first.
    loose: Vec<Loose>,
}

#[derive(Clone)]
enum Loose {
    Write { offset: usize, bytes: Vec<u8> },
    Cut { length: usize },
}

/// A name in the folder: which file it leads to now, and which after a power cut
/// at the latest. A file that was unlinked may be back.
#[derive(Clone, Default)]
struct Name {
    now: Option<usize>,
    safe: Option<usize>,
}

/// The three files.
pub struct Disk {
    contents: Vec<Content>,
    names: [Name; 3],
    /// Fsyncs under way: the file or nothing for the folder, and how much of what
    /// is loose they cover.
    syncing: HashMap<u32, Syncing>,
}

enum Syncing {
    File { content: usize, loose: usize },
    Folder { names: [Option<usize>; 3] },
    Nothing,
}

/// Database, log and rollback journal, where they are there.
pub type Image = [Option<Vec<u8>>; 3];

impl Disk {
    /// One that holds this database, safe and alone.
    pub fn with(database: Vec<u8>) -> Self {
        let first = Name { now: Some(0), safe: Some(0) };
        Self {
            contents: vec![Content { safe: database, loose: Vec::new() }],
            names: [first, Name::default(), Name::default()],
            syncing: HashMap::new(),
        }
    }

    pub fn happens(&mut self, entry: &Entry) {
        match (&entry.deed, place(entry.file)) {
            (Deed::Write { offset, bytes }, Some(name)) => {
                let write = Loose::Write { offset: *offset, bytes: bytes.clone() };
                self.content(name).loose.push(write);
            }
            (Deed::Cut { length }, Some(name)) => {
                self.content(name).loose.push(Loose::Cut { length: *length });
            }
            (Deed::Unlink, Some(name)) => self.names[name].now = None,
            (Deed::SyncBegun { number }, Some(name)) => {
                let syncing = match self.names[name].now {
                    Some(content) => {
                        Syncing::File { content, loose: self.contents[content].loose.len() }
                    }
                    None => Syncing::Nothing,
                };
                self.syncing.insert(*number, syncing);
            }
            (Deed::SyncBegun { number }, None) => {
                let names = [0, 1, 2].map(|name| self.names[name].now);
                self.syncing.insert(*number, Syncing::Folder { names });
            }
            (Deed::SyncEnded { number }, _) => self.synced(*number),
            (_, None) => panic!("nobody writes to a folder"),
        }
    }

    fn synced(&mut self, number: u32) {
        match self.syncing.remove(&number).expect("it was begun") {
            Syncing::File { content, loose } => {
                let content = &mut self.contents[content];
                // Another one may have covered some of it in the meantime.
                let covered = loose.min(content.loose.len());
                for deed in content.loose.drain(..covered) {
                    deed.apply(&mut content.safe);
                }
            }
            Syncing::Folder { names } => {
                for (name, safe) in self.names.iter_mut().zip(names) {
                    name.safe = safe;
                }
            }
            Syncing::Nothing => {}
        }
    }

    /// What the power leaves if it goes now.
    pub fn image(&self, random: &mut Random) -> Image {
        [0, 1, 2].map(|name| {
            let name = &self.names[name];
            let content = if random.coin() { name.now } else { name.safe };
            content.map(|content| self.contents[content].left(random))
        })
    }

    /// What it holds while there is power.
    pub fn now(&self) -> Image {
        [0, 1, 2].map(|name| {
            let content = &self.contents[self.names[name].now?];
            let mut bytes = content.safe.clone();
            content.loose.iter().for_each(|deed| deed.apply(&mut bytes));
            Some(bytes)
        })
    }

    /// What the name leads to; a new file where there is none.
    fn content(&mut self, name: usize) -> &mut Content {
        let contents = &mut self.contents;
        let content = *self.names[name].now.get_or_insert_with(|| {
            contents.push(Content::default());
            contents.len() - 1
        });
        &mut self.contents[content]
    }
}

impl Content {
    fn left(&self, random: &mut Random) -> Vec<u8> {
        let (mut bytes, all) = (self.safe.clone(), self.loose.len());
        match random.below(5) {
            // Nothing of it, all of it, the oldest of it.
            0 => {}
            1 => self.loose.iter().for_each(|deed| deed.apply(&mut bytes)),
            2 => {
                let some = random.below(all + 1);
                self.loose[..some].iter().for_each(|deed| deed.apply(&mut bytes));
            }
            // Any of it, whole or torn.
            3 => {
                for deed in self.loose.iter().filter(|_| random.coin()) {
                    deed.apply(&mut bytes);
                }
            }
            _ => {
                for deed in &self.loose {
                    deed.apply_torn(&mut bytes, random);
                }
            }
        }
        bytes
    }
}

impl Loose {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => put(file, *offset, bytes),
            Self::Cut { length } => file.resize(*length, 0),
        }
    }

    fn apply_torn(&self, file: &mut Vec<u8>, random: &mut Random) {
        match self {
            Self::Write { offset, bytes } => {
                let mut at = 0;
                while at < bytes.len() {
                    // Sectors of the disk, not of the write.
                    let end = bytes.len().min(at + SECTOR - (offset + at) % SECTOR);
                    if random.coin() {
                        put(file, offset + at, &bytes[at..end]);
                    }
                    at = end;
                }
            }
            Self::Cut { .. } if random.coin() => self.apply(file),
            Self::Cut { .. } => {}
        }
    }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

fn place(file: File) -> Option<usize> {
    match file {
        File::Database => Some(0),
        File::Log => Some(1),
        File::Rollback => Some(2),
        File::Folder => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file: File, deed: Deed) -> Entry {
        Entry { file, deed, end: 0 }
    }

    fn write(offset: usize, byte: u8) -> Entry {
        entry(File::Database, Deed::Write { offset, bytes: vec![byte; SECTOR] })
    }

    /// Everything that chance made of the database, drawn often.
    fn seen(disk: &Disk) -> std::collections::BTreeSet<Vec<u8>> {
        let mut random = Random::new(1);
        (0..200).filter_map(|_| disk.image(&mut random)[0].clone()).collect()
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_may_not() {
        let mut disk = Disk::with(vec![0; 2 * SECTOR]);
        disk.happens(&write(0, 1));
        disk.happens(&entry(File::Database, Deed::SyncBegun { number: 1 }));
        // Too late for this one.
        disk.happens(&write(SECTOR, 2));
        assert_eq!(seen(&disk).len(), 4, "either of two writes, in any order");
        disk.happens(&entry(File::Database, Deed::SyncEnded { number: 1 }));
        let seen = seen(&disk);
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|file| file[..SECTOR] == [1; SECTOR]));
    }

    #[test]
    fn an_unlinked_file_may_be_back_until_the_folder_is_synced() {
        let mut disk = Disk::with(vec![0; SECTOR]);
        disk.happens(&entry(File::Database, Deed::Unlink));
        let mut random = Random::new(1);
        let images: Vec<_> = (0..50).map(|_| disk.image(&mut random)[0].is_some()).collect();
        assert!(images.contains(&true) && images.contains(&false));
        disk.happens(&entry(File::Folder, Deed::SyncBegun { number: 1 }));
        disk.happens(&entry(File::Folder, Deed::SyncEnded { number: 1 }));
        assert!(seen(&disk).is_empty());
    }
}
