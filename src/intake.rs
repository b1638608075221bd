//! Where our own mail server hands over mails that answer ours: LMTP (RFC 2033) and SMTP.
//!
//! Whoever may connect here may say who wrote a mail, so that only networks that were
//! named may. A mail is acknowledged once it is on disk what became of it; where that
//! cannot be done, the server is asked to come again. One that is refused is taken all
//! the same: its server would answer whoever it says it is from, and that may be anybody.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::actions::mail_replies::{self, Mail};
use crate::app::App;
use crate::config::ReplyConfig;
use data::{Data, Letter};
use session::{Answer, Session};

mod data;
mod session;

/// Servers that are spoken to at a time.
const AT_ONCE: usize = 16;
/// For each command and each piece of a mail; a server of our own answers at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// Octets of a command (RFC 5321 4.5.3.1.4 has 512, extensions add to that).
const LINE: usize = 2_048;
/// What a stop waits for.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Takes mails until it is told to stop.
pub async fn run(app: Arc<App>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut lines = JoinSet::new();
    while !*stop.borrow() {
        let stream = tokio::select! {
            _ = stop.changed() => continue,
            accepted = listener.accept() => accepted,
            Some(_) = lines.join_next() => continue,
        };
        let (stream, peer) = match stream {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a mail server could not be answered");
                // Out of file descriptors, as likely as not.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(config) = app.config.replies.clone() else { return };
        if !config.takes_from(peer.ip()) {
            tracing::warn!("a connection from outside HENJI_REPLY_NETWORKS was closed");
            continue;
        }
        let place = places.clone().try_acquire_owned();
        let (app, stop) = (app.clone(), stop.clone());
        lines.spawn(async move {
            let Ok(_place) = place else { return turn_away(stream).await };
            if let Err(error) = serve(&app, &config, stream, stop).await {
                tracing::info!(%error, "a mail server broke off");
            }
        });
    }
    let _ = timeout(LAST_WORDS, async { while lines.join_next().await.is_some() {} }).await;
}

async fn turn_away(mut stream: TcpStream) {
    let _ = timeout(PATIENCE, stream.write_all(b"421 4.3.2 too many connections\r\n")).await;
}

async fn serve(
    app: &App,
    config: &ReplyConfig,
    stream: TcpStream,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut session = Session::new(config.domain.clone());
    say(&mut stream, &format!("220 {} henji takes answers", config.domain)).await?;
    loop {
        let line = tokio::select! {
            line = timeout(PATIENCE, line(&mut stream)) => line,
            _ = stop.changed() => return say(&mut stream, "421 4.3.2 going down").await,
        };
        let Ok(line) = line else { return say(&mut stream, "421 4.4.2 nothing was said").await };
        let Some(line) = line? else { return Ok(()) };
        match session.command(&line) {
            Answer::Say(words) => say(&mut stream, &words).await?,
            Answer::Leave(words) => return say(&mut stream, &words).await,
            Answer::Data => {
                say(&mut stream, "354 end with a dot").await?;
                let Some(letter) = letter(&mut stream).await? else {
                    return say(&mut stream, "552 5.3.4 too much").await;
                };
                take(app, &mut session, &mut stream, &letter).await?;
            }
        }
    }
}

/// Every recipient is a mail of its own, and LMTP asks for a word about each.
async fn take(
    app: &App,
    session: &mut Session,
    stream: &mut BufReader<TcpStream>,
    letter: &Letter,
) -> std::io::Result<()> {
    let (sender, recipients) = session.envelope();
    let mut words = Vec::with_capacity(recipients.len());
    for local_part in recipients {
        let mail = Mail {
            sender: sender.clone(),
            local_part,
            raw: letter.bytes.clone(),
            is_whole: letter.is_whole,
        };
        words.push(match mail_replies::take(app, mail).await {
            Ok(_taken) => "250 2.0.0 taken",
            Err(error) => {
                tracing::warn!(%error, "a mail has to come again");
                "451 4.3.0 come again"
            }
        });
    }
    if !session.is_lmtp() {
        // One word for all: who comes again finds those known that were taken.
        let worst = words.iter().copied().max().unwrap_or("250 2.0.0 taken");
        words = vec![worst];
    }
    for word in words {
        say(stream, word).await?;
    }
    Ok(())
}

/// `None` where the other side is gone.
///
/// # Errors
/// For a line that is too long, or no text.
async fn line(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let most = u64::try_from(LINE).expect("a line is short");
    stream.take(most).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        return Ok(None);
    }
    let bare = line.strip_suffix(b"\r\n").and_then(|bare| std::str::from_utf8(bare).ok());
    let bare = bare.filter(|bare| !bare.contains(char::is_control));
    bare.map(|bare| Some(bare.to_owned())).ok_or_else(|| std::io::ErrorKind::InvalidData.into())
}

/// `None` for more than anybody may send.
async fn letter(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Letter>> {
    let mut data = Data::default();
    loop {
        let piece = timeout(PATIENCE, stream.fill_buf()).await??;
        if piece.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let (used, is_over) = data.take(piece);
        stream.consume(used);
        if is_over {
            return Ok(Some(data.letter()));
        }
        if data.is_too_much() {
            return Ok(None);
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, words: &str) -> std::io::Result<()> {
    let words = format!("{words}\r\n");
    timeout(PATIENCE, stream.write_all(words.as_bytes())).await?
}
