//! Inboxes, provider accounts, senders and API tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ApiTokenId, InboxId, ProviderAccountId};
use crate::domain::sender::SenderAddress;
use crate::domain::user::Caller;
use crate::providers::Settings;
use crate::providers::registry::Registry;
use crate::store::api_tokens::{self, ApiToken};
use crate::store::audit::Object;
use crate::store::inboxes::{self, Inbox};
use crate::store::provider_accounts::{self, ProviderAccount};
use crate::store::seal::{LETTERS, random, random_letters};
use crate::store::senders::{self, Sender};
use crate::store::{Tx, calendars, optional, users};

use super::{ActionError, Problem, access};

/// Parts a second of a sender nobody set a limit for: below what carriers and
/// providers commonly allow a number.
const SEGMENTS_PER_SECOND: i32 = 10;
/// ASVS: no token for ever (reliability-and-security.md 3.5).
const TOKEN_LIFE: TimeDelta = TimeDelta::days(365);
/// The simulator's secret; it checks its own webhooks like any provider's.
const SIMULATOR_SECRET: &str = "secret";

/// What a token may be allowed.
pub const SCOPES: [&str; 10] = [
    "messages:send",
    "messages:read",
    "conversations:write",
    "contacts:read",
    "contacts:write",
    "events:read",
    "handoffs:write",
    "appointments:write",
    "simulator",
    "admin",
];

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub kind: String,
    pub settings: Settings,
    pub sender: String,
}

/// An account and its first sender, checked and ready to be stored.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub account: ProviderAccount,
    sender: SenderAddress,
}

/// Adds an account with its sender to an inbox.
///
/// # Errors
/// `Invalid` names `provider`, `sender` or the provider's own setting.
pub async fn add_account(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    new: NewAccount,
) -> Result<(ProviderAccount, Sender), ActionError> {
    access::must_administer(&caller)?;
    let checked = checked(app, new)?;
    let (account, sender) = app
        .store
        .write(move |tx| {
            inboxes::find(tx, inbox)
                .map_err(|_absent| ActionError::invalid("inbox", Problem::Unknown))?;
            let sender = insert_account(tx, &checked, inbox)?;
            let id = checked.account.id;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "provider.add", Object::new("provider_account", id.0));
            Ok::<_, ActionError>((checked.account.clone(), sender))
        })
        .await?;
    tell_simulator(app, account.clone()).await?;
    Ok((account, sender))
}

/// Adds another sender to an account.
pub async fn add_sender(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    account: ProviderAccountId,
    address: String,
) -> Result<Sender, ActionError> {
    access::must_administer(&caller)?;
    let address = SenderAddress::parse(&address)
        .map_err(|_error| ActionError::invalid("sender", Problem::Malformed))?;
    let (account, sender) = app
        .store
        .write(move |tx| {
            inboxes::find(tx, inbox)
                .map_err(|_absent| ActionError::invalid("inbox", Problem::Unknown))?;
            let account = provider_accounts::find(tx, account)?;
            let sender = insert_sender(tx, &address, account.id, inbox)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "sender.add", Object::new("sender", sender.id.0));
            Ok::<_, ActionError>((account, sender))
        })
        .await?;
    tell_simulator(app, account).await?;
    Ok(sender)
}

/// Adds an inbox, or changes one.
pub async fn save_inbox(app: &App, caller: Caller, inbox: Inbox) -> Result<(), ActionError> {
    /// Longer and a customer waits for somebody's second thoughts.
    const LONGEST_UNDO: i32 = 60;
    access::must_administer(&caller)?;
    super::set_up::check_inbox_name(&inbox.name)?;
    if inbox.time_zone.parse::<chrono_tz::Tz>().is_err() {
        return Err(ActionError::invalid("time_zone", Problem::Unknown));
    }
    if !["ja", "en"].contains(&inbox.locale.as_str()) {
        return Err(ActionError::invalid("locale", Problem::Unknown));
    }
    if !(0..=LONGEST_UNDO).contains(&inbox.undo_seconds) {
        return Err(ActionError::invalid("undo_seconds", Problem::Malformed));
    }
    app.store
        .write(move |tx| {
            let now = tx.now;
            if let Some(calendar) = inbox.calendar_id
                && optional(calendars::find(tx, calendar))?.is_none()
            {
                return Err(ActionError::invalid("calendar_id", Problem::Unknown));
            }
            let action = match optional(inboxes::find(tx, inbox.id))? {
                Some(_) => {
                    inboxes::update(tx, &inbox)?;
                    "inbox.change"
                }
                None => {
                    inboxes::insert(tx, &inbox, now)?;
                    if let Some(user) = caller.user_id() {
                        users::add_membership(tx, inbox.id, user, now)?;
                    }
                    "inbox.add"
                }
            };
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, action, Object::new("inbox", inbox.id.0));
            Ok(())
        })
        .await
}

