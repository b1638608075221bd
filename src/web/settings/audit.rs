//! Who did what: the log, page by page.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use asked::Asked;

use super::senders::shortened;
use super::{frame, house_times};
use crate::app::App;
use crate::domain::account_check::CheckOutcome;
use crate::domain::phone_number;
use crate::domain::user::{Actor, ActorKind, Role};
use crate::locale::Locale;
use crate::store::audit::{self, Entry};
use crate::store::{
    Db, StoreError, api_tokens, calendars, inboxes, provider_accounts, senders, teams, users,
};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html;
use crate::web::session::Auditor;
use crate::web::times::Times;
use crate::web::views::{AuditPage, AuditRowView};
use crate::web::words;

mod asked;

const PAGE: usize = 50;

/// The names of what entries are about, by id. Customers and what was said have
/// none here: who reads this log need not be somebody who reads conversations.
struct Names(HashMap<Uuid, String>);

/// `GET /settings/audit?actor=&action=&object=&since=&until=&before=`: a filter that is
/// none is passed over.
pub async fn index(
    app: web::Data<App>,
    Auditor(session): Auditor,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(&app, &session, &request).await?;
    let times = house_times(&app, t).await?;
    let fields = Fields::parse(request.query_string().as_bytes());
    let before = fields.get("before").parse().ok();
    let asked = Asked::read(&fields);
    let filter = asked.filter(&times);
    let (mut entries, names, actors) = app
        .store
        .read(move |db| {
            let entries = audit::page_before(db, &filter, before, PAGE as i64 + 1)?;
            Ok::<_, StoreError>((entries, Names::read(db, t)?, actors(db)?))
        })
        .await?;
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let next = entries.last().filter(|_| more);
    let next = next.map(|last| asked.and("before", &last.seq.to_string()));
    let entries = entries.iter().map(|entry| row(t, &times, &names, &asked, entry)).collect();
    let form = asked.form(t, &names, &actors);
    html(&AuditPage { shell, form, entries, next })
}

/// Who may have done something, for the form: people and tokens.
fn actors(db: &mut Db) -> Result<Vec<(Uuid, String)>, StoreError> {
    let people = users::all(db)?.into_iter().map(|user| (user.id.0, user.name));
    let tokens = api_tokens::all(db)?.into_iter().map(|token| (token.id.0, token.name));
    Ok(people.chain(tokens).collect())
}

impl Names {
    fn read(db: &mut Db, t: Locale) -> Result<Self, StoreError> {
        let mut names = HashMap::new();
        names.extend(users::all(db)?.into_iter().map(|user| (user.id.0, user.name)));
        names.extend(api_tokens::all(db)?.into_iter().map(|token| (token.id.0, token.name)));
        names.extend(inboxes::all(db)?.into_iter().map(|inbox| (inbox.id.0, inbox.name)));
        names.extend(teams::all(db)?.into_iter().map(|team| (team.id.0, team.name)));
        names.extend(calendars::all(db)?.into_iter().map(|one| (one.id.0, one.name)));
        names.extend(
            senders::all(db)?
                .into_iter()
                .map(|sender| (sender.id.0, phone_number::shown(&sender.address))),
        );
        names.extend(provider_accounts::all(db)?.into_iter().map(|account| {
            let sid = account.settings.get("account_sid").map(|sid| shortened(sid));
            let called = match account.kind.as_str() {
                "simulator" => t.senders_simulator().to_owned(),
                _ => format!("Twilio {}", sid.unwrap_or_default()),
            };
            (account.id.0, called)
        }));
        Ok(Self(names))
    }

    fn of(&self, id: Uuid) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| tail(id))
    }
}

fn row(t: Locale, times: &Times, names: &Names, asked: &Asked, entry: &Entry) -> AuditRowView {
    let object_id = entry.object_id.map(|id| id.to_string());
    AuditRowView {
        of_actor: asked.and("actor", &asked::word_of(&entry.actor)),
        of_action: asked.and("action", &entry.action),
        of_object: object_id.map(|id| asked.and("object", &id)),
        number: entry.seq,
        at: times.exact(entry.at),
        actor: actor(t, names, &entry.actor),
        action: words::did(t, &entry.action).to_owned(),
        object: object(t, names, entry),
        origin: entry.actor.origin.clone(),
    }
}

