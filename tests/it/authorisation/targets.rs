//! What to put into the addresses of the routes.

use henji::actions::applications::sources;
use henji::actions::people::{self, NewUser};
use henji::actions::settings;
use henji::actions::sign_in;
use henji::actions::tags::{self, Wanted};
use henji::actions::templates;
use henji::actions::{calendars, contact_fields};
use henji::clock::fresh_id;
use henji::domain::user::{Actor, Caller, Role};
use henji::store::conversations;
use henji::store::templates::Template;
use henji::web::assets;
use henji::web::routes::Route;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{self, SATO};
use crate::support::webhook::{Signer, inbound};

mod asking;
mod menus;
mod spec;
mod table;
mod things;

use asking::query;
pub use table::SPECS;
use things::{
    account, application, destination, form, interviewer, letter, offer, page, photo, short_link,
    webhook,
};

/// A route's address, and what it takes to get a sensible answer.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub method: &'static str,
    pub path: &'static str,
    object: Object,
    needs: Needs,
    /// Fields of a form, or a JSON object for the API.
    body: &'static str,
}

/// What the `{…}` of the path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    None,
    Conversation,
    Contact,
    Message,
    Offer,
    User,
    Inbox,
    Token,
    Flow,
    /// The same by its id.
    Menu,
    Template,
    Tag,
    Field,
    Calendar,
    Team,
    Account,
    /// A number that texts come from.
    Sender,
    Quarantined,
    Mail,
    /// A program of others, and something it is told.
    Webhook,
    Delivery,
    /// A link of ours, and a site that links may lead to.
    Link,
    Form,
    /// Of an interviewer, for their calendar.
    Feed,
    /// Somebody who is no user, and a calendar of theirs.
    Interviewer,
    OwnCalendar,
    /// Of a candidate's.
    Page,
    /// A page that texts may lead to by name.
    Destination,
    /// That a contact added to a text.
    Photo,
    Host,
    /// Of somebody who asks for nothing.
    OthersSession,
    Door,
    /// Of somebody who applied at 受付.
    Application,
    /// A job board, and where it sends its webhooks.
    Source,
    SourceDoor,
    File,
    Number,
}

/// What a user must be for, inside a route for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Answering,
    Supervising,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of the whole house, or no object at all.
    House,
    /// Of 受付.
    Receptions,
    /// Somebody's own, who is no user here.
    Administrators,
    /// There is no such thing.
    Nobodys,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub path: String,
    pub whose: Whose,
    pub needs: Needs,
    body: String,
}

/// One of each thing, for everybody to try.
pub struct Scene {
    conversation: String,
    contact: String,
    message: String,
    offer: String,
    user: String,
    inbox: String,
    token: String,
    template: String,
    tag: String,
    field: String,
    calendar: String,
    team: String,
    menu: String,
    link: String,
    form: String,
    feed: String,
    interviewer: String,
    own_calendar: String,
    page: String,
    photo: String,
    destination: String,
    mail: String,
    webhook: String,
    delivery: String,
    session: String,
    account: String,
    sender: String,
    quarantined: String,
    door: String,
    application: String,
    source: String,
    source_door: String,
    sato: String,
}

impl Scene {
    pub async fn set(app: &TestApp) -> Self {
        let conversation = app.handset("+819012345678").sends("受付の秘密").await;
        let sato = app.sign_in(SATO).await;
        let message = sato.reply(conversation, "返事 https://example.jp/").await;
        let operator = || Caller::house(Actor::operator());
        let scratch = NewUser {
            email: "scratch@example.jp".into(),
            name: "試験 用".into(),
            role: Role::Agent,
            password: cast::PASSWORD.into(),
            locale: "ja".into(),
        };
        let user = people::add(app, operator(), scratch, vec![]).await.unwrap();
        let session = sign_in::start(app, user, sign_in::Place::default()).await.unwrap().session;
        let scopes = vec!["contacts:read".to_owned()];
        let (token, _) =
            settings::add_token(app, operator(), "scratch".into(), scopes).await.unwrap();
        let template = Template {
            id: fresh_id(),
            inbox_id: None,
            name: "matrix".into(),
            shortcut: String::new(),
            locale: String::new(),
            body: "matrix".into(),
        };
        templates::save(app, operator(), template.clone()).await.unwrap();
        let account = account(app).await;
        let wanted =
            Wanted { id: None, name: "面接".into(), colour: Default::default(), position: 1 };
        let tag = tags::save(app, operator(), wanted).await.unwrap();
        let wanted = contact_fields::Wanted {
            id: None,
            name: "会員番号".into(),
            kind: Default::default(),
            choices: vec![],
            position: 1,
        };
        let field = contact_fields::save(app, operator(), wanted).await.unwrap();
        let wanted = calendars::Wanted {
            id: None,
            name: "平日".into(),
            time_zone: "Asia/Tokyo".into(),
            week: Default::default(),
            keeps_holidays: true,
        };
        let calendar = calendars::save(app, operator(), wanted).await.unwrap();
        let team = menus::team(app).await;
        let mail = letter(app).await;
        let (webhook, delivery) = webhook(app).await;
        let (link, form) = (short_link(app, conversation).await, form(app, conversation).await);
        let destination = destination(app).await;
        let (interviewer, own_calendar, feed) = interviewer(app).await;
        let senders = app.store.read(henji::store::senders::all).await.unwrap();
        let photo = photo(app, conversation, message).await;
        let signer = Signer::of(app, &app.cast.account);
        let forged = Signer { secret: "no such secret here".into(), ..signer };
        let body = inbound("SIM0", "+819012345678", "?").to_string();
        Answer::to(forged.request(&app.http, app.now(), "inbound", body)).await.expect(403);
        let read = app.store.read(|db| henji::store::quarantine::page(db, None, 1));
        let source = async |name: &str| {
            let made = sources::add(app, operator(), name.into(), app.cast.reception).await;
            made.unwrap().0
        };
        let contact = app.store.read(move |db| conversations::find(db, conversation));
        Self {
            conversation: conversation.to_string(),
            contact: contact.await.unwrap().contact.id.to_string(),
            message: message.to_string(),
            offer: offer(app).await,
            user: user.to_string(),
            inbox: app.cast.reception.to_string(),
            token: token.to_string(),
            template: template.id.to_string(),
            tag: tag.to_string(),
            field: field.to_string(),
            calendar: calendar.to_string(),
            team: team.to_string(),
            menu: menus::id(app).await.to_string(),
            link,
            form,
            feed,
            interviewer,
            own_calendar,
            page: page(app).await,
            photo,
            destination,
            mail: mail.to_string(),
            webhook,
            delivery,
            session: session.to_string(),
            account,
            sender: senders[0].id.to_string(),
            quarantined: read.await.unwrap()[0].id.to_string(),
            door: app.cast.account.hook_token.clone(),
            application: application(app).await,
            source: source("求人A").await.id.to_string(),
            // The other one is removed on the way.
            source_door: source("求人B").await.token,
            sato: app.cast.id(SATO).to_string(),
        }
    }

