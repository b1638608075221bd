//! Links that somebody wants in a text: pages that are stored by name, and the places in
//! a text that ask for them.

use chrono::TimeDelta;

use crate::app::App;
use crate::clock::fresh_id;
use crate::config::PublicUrl;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{LinkId, MessageId};
use crate::domain::short_link::place::{is_name, places};
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::ids::RowId;
use crate::store::link_destinations::{self, LinkDestination};
use crate::store::{StoreError, Tx, links as stored};

use super::links::{self, Wanted};
use super::outgoing::Draft;
use super::{ActionError, Problem, access, reply_forms};

/// As many as anybody finds their way in.
const MOST: usize = 100;
/// A link is good for a day at least; a year is the longest there is (`links::make`).
const DAYS: std::ops::RangeInclusive<i32> = 1..=366;
/// Each is a row, and 30 characters of a text that has 660.
const MOST_IN_A_TEXT: usize = 5;

/// A page as somebody writes it down.
#[derive(Clone, Debug)]
pub struct NewDestination {
    pub name: String,
    pub url: String,
    pub days: String,
}

/// Stores a page that texts may lead to. Its host has to be among those that are allowed.
///
/// # Errors
/// `Invalid` names `name`, `url` or `link_days`.
pub async fn add(app: &App, caller: Caller, new: NewDestination) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let name = new.name.trim().to_owned();
    if name.is_empty() {
        return Err(ActionError::invalid("name", Problem::Missing));
    }
    if !is_name(&name) {
        return Err(ActionError::invalid("name", Problem::Malformed));
    }
    let days = new.days.trim().parse::<i32>().ok().filter(|days| DAYS.contains(days));
    let days = days.ok_or(ActionError::invalid("link_days", Problem::Malformed))?;
    app.store
        .write(move |tx| {
            let url = links::destination(tx, &new.url)?.as_str().to_owned();
            if link_destinations::names(tx)?.len() >= MOST {
                return Err(ActionError::invalid("name", Problem::TooMany));
            }
            let (id, now) = (fresh_id::<RowId>(), tx.now);
            let page = LinkDestination { id, name: name.clone(), url, days };
            if !link_destinations::insert(tx, &page, now)? {
                return Err(ActionError::invalid("name", Problem::Taken));
            }
            record(tx, &caller, "link_destination.add", &page);
            Ok(())
        })
        .await
}

/// Takes a page off; links that are out lead there on.
pub async fn remove(app: &App, caller: Caller, id: RowId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let page = link_destinations::find(tx, id)?;
            if link_destinations::remove(tx, id)? {
                record(tx, &caller, "link_destination.remove", &page);
            }
            Ok(())
        })
        .await
}

/// A text whose places are filled, and the links that stand in them.
#[derive(Clone, Debug)]
pub struct Filled {
    pub body: String,
    links: Vec<LinkId>,
}

impl Filled {
    /// Names the text that carries them.
    pub fn attach(&self, tx: &mut Tx, message: MessageId) -> Result<(), StoreError> {
        self.links.iter().try_for_each(|link| stored::attach(tx, *link, message))
    }
}

/// Puts addresses into the places of a text: a form's, and a link's for each stored page
/// it names. In the transaction that sends it, so that nothing is made for a text that
/// is refused.
///
/// # Errors
/// `Invalid` names `body`.
pub fn fill(
    tx: &mut Tx,
    start: &PublicUrl,
    conversation: &Conversation,
    draft: &Draft,
) -> Result<Filled, ActionError> {
    let body = reply_forms::fill(tx, start, conversation.id, &draft.body)?;
    let wanted = places(&body);
    if wanted.len() > MOST_IN_A_TEXT {
        return Err(ActionError::invalid("body", Problem::TooMany));
    }
    let leaves = draft.send_at.map_or(tx.now, |at| at.max(tx.now));
    let (mut filled, mut copied, mut made) = (String::with_capacity(body.len()), 0, Vec::new());
    for place in &wanted {
        let page = link_destinations::find_by_name(tx, place.name)?;
        let page = page.ok_or(ActionError::invalid("body", Problem::UnknownLink))?;
        let longest = tx.now + TimeDelta::days((*DAYS.end()).into());
        let wanted = Wanted {
            conversation: conversation.id,
            message: None,
            destination: page.url,
            expires_at: (leaves + TimeDelta::days(page.days.into())).min(longest),
        };
        let link = links::make(tx, &wanted).map_err(in_body)?;
        filled.push_str(&body[copied..place.whole.start]);
        filled.push_str(&start.join(&link.token.path()));
        copied = place.whole.end;
        made.push(link.id);
    }
    filled.push_str(&body[copied..]);
    Ok(Filled { body: filled, links: made })
}

/// Of the text, whatever of its links cannot be made.
fn in_body(error: ActionError) -> ActionError {
    match error {
        ActionError::Invalid { problem, .. } => ActionError::invalid("body", problem),
        error => error,
    }
}

fn record(tx: &mut Tx, caller: &Caller, action: &'static str, page: &LinkDestination) {
    tx.event(NewEvent::new(EventKind::SettingsChanged));
    let object = Object::new("link_destination", page.id.0);
    tx.audit_with(&caller.actor, action, object, page.name.clone());
}