fn actor(t: Locale, names: &Names, actor: &Actor) -> String {
    let named = || actor.id.map_or_else(String::new, |id| names.of(id));
    match actor.kind {
        ActorKind::User => named(),
        ActorKind::ApiToken => format!("{} {}", t.object_api_token(), named()),
        ActorKind::System => t.audit_system().to_owned(),
        ActorKind::Operator => t.audit_operator().to_owned(),
    }
}

/// `ユーザー 佐藤 花 (オペレーター)`
fn object(t: Locale, names: &Names, entry: &Entry) -> String {
    let mut text = words::object(t, &entry.object_kind).to_owned();
    if let Some(id) = entry.object_id {
        text.push(' ');
        text.push_str(&names.of(id));
    }
    if let Some(detail) = detail(t, entry) {
        text.push_str(&format!(" ({detail})"));
    }
    text
}

/// An entry's detail in one line: a user's role, a token's scopes, how large the
/// sample is; any other as it stands.
fn detail(t: Locale, entry: &Entry) -> Option<String> {
    let words: Vec<&str> = entry.detail.split_whitespace().collect();
    let told = match (entry.object_kind.as_str(), words.as_slice()) {
        (_, []) => return None,
        ("api_token", scopes) => {
            let scopes: Vec<&str> = scopes.iter().map(|word| words::scope(t, word)).collect();
            scopes.join(" · ")
        }
        ("provider_account", [outcome]) if CheckOutcome::from_word(outcome).is_some() => {
            let outcome = CheckOutcome::from_word(outcome);
            outcome.map(|outcome| words::check_outcome(t, outcome).to_owned())?
        }
        ("provider_account", names) => {
            let names: Vec<&str> = names.iter().map(|word| words::credential(word)).collect();
            names.join(" · ")
        }
        ("house", roles) if entry.action == "masking.change" => {
            let roles = roles.iter().filter_map(|word| Role::from_word(word));
            roles.map(|role| t.user_role(role)).collect::<Vec<_>>().join(" · ")
        }
        ("user", [role]) => Role::from_word(role).map_or(*role, |role| t.user_role(role)).into(),
        ("house", [threads, messages, seed]) => t.audit_sample(messages, seed, threads),
        _ => entry.detail.clone(),
    };
    Some(told)
}

/// The end of an id: the beginning is the time, alike in neighbours.
fn tail(id: Uuid) -> String {
    let text = id.simple().to_string();
    format!("…{}", &text[text.len() - 8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(action: &str, kind: &str, id: u128, detail: &str) -> Entry {
        Entry {
            seq: 7,
            at: chrono::DateTime::from_timestamp(1_795_301_400, 0).unwrap(),
            actor: Actor::operator(),
            action: action.into(),
            object_kind: kind.into(),
            object_id: Some(Uuid::from_u128(id)),
            detail: detail.into(),
        }
    }

    fn names() -> Names {
        Names(HashMap::from([(Uuid::from_u128(1), "佐藤 花".to_owned())]))
    }

    #[test]
    fn people_are_told_by_name_and_customers_by_number() {
        let added = entry("user.add", "user", 1, "agent");
        assert_eq!(object(Locale::Ja, &names(), &added), "ユーザー 佐藤 花 (オペレーター)");
        let closed = entry("conversation.close", "conversation", 0xabcd_ef01, "");
        assert_eq!(object(Locale::En, &names(), &closed), "Conversation …abcdef01");
        let made = entry("token.add", "api_token", 2, "messages:send admin");
        let told = object(Locale::En, &names(), &made);
        assert_eq!(told, "API token …00000002 (Send messages · Everything)");
    }

    #[test]
    fn the_size_of_a_sample_is_told_in_one_line() {
        let filled = Entry { object_id: None, ..entry("demo.fill", "house", 0, "50 400 7") };
        assert_eq!(words::did(Locale::Ja, "demo.fill"), "見本データの作成");
        let told = object(Locale::Ja, &names(), &filled);
        assert_eq!(told, "システム全体 (会話50件・メッセージ400件・乱数の種7)");
        // As samples of the first days have it.
        let old = Entry { detail: "seed 7, 400 messages".into(), ..filled };
        let told = object(Locale::En, &names(), &old);
        assert_eq!(told, "Installation (seed 7, 400 messages)");
    }

    #[test]
    fn who_did_it_is_told_in_the_readers_language() {
        let actors = [
            (Actor::system(), "システム"),
            (Actor::operator(), "コマンドライン"),
            (Actor::user(Uuid::from_u128(1).into(), None), "佐藤 花"),
        ];
        for (who, told) in actors {
            assert_eq!(actor(Locale::Ja, &names(), &who), told);
        }
    }
}