    /// A route's targets: something there is, and something there is not.
    pub fn targets(&self, route: &Route) -> Vec<Target> {
        let is_it = |spec: &&Spec| spec.method == route.method && spec.path == route.path;
        let spec = SPECS.iter().find(is_it).unwrap_or_else(|| {
            panic!("{} {} has no target: add it to SPECS", route.method, route.path)
        });
        let body = spec.body.replace("{sato}", &self.sato);
        let body = body.replace("{conversation}", &self.conversation);
        let body = body.replace("{inbox}", &self.inbox);
        let body = body.replace("{contact}", &self.contact).replace("{field}", &self.field);
        let with_tag = spec.path.replace("{tag}", &self.tag);
        let with_tag = with_tag.replace("{day}", "2026-12-29").replace("{at}", "0");
        let target =
            |path: String, whose| Target { path, whose, needs: spec.needs, body: body.clone() };
        match spec.object {
            Object::None => vec![target(query(route.path), Whose::House)],
            Object::File => vec![target(assets::url("app.css").to_string(), Whose::House)],
            Object::Flow => menus::targets(spec, target),
            Object::Number => {
                vec![target(spec.path.replace("{number}", "%2B819012345678"), Whose::House)]
            }
            Object::Host => vec![target(spec.path.replace("{host}", "a.example.jp"), Whose::House)],
            Object::Link | Object::Form | Object::Page => vec![
                target(
                    spec.path.replace(
                        "{token}",
                        match spec.object {
                            Object::Link => &self.link,
                            Object::Form => &self.form,
                            _ => &self.page,
                        },
                    ),
                    Whose::House,
                ),
                target(spec.path.replace("{token}", "xxxxxxxxxxx"), Whose::Nobodys),
            ],
            Object::Feed => vec![
                target(spec.path.replace("{token}", &self.feed), Whose::House),
                target(spec.path.replace("{token}", &"x".repeat(32)), Whose::Nobodys),
            ],
            Object::SourceDoor => vec![
                target(spec.path.replace("{token}", &self.source_door), Whose::House),
                target(spec.path.replace("{token}", &"x".repeat(32)), Whose::Nobodys),
            ],
            Object::Door => {
                let door = spec.path.replace("{provider}", "simulator");
                vec![
                    target(door.replace("{token}", &self.door), Whose::House),
                    target(door.replace("{token}", &"x".repeat(32)), Whose::Nobodys),
                    target(
                        spec.path.replace("{provider}", "twilio").replace("{token}", &self.door),
                        Whose::Nobodys,
                    ),
                ]
            }
            object => {
                let (id, whose) = self.object(object);
                vec![
                    target(with_tag.replace("{id}", id), whose),
                    target(with_tag.replace("{id}", &Uuid::now_v7().to_string()), Whose::Nobodys),
                ]
            }
        }
    }

    fn object(&self, object: Object) -> (&str, Whose) {
        match object {
            Object::Conversation => (&self.conversation, Whose::Receptions),
            Object::Contact => (&self.contact, Whose::Receptions),
            Object::Photo => (&self.photo, Whose::Receptions),
            Object::Message => (&self.message, Whose::Receptions),
            Object::Offer => (&self.offer, Whose::Receptions),
            Object::Interviewer => (&self.interviewer, Whose::Administrators),
            Object::OwnCalendar => (&self.own_calendar, Whose::Administrators),
            Object::Application => (&self.application, Whose::Receptions),
            Object::Source => (&self.source, Whose::House),
            Object::User => (&self.user, Whose::House),
            Object::Menu => (&self.menu, Whose::Receptions),
            Object::Inbox => (&self.inbox, Whose::House),
            Object::Destination => (&self.destination, Whose::House),
            Object::Sender => (&self.sender, Whose::House),
            Object::Account => (&self.account, Whose::House),
            Object::Token => (&self.token, Whose::House),
            Object::Template => (&self.template, Whose::House),
            Object::Tag => (&self.tag, Whose::House),
            Object::Field => (&self.field, Whose::House),
            Object::Calendar => (&self.calendar, Whose::House),
            Object::Team => (&self.team, Whose::House),
            Object::Mail => (&self.mail, Whose::House),
            Object::Webhook => (&self.webhook, Whose::House),
            Object::Delivery => (&self.delivery, Whose::House),
            Object::OthersSession => (&self.session, Whose::Nobodys),
            _ => (&self.quarantined, Whose::House),
        }
    }
}
