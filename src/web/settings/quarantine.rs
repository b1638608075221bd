//! Webhook requests that failed their check, for an administrator to judge.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved};
use crate::actions::{ActionError, quarantine as verbs};
use crate::app::App;
use crate::domain::id::{ProviderAccountId, QuarantineId};
use crate::locale::Locale;
use crate::store::quarantine::{self, Place, Quarantined, RawRequest};
use crate::store::{StoreError, provider_accounts};
use crate::web::conversations::people::People;
use crate::web::cursor;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::times::Times;
use crate::web::views::{QuarantinePage, QuarantineRowView};
use crate::web::words;

/// Requests of a page; those that wait come first.
const PAGE: usize = 50;
/// A body is shown this far: the longest text a provider joins is shorter.
const LONGEST_BODY: usize = 16 * 1024;
/// Headers that hold a secret, or the proof of one.
const SECRET: [&str; 4] = ["authorization", "cookie", "signature", "token"];

/// `GET /settings/quarantine?after=`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    page(&app, &session, &request, StatusCode::OK, None).await
}

/// `POST /settings/quarantine/{id}/replay`
pub async fn replay(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = QuarantineId(path.into_inner());
    match verbs::replay(&app, session.caller.clone(), id).await {
        Ok(()) => Ok(saved("/settings/quarantine")),
        Err(error) => refused(&app, &session, &request, id, error).await,
    }
}

/// `DELETE /settings/quarantine/{id}`
pub async fn discard(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = QuarantineId(path.into_inner());
    match verbs::discard(&app, session.caller.clone(), id).await {
        Ok(()) => Ok(saved("/settings/quarantine")),
        Err(error) => refused(&app, &session, &request, id, error).await,
    }
}

/// The page again, with the reason beside the request it is about.
async fn refused(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: QuarantineId,
    error: ActionError,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let (status, why) = match error {
        ActionError::Invalid { field, problem } => {
            (StatusCode::UNPROCESSABLE_ENTITY, words::problem(t, field, problem))
        }
        ActionError::TooLate => (StatusCode::CONFLICT, t.problem_resolved_already().to_owned()),
        error => return Err(error.into()),
    };
    page(app, session, request, status, Some((id, why))).await
}

/// An address of a webhook without the token in it, which is a password.
pub fn without_token(url: &str) -> Cow<'_, str> {
    let Some((before, rest)) = url.split_once("/hooks/") else { return Cow::Borrowed(url) };
    let mut parts = rest.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(provider), Some(_), Some(door)) => {
            Cow::Owned(format!("{before}/hooks/{provider}/…/{door}"))
        }
        _ => Cow::Owned(format!("{before}/hooks/…")),
    }
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    status: StatusCode,
    refusal: Option<(QuarantineId, String)>,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(app, session, request).await?;
    let times = house_times(app, t).await?;
    let after = Fields::parse(request.query_string().as_bytes()).filled("after").and_then(place);
    let refused = refusal.as_ref().map(|(id, _)| *id);
    let (mut items, kinds, people) = app
        .store
        .read(move |db| {
            let accounts = provider_accounts::all(db)?;
            let kinds: HashMap<_, _> =
                accounts.into_iter().map(|account| (account.id, account.kind)).collect();
            let mut items = quarantine::page(db, after, PAGE as i64 + 1)?;
            if let Some(id) = refused
                && !items.iter().any(|item| item.id == id)
            {
                items.insert(0, quarantine::find(db, id)?);
            }
            let people = People::read(db, items.iter().map(|item| item.resolved_by))?;
            Ok::<_, StoreError>((items, kinds, people))
        })
        .await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| address_below(last.place()));
    let row = |item: &Quarantined| QuarantineRowView {
        refusal: refusal.as_ref().filter(|(id, _)| *id == item.id).map(|(_, why)| why.clone()),
        ..row(t, &times, &kinds, &people, item)
    };
    let items = items.iter().map(row).collect();
    html_with(status, &QuarantinePage { shell, items, next })
}

fn address_below(Place { is_resolved, at }: Place) -> String {
    let part = if is_resolved { "resolved" } else { "waiting" };
    format!("/settings/quarantine?after={part}-{}", cursor::write(at))
}

