//! What to put into the addresses of the routes.

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
mod things;

use asking::query;
use spec::{answering, spec, with};
use things::{account, form, letter, short_link};

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
    User,
    Inbox,
    Token,
    Flow,
    Template,
    Tag,
    Field,
    Calendar,
    Team,
    Account,
    Quarantined,
    Mail,
    /// A link of ours, and a site that links may lead to.
    Link,
    Form,
    Host,
    /// Of somebody who asks for nothing.
    OthersSession,
    Door,
    File,
    Number,
}

/// What a user must be for, inside a route for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Answering,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of the whole house, or no object at all.
    House,
    /// Of 受付.
    Receptions,
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

const SNOOZE: &str = "until=2030-01-01T00:00:00Z";
const WAIT: &str = "source=wait&since=2026-11-22T00:00:00Z";

/// In the order of the route table.
pub const SPECS: &[Spec] = &[
    spec("get", "/livez", Object::None),
    spec("get", "/readyz", Object::None),
    spec("get", "/metrics", Object::None),
    spec("get", "/static/{build}/{path:.*}", Object::File),
    spec("get", "/sw.js", Object::None),
    spec("get", "/offline", Object::None),
    spec("get", "/l/{token}", Object::Link),
    spec("head", "/l/{token}", Object::Link),
    spec("post", "/l/{token}", Object::Link),
    spec("get", "/f/{token}", Object::Form),
    spec("head", "/f/{token}", Object::Form),
    spec("post", "/f/{token}", Object::Form),
    spec("get", "/about-senders", Object::None),
    spec("get", "/about-senders.json", Object::None),
    spec("get", "/setup", Object::None),
    spec("get", "/setup/organization", Object::None),
    spec("post", "/setup/organization", Object::None),
    spec("get", "/setup/administrator", Object::None),
    spec("post", "/setup/administrator", Object::None),
    spec("get", "/setup/provider", Object::None),
    spec("post", "/setup/provider", Object::None),
    spec("get", "/setup/start", Object::None),
    spec("get", "/session/new", Object::None),
    spec("post", "/session", Object::None),
    spec("delete", "/session", Object::None),
    spec("get", "/", Object::None),
    spec("get", "/conversations", Object::None),
    answering("get", "/conversations/new", Object::None, ""),
    answering("post", "/conversations", Object::None, ""),
    answering(
        "post",
        "/conversations/selection",
        Object::None,
        "do=close&conversation={conversation}",
    ),
    spec("get", "/conversations/{id}", Object::Conversation),
    spec("get", "/search", Object::None),
    spec("get", "/palette", Object::None),
    spec("get", "/conversations/{id}/about", Object::Conversation),
    answering("put", "/conversations/{id}/contact", Object::Conversation, "name=matrix"),
    spec("put", "/conversations/{id}/read", Object::Conversation),
    spec("delete", "/conversations/{id}/read", Object::Conversation),
    answering("post", "/conversations/{id}/assignment", Object::Conversation, ""),
    answering("delete", "/conversations/{id}/assignment", Object::Conversation, ""),
    answering("post", "/conversations/{id}/closure", Object::Conversation, ""),
    answering("delete", "/conversations/{id}/closure", Object::Conversation, ""),
    answering("post", "/conversations/{id}/snooze", Object::Conversation, SNOOZE),
    answering("delete", "/conversations/{id}/snooze", Object::Conversation, ""),
    answering("post", "/conversations/{id}/help", Object::Conversation, ""),
    spec("get", "/escalations", Object::None),
    answering("delete", "/conversations/{id}/escalation", Object::Conversation, "reason=known"),
    answering("post", "/conversations/{id}/escalation", Object::Conversation, WAIT),
    answering("delete", "/conversations/{id}/help", Object::Conversation, ""),
    answering("put", "/conversations/{id}/draft", Object::Conversation, "body=matrix"),
    answering("get", "/conversations/{id}/templates", Object::Conversation, ""),
    answering("post", "/conversations/{id}/tags/{tag}", Object::Conversation, ""),
    answering("delete", "/conversations/{id}/tags/{tag}", Object::Conversation, ""),
    spec("get", "/conversations/{id}/taking", Object::Conversation),
    answering("post", "/conversations/{id}/messages", Object::Conversation, "body=matrix"),
    answering("post", "/conversations/{id}/notes", Object::Conversation, "body=matrix"),
    spec("get", "/messages/{id}/links/{at}", Object::Message),
    answering("post", "/messages/{id}/cancellation", Object::Message, ""),
    answering("post", "/messages/{id}/resend", Object::Message, ""),
    answering("post", "/messages/{id}/mail", Object::Message, ""),
    spec("get", "/contacts", Object::None),
    spec("get", "/contacts/table", Object::None),
    spec("post", "/contacts/table", Object::None),
    spec("post", "/contacts/export", Object::None),
    spec("get", "/contacts/{id}", Object::Contact),
    answering("get", "/contacts/{id}/merge", Object::Contact, ""),
    answering("post", "/contacts/{id}/merge", Object::Contact, "contact={contact}"),
    answering("delete", "/contacts/{id}/merge", Object::Contact, ""),
    answering("put", "/contacts/{id}/fields", Object::Contact, "field-{field}=matrix"),
    spec("post", "/contacts/{id}/number", Object::Contact),
    answering("post", "/contacts/{id}/opt_out", Object::Contact, "scope=advertising&source=user"),
    answering("delete", "/contacts/{id}/opt_out", Object::Contact, "agreed=1"),
    answering(
        "post",
        "/contacts/{id}/consents",
        Object::Contact,
        "source=form&given_on=2026-01-01",
    ),
    spec("get", "/live", Object::None),
    spec("get", "/events", Object::None),
    answering("get", "/sim", Object::None, ""),
    answering("post", "/sim/inbound", Object::None, ""),
    spec("put", "/sim/behaviour", Object::None),
    spec("get", "/settings", Object::None),
    spec("get", "/settings/preferences", Object::None),
    spec("put", "/settings/preferences", Object::None),
    with("put", "/settings/quiet_times", Object::None, "zone=Asia/Tokyo"),
    with("post", "/settings/pause", Object::None, "until=morning"),
    spec("delete", "/settings/pause", Object::None),
    with("put", "/settings/subscription", Object::None, "endpoint=https://127.0.0.1/"),
    spec("delete", "/settings/subscriptions/{id}", Object::OthersSession),
    spec("delete", "/settings/sessions/{id}", Object::OthersSession),
    spec("delete", "/settings/sessions", Object::None),
    spec("put", "/settings/password", Object::None),
    spec("get", "/settings/users", Object::None),
    spec("get", "/settings/users/new", Object::None),
    spec("post", "/settings/users", Object::None),
    spec("get", "/settings/users/{id}/edit", Object::User),
    spec("put", "/settings/masking", Object::None),
    spec("put", "/settings/users/{id}", Object::User),
    spec("post", "/settings/users/{id}/disablement", Object::User),
    spec("delete", "/settings/users/{id}/disablement", Object::User),
    spec("get", "/settings/teams", Object::None),
    spec("get", "/settings/teams/new", Object::None),
    spec("post", "/settings/teams", Object::None),
    spec("get", "/settings/teams/{id}/edit", Object::Team),
    spec("put", "/settings/teams/{id}", Object::Team),
    spec("delete", "/settings/teams/{id}", Object::Team),
    spec("get", "/settings/inboxes", Object::None),
    spec("get", "/settings/inboxes/new", Object::None),
    spec("post", "/settings/inboxes", Object::None),
    spec("get", "/settings/inboxes/{id}/automatic_replies", Object::Inbox),
    spec("put", "/settings/inboxes/{id}/automatic_replies", Object::Inbox),
    spec("get", "/settings/inboxes/{id}/edit", Object::Inbox),
    spec("put", "/settings/inboxes/{id}", Object::Inbox),
    spec("get", "/settings/inboxes/{id}/escalation", Object::Inbox),
    spec("put", "/settings/inboxes/{id}/escalation", Object::Inbox),
    spec("put", "/settings/inboxes/{id}/mail_replies", Object::Inbox),
    spec("get", "/settings/mails", Object::None),
    spec("get", "/settings/mails/refused", Object::None),
    spec("post", "/settings/mails/{id}/retry", Object::Mail),
    spec("delete", "/settings/mails/{id}", Object::Mail),
    spec("get", "/settings/calendars", Object::None),
    spec("get", "/settings/calendars/new", Object::None),
    spec("post", "/settings/calendars", Object::None),
    spec("get", "/settings/calendars/{id}/edit", Object::Calendar),
    spec("put", "/settings/calendars/{id}", Object::Calendar),
    spec("post", "/settings/calendars/{id}/days", Object::Calendar),
    spec("delete", "/settings/calendars/{id}/days/{day}", Object::Calendar),
    spec("delete", "/settings/calendars/{id}", Object::Calendar),
    spec("get", "/settings/senders", Object::None),
    spec("get", "/settings/senders/new", Object::None),
    spec("post", "/settings/senders", Object::None),
    spec("get", "/settings/accounts/{id}/edit", Object::Account),
    spec("put", "/settings/accounts/{id}", Object::Account),
    spec("post", "/settings/accounts/{id}/check", Object::Account),
    spec("get", "/settings/templates", Object::None),
    spec("get", "/settings/templates/new", Object::None),
    spec("post", "/settings/templates", Object::None),
    spec("get", "/settings/templates/{id}/edit", Object::Template),
    spec("put", "/settings/templates/{id}", Object::Template),
    spec("delete", "/settings/templates/{id}", Object::Template),
    spec("get", "/settings/tags", Object::None),
    spec("get", "/settings/tags/new", Object::None),
    spec("post", "/settings/tags", Object::None),
    spec("get", "/settings/tags/{id}/edit", Object::Tag),
    spec("put", "/settings/tags/{id}", Object::Tag),
    spec("post", "/settings/tags/{id}/retirement", Object::Tag),
    spec("delete", "/settings/tags/{id}/retirement", Object::Tag),
    spec("get", "/settings/fields", Object::None),
    spec("get", "/settings/fields/new", Object::None),
    spec("post", "/settings/fields", Object::None),
    spec("get", "/settings/fields/{id}/edit", Object::Field),
    spec("put", "/settings/fields/{id}", Object::Field),
    spec("post", "/settings/fields/{id}/archival", Object::Field),
    spec("delete", "/settings/fields/{id}/archival", Object::Field),
    spec("get", "/settings/links", Object::None),
    spec("post", "/settings/links", Object::None),
    spec("delete", "/settings/links/{host}", Object::Host),
    spec("get", "/settings/tokens", Object::None),
    spec("post", "/settings/tokens", Object::None),
    spec("delete", "/settings/tokens/{id}", Object::Token),
    spec("get", "/settings/quarantine", Object::None),
    spec("post", "/settings/quarantine/{id}/replay", Object::Quarantined),
    spec("delete", "/settings/quarantine/{id}", Object::Quarantined),
    spec("get", "/settings/audit", Object::None),
    spec("get", "/hooks/{provider}/{token}/inbound", Object::Door),
    spec("post", "/hooks/{provider}/{token}/inbound", Object::Door),
    spec("post", "/hooks/{provider}/{token}/receipts", Object::Door),
    spec("get", "/api/v1/openapi.json", Object::None),
    with("post", "/api/v1/messages", Object::None, "{}"),
    with(
        "put",
        "/api/v1/inboxes/{id}/escalation_policy",
        Object::Inbox,
        r#"{"hours": "inbox", "steps": []}"#,
    ),
    with("put", "/api/v1/inboxes/{id}/mail_replies", Object::Inbox, r#"{"on": false}"#),
    spec("get", "/api/v1/messages/{id}", Object::Message),
    with("put", "/api/v1/inboxes/{id}/automatic_replies", Object::Inbox, r#"{"rules": []}"#),
    with(
        "post",
        "/api/v1/inboxes/{id}/escalation_policy/backtest",
        Object::Inbox,
        r#"{"hours": "inbox", "steps": []}"#,
    ),
    spec("get", "/api/v1/conversations", Object::None),
    spec("get", "/api/v1/conversations/{id}", Object::Conversation),
    spec("get", "/api/v1/conversations/{id}/messages", Object::Conversation),
    with(
        "put",
        "/api/v1/conversations/{id}/assignment",
        Object::Conversation,
        "{\"user_id\": \"{sato}\"}",
    ),
    spec("delete", "/api/v1/conversations/{id}/assignment", Object::Conversation),
    spec("put", "/api/v1/conversations/{id}/closure", Object::Conversation),
    spec("delete", "/api/v1/conversations/{id}/closure", Object::Conversation),
    with(
        "put",
        "/api/v1/conversations/{id}/snooze",
        Object::Conversation,
        "{\"until\": \"2030-01-01T00:00:00Z\"}",
    ),
    spec("delete", "/api/v1/conversations/{id}/snooze", Object::Conversation),
    menus::SET,
    menus::SHOW,
    menus::OVERFLOW,
    menus::PRESS,
    spec("get", "/api/v1/contacts", Object::None),
    spec("get", "/api/v1/contacts/{id}/consents", Object::Contact),
    with("post", "/api/v1/contacts/{id}/consents", Object::Contact, "{}"),
    spec("delete", "/api/v1/contacts/{id}/consents", Object::Contact),
    with("put", "/api/v1/contacts/{id}/fields", Object::Contact, "{}"),
    spec("get", "/api/v1/contact_fields", Object::None),
    spec("get", "/api/v1/search", Object::None),
    spec("put", "/api/v1/conversations/{id}/tags/{tag}", Object::Conversation),
    spec("delete", "/api/v1/conversations/{id}/tags/{tag}", Object::Conversation),
    spec("get", "/api/v1/tags", Object::None),
    spec("get", "/api/v1/events", Object::None),
    with("post", "/api/v1/simulator/inbound", Object::None, "{}"),
    spec("get", "/api/v1/simulator/handsets/{number}", Object::Number),
    with("put", "/api/v1/simulator/behaviour", Object::None, "{}"),
];

/// One of each thing, for everybody to try.
pub struct Scene {
    conversation: String,
    contact: String,
    message: String,
    user: String,
    inbox: String,
    token: String,
    template: String,
    tag: String,
    field: String,
    calendar: String,
    team: String,
    link: String,
    form: String,
    mail: String,
    session: String,
    account: String,
    quarantined: String,
    door: String,
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
        let (link, form) = (short_link(app, conversation).await, form(app, conversation).await);
        let signer = Signer::of(app, &app.cast.account);
        let forged = Signer { secret: "no such secret here".into(), ..signer };
        let body = inbound("SIM0", "+819012345678", "?").to_string();
        Answer::to(forged.request(&app.http, app.now(), "inbound", body)).await.expect(403);
        let read = app.store.read(|db| henji::store::quarantine::page(db, None, 1));
        let contact = app.store.read(move |db| conversations::find(db, conversation));
        Self {
            conversation: conversation.to_string(),
            contact: contact.await.unwrap().contact.id.to_string(),
            message: message.to_string(),
            user: user.to_string(),
            inbox: app.cast.reception.to_string(),
            token: token.to_string(),
            template: template.id.to_string(),
            tag: tag.to_string(),
            field: field.to_string(),
            calendar: calendar.to_string(),
            team: team.to_string(),
            link,
            form,
            mail: mail.to_string(),
            session: session.to_string(),
            account,
            quarantined: read.await.unwrap()[0].id.to_string(),
            door: app.cast.account.hook_token.clone(),
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
            Object::Link | Object::Form => vec![
                target(
                    spec.path.replace(
                        "{token}",
                        if spec.object == Object::Link { &self.link } else { &self.form },
                    ),
                    Whose::House,
                ),
                target(spec.path.replace("{token}", "xxxxxxxxxxx"), Whose::Nobodys),
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
            Object::Message => (&self.message, Whose::Receptions),
            Object::User => (&self.user, Whose::House),
            Object::Inbox => (&self.inbox, Whose::House),
            Object::Account => (&self.account, Whose::House),
            Object::Token => (&self.token, Whose::House),
            Object::Template => (&self.template, Whose::House),
            Object::Tag => (&self.tag, Whose::House),
            Object::Field => (&self.field, Whose::House),
            Object::Calendar => (&self.calendar, Whose::House),
            Object::Team => (&self.team, Whose::House),
            Object::Mail => (&self.mail, Whose::House),
            Object::OthersSession => (&self.session, Whose::Nobodys),
            _ => (&self.quarantined, Whose::House),
        }
    }
}
