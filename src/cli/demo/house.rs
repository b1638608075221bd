//! The sample's house: an organisation, three inboxes, the twelve people in them
//! and their tags, made by the same verbs as a real one.

use crate::actions::people::{self, NewUser};
use crate::actions::set_up::{self, Answers, SIMULATED_SENDER};
use crate::actions::{ActionError, settings, tags};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::id::{TagId, UserId};
use crate::domain::tag::TagColour;
use crate::domain::user::{Actor, Caller, Role};
use crate::providers::Settings;
use crate::store::inboxes::{self, Inbox};
use crate::store::senders::Sender;

/// An inbox with its number and the people who answer there.
pub struct Desk {
    pub inbox: Inbox,
    pub sender: Sender,
    /// Who answers.
    pub agents: Vec<Person>,
    /// Who reads: agents, supervisors, viewers.
    pub members: Vec<UserId>,
    pub tags: Vec<DeskTag>,
}

/// A tag, and the words in a text that it is put on for.
pub struct DeskTag {
    pub id: TagId,
    pub words: &'static [&'static str],
}

#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    /// How they sign a text.
    pub surname: &'static str,
}

/// Name of the inbox, its language, its number.
const INBOXES: [(&str, &str, &str); 3] = [
    ("採用センター", "ja", SIMULATED_SENDER),
    ("カスタマーサポート", "ja", "05012345679"),
    ("English Support", "en", "05012345680"),
];

/// Place in [`INBOXES`], name, colour, words.
const TAGS: [(usize, &str, TagColour, &[&str]); 9] = [
    (0, "面接", TagColour::Ai, &["面接"]),
    (0, "内定", TagColour::Take, &["内定"]),
    (0, "辞退", TagColour::Sumi, &["辞退"]),
    (1, "引越し", TagColour::Ai, &["引っ越し"]),
    (1, "配送", TagColour::Sumi, &["お届け", "配送"]),
    (1, "請求", TagColour::Yama, &["請求"]),
    (1, "解約", TagColour::Sumi, &["解約"]),
    (2, "Moving", TagColour::Ai, &["move", "moving"]),
    (2, "Delivery", TagColour::Sumi, &["deliver"]),
];

/// Address, name, surname in a text, role, places in [`INBOXES`].
type Colleague = (&'static str, &'static str, &'static str, Role, &'static [usize]);

pub const ADMIN: (&str, &str) = ("yamamoto@example.jp", "山本 直子");

const COLLEAGUES: [Colleague; 11] = [
    ("sato@example.jp", "佐藤 美咲", "佐藤", Role::Agent, &[0]),
    ("ito@example.jp", "伊藤 翔太", "伊藤", Role::Agent, &[0]),
    ("suzuki@example.jp", "鈴木 恵", "鈴木", Role::Supervisor, &[0, 1]),
    ("tanaka@example.jp", "田中 健一", "田中", Role::Agent, &[1]),
    ("watanabe@example.jp", "渡辺 由美", "渡辺", Role::Agent, &[1]),
    ("nakamura@example.jp", "中村 拓也", "中村", Role::Agent, &[1]),
    ("kobayashi@example.jp", "小林 さくら", "小林", Role::Agent, &[1, 2]),
    ("miller@example.jp", "Emily Miller", "Emily", Role::Agent, &[2]),
    ("kato@example.jp", "加藤 ジョン", "John", Role::Supervisor, &[2]),
    ("yoshida@example.jp", "吉田 実", "吉田", Role::Auditor, &[]),
    ("matsumoto@example.jp", "松本 あゆみ", "松本", Role::Viewer, &[0, 1, 2]),
];

/// Everybody signs in with `password`.
pub async fn build(app: &App, password: &str) -> Result<Vec<Desk>, ActionError> {
    let operator = || Caller::house(Actor::operator());
    let zone = app.config.language.time_zone.name().to_owned();
    let answers = Answers {
        organization: "へんじ商事株式会社".to_owned(),
        admin_name: ADMIN.1.to_owned(),
        admin_email: ADMIN.0.to_owned(),
        admin_password: password.to_owned(),
        inbox: INBOXES[0].0.to_owned(),
        locale: INBOXES[0].1.to_owned(),
        time_zone: zone.clone(),
        provider: "simulator".to_owned(),
        settings: Settings::new(),
        sender: Some(INBOXES[0].2.to_owned()),
    };
    let house = set_up::run(app, operator(), answers).await?;
    let first = house.inbox;
    let first = app.store.read(move |db| inboxes::find(db, first)).await?;
    let mut desks = vec![desk(first, house.sender)];
    for (name, locale, number) in &INBOXES[1..] {
        let inbox = Inbox {
            id: fresh_id(),
            name: (*name).to_owned(),
            locale: (*locale).to_owned(),
            time_zone: zone.clone(),
            undo_seconds: desks[0].inbox.undo_seconds,
            calendar_id: None,
        };
        settings::save_inbox(app, operator(), inbox.clone()).await?;
        let account = house.account.id;
        let number = (*number).to_owned();
        let sender = settings::add_sender(app, operator(), inbox.id, account, number).await?;
        desks.push(desk(inbox, sender));
    }
    for (at, (place, name, colour, words)) in TAGS.into_iter().enumerate() {
        let position = i32::try_from(at * 10).unwrap_or_default();
        let wanted = tags::Wanted { id: None, name: name.to_owned(), colour, position };
        let id = tags::save(app, operator(), wanted).await?;
        desks[place].tags.push(DeskTag { id, words });
    }
    for colleague in COLLEAGUES {
        settle(app, &mut desks, colleague, password).await?;
    }
    for desk in &mut desks {
        desk.members.push(house.admin);
    }
    Ok(desks)
}

async fn settle(
    app: &App,
    desks: &mut [Desk],
    (email, name, surname, role, places): Colleague,
    password: &str,
) -> Result<(), ActionError> {
    let is_japanese = places != [2];
    let new = NewUser {
        email: email.to_owned(),
        name: name.to_owned(),
        role,
        password: password.to_owned(),
        locale: if is_japanese { "ja" } else { "en" }.to_owned(),
    };
    let inboxes = places.iter().map(|place| desks[*place].inbox.id).collect();
    let id = people::add(app, Caller::house(Actor::operator()), new, inboxes).await?;
    for place in places {
        desks[*place].members.push(id);
        if role == Role::Agent {
            desks[*place].agents.push(Person { id, surname });
        }
    }
    Ok(())
}

fn desk(inbox: Inbox, sender: Sender) -> Desk {
    Desk { inbox, sender, agents: Vec::new(), members: Vec::new(), tags: Vec::new() }
}
