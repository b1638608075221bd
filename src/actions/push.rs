//! Users are told of new texts on browsers where henji is not open.
//!
//! Who is told is asked twice: when the text is found in the log, and when the words
//! leave, for by then it may have been read, taken, or hidden from them. The words are
//! put together only then, and kept nowhere.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, MessageId, SessionId, UserId};
use crate::domain::masking::Numbers;
use crate::domain::push::{KEPT, PushOutcome, wait_after};
use crate::domain::user::{Caller, Notify, Sight};
use crate::locale::Locale;
use crate::push::encryption::{self, AUTH, BrowserKeys, PUBLIC};
use crate::push::{Parcel, vapid::VapidKey};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::mentions::{self, Called};
use crate::store::pushes::subscriptions::{self, Subscription};
use crate::store::pushes::{self, Begun, News, PushId};
use crate::store::users::{self, User};
use crate::store::{Db, StoreError, conversations, events, messages, quiet_times, reads};

use super::{ActionError, Problem};

/// Events looked through at a time.
const EVENTS: i64 = 512;
/// How long a push may be in somebody's hands: longer than a service may take.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// Characters of a text that are told: what a locked screen shows.
const EXCERPT: usize = 200;

/// Reads the house's key, or makes it: browsers cannot subscribe without.
pub async fn prepare(app: &App) -> Result<(), ActionError> {
    if !app.push.is_on() {
        return Ok(());
    }
    if app.store.read(subscriptions::key).await?.is_none() {
        let made =
            VapidKey::make().map_err(|_unspecified| StoreError::Sealed("no key could be made"))?;
        app.store
            .write(move |tx| {
                let now = tx.now;
                Ok::<_, ActionError>(subscriptions::keep_key(tx, &made, now)?)
            })
            .await?;
    }
    // Another node may have been faster.
    if let Some(kept) = app.store.read(subscriptions::key).await? {
        let key = VapidKey::read(&kept)
            .map_err(|_unspecified| StoreError::Sealed("the key for pushes cannot be read"))?;
        app.push.learn(key);
    }
    Ok(())
}

/// What a browser says of itself when it subscribes.
#[derive(Clone, Debug)]
pub struct Address {
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

/// Tells the browser of `session` from now on.
///
/// # Errors
/// `Invalid` names `endpoint` where it leads to no push service of the world, `keys`
/// where they are none.
pub async fn subscribe(
    app: &App,
    caller: Caller,
    session: SessionId,
    address: Address,
) -> Result<(), ActionError> {
    let endpoint = app.push.endpoint(&address.endpoint);
    let endpoint = endpoint.ok_or(ActionError::invalid("endpoint", Problem::Malformed))?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let keys = part(&address.p256dh)
        .zip(part(&address.auth))
        .and_then(|(public, auth)| BrowserKeys::parse(&public, &auth))
        .ok_or(ActionError::invalid("keys", Problem::Malformed))?;
    let keys = [keys.public.as_slice(), &keys.auth].concat();
    let subscription = Subscription { endpoint: endpoint.into(), keys };
    app.store
        .write(move |tx| {
            let now = tx.now;
            subscriptions::put(tx, session, &subscription, now)?;
            tx.audit(&caller.actor, "push.subscribe", Object::new("session", session.0));
            Ok(())
        })
        .await
}

/// Tells one of the caller's browsers no more. It does not come back by itself.
///
/// # Errors
/// Not found for a browser of somebody else.
pub async fn remove(app: &App, caller: Caller, session: SessionId) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    app.store
        .write(move |tx| {
            let theirs = subscriptions::of_user(tx, user)?;
            if !theirs.contains(&session) || !subscriptions::remove(tx, session)? {
                return Err(StoreError::NotFound.into());
            }
            tx.audit(&caller.actor, "push.remove", Object::new("session", session.0));
            Ok(())
        })
        .await
}