/// Makes an API token; its secret is given out here and never again.
pub async fn add_token(
    app: &App,
    caller: Caller,
    name: String,
    scopes: Vec<String>,
) -> Result<(ApiTokenId, String), ActionError> {
    access::must_administer(&caller)?;
    if name.trim().is_empty() {
        return Err(ActionError::invalid("name", Problem::Missing));
    }
    if name.trim().contains(char::is_control) {
        return Err(ActionError::invalid("name", Problem::Malformed));
    }
    if scopes.is_empty() {
        return Err(ActionError::invalid("scope", Problem::Missing));
    }
    if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(ActionError::invalid("scope", Problem::Unknown));
    }
    let secret = token_secret();
    let shown = secret.clone();
    let id = app
        .store
        .write(move |tx| {
            let token = ApiToken {
                id: fresh_id(),
                name: name.trim().to_owned(),
                scopes: scopes.clone(),
                created_at: tx.now,
                expires_at: tx.now + TOKEN_LIFE,
                revoked_at: None,
            };
            api_tokens::insert(tx, &token, &secret, caller.user_id())?;
            let object = Object::new("api_token", token.id.0);
            tx.audit_with(&caller.actor, "token.add", object, scopes.join(" "));
            Ok::<_, ActionError>(token.id)
        })
        .await?;
    Ok((id, shown))
}

pub async fn revoke_token(app: &App, caller: Caller, id: ApiTokenId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let now = tx.now;
            api_tokens::revoke(tx, id, now)?;
            tx.audit(&caller.actor, "token.revoke", Object::new("api_token", id.0));
            Ok(())
        })
        .await
}

pub(super) fn checked(app: &App, new: NewAccount) -> Result<Checked, ActionError> {
    let mut settings = new.settings;
    if new.kind == "simulator" {
        settings
            .entry(SIMULATOR_SECRET.to_owned())
            .or_insert_with(|| URL_SAFE_NO_PAD.encode(random::<32>()));
    }
    check_settings(&app.providers, &new.kind, &settings)?;
    let sender = SenderAddress::parse(&new.sender)
        .map_err(|_error| ActionError::invalid("sender", Problem::Malformed))?;
    Ok(Checked {
        account: ProviderAccount {
            id: fresh_id(),
            kind: new.kind,
            settings,
            hook_token: URL_SAFE_NO_PAD.encode(random::<24>()),
            listed_until: app.clock.now(),
        },
        sender,
    })
}

/// Whether the provider's adapter could work with them.
pub(super) fn check_settings(
    providers: &Registry,
    kind: &str,
    settings: &Settings,
) -> Result<(), ActionError> {
    let provider = providers.get(kind).ok_or(ActionError::invalid("provider", Problem::Unknown))?;
    provider.check_settings(settings).map_err(|error| {
        let known = provider.settings().iter().find(|setting| setting.name == error.setting);
        ActionError::invalid(known.map_or("settings", |setting| setting.name), Problem::Malformed)
    })
}

pub(super) fn insert_account(
    tx: &mut Tx,
    checked: &Checked,
    inbox: InboxId,
) -> Result<Sender, ActionError> {
    let now = tx.now;
    provider_accounts::insert(tx, &checked.account, now)?;
    insert_sender(tx, &checked.sender, checked.account.id, inbox)
}

fn insert_sender(
    tx: &mut Tx,
    address: &SenderAddress,
    account: ProviderAccountId,
    inbox: InboxId,
) -> Result<Sender, ActionError> {
    let known = senders::of_account(tx, account)?;
    if known.iter().any(|sender| sender.address == address.as_str()) {
        return Err(ActionError::invalid("sender", Problem::Taken));
    }
    let is_simulated = provider_accounts::kind_of(tx, account)? == "simulator";
    let sender = Sender {
        id: fresh_id(),
        inbox_id: inbox,
        provider_account_id: account,
        address: address.as_str().to_owned(),
        kind: address.kind().word().to_owned(),
        can_receive: is_simulated || address.usually_receives_replies(),
        segments_per_second: SEGMENTS_PER_SECOND,
    };
    let now = tx.now;
    senders::insert(tx, &sender, now)?;
    Ok(sender)
}

/// The simulated carrier must know which numbers are ours.
pub async fn tell_simulator(app: &App, account: ProviderAccount) -> Result<(), ActionError> {
    if account.kind != "simulator" {
        return Ok(());
    }
    let id = account.id;
    let ours = app.store.read(move |db| senders::of_account(db, id)).await?;
    let numbers = ours.into_iter().map(|sender| sender.address).collect();
    app.simulator.register(app.account(&account), numbers);
    Ok(())
}

/// `henji_live_`, 30 base62 characters (178 bit) and a CRC of 6: secret scanners
/// know it by its look (reliability-and-security.md 3.5).
fn token_secret() -> String {
    let secret = random_letters(30);
    let mut crc = crc32(secret.as_bytes());
    let mut check = [b'0'; 6];
    for place in check.iter_mut().rev() {
        *place = LETTERS[(crc % 62) as usize];
        crc /= 62;
    }
    format!("henji_live_{secret}_{}", String::from_utf8_lossy(&check))
}

/// CRC-32 as in ISO 3309 (zlib, PNG).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_common_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn tokens_look_alike_and_differ() {
        let (one, two) = (token_secret(), token_secret());
        assert!(one.starts_with("henji_live_") && one.len() == 11 + 30 + 1 + 6);
        assert_ne!(one, two);
    }
}
