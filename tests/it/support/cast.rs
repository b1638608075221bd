//! The same people in every test.
//!
//! Sato and Tanaka answer in 受付, Suzuki supervises it. Yamada belongs to 採用
//! and must get 404 for everything of 受付.

use henji::actions::people::{self, NewUser};
use henji::actions::set_up::{self, Answers};
use henji::actions::settings::{self, NewAccount};
use henji::app::App;
use henji::clock::fresh_id;
use henji::domain::id::{InboxId, UserId};
use henji::domain::user::{Actor, Caller, Role};
use henji::store::inboxes::Inbox;
use henji::store::provider_accounts::ProviderAccount;
use henji::store::users;

/// Somebody who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Character {
    pub name: &'static str,
    pub email: &'static str,
    pub role: Role,
    desk: Desk,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Desk {
    Reception,
    Recruiting,
    None,
}

const fn character(name: &'static str, email: &'static str, role: Role, desk: Desk) -> Character {
    Character { name, email, role, desk }
}

pub const SATO: Character = character("佐藤 花", "sato@example.jp", Role::Agent, Desk::Reception);
pub const TANAKA: Character =
    character("田中 一郎", "tanaka@example.jp", Role::Agent, Desk::Reception);
pub const SUZUKI: Character =
    character("鈴木 京子", "suzuki@example.jp", Role::Supervisor, Desk::Reception);
pub const YAMADA: Character =
    character("山田 健", "yamada@example.jp", Role::Agent, Desk::Recruiting);
pub const VIEWER: Character =
    character("高橋 見", "viewer@example.jp", Role::Viewer, Desk::Reception);
pub const AUDITOR: Character =
    character("伊藤 監", "auditor@example.jp", Role::Auditor, Desk::None);
pub const ADMIN: Character = character("渡辺 管", "admin@example.jp", Role::Admin, Desk::None);

const PEOPLE: [Character; 6] = [SATO, TANAKA, SUZUKI, YAMADA, VIEWER, AUDITOR];

/// Everybody's: as long as an administrator's must be.
pub const PASSWORD: &str = "correct horse 返事 battery";

/// Our number in 受付, and in 採用.
pub const RECEPTION_NUMBER: &str = "+815011112222";
pub const RECRUITING_NUMBER: &str = "+815033334444";

/// What the house was furnished with.
#[derive(Clone, Debug)]
pub struct Cast {
    pub reception: InboxId,
    pub recruiting: InboxId,
    /// The simulator's account in 受付.
    pub account: ProviderAccount,
    /// A token with the scope `admin`.
    pub token: String,
    users: Vec<(Character, UserId)>,
}

impl Cast {
    /// Sets the house up through the verbs its pages use.
    pub async fn move_in(app: &App) -> Self {
        let house = || Caller::house(Actor::operator());
        let answers = Answers {
            organization: "さくら電力".into(),
            admin_name: ADMIN.name.into(),
            admin_email: ADMIN.email.into(),
            admin_password: PASSWORD.into(),
            inbox: "受付".into(),
            locale: "ja".into(),
            time_zone: "Asia/Tokyo".into(),
            provider: "simulator".into(),
            settings: Default::default(),
            sender: Some(RECEPTION_NUMBER.into()),
        };
        let first = set_up::run(app, house(), answers).await.unwrap();
        let recruiting = Inbox {
            id: fresh_id(),
            name: "採用".into(),
            locale: "ja".into(),
            time_zone: "Asia/Tokyo".into(),
            undo_seconds: 5,
            calendar_id: None,
        };
        settings::save_inbox(app, house(), recruiting.clone()).await.unwrap();
        let account = NewAccount {
            kind: "simulator".into(),
            settings: Default::default(),
            sender: RECRUITING_NUMBER.into(),
        };
        settings::add_account(app, house(), recruiting.id, account).await.unwrap();
        let mut users = vec![(ADMIN, first.admin)];
        for character in PEOPLE {
            let inboxes = match character.desk {
                Desk::Reception => vec![first.inbox],
                Desk::Recruiting => vec![recruiting.id],
                Desk::None => vec![],
            };
            users.push((character, hire(app, character, inboxes).await));
        }
        let scopes = vec!["admin".to_owned()];
        let (_, token) = settings::add_token(app, house(), "tests".into(), scopes).await.unwrap();
        Self {
            reception: first.inbox,
            recruiting: recruiting.id,
            account: first.account,
            token,
            users,
        }
    }

    pub fn id(&self, character: Character) -> UserId {
        let found = self.users.iter().find(|(known, _)| *known == character);
        found.unwrap_or_else(|| panic!("{} is not in the cast", character.name)).1
    }
}

async fn hire(app: &App, character: Character, inboxes: Vec<InboxId>) -> UserId {
    let new = NewUser {
        email: character.email.into(),
        name: character.name.into(),
        role: character.role,
        password: PASSWORD.into(),
        locale: "ja".into(),
    };
    people::add(app, Caller::house(Actor::operator()), new, inboxes).await.unwrap()
}

/// Somebody of the cast as the verbs see them.
pub async fn caller(app: &App, id: UserId) -> Caller {
    let read = app.store.read(move |db| {
        let user = users::find(db, id)?;
        let inboxes = users::inboxes_of(db, id)?;
        Ok::<_, henji::store::StoreError>((user, inboxes))
    });
    let (user, inboxes) = read.await.unwrap();
    Caller {
        actor: Actor::user(id, None),
        role: user.role,
        sight: henji::domain::user::Sight::of(user.role, inboxes),
        numbers: Default::default(),
    }
}
