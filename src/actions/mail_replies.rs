//! A user answers a customer by answering a mail of ours.
//!
//! What comes in was acknowledged only once it is on disk what became of it: a text on
//! its way, or why there is none. The address is good for one answer, so that a mail
//! that is handed over twice sends one text; whoever it came from is told nothing by
//! us unless we know them, and then at the address we know.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, InboxId, MessageId, UserId};
use crate::domain::mail_reply::automatic::is_automatic;
use crate::domain::mail_reply::fields::{author, first};
use crate::domain::mail_reply::{Refusal, ReplyAddress, address, origin, own_words, text};
use crate::domain::message::Purpose;
use crate::domain::segment::LengthProfile;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller, Sight};
use crate::mail::incoming;
use crate::providers::registry::Registry;
use crate::store::audit::Object;
use crate::store::mail_replies::{self, Offer};
use crate::store::seal::Vault;
use crate::store::{Db, StoreError, Tx, conversations, events, inboxes, masking, optional, users};

use super::outgoing::Draft;
use super::send_reply::{self, Seen};
use super::{ActionError, Problem, access, timeline};

mod refuse;

/// How long an address is good for: who answers later has not followed what went on.
const GOOD_FOR: TimeDelta = TimeDelta::days(7);
/// The longest answer, about 330 full-width characters: a mail program counts no parts.
const MOST_PARTS: u16 = 5;

/// A mail as the server handed it over, for one of its recipients.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Who answers are returned to; `None` for a bounce.
    pub sender: Option<String>,
    /// What is before the `@`.
    pub local_part: String,
    pub raw: Vec<u8>,
    /// False where the rest of it was too much to keep.
    pub is_whole: bool,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Sent(MessageId),
    /// It had come before.
    Again,
    Refused(Refusal),
}

/// Whether mails about an inbox may be answered by mail.
pub async fn set(app: &App, caller: Caller, inbox: InboxId, on: bool) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    if on && app.config.replies.is_none() {
        return Err(ActionError::invalid("on", Problem::NotReachable));
    }
    app.store
        .write(move |tx| {
            inboxes::find(tx, inbox)?;
            let now = tx.now;
            if mail_replies::set(tx, inbox, on, now)? {
                tx.event(NewEvent::new(EventKind::SettingsChanged));
                let object = Object::new("inbox", inbox.0);
                let detail = if on { "on" } else { "off" };
                tx.audit_with(&caller.actor, "inbox.mail_replies", object, detail.to_owned());
            }
            Ok(())
        })
        .await
}

/// The address that `user` may answer a mail about `conversation` at, where its inbox
/// takes such answers and `domain` is where they come in.
pub(super) fn offer(
    db: &mut Db,
    domain: Option<&str>,
    (inbox, conversation): (InboxId, ConversationId),
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let (Some(domain), Some(user)) = (domain, user) else { return Ok(None) };
    if !mail_replies::is_on(db, inbox)? {
        return Ok(None);
    }
    let seen = events::last_seq(db)?;
    let address = mail_replies::offer(db, conversation, user, seen, now, GOOD_FOR)?;
    Ok(Some(format!("{}@{domain}", address.local_part())))
}

/// What can be told of a mail without asking who is who.
struct Read {
    address: Option<ReplyAddress>,
    /// The same for the same mail to the same address.
    hash: Vec<u8>,
    author: Option<String>,
    is_vouched_for: bool,
    message_id: Option<String>,
    /// The text, or why there is none.
    words: Result<String, Refusal>,
    is_automatic: bool,
}

