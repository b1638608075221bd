//! Reply forms: one page, one box, one text, for whoever got ours from a number
//! that takes no replies.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::config::PublicUrl;
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::inbound::InboundMessage;
use crate::domain::segment::normalise_body;
use crate::domain::short_link::LinkToken;
use crate::domain::system_line::SystemLine;
use crate::locale::Locale;
use crate::store::reply_forms::{self, ReplyForm};
use crate::store::{StoreError, Tx, conversations, photos as stored};

use super::receive_inbound::{Received, receive, respond};
use super::{ActionError, Problem, outgoing, photos, timeline};

/// What stands in a text where the address of its form is to be.
pub const PLACES: [&str; 2] = ["{返信フォーム}", "{reply_form}"];
/// What a handset may send as one text.
pub const LONGEST: usize = 660;
/// Long enough for a letter that has to be looked for first.
const LIFE: TimeDelta = TimeDelta::days(14);
/// Whoever presses twice, or goes back and presses again, is told the same.
const A_WHILE: TimeDelta = TimeDelta::minutes(10);

/// What the provider's id begins with, of a text that no provider brought.
const BY_FORM: &str = "form-";

/// Whether a text may have been typed into a form, by its provider's id.
pub fn is_by_form(provider_ref: Option<&str>) -> bool {
    provider_ref.is_some_and(|provider_ref| provider_ref.starts_with(BY_FORM))
}

/// What a contact sends.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub body: String,
    /// Files that are said to be pictures.
    pub photos: Vec<Bytes>,
    /// What stands where a text would, of pictures alone.
    pub instead: String,
}

/// How a form is to whoever opens it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    /// It was used a moment before.
    JustUsed,
    Gone,
}

/// What became of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Taken(MessageId),
    /// It was taken a moment before.
    Again,
    /// Unknown, over or used: which of them is not told.
    Gone,
}

/// Puts a new form's address wherever `body` wants one; without a place for it
/// nothing is made. In the transaction that sends the text.
pub fn fill(
    tx: &mut Tx,
    links: &PublicUrl,
    conversation: ConversationId,
    body: &str,
) -> Result<String, StoreError> {
    if !has_place(body) {
        return Ok(body.to_owned());
    }
    let now = tx.now;
    let token = reply_forms::offer(tx, conversation, now, LIFE)?;
    let address = links.join(&path(&token));
    Ok(PLACES.iter().fold(body.to_owned(), |body, place| body.replace(place, &address)))
}

/// The place as a reader of this language would write it.
pub fn place(t: &Locale) -> &'static str {
    PLACES[usize::from(*t != Locale::Ja)]
}

pub fn has_place(body: &str) -> bool {
    PLACES.iter().any(|place| body.contains(place))
}

pub fn path(token: &LinkToken) -> String {
    format!("/f/{}", token.as_str())
}

pub fn standing(form: &ReplyForm, now: DateTime<Utc>) -> Standing {
    match form.used_at {
        Some(used) if now - used < A_WHILE => Standing::JustUsed,
        None if form.expires_at > now => Standing::Open,
        _ => Standing::Gone,
    }
}

/// Takes what was typed, once: a text of the contact's like any other, with a line
/// that says where it came from. Its pictures come with it, or nothing does.
///
/// # Errors
/// `Invalid` names `body` or `photo`; the form is as good as before.
pub async fn submit(app: &App, token: LinkToken, written: Written) -> Result<Typed, ActionError> {
    let mut body = normalise_body(&written.body).trim().to_owned();
    if body.is_empty() && !written.photos.is_empty() {
        body = written.instead;
    }
    if body.is_empty() {
        return Err(ActionError::invalid("body", Problem::Missing));
    }
    if body.chars().count() > LONGEST {
        return Err(ActionError::invalid("body", Problem::TooLong));
    }
    let photos = photos::prepare(written.photos).await?;
    let providers = app.providers.clone();
    app.store
        .write_vital(move |tx| {
            let now = tx.now;
            let Some(form) = reply_forms::find(tx, &token)? else { return Ok(Typed::Gone) };
            match standing(&form, now) {
                Standing::Open => {}
                Standing::JustUsed => return Ok(Typed::Again),
                Standing::Gone => return Ok(Typed::Gone),
            }
            let found = conversations::find(tx, form.conversation)?;
            let sender = outgoing::choose_sender(tx, &found, None)?;
            let text = InboundMessage {
                provider_ref: format!("{BY_FORM}{}", form.id.0),
                from: found.contact.address.clone(),
                to: sender.address,
                body: body.clone(),
                sent_at: None,
                opt_out: None,
            };
            let (Received::New(id) | Received::Again(id)) =
                receive(tx, sender.provider_account_id, &text)?;
            if !reply_forms::take(tx, form.id, id, now)? {
                return Err(ActionError::TooLate);
            }
            stored::insert(tx, found.id, id, &photos, now)?;
            timeline::say(tx, found.inbox_id, found.id, None, SystemLine::ByForm)?;
            respond(tx, &providers, &[(&text, id)])?;
            Ok(Typed::Taken(id))
        })
        .await
}