/// Looks for news in the log and puts them into the outbox; how many events it read.
pub async fn follow(app: &App) -> Result<usize, ActionError> {
    let now = app.clock.now();
    let Some(found) = app.store.read(move |db| look(db, now)).await? else { return Ok(0) };
    let read = found.events;
    if found.tell.is_empty() && read < EVENTS as usize && found.before.is_some() {
        // Looked through again the next time: cheaper than a write for each look.
        return Ok(0);
    }
    app.store
        .write(move |tx| {
            if pushes::move_cursor(tx, found.before, found.seq)? {
                let now = tx.now;
                for (session, news) in &found.tell {
                    pushes::insert(tx, *session, news, now, news.at + KEPT)?;
                }
            }
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(read)
}

/// What a look through the log found.
struct Found {
    before: Option<i64>,
    seq: i64,
    events: usize,
    tell: Vec<(SessionId, News)>,
}

fn look(db: &mut Db, now: DateTime<Utc>) -> Result<Option<Found>, StoreError> {
    let before = pushes::cursor(db)?;
    let Some(cursor) = before else {
        // What was before the first look is no news.
        let seq = events::last_seq(db)?;
        return Ok(Some(Found { before, seq, events: 0, tell: Vec::new() }));
    };
    let read = events::after(db, cursor, EVENTS)?;
    let Some(last) = read.last() else { return Ok(None) };
    let created = read.iter().filter(|event| event.event.kind == EventKind::MessageCreated);
    let ids: Vec<MessageId> = created.filter_map(|event| event.event.message_id).collect();
    let tell = if ids.is_empty() { Vec::new() } else { tell(db, &ids, now)? };
    Ok(Some(Found { before, seq: last.seq, events: read.len(), tell }))
}

/// Which browsers are told of which of these messages.
fn tell(
    db: &mut Db,
    ids: &[MessageId],
    now: DateTime<Utc>,
) -> Result<Vec<(SessionId, News)>, StoreError> {
    let told = subscriptions::told(db, now)?;
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let mut news = pushes::news(db, ids)?;
    news.retain(|news| news.at + KEPT > now);
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let talks: Vec<ConversationId> = news.iter().map(|news| news.conversation).collect();
    let called = mentions::in_conversations(db, &talks)?;
    let (mut people, mut tell) = (HashMap::new(), Vec::new());
    for (session, user, since) in told {
        // Somebody with three browsers is looked up once.
        let (user, sight) = match people.entry(user) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(seen_by(db, user)?),
        };
        let theirs =
            news.iter().filter(|news| since <= news.at && is_for(user, sight, news, &called));
        tell.extend(theirs.map(|news| (session, *news)));
    }
    Ok(tell)
}

fn seen_by(db: &mut Db, user: UserId) -> Result<(User, Sight), StoreError> {
    let user = users::find(db, user)?;
    let sight = Sight::of(user.role, users::inboxes_of(db, user.id)?);
    Ok((user, sight))
}

fn is_for(user: &User, sight: &Sight, news: &News, called: &[Called]) -> bool {
    let here = called.iter().filter(|called| called.conversation == news.conversation);
    let called: Vec<UserId> = here.map(|called| called.user).collect();
    user.notify != Notify::Off
        && sight.sees(news.inbox)
        && user.notify_scope.takes_in(user.id, news.assignee, &called)
}

/// Pushes whose time has come.
pub async fn due(app: &App, limit: i64) -> Result<Vec<PushId>, ActionError> {
    let now = app.clock.now();
    Ok(app.store.read(move |db| pushes::due(db, now, limit)).await?)
}

/// Tries to hand a push over, and puts on record what it came to. `None` where it is in
/// other hands, or is not to be told any more.
///
/// A process that ends between the service's word and the record hands it over again:
/// it takes the place of the first on the screen, without a sound.
pub async fn run(app: &App, id: PushId) -> Result<Option<PushOutcome>, ActionError> {
    let begun = app
        .store
        .write(move |tx| {
            let now = tx.now;
            Ok::<_, ActionError>(pushes::begin(tx, id, now, LEASE)?)
        })
        .await?;
    let Some(begun) = begun else { return Ok(None) };
    let now = app.clock.now();
    let told = match begun.is_overtaken || begun.expires_at <= now {
        true => None,
        false => app.store.read(move |db| still_told(db, &begun, now)).await?,
    };
    let told = told.filter(|told| !app.presence.looks_at(begun.conversation, told.user.id));
    let Some(told) = told else {
        settle(app, begun, None).await?;
        return Ok(None);
    };
    let outcome = match parcel(app, &begun, &told, now) {
        Some(parcel) => app.push.hand_over(&told.subscription.endpoint, parcel, now).await,
        None => PushOutcome::Refused,
    };
    match outcome {
        PushOutcome::Taken | PushOutcome::Refused => settle(app, begun, None).await?,
        PushOutcome::Later(not_before) => {
            let next = app.clock.now() + wait_after(begun.tries);
            let next = not_before.map_or(next, |at| at.max(next));
            settle(app, begun, Some(next).filter(|next| *next < begun.expires_at)).await?;
        }
        PushOutcome::Gone => forget(app, id.0, told.subscription).await?,
    }
    Ok(Some(outcome))
}

async fn settle(app: &App, begun: Begun, next: Option<DateTime<Utc>>) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            pushes::settle(tx, begun.id, begun.tries, next)?;
            Ok(())
        })
        .await
}

