//! Many screens at one node: the slow ones hold nobody up (R17), and all of them
//! coming back at once find what they missed (R18).

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use henji::clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::binary::Binary;
use crate::support::browser::Browser;
use crate::support::socket::Socket;
use crate::support::webhook::inbound;

/// Ten sockets each.
const USERS: usize = 6;
const EACH: usize = 10;
const PASSWORD: &str = "correct horse battery";
/// The words of a long text: some hundred of them fill every buffer on the way.
const LONG: usize = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_do_not_read_hold_nobody_up() {
    let house = house(2).await;
    let browsers = everybody(&house, 2).await;
    let thread = open_thread(&house).await;
    let mut quick = open(&house, &browsers[0], 0).await;
    let alone = times(&house, &mut quick, 0).await;
    let mut deaf = Vec::new();
    for _ in 0..EACH {
        deaf.push(never_reads(&house, &browsers[1], &thread).await);
    }
    assert_eq!(screens(&house, EACH + 1).await, EACH + 1);
    let before = resident_kb(&house);
    let beside = times(&house, &mut quick, 1).await;
    let grown = resident_kb(&house).saturating_sub(before);

    // Two cores and a debug build: what would be noticed is a wait for a buffer, 12 s.
    assert!(
        p99(&beside) < p99(&alone) * 3 + Duration::from_millis(250),
        "{:?} beside {:?}",
        p99(&beside),
        p99(&alone)
    );
    assert!(grown < 64 * 1024, "{grown} KiB for {EACH} readers that do not read");
    // Who takes nothing for so long is let go: on a slow machine before all of them were
    // measured, with every buffer full all the same.
    assert_eq!(screens(&house, 1).await, 1, "sockets of readers that do not read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_comes_back_at_once_misses_nothing() {
    let mut house = house(USERS).await;
    let browsers = everybody(&house, USERS).await;
    let mut sockets =
        join_all(browsers.iter().flat_map(|browser| (0..EACH).map(|_| open(&house, browser, 0))))
            .await;
    post(&house, "before-end").await;
    let mut cursors = Vec::new();
    for socket in &mut sockets {
        cursors.push(until(socket, "before-end").await);
    }
    house.signal("TERM");
    let codes = join_all(sockets.iter_mut().map(Socket::closed)).await;
    assert!(codes.iter().all(|code| *code == 1012), "{codes:?}");
    while house.lives() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    house.kill();
    house.start();
    house.answers().await;
    for n in 0..20 {
        post(&house, &format!("missed-{n}-end")).await;
    }
    let last = house.get("/events?after=0&limit=1000").await["next"].as_i64().unwrap();
    let begun = Instant::now();
    let back = browsers.iter().flat_map(|browser| std::iter::repeat_n(browser, EACH)).zip(cursors);
    let seen = join_all(back.map(async |(browser, after)| {
        let mut socket = open(&house, browser, after).await;
        let mut ids = Vec::new();
        loop {
            let frame = socket.next_of("ev").await;
            ids.push(frame["id"].as_i64().unwrap());
            if ids.last() == Some(&last) {
                return (after, ids);
            }
        }
    }))
    .await;
    let took = begun.elapsed();
    for (after, ids) in &seen {
        assert!(ids.len() >= 20 && ids[0] > *after, "{ids:?} after {after}");
        assert!(ids.windows(2).all(|two| two[0] < two[1]), "{ids:?}");
    }
    assert_eq!(seen.len(), USERS * EACH);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

async fn house(users: usize) -> Binary {
    let mut house = Binary::set_up("error");
    for n in 0..users {
        let add = format!(
            "user add agent{n}@example.jp --name 担当{n} --role agent --inbox {}",
            house.inbox
        );
        house.run(&format!("{add} --password-stdin"), PASSWORD);
    }
    house.start();
    house.answers().await;
    house
}

async fn everybody(house: &Binary, users: usize) -> Vec<Browser> {
    let mut browsers = Vec::new();
    for n in 0..users {
        let browser = Browser::at(house.http.clone(), &house.url, &house.public_url);
        browser.sign_in(&format!("agent{n}@example.jp"), PASSWORD).await;
        browsers.push(browser);
    }
    browsers
}

/// The conversation all texts come to.
async fn open_thread(house: &Binary) -> String {
    post(house, "first-end").await;
    let listed = house.get("/conversations?limit=1").await;
    listed["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn open(house: &Binary, browser: &Browser, after: i64) -> Socket {
    let opened = Socket::try_open_at(&house.url, &browser.cookie(), &house.public_url, after).await;
    opened.unwrap_or_else(|status| panic!("refused with {status}"))
}

/// A socket whose other end takes nothing, with the smallest buffer there is.
async fn never_reads(house: &Binary, browser: &Browser, thread: &str) -> TcpStream {
    let host = house.url.trim_start_matches("http://");
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2_048).unwrap();
    let mut stream = socket.connect(host.parse().unwrap()).await.unwrap();
    let asked = format!(
        "GET /live?after=0&open={thread} HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nCookie: {}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: aGVuamkgdGVzdHMgMTIzNA==\r\n\r\n",
        house.public_url,
        browser.cookie()
    );
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head[9..12], b"101");
    stream
}

/// From post to screen, of some hundred long texts.
async fn times(house: &Binary, socket: &mut Socket, round: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for n in 0..LONG {
        let text = format!("{round}-{n}-end {}", "長い文 ".repeat(150));
        let begun = Instant::now();
        post(house, &text).await;
        until(socket, &format!("{round}-{n}-end")).await;
        times.push(begun.elapsed());
    }
    times.sort();
    times
}

/// How many screens are open, once they are `wanted` or half a minute has passed.
async fn screens(house: &Binary, wanted: usize) -> usize {
    let mut open = 0;
    for _ in 0..60 {
        open = house.metric("henji_live_sockets").await.unwrap() as usize;
        if open == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    open
}

async fn until(socket: &mut Socket, text: &str) -> i64 {
    loop {
        let frame = socket.next_of("ev").await;
        if frame.to_string().contains(text) {
            return frame["id"].as_i64().unwrap();
        }
    }
}

async fn post(house: &Binary, text: &str) {
    let reference = format!("REF-{}", text.split(' ').next().unwrap());
    let body = inbound(&reference, "+819012345678", text).to_string();
    let now = Clock::default().now();
    let answer = house.signer.request(&house.http, now, "inbound", body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

fn p99(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() * 99 / 100]
}

/// What the kernel says of its memory.
fn resident_kb(house: &Binary) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}
