//! Mails and the server that takes them, or does not.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use henji::clock::fresh_id;
use henji::config::{MailConfig, Secret};
use henji::domain::id::MailId;
use henji::domain::mail::{MailFailure, MailState};
use henji::jobs::send_mail;
use henji::mail::Mailer;
use henji::store::mails::{self, Mail, NewMail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO};

/// What a server says to the end of each mail, then 250 for ever.
#[derive(Clone, Default)]
struct Postbox {
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    taken: Arc<Mutex<Vec<String>>>,
    lines: Arc<Mutex<usize>>,
}

impl Postbox {
    async fn open(answers: &[&'static str]) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let postbox = Self::default();
        postbox.answers.lock().unwrap().extend(answers);
        let here = postbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *here.lines.lock().unwrap() += 1;
                tokio::spawn(here.clone().serve(stream));
            }
        });
        (postbox, url)
    }

    async fn serve(self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 postbox\r\n").await?;
        let (mut line, mut letter, mut is_letter) = (String::new(), String::new(), false);
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            let answer = match word.as_str() {
                "." if is_letter => {
                    is_letter = false;
                    let answer = self.answers.lock().unwrap().pop_front().unwrap_or("250 taken");
                    let letter = std::mem::take(&mut letter);
                    if answer.starts_with('2') {
                        self.taken.lock().unwrap().push(letter);
                    }
                    answer
                }
                _ if is_letter => {
                    letter.push_str(&line);
                    continue;
                }
                "DATA" => {
                    is_letter = true;
                    "354 go on"
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n").await,
                _ => "250 ok",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    fn taken(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

pub async fn with(url: String) -> TestApp {
    TestApp::start_with(move |app| {
        let smtp_url = Some(Secret::new(&url));
        let config = MailConfig { smtp_url, ..app.config.mail.clone() };
        app.mailer = Mailer::new(&config).unwrap();
    })
    .await
}

pub async fn write(app: &TestApp) -> MailId {
    let id: MailId = fresh_id();
    let mail = NewMail {
        id,
        conversation: None,
        to: "sato@example.jp".into(),
        message: b"Subject: x\r\n\r\n.dot\r\n".to_vec(),
    };
    app.store
        .write(move |tx| {
            let now = tx.now;
            mails::insert(tx, &mail, now)
        })
        .await
        .unwrap();
    id
}

pub async fn now(app: &TestApp, id: MailId) -> Mail {
    app.store.read(move |db| mails::find(db, id)).await.unwrap()
}

#[tokio::test]
async fn a_server_that_asks_to_come_back_is_asked_again_and_again() {
    let (postbox, url) = Postbox::open(&["451 later", "421 later still"]).await;
    let app = with(url).await;
    let id = write(&app).await;
    for (tries, minutes) in [(1, 1), (2, 2)] {
        assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
        let mail = now(&app, id).await;
        assert_eq!((mail.state, mail.tries), (MailState::Queued, tries));
        assert_eq!(mail.failure, Some(MailFailure::Later));
        assert_eq!(mail.due_at, Some(app.now() + TimeDelta::minutes(minutes)));
        assert_eq!(send_mail::run_one(&app).await.unwrap(), 0, "not before its time");
        app.advance(TimeDelta::minutes(minutes));
    }
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
    assert_eq!(now(&app, id).await.state, MailState::Sent);
    assert_eq!(postbox.taken(), 1);
    let letter = postbox.taken.lock().unwrap()[0].clone();
    assert!(letter.contains("..dot"), "{letter}");
    app.advance(TimeDelta::days(1));
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_refuses_for_good_is_shown_to_an_administrator() {
    let (postbox, url) = Postbox::open(&["550 no such mailbox"]).await;
    let app = with(url).await;
    let id = write(&app).await;
    send_mail::run_one(&app).await.unwrap();
    assert_eq!(now(&app, id).await.state, MailState::Failed);
    app.advance(TimeDelta::days(1));
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 0, "not by itself");
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/mails").await.expect(200);
    assert_eq!(page.texts(".held .wrong").len(), 1);
    assert!(page.texts(".alert").is_empty(), "there is a server");
    app.sign_in(SATO).await.get("/settings/mails").await.expect(404);
    admin.post(&format!("/settings/mails/{id}/retry"), &[]).await.expect(303);
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
    assert_eq!(postbox.taken(), 1);
    admin.post(&format!("/settings/mails/{id}/retry"), &[]).await.expect(409);
}

#[tokio::test]
async fn a_server_that_is_away_loses_nothing_and_a_discarded_mail_stays() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let app = with(url).await;
    let id = write(&app).await;
    send_mail::run_one(&app).await.unwrap();
    let mail = now(&app, id).await;
    assert_eq!((mail.state, mail.failure), (MailState::Queued, Some(MailFailure::Unreachable)));
    let admin = app.sign_in(ADMIN).await;
    admin.delete(&format!("/settings/mails/{id}")).await.expect(303);
    app.advance(TimeDelta::hours(1));
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 0);
    assert_eq!(now(&app, id).await.state, MailState::Discarded);
}

#[tokio::test]
async fn many_mails_share_few_connections_and_each_leaves_once() {
    let (postbox, url) = Postbox::open(&[]).await;
    let app = with(url).await;
    for _ in 0..40 {
        write(&app).await;
    }
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 40);
    assert_eq!(postbox.taken(), 40);
    assert!(*postbox.lines.lock().unwrap() <= 4, "{}", postbox.lines.lock().unwrap());
    for _ in 0..20 {
        write(&app).await;
    }
    let looks = (0..3).map(|_| send_mail::run_one(&app));
    let tried: usize =
        futures_util::future::join_all(looks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!((tried, postbox.taken()), (20, 60), "three nodes at once");
}

#[tokio::test]
async fn a_mail_whose_node_died_is_sent_by_another_and_the_dead_settle_nothing() {
    let (postbox, url) = Postbox::open(&[]).await;
    let app = with(url).await;
    let id = write(&app).await;
    let (now_, lease) = (app.now(), TimeDelta::minutes(5));
    let begun = app.store.write(move |tx| mails::begin(tx, id, now_, lease)).await.unwrap();
    let dead = begun.expect("it is due").tries;
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 0, "it is in somebody's hands");
    let admin = app.sign_in(ADMIN).await;
    for refused in [
        admin.post(&format!("/settings/mails/{id}/retry"), &[]).await.expect(409),
        admin.delete(&format!("/settings/mails/{id}")).await.expect(409),
    ] {
        assert!(refused.texts("#refusal")[0].contains("送信中"), "{}", refused.text);
    }
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 0, "nobody sends it twice");
    app.advance(lease);
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
    assert_eq!(postbox.taken(), 1);
    let (late, failure) = (app.now(), Some(MailFailure::Unreachable));
    let settle = move |tx: &mut henji::store::Tx| {
        mails::settle(tx, (id, dead), MailState::Queued, failure, Some(late), late)
    };
    assert!(!app.store.write(settle).await.unwrap());
    assert_eq!(now(&app, id).await.state, MailState::Sent);
}
