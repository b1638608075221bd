//! Where the carrier writes down what it did, before it says so.
//!
//! The journal is the truth that tests and `henji torture` compare henji with:
//! it must outlive a `kill -9`, and it names real texts and numbers, so its
//! lines are sealed like everything else that does.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Lines that stay, in the order they were written.
pub trait Journal: Send + Sync {
    /// Returns once the line would survive the death of this process.
    fn append(&self, line: &[u8]) -> io::Result<()>;

    fn read_all(&self) -> io::Result<Vec<Vec<u8>>>;
}

/// Keeps lines from whoever reads the disk.
pub trait Sealer: Send + Sync {
    fn seal(&self, plain: &[u8]) -> io::Result<Vec<u8>>;

    fn open(&self, sealed: &[u8]) -> io::Result<Vec<u8>>;
}

/// Forgets with the process; for tests, and for commands that only ask the
/// simulator about settings.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    lines: Mutex<Vec<Vec<u8>>>,
}

impl Journal for MemoryJournal {
    fn append(&self, line: &[u8]) -> io::Result<()> {
        self.lines.lock().expect("no code panics while it holds the lines").push(line.to_vec());
        Ok(())
    }

    fn read_all(&self) -> io::Result<Vec<Vec<u8>>> {
        Ok(self.lines.lock().expect("no code panics while it holds the lines").clone())
    }
}

/// One sealed line after the other in a file of one process.
///
/// Written without fsync: the death of the process loses nothing, that of the
/// machine may lose the last lines of a game.
pub struct FileJournal {
    file: Mutex<File>,
    sealer: Arc<dyn Sealer>,
}

impl FileJournal {
    /// Opens or makes the file and drops a last line that was cut off by a kill.
    pub fn open(path: &Path, sealer: Arc<dyn Sealer>) -> io::Result<Self> {
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        file.try_lock().map_err(|error| {
            io::Error::other(format!("{} is in use by another process: {error}", path.display()))
        })?;
        let mut written = Vec::new();
        file.read_to_end(&mut written)?;
        let whole = written.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Mutex::new(file), sealer })
    }
}

impl Journal for FileJournal {
    fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut sealed = STANDARD_NO_PAD.encode(self.sealer.seal(line)?);
        sealed.push('\n');
        let mut file = self.file.lock().expect("no code panics while it holds the file");
        let end = file.stream_position()?;
        file.write_all(sealed.as_bytes()).inspect_err(|_| {
            // Half a line would make the next one unreadable too.
            let _ = file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end)));
        })
    }

    fn read_all(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut file = self.file.lock().expect("no code panics while it holds the file");
        let mut written = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut written)?;
        written
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .enumerate()
            .map(|(index, line)| {
                let sealed = STANDARD_NO_PAD.decode(line).map_err(io::Error::other);
                sealed.and_then(|sealed| self.sealer.open(&sealed)).map_err(|error| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("line {} of the simulator's journal: {error}", index + 1),
                    )
                })
            })
            .collect()
    }
}
