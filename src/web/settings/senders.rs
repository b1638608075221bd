//! What texts go out from, and what to enter at the provider.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};

use super::{frame, house_times, saved, status_of};
use crate::actions::settings::{self, NewAccount};
use crate::actions::{ActionError, Problem, note_alive};
use crate::app::App;
use crate::domain::account_check::CheckOutcome;
use crate::domain::id::InboxId;
use crate::domain::phone_number;
use crate::store::inboxes::Inbox;
use crate::store::provider_accounts::{self, Condition, ProviderAccount};
use crate::store::senders::Sender;
use crate::store::{StoreError, inboxes, outages, sender_notices, senders};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::times::Times;
use crate::web::views::{
    AccountView, ChoiceView, ConditionView, FormErrors, HookUrls, NewSenderPage, OutageView,
    SenderRowView, SendersPage,
};
use crate::web::words;

/// How far back an account's last texts are looked for.
const LATELY: TimeDelta = TimeDelta::days(30);

/// `GET /settings/senders`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    page(&app, &session, &request, None, FormErrors::none()).await
}

/// The page, with what was typed of whom to ask.
pub(super) async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    typed: Option<&str>,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let shell = frame(app, session, request).await?;
    let times = house_times(app, session.locale()).await?;
    let since = times.now - note_alive::KEPT;
    let lately = times.now - LATELY;
    let (accounts, senders, inboxes, outages, inquiries) = app
        .store
        .read(move |db| {
            let outages = outages::ended_after(db, since)?;
            let mut accounts = Vec::new();
            for account in provider_accounts::all(db)? {
                let condition = provider_accounts::condition(db, account.id, lately)?;
                accounts.push((account, condition));
            }
            let inquiries = sender_notices::inquiries(db)?;
            Ok::<_, StoreError>((
                accounts,
                senders::all(db)?,
                inboxes::all(db)?,
                outages,
                inquiries,
            ))
        })
        .await?;
    let view = |(account, condition): &(ProviderAccount, Condition)| AccountView {
        condition: condition_view(&times, condition),
        id: account.id.to_string(),
        kind: account.kind.clone(),
        label: account.settings.get("account_sid").map_or_else(String::new, |sid| shortened(sid)),
        hooks: hooks(app, account),
        senders: senders
            .iter()
            .filter(|sender| sender.provider_account_id == account.id)
            .map(|sender| row(sender, &inboxes))
            .collect(),
        // What the provider's list was read past has been fetched from it.
        outages: outages
            .iter()
            .filter(|outage| outage.ended_at > account.listed_until)
            .map(|outage| OutageView {
                began: times.exact(outage.began_at),
                ended: times.exact(outage.ended_at),
            })
            .collect(),
    };
    let page = SendersPage {
        shell,
        accounts: accounts.iter().map(view).collect(),
        inquiries: typed.map_or(inquiries, str::to_owned),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn condition_view(times: &Times, condition: &Condition) -> ConditionView {
    let t = times.t;
    let full = |at: Option<DateTime<Utc>>| at.map(|at| times.full(at));
    ConditionView {
        check: condition.check.map(|(outcome, at)| {
            let works = outcome == CheckOutcome::Works;
            (works, words::check_outcome(t, outcome).to_owned(), times.exact(at))
        }),
        last_inbound: full(condition.last_inbound),
        last_sent: full(condition.last_sent),
        last_failure: condition.last_failure.map(|(reason, at)| {
            let advice = t.delivery_advice(reason);
            (format!("{}: {advice}", t.delivery_reason(reason)), times.full(at))
        }),
    }
}

/// `GET /settings/senders/new`
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    form(&app, &session, &request, &Fields::default(), FormErrors::none()).await
}

/// `POST /settings/senders`: another number of an account that is connected
/// already joins that account, since two would read the same list of texts.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let refused = match add(&app, &session, &fields).await {
        Ok(()) => return Ok(saved("/settings/senders")),
        Err(error) => error,
    };
    let t = session.locale();
    let errors = match refused {
        ActionError::Invalid { field: "auth_token", problem: Problem::Taken } => {
            FormErrors::of("auth_token", t.problem_other_auth_token())
        }
        refused => words::form_errors(t, refused, &[("inbox", "inbox_id")])?,
    };
    form(&app, &session, &request, &fields, errors).await
}

