//! An invitation on its way out of the house.

use chrono::TimeDelta;
use henji::clock::fresh_id;
use henji::domain::appointment::invitation::{Invitation, Method, ics};
use henji::domain::id::MailId;
use henji::jobs::send_mail;
use henji::locale::Locale;
use henji::mail::InvitationLetter;
use henji::store::mails::{self, NewMail};
use mail_parser::MessageParser;

use crate::support::TestApp;

#[tokio::test]
async fn the_outbox_keeps_it_sealed_and_sends_it_as_it_was_written() {
    let app = TestApp::start().await;
    let invitation = Invitation {
        uid: "0197a1-7@henji.example.jp".into(),
        sequence: 0,
        starts: app.now() + TimeDelta::days(1),
        ends: app.now() + TimeDelta::hours(25),
        zone: chrono_tz::Tz::Asia__Tokyo,
        summary: "一次面接 zebra".into(),
        location: None,
        description: String::new(),
        organizer: ("henji".into(), "henji@example.jp".into()),
        attendees: vec![("佐藤".into(), "sato@example.jp".into())],
        stamped: app.now(),
        method: Method::Request,
    };
    let letter = InvitationLetter {
        name: Some("佐藤"),
        address: "sato@example.jp",
        locale: Locale::Ja,
        invitation: &invitation,
        is_new: true,
        now: app.now(),
    };
    let id: MailId = fresh_id();
    let message = letter.write(&app.letterhead).unwrap();
    let mail = NewMail { id, conversation: None, to: letter.address.into(), message };
    let written = mail.message.clone();
    app.store
        .write(move |tx| {
            let now = tx.now;
            mails::insert(tx, &mail, now)
        })
        .await
        .unwrap();
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);

    let sent = std::fs::read(app.config.mail.folder.join(format!("{id}.eml"))).unwrap();
    assert_eq!(sent, written);
    let read = MessageParser::default().parse(&sent).unwrap();
    let calendar = read.attachments().last().unwrap();
    assert_eq!(calendar.contents(), ics(&invitation).as_bytes());
    for word in ["invite.ics", "sato@example.jp"] {
        let hex: String = word.bytes().map(|octet| format!("{octet:02X}")).collect();
        let column = match app.raw().is_postgres() {
            true => "upper(encode(message_sealed, 'hex'))",
            false => "hex(message_sealed)",
        };
        let found = app.raw().count("mails", &format!("where {column} like '%{hex}%'"));
        assert_eq!(found, 0, "{word} lies open");
    }
}