/// Takes a mail for an answer, or explains why not.
///
/// # Errors
/// What passes: the server that handed it over keeps it and comes again.
pub async fn take(app: &App, mail: Mail) -> Result<Taken, ActionError> {
    let config = app.config.replies.clone().ok_or(ActionError::Forbidden)?;
    let mut read = look(&mail, &config.authserv, app.store.vault());
    let address = read.address;
    let by = app.store.read(move |db| meant_for(db, address)).await?;
    // Only a user's own mail is taken apart: what strangers put into one is not.
    if read.is_vouched_for && by.is_some() && by == read.author {
        let house = &app.config.web.public_url;
        let ours = house.domain().map_or_else(|| house.origin().to_owned(), str::to_owned);
        let words = move || words(&mail, &[&ours, &config.domain]);
        let words = tokio::task::spawn_blocking(words).await;
        read.words = words.unwrap_or(Err(Refusal::Unreadable));
    }
    let read = Arc::new(read);
    let (providers, kept) = (app.providers.clone(), read.clone());
    let outcome = app
        .store
        .write(move |tx| {
            let offer = known(tx, &kept)?;
            if offer.as_ref().is_some_and(|offer| offer.used_by.as_ref() == Some(&kept.hash)) {
                return Ok(Taken::Again);
            }
            match judge(tx, &kept, offer.as_ref())? {
                Err(refusal) => Ok(Taken::Refused(refusal)),
                Ok((offer, caller, body)) => answer(tx, &providers, &kept, offer, caller, body),
            }
        })
        .await;
    let taken = match outcome {
        Ok(taken) => taken,
        Err(error) => Taken::Refused(refusal_of(error)?),
    };
    if let Taken::Refused(reason) = taken {
        refuse::record(app, read, reason).await?;
    }
    app.metrics.mail_reply(match taken {
        Taken::Sent(_) => "sent",
        Taken::Again => "again",
        Taken::Refused(reason) => reason.word(),
    });
    Ok(taken)
}

fn look(mail: &Mail, authserv: &str, vault: &Vault) -> Read {
    let head = incoming::head(&mail.raw).unwrap_or_default();
    let author = author(&head.fields);
    let domain = author.as_deref().and_then(address::parts).map(|(_, domain)| domain);
    let message_id = first(&head.fields, "message-id").map(str::to_owned);
    let name = message_id.as_deref().map_or(mail.raw.as_slice(), str::as_bytes);
    Read {
        address: ReplyAddress::parse(&mail.local_part),
        hash: vault.mail_hash(&mail.local_part.to_ascii_lowercase(), name),
        is_automatic: is_automatic(&head.fields, mail.sender.as_deref(), &head.subject),
        is_vouched_for: domain
            .is_some_and(|domain| origin::is_vouched_for(&head.fields, authserv, domain)),
        author,
        message_id,
        words: Err(Refusal::Unreadable),
    }
}

/// Whom an address was made for, in lower case.
fn meant_for(db: &mut Db, address: Option<ReplyAddress>) -> Result<Option<String>, StoreError> {
    let Some(address) = address else { return Ok(None) };
    let Some(offer) = mail_replies::find(db, &address)? else { return Ok(None) };
    Ok(Some(users::find(db, offer.user)?.email.to_ascii_lowercase()))
}

/// What somebody wrote, where nothing of ours is left in it.
fn words(mail: &Mail, not_to_send: &[&str]) -> Result<String, Refusal> {
    if !mail.is_whole {
        return Err(Refusal::TooLarge);
    }
    let body = incoming::body(&mail.raw).ok_or(Refusal::Unreadable)?;
    if body.has_files {
        return Err(Refusal::Attachment);
    }
    let words = own_words(&body.text).map_err(|_mixed| Refusal::Mixed)?;
    let lower = words.to_lowercase();
    let is_quoted = |ours: &&str| lower.contains(&ours.to_lowercase());
    match () {
        () if not_to_send.iter().any(is_quoted) || words.contains(text::MARKER) => {
            Err(Refusal::Mixed)
        }
        () if words.is_empty() => Err(Refusal::Empty),
        () if LengthProfile::STANDARD.measure(&words).segments() > MOST_PARTS => {
            Err(Refusal::TooLong)
        }
        () => Ok(words),
    }
}

fn known(db: &mut Db, read: &Read) -> Result<Option<Offer>, StoreError> {
    match &read.address {
        Some(address) => mail_replies::find(db, address),
        None => Ok(None),
    }
}