/// The credentials of the form, as the provider calls them.
pub fn credentials(fields: &Fields) -> BTreeMap<String, String> {
    ["account_sid", "auth_token"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.filled(name)?.to_owned())))
        .collect()
}

/// What to enter at the provider of the first account that has one to enter
/// anything at.
pub async fn first_hooks(app: &App) -> Result<Option<HookUrls>, WebError> {
    let accounts = app.store.read(provider_accounts::all).await?;
    let real = accounts.iter().find(|account| account.kind != "simulator");
    Ok(real.map(|account| hooks(app, account)))
}

async fn add(app: &App, session: &Session, fields: &Fields) -> Result<(), ActionError> {
    let inbox: InboxId = fields
        .get("inbox_id")
        .parse()
        .map_err(|_malformed| ActionError::invalid("inbox_id", Problem::Missing))?;
    let caller = session.caller.clone();
    let sender = fields.get("sender").trim().to_owned();
    let credentials = credentials(fields);
    let known = app.store.read(provider_accounts::all).await?.into_iter().find(|account| {
        account.kind == "twilio"
            && credentials.contains_key("account_sid")
            && account.settings.get("account_sid") == credentials.get("account_sid")
    });
    match known {
        Some(account) if account.settings.get("auth_token") != credentials.get("auth_token") => {
            Err(ActionError::invalid("auth_token", Problem::Taken))
        }
        Some(account) => {
            settings::add_sender(app, caller, inbox, account.id, sender).await.map(drop)
        }
        None => {
            let new = NewAccount { kind: "twilio".to_owned(), settings: credentials, sender };
            settings::add_account(app, caller, inbox, new).await.map(drop)
        }
    }
}

fn hooks(app: &App, account: &ProviderAccount) -> HookUrls {
    let ours = app.account(account);
    let Some(provider) = app.providers.get(&account.kind) else {
        return HookUrls { inbound: ours.inbound_url, receipts: ours.receipts_url, voice: None };
    };
    HookUrls {
        inbound: provider.inbound_url(&ours.inbound_url),
        receipts: ours.receipts_url,
        voice: provider.telephone().map(|_| ours.voice_url),
    }
}

fn row(sender: &Sender, inboxes: &[Inbox]) -> SenderRowView {
    let inbox = inboxes.iter().find(|inbox| inbox.id == sender.inbox_id);
    SenderRowView {
        id: sender.id.to_string(),
        address: phone_number::shown(&sender.address),
        inbox_name: inbox.map_or_else(String::new, |inbox| inbox.name.clone()),
        send_only: !sender.can_receive,
    }
}

/// Enough of an id to know it by: `AC12…9f0e`.
pub fn shortened(id: &str) -> String {
    match (id.get(..4), id.len().checked_sub(4).and_then(|start| id.get(start..))) {
        (Some(head), Some(tail)) if id.len() > 8 => format!("{head}…{tail}"),
        _ => id.to_owned(),
    }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let shell = frame(app, session, request).await?;
    let choice = |inbox: Inbox| ChoiceView {
        chosen: typed.get("inbox_id") == inbox.id.to_string(),
        value: inbox.id.to_string(),
        label: inbox.name,
    };
    let page = NewSenderPage {
        shell,
        inboxes: app.store.read(inboxes::all).await?.into_iter().map(choice).collect(),
        account_sid: typed.get("account_sid").to_owned(),
        sender: typed.get("sender").to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_by_its_ends() {
        assert_eq!(shortened("AC12345678901234567890123456789f0e"), "AC12…9f0e");
        for short in ["", "AC12", "AC129f0e", "返事返事返事"] {
            assert_eq!(shortened(short), short);
        }
    }

    #[test]
    fn credentials_are_taken_without_the_blanks_a_copy_brings() {
        let fields = Fields::of(&[("account_sid", " AC1 "), ("auth_token", " "), ("sender", "x")]);
        let expected = BTreeMap::from([("account_sid".to_owned(), "AC1".to_owned())]);
        assert_eq!(credentials(&fields), expected);
    }
}
