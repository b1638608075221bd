//! A door in front of PostgreSQL that can be shut: what a server that restarts,
//! and one that vanishes from the network, look like from here.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const OPEN: u8 = 0;
const SHUT: u8 = 1;
const SILENT: u8 = 2;

pub struct Gate {
    port: u16,
    mood: Arc<AtomicU8>,
    through: Arc<Mutex<Vec<TcpStream>>>,
}

impl Gate {
    /// In front of the server of `url`.
    pub fn before(url: &str) -> Self {
        let url = url::Url::parse(url).unwrap();
        let server = url.socket_addrs(|| Some(5432)).unwrap()[0];
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mood = Arc::new(AtomicU8::new(OPEN));
        let through = Arc::new(Mutex::new(Vec::new()));
        let (felt, passing) = (mood.clone(), through.clone());
        std::thread::spawn(move || {
            for guest in listener.incoming() {
                let guest = guest.unwrap();
                // Shut, it hangs up: the same as refusing to anybody who speaks.
                if felt.load(Ordering::SeqCst) != SHUT {
                    let_through(guest, server, &felt, &passing);
                }
            }
        });
        Self { port, mood, through }
    }

    /// `url` by way of this door.
    pub fn to(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.port)).unwrap();
        url.into()
    }

    /// Every line breaks, and nobody gets in.
    pub fn shut(&self) {
        self.mood.store(SHUT, Ordering::SeqCst);
        self.hang_up();
    }

    /// Lines stay, and nothing is heard on them any more.
    pub fn fall_silent(&self) {
        self.mood.store(SILENT, Ordering::SeqCst);
    }

    pub fn open(&self) {
        // What was swallowed cannot be said again.
        if self.mood.swap(OPEN, Ordering::SeqCst) == SILENT {
            self.hang_up();
        }
    }

    fn hang_up(&self) {
        for line in self.through.lock().unwrap().drain(..) {
            let _ = line.shutdown(Shutdown::Both);
        }
    }
}

fn let_through(
    guest: TcpStream,
    server: SocketAddr,
    mood: &Arc<AtomicU8>,
    through: &Mutex<Vec<TcpStream>>,
) {
    let Ok(inside) = TcpStream::connect_timeout(&server, Duration::from_secs(5)) else { return };
    let mut through = through.lock().unwrap();
    for (from, to) in [(&guest, &inside), (&inside, &guest)] {
        through.push(from.try_clone().unwrap());
        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let mood = mood.clone();
        std::thread::spawn(move || carry(from, to, &mood));
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, mood: &AtomicU8) {
    let mut buffer = [0; 16 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(_) if mood.load(Ordering::SeqCst) == SILENT => {}
            Ok(length) => {
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
