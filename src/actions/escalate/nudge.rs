//! People are told: at once, or when they may be, of all that waits for them in one mail.

use chrono::{DateTime, Utc};

use super::Turn;
use super::judge::{Clock, is_inbound, lines, mark};
use super::overtaken::{self, Need};
use super::people::{self, Chosen};
use crate::actions::{ActionError, mail_replies};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::escalation::{Policy, Step, is_taken_in_hand, waited};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::excerpt::{Excerpt, masked};
use crate::domain::id::{ConversationId, InboxId, MailId, NudgeId};
use crate::domain::masking::Numbers;
use crate::domain::nudge::{Circumstances, Delay, LOOK_AGAIN, MOST_IN_MAIL, put_off};
use crate::live::Presence;
use crate::mail::{Digest, Letter, Letterhead, Matter, Person};
use crate::store::conversations::{self, Conversation};
use crate::store::escalations::{self, Kept};
use crate::store::mails::NewMail;
use crate::store::messages::Message;
use crate::store::nudges::Nudge;
use crate::store::{StoreError, Tx, inboxes, mails, nudges, quiet_times};

/// Nudges of one person that are looked at together; the next look takes the rest.
const AT_ONCE: i64 = 500;
/// People told in one look.
const PEOPLE: usize = 1_000;

/// What letters are written with, and who is known to look where.
///
/// Only the screens of this node are, and of those that NATS tells of: somebody who
/// looks at a conversation on another node is mailed where there is no NATS. One mail
/// too many is better than one too few.
#[derive(Clone)]
pub(super) struct Desk {
    head: Letterhead,
    presence: Presence,
}

impl Desk {
    pub fn of(app: &App) -> Self {
        Self { head: app.letterhead.clone(), presence: app.presence.clone() }
    }
}

/// Tells everybody whose time to be told has come.
pub(super) async fn post_due(app: &App) -> Result<(), ActionError> {
    let (now, desk) = (app.clock.now(), Desk::of(app));
    for person in app.store.read(move |db| nudges::due(db, now, PEOPLE)).await? {
        let desk = desk.clone();
        app.store.write(move |tx| post(tx, &desk, &person, true)).await?;
    }
    Ok(())
}

/// Makes a turn of a step known to its people: to those it may be told now, now.
pub(super) fn tell_all(
    tx: &mut Tx,
    desk: &Desk,
    step: &Step,
    turn: &Turn,
    people: Vec<Chosen>,
) -> Result<(), ActionError> {
    let now = tx.now;
    let mut addresses = Vec::with_capacity(people.len());
    for Chosen { user, address } in people {
        let nudge = Nudge {
            id: fresh_id(),
            wait: turn.wait,
            position: super::position(turn.step),
            turn: turn.turn,
            trigger: step.trigger,
            urgent: step.urgent,
            user,
            to: address,
            created_at: now,
            looking_since: None,
            why: None,
        };
        addresses.push(nudges::insert(tx, &nudge, now)?);
    }
    for address in addresses {
        post(tx, desk, &address, !turn.by_hand)?;
    }
    Ok(())
}

/// A nudge that goes now.
struct Ready {
    id: NudgeId,
    inbox: InboxId,
    person: Person,
    matter: Matter,
}

enum Fate {
    Goes(Box<Ready>),
    Waits(DateTime<Utc>, Delay),
    /// An answer that is taken back would bring it to life again.
    Rests,
    Over,
}

/// Writes to one person what they may be told now: a letter about one that waits, or
/// one for all that do. With `gathers`, not so soon after the last.
fn post(tx: &mut Tx, desk: &Desk, person: &[u8], gathers: bool) -> Result<(), ActionError> {
    let now = tx.now;
    let told_at = if gathers { nudges::last_posted(tx, person)? } else { None };
    let (mut ready, mut changed) = (Vec::new(), Vec::new());
    for nudge in nudges::due_of(tx, person, now, AT_ONCE)? {
        match fate(tx, desk, &nudge, told_at, now)? {
            Fate::Goes(it) => {
                if nudge.created_at < now {
                    changed.push((it.inbox, nudge.wait.conversation));
                }
                ready.push(*it);
            }
            Fate::Waits(until, why) => nudges::put_off(tx, &nudge, until, why, now)?,
            Fate::Rests => {}
            Fate::Over => nudges::put_by(tx, nudge.id)?,
        }
    }
    for some in by_wait(ready).chunks(MOST_IN_MAIL) {
        write(tx, desk, some)?;
    }
    changed.dedup();
    for (inbox, conversation) in changed {
        tell_boards(tx, inbox, conversation);
    }
    Ok(())
}

fn tell_boards(tx: &mut Tx, inbox: InboxId, conversation: ConversationId) {
    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, inbox, conversation));
}