/// The browser wants no more of it, unless it has subscribed anew meanwhile.
async fn forget(app: &App, session: SessionId, gone: Subscription) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let now = tx.now;
            if subscriptions::find(tx, session, now)?.is_some_and(|(_, known)| known == gone) {
                subscriptions::delete(tx, session)?;
            }
            Ok(())
        })
        .await
}

/// Somebody who is told, and of what.
struct Told {
    user: User,
    subscription: Subscription,
    conversation: Conversation,
    body: String,
}

/// `None` where it is nothing to tell that browser's user any more.
fn still_told(db: &mut Db, begun: &Begun, now: DateTime<Utc>) -> Result<Option<Told>, StoreError> {
    let (session, message) = begun.id;
    let Some((user, subscription)) = subscriptions::find(db, session, now)? else {
        return Ok(None);
    };
    let (user, sight) = seen_by(db, user)?;
    let [news] = pushes::news(db, &[message])?[..] else { return Ok(None) };
    let conversation = conversations::find(db, begun.conversation)?;
    let read = reads::of_user(db, user.id, &[begun.conversation])?;
    let has_read = read.iter().any(|(_, marker)| {
        marker.at > news.at || reads::unread(conversation.inbound_texts, Some(*marker)) == 0
    });
    let keeps_quiet = quiet_times::quiet_until(db, user.id, now)?.is_some();
    let called = mentions::in_conversations(db, &[begun.conversation])?;
    if has_read || keeps_quiet || !is_for(&user, &sight, &news, &called) {
        return Ok(None);
    }
    // What nobody is to be told is not opened either.
    let body = match user.notify {
        Notify::Body => messages::find(db, message)?.body,
        _ => String::new(),
    };
    Ok(Some(Told { user, subscription, conversation, body }))
}

/// As much as the user wants on a screen that others may see, and no more.
fn words(told: &Told) -> (String, String) {
    let t = Locale::from_tag(&told.user.locale).unwrap_or_default();
    let contact = &told.conversation.contact;
    // Out of the house, whoever has no name is known by the end of their number.
    let name = contact.name.clone().unwrap_or_else(|| Numbers::Masked.shown(&contact.address));
    let new = t.notify_new_text().to_owned();
    match told.user.notify {
        Notify::Off | Notify::Count => (new, String::new()),
        Notify::Name => (name, new),
        Notify::Body => (name, told.body.chars().take(EXCERPT).collect()),
    }
}

fn parcel(app: &App, begun: &Begun, told: &Told, now: DateTime<Utc>) -> Option<Parcel> {
    let (title, body) = words(told);
    let text = json!({
        "title": title,
        "body": body,
        "lang": told.user.locale,
        "conversation": begun.conversation.to_string(),
    });
    let (public, auth) = told.subscription.keys.split_at_checked(PUBLIC)?;
    debug_assert_eq!(auth.len(), AUTH);
    let keys = BrowserKeys::parse(public, auth)?;
    let endpoint = app.push.endpoint(&told.subscription.endpoint)?;
    let url = &app.config.web.public_url;
    let contact = match url.is_https() {
        true => url.origin().to_owned(),
        false => format!("mailto:{}", app.config.mail.from.address),
    };
    Some(Parcel {
        authorization: app.push.key()?.authorization(&endpoint, &contact, now).ok()?,
        topic: topic(begun),
        keep: begun.expires_at - now,
        sealed: encryption::seal(&keys, text.to_string().as_bytes()).ok()?,
    })
}

/// What the service calls a conversation: a name that means nothing to it.
fn topic(begun: &Begun) -> String {
    let (session, _) = begun.id;
    let digest = Sha256::new()
        .chain_update(session.0.as_bytes())
        .chain_update(begun.conversation.0.as_bytes())
        .finalize();
    URL_SAFE_NO_PAD.encode(&digest[..18])
}
