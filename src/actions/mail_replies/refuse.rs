//! A mail was not taken for an answer: put on record, and explained to whom it is
//! known to concern.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Read, known};
use crate::actions::ActionError;
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, MailId};
use crate::domain::mail_reply::Refusal;
use crate::domain::user::Actor;
use crate::locale::Locale;
use crate::mail::{Letterhead, RefusalLetter};
use crate::store::audit::Object;
use crate::store::mail_replies::{self, NewRefused};
use crate::store::mails::{self, NewMail};
use crate::store::users::{self, User};
use crate::store::{Db, StoreError, Tx};

/// Explanations for one user in an hour: whoever writes more often is a machine.
const MOST_TOLD: i64 = 5;
/// Refusals on record in an hour; beyond, they are counted and no more.
const MOST_KEPT: i64 = 500;
const HOUR: TimeDelta = TimeDelta::hours(1);

pub(super) async fn record(app: &App, read: Arc<Read>, reason: Refusal) -> Result<(), ActionError> {
    let head = app.letterhead.clone();
    app.store.write(move |tx| keep(tx, &head, &read, reason)).await
}

fn keep(tx: &mut Tx, head: &Letterhead, read: &Read, reason: Refusal) -> Result<(), ActionError> {
    let now = tx.now;
    let offer = known(tx, read)?;
    let conversation = offer.as_ref().map(|offer| offer.conversation);
    let user = match &offer {
        Some(offer) => Some(users::find(tx, offer.user)?),
        None => proven(tx, read)?,
    };
    let (kept, told) = mail_replies::refused_since(tx, user.as_ref().map(|u| u.id), now - HOUR)?;
    if kept >= MOST_KEPT {
        tracing::warn!(reason = reason.word(), "too many mails are refused to keep a record");
        return Ok(());
    }
    let hears = user
        .as_ref()
        .filter(|user| reason.is_told() && user.disabled_at.is_none() && told < MOST_TOLD);
    let letter = hears.and_then(|user| letter(head, read, reason, user, conversation, now));
    let new = NewRefused {
        mail_hash: &read.hash,
        reason,
        conversation,
        user: user.as_ref().map(|user| user.id),
        mail: letter.as_ref().map(|letter| letter.id),
    };
    // The same mail once more is nothing new.
    if !mail_replies::refuse(tx, &new, now)? {
        return Ok(());
    }
    if let Some(letter) = letter {
        mails::insert(tx, &letter, now)?;
    }
    let object = match conversation {
        Some(conversation) => Object::new("conversation", conversation.0),
        None => Object { kind: "mail", id: None },
    };
    tx.audit_with(&Actor::system(), "mail_reply.refuse", object, reason.word().to_owned());
    Ok(())
}

/// Whose mail it is, though not by its address: only where our server vouches for it.
fn proven(db: &mut Db, read: &Read) -> Result<Option<User>, StoreError> {
    match &read.author {
        Some(author) if read.is_vouched_for => users::find_by_email(db, author),
        _ => Ok(None),
    }
}

fn letter(
    head: &Letterhead,
    read: &Read,
    reason: Refusal,
    user: &User,
    conversation: Option<ConversationId>,
    now: DateTime<Utc>,
) -> Option<NewMail> {
    let id: MailId = fresh_id();
    let letter = RefusalLetter {
        id,
        name: &user.name,
        address: &user.email,
        locale: Locale::from_tag(&user.locale).unwrap_or_default(),
        reason,
        conversation,
        answers: read.message_id.as_deref(),
        now,
    };
    match letter.write(head) {
        Ok(message) => Some(NewMail { id, conversation, to: user.email.clone(), message }),
        Err(error) => {
            tracing::error!(%error, user.id = %user.id, "a mail cannot be written");
            None
        }
    }
}