/// What becomes of a nudge whose time has come.
fn fate(
    tx: &mut Tx,
    desk: &Desk,
    nudge: &Nudge,
    told_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Fate, StoreError> {
    let found = conversations::find(tx, nudge.wait.conversation)?;
    let is_new = nudge.created_at == now;
    // Somebody may have answered, or put it aside, since its step was taken.
    if !is_new {
        match overtaken::of(tx, nudge, now)? {
            Need::Still => {}
            Need::Aside => return Ok(Fate::Waits(now + LOOK_AGAIN, Delay::Aside)),
            Need::Unsure(_) => return Ok(Fate::Rests),
            Need::Over => return Ok(Fate::Over),
        }
    }
    let lines = lines(tx, nudge.wait)?;
    let marks: Vec<_> = lines.iter().filter_map(mark).collect();
    if !is_new && is_taken_in_hand(&marks) {
        return Ok(Fate::Over);
    }
    let inbox = inboxes::find(tx, found.inbox_id)?;
    let chosen = Chosen { user: nudge.user, address: nudge.to.clone() };
    let Some(person) = people::person(tx, &chosen, &inbox)? else { return Ok(Fate::Over) };
    let kept = escalations::policy(tx, inbox.id)?;
    let policy = kept.as_ref().map_or_else(Policy::default, |kept| kept.policy.clone());
    let about = Circumstances {
        urgent: nudge.urgent,
        looks: nudge.user.is_some_and(|user| desk.presence.looks_at(found.id, user)),
        looking_since: nudge.looking_since,
        quiet_until: match nudge.user {
            Some(user) => quiet_times::quiet_until(tx, user, now)?,
            None => None,
        },
        // Who was gathered with others once goes with them.
        told_at: told_at.filter(|_| nudge.why != Some(Delay::Window)),
        window: policy.window,
    };
    if let Some((until, why)) = put_off(&about, now) {
        return Ok(Fate::Waits(until, why));
    }
    let clock = Clock::of(tx, inbox.id)?;
    let excerpt_of = policy.excerpt;
    let names: Vec<&str> = found.contact.name.as_deref().into_iter().collect();
    let kept = kept.unwrap_or(Kept { inbox: inbox.id, policy, changed_at: now });
    let hours = clock.hours(&kept, &Step { urgent: nudge.urgent, ..Step::default() });
    let matter = Matter {
        wait: nudge.wait,
        trigger: nudge.trigger,
        urgent: nudge.urgent,
        contact: called(&found),
        inbox: inbox.name,
        zone: clock.zone,
        waited: waited(hours, nudge.wait.since, now, &marks).num_minutes(),
        excerpt: match excerpt_of {
            Excerpt::None => None,
            Excerpt::Masked => last_text(&lines).map(|text| masked(text, &names)),
        },
    };
    Ok(Fate::Goes(Box::new(Ready { id: nudge.id, inbox: inbox.id, person, matter })))
}

/// What the contact wrote last in this wait.
fn last_text(lines: &[Message]) -> Option<&str> {
    let mut inbound = lines.iter().rev().filter(|line| is_inbound(line));
    inbound.next().map(|line| line.body.as_str())
}

/// A mail is read on screens of others, and kept: no whole number stands in it.
fn called(found: &Conversation) -> String {
    let contact = &found.contact;
    contact.name.clone().unwrap_or_else(|| Numbers::Masked.shown(&contact.address))
}

/// What a mail says of one wait: by the last of its steps, urgent if any is.
struct Told {
    ids: Vec<NudgeId>,
    inbox: InboxId,
    person: Person,
    matter: Matter,
}

/// Each wait once, the urgent ones first.
fn by_wait(ready: Vec<Ready>) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    for Ready { id, inbox, person, matter } in ready {
        match all.iter_mut().find(|told| told.matter.wait == matter.wait) {
            Some(told) => {
                let urgent = told.matter.urgent || matter.urgent;
                told.ids.push(id);
                told.matter = Matter { urgent, ..matter };
            }
            None => all.push(Told { ids: vec![id], inbox, person, matter }),
        }
    }
    all.sort_by_key(|told| !told.matter.urgent);
    all
}

fn write(tx: &mut Tx, desk: &Desk, some: &[Told]) -> Result<(), ActionError> {
    let (now, id): (_, MailId) = (tx.now, fresh_id());
    let Some(Told { inbox, person: to, matter, .. }) = some.first() else { return Ok(()) };
    let (conversation, written) = match some.len() {
        1 => {
            let about = (*inbox, matter.wait.conversation);
            let replies = desk.head.replies.as_deref();
            let reply_to = mail_replies::offer(tx, replies, about, to.user, now)?;
            let letter = Letter { id, to, now, matter, reply_to: reply_to.as_deref() };
            (Some(matter.wait.conversation), letter.write(&desk.head))
        }
        _ => {
            let matters: Vec<Matter> = some.iter().map(|told| told.matter.clone()).collect();
            (None, Digest { id, to, now, matters: &matters }.write(&desk.head))
        }
    };
    let ids: Vec<NudgeId> = some.iter().flat_map(|told| told.ids.clone()).collect();
    match written {
        Ok(message) => {
            mails::insert(tx, &NewMail { id, conversation, to: to.address.clone(), message }, now)?;
            nudges::post(tx, &ids, id, now)?;
        }
        Err(error) => {
            let conversation = matter.wait.conversation;
            tracing::error!(%error, conversation.id = %conversation, "a mail cannot be written");
            for id in ids {
                nudges::put_by(tx, id)?;
            }
        }
    }
    Ok(())
}