type Good<'a> = (&'a Offer, Caller, String);

/// Whether nothing about a mail is in doubt.
fn judge<'a>(
    tx: &mut Tx,
    read: &Read,
    offer: Option<&'a Offer>,
) -> Result<Result<Good<'a>, Refusal>, StoreError> {
    if read.is_automatic {
        return Ok(Err(Refusal::Automatic));
    }
    let Some(offer) = offer else { return Ok(Err(Refusal::UnknownAddress)) };
    let Some(author) = &read.author else { return Ok(Err(Refusal::Unreadable)) };
    let user = users::find(tx, offer.user)?;
    let Some(found) = optional(conversations::find(tx, offer.conversation))? else {
        return Ok(Err(Refusal::UnknownAddress));
    };
    let inboxes = users::inboxes_of(tx, user.id)?;
    let caller = Caller {
        actor: Actor::user(user.id, None),
        role: user.role,
        sight: Sight::of(user.role, inboxes),
        numbers: masking::of(tx, user.role)?,
    };
    let may_answer =
        user.disabled_at.is_none() && caller.role.may_answer() && caller.sight.sees(found.inbox_id);
    let refusal = match () {
        () if !user.email.eq_ignore_ascii_case(author) => Refusal::WrongSender,
        () if !read.is_vouched_for => Refusal::Unvouched,
        () if !may_answer => Refusal::NotAllowed,
        () if offer.used_by.is_some() => Refusal::Used,
        () if offer.expires_at <= tx.now => Refusal::Expired,
        () if !mail_replies::is_on(tx, found.inbox_id)? => Refusal::Off,
        () => return Ok(read.words.clone().map(|body| (offer, caller, body))),
    };
    Ok(Err(refusal))
}

/// The same way as any answer of an agent, and the address is used up.
fn answer(
    tx: &mut Tx,
    providers: &Registry,
    read: &Read,
    offer: &Offer,
    caller: Caller,
    body: String,
) -> Result<Taken, ActionError> {
    let draft = Draft {
        body,
        purpose: Purpose::Conversation,
        // One text for one address, whatever happens.
        client_message_id: Some(offer.id.0),
        sender: None,
        send_at: None,
        expires_at: None,
        until_reply: false,
        automatic: false,
        // Nobody is there to take it back.
        may_be_undone: false,
        despite_doubt: false,
    };
    let seen = Seen::UpTo(offer.seen_seq);
    let sent = send_reply::write(tx, (providers, None), &caller, offer.conversation, &draft, seen)?;
    let now = tx.now;
    if !mail_replies::take(tx, offer.id, &read.hash, sent.message.id, now)? {
        return Err(ActionError::TooLate);
    }
    let inbox = conversations::find(tx, offer.conversation)?.inbox_id;
    timeline::say(tx, inbox, offer.conversation, caller.user_id(), SystemLine::ByMail)?;
    let object = Object::new("conversation", offer.conversation.0);
    tx.audit(&caller.actor, "conversation.answer_by_mail", object);
    Ok(Taken::Sent(sent.message.id))
}

/// What a verb's refusal is to whoever wrote the mail.
///
/// # Errors
/// What is no refusal but a failure of ours, and passes.
fn refusal_of(error: ActionError) -> Result<Refusal, ActionError> {
    Ok(match error {
        ActionError::MovedOn { .. } => Refusal::MovedOn,
        ActionError::Forbidden | ActionError::Store(StoreError::NotFound) => Refusal::NotAllowed,
        ActionError::Invalid { problem, .. } => match problem {
            Problem::Missing => Refusal::Empty,
            Problem::TooLong => Refusal::TooLong,
            Problem::OptedOut => Refusal::OptedOut,
            Problem::Secret(_) | Problem::Doubtful(_) => Refusal::Secret,
            _ => Refusal::Unsendable,
        },
        error => return Err(error),
    })
}