/// Reads what [`address_below`] wrote.
fn place(text: &str) -> Option<Place> {
    let (part, at) = text.split_once('-')?;
    let is_resolved = match part {
        "resolved" => true,
        "waiting" => false,
        _ => return None,
    };
    Some(Place { is_resolved, at: cursor::read(at)? })
}

fn row(
    t: Locale,
    times: &Times,
    kinds: &HashMap<ProviderAccountId, String>,
    people: &People,
    item: &Quarantined,
) -> QuarantineRowView {
    let kind = item.provider_account_id.and_then(|id| kinds.get(&id));
    let door = match item.route.as_str() {
        "inbound" => t.held_inbound(),
        "receipts" => t.held_receipts(),
        "voice" => t.held_voice(),
        "application" => t.held_application(),
        other => other,
    };
    let outcome =
        item.outcome.as_deref().map(|outcome| match (outcome, people.name(item.resolved_by)) {
            ("replayed", Some(name)) => t.quarantine_replayed_by(name),
            ("discarded", Some(name)) => t.quarantine_discarded_by(name),
            ("replayed", None) => t.held_replayed().to_owned(),
            ("discarded", None) => t.held_discarded().to_owned(),
            (other, _) => other.to_owned(),
        });
    QuarantineRowView {
        can_replay: item.route != "voice",
        id: item.id.to_string(),
        at: times.full(item.received_at),
        route: match item.route.as_str() {
            // Of a source, which has no account.
            "application" => door.to_owned(),
            _ => format!("{} · {door}", kind.map_or(t.held_no_account(), String::as_str)),
        },
        problem: words::held_because(t, &item.problem).to_owned(),
        request: shown(t, &item.request),
        outcome: outcome.map(|outcome| match item.resolved_at {
            Some(at) => t.held_resolved(outcome, times.full(at).shown),
            None => outcome,
        }),
        refusal: None,
    }
}

/// The request as it came, as far as a person needs it to judge; nothing that
/// would let the reader make another one.
fn shown(t: Locale, request: &RawRequest) -> String {
    let mut text = format!("{} {}\n", request.method, without_token(&request.url));
    for (name, value) in &request.headers {
        let name = name.to_ascii_lowercase();
        let is_secret = SECRET.iter().any(|secret| name.contains(secret));
        let value = if is_secret { "…" } else { value };
        writeln!(text, "{name}: {value}").expect("a String takes every write");
    }
    let body = String::from_utf8_lossy(&request.body);
    let end = body.floor_char_boundary(LONGEST_BODY);
    write!(text, "\n{}", &body[..end]).expect("a String takes every write");
    if end < body.len() {
        write!(text, "\n{}", t.held_cut()).expect("a String takes every write");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        for (url, shown) in [
            (
                "https://x.jp/hooks/twilio/s3cret/inbound?a=1",
                "https://x.jp/hooks/twilio/…/inbound?a=1",
            ),
            ("/hooks/simulator/s3cret/receipts", "/hooks/simulator/…/receipts"),
            ("/hooks/s3cret", "/hooks/…"),
            ("/elsewhere", "/elsewhere"),
        ] {
            assert_eq!(without_token(url), shown);
        }
    }

    #[test]
    fn a_request_is_shown_without_its_secrets() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = RawRequest {
            method: "POST".into(),
            url: "https://x.jp/hooks/twilio/s3cret/inbound".into(),
            headers: vec![
                header("content-type", "application/x-www-form-urlencoded"),
                header("X-Twilio-Signature", "s3cret="),
                header("Authorization", "Basic s3cret"),
                header("cookie", "sid=s3cret"),
                header("i-twilio-idempotency-token", "s3cret"),
            ],
            body: "From=%2B819012345678&Body=返事".into(),
        };
        let text = shown(Locale::Ja, &request);
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("content-type: application/x-www-form-urlencoded\n"), "{text}");
        assert!(text.ends_with("\nFrom=%2B819012345678&Body=返事"), "{text}");
    }

    #[test]
    fn a_long_body_is_cut_between_characters() {
        let request = RawRequest {
            method: "POST".into(),
            url: String::new(),
            headers: Vec::new(),
            body: "返".repeat(LONGEST_BODY).into(),
        };
        let text = shown(Locale::En, &request);
        assert!(text.len() < LONGEST_BODY + 100 && text.ends_with("返\n(cut off here)"));
    }
}
