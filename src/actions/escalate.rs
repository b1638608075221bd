//! Somebody has waited for too long: those who should know get a mail.
//!
//! What is due is asked of the conversations; taking a step is one transaction,
//! which holds the conversation as it is, puts the step on record and the mails into
//! their outbox. An answer that comes first leaves nothing to be taken, and two nodes
//! that take the same step find that one of them has.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_util::future::join_all;

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::business_hours::BusinessHours;
use crate::domain::conversation::Conversation as Status;
use crate::domain::escalation::{Mark, Policy, Recipient, Step, Trigger, is_taken_in_hand, waited};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{InboxId, MailId, UserId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller, Role};
use crate::locale::Locale;
use crate::mail::{Letter, Letterhead, Person};
use crate::store::audit::Object;
use crate::store::conversations::{self, Conversation};
use crate::store::escalations::{self, Kept, Wait};
use crate::store::inboxes::{self, Inbox};
use crate::store::mails::{self, NewMail};
use crate::store::messages::{self, Position};
use crate::store::users::{self, User};
use crate::store::{Db, StoreError, Tx, calendars, teams};

use super::{ActionError, Problem, access, timeline};

/// Waits looked at for one step at a time; the next look takes the rest.
const AT_ONCE: i64 = 5_000;
/// Steps taken side by side: one commit is enough for all of them.
const TOGETHER: usize = 64;
/// Steps passed over in one transaction: texts come in between.
const RECORDS: usize = 200;
/// Lines of a wait that are looked at: who is put aside more often is not waiting.
const LINES: i64 = 500;

/// A step whose time has come.
#[derive(Clone, Copy, Debug)]
struct Due {
    wait: Wait,
    inbox: InboxId,
    step: usize,
}

/// What became of a wait's step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    NotYet,
    Due,
    /// It is never taken in this wait: somebody has the conversation in hand, or it was
    /// late before there was such a step.
    Passed,
}

/// What an inbox reckons with.
struct Clock {
    hours: BusinessHours,
    zone: Tz,
}

/// Makes `policy` what the inbox goes by. Whatever was late by then is not told of.
///
/// # Errors
/// `Invalid { field: "steps" }` for a ladder that cannot be kept to.
pub async fn set_policy(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    policy: Policy,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    policy.check().map_err(|_wrong| ActionError::invalid("steps", Problem::Malformed))?;
    app.store
        .write(move |tx| {
            inboxes::find(tx, inbox)?;
            let before = escalations::policy(tx, inbox)?.map(|kept| kept.policy);
            if before.unwrap_or_default() == policy {
                return Ok(());
            }
            let now = tx.now;
            escalations::set_policy(tx, inbox, &policy, now)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "inbox.escalation", Object::new("inbox", inbox.0));
            Ok(())
        })
        .await
}

/// Takes every step whose time has come; how many there were.
pub async fn run_due(app: &App) -> Result<usize, ActionError> {
    let now = app.clock.now();
    let (due, passed) = app.store.read(move |db| look(db, now)).await?;
    for some in passed.chunks(RECORDS) {
        let some = some.to_vec();
        app.store.write(move |tx| pass(tx, &some)).await?;
    }
    let head = app.letterhead.clone();
    let mut taken = 0;
    for some in due.chunks(TOGETHER) {
        let steps = some.iter().map(|due| {
            let (due, head) = (*due, head.clone());
            app.store.write(move |tx| take(tx, &head, due))
        });
        for step in join_all(steps).await {
            taken += usize::from(step?);
        }
    }
    Ok(taken)
}

/// The steps that are due, and those that are passed over.
fn look(db: &mut Db, now: DateTime<Utc>) -> Result<(Vec<Due>, Vec<Due>), StoreError> {
    let (mut due, mut passed) = (Vec::new(), Vec::new());
    for kept in escalations::policies(db)? {
        let clock = clock(db, kept.inbox, &kept.policy)?;
        for (n, step) in kept.policy.steps.iter().enumerate() {
            // Time that counts is never more than time that passes.
            let before = now - step.after;
            let row = (position(n), step.trigger);
            for wait in escalations::waiting(db, kept.inbox, row, before, AT_ONCE)? {
                let found = Due { wait, inbox: kept.inbox, step: n };
                match judge(db, &clock, &kept, step, wait, now)? {
                    Verdict::NotYet => {}
                    Verdict::Due => due.push(found),
                    Verdict::Passed => passed.push(found),
                }
            }
        }
    }
    Ok((due, passed))
}

/// Puts on record that nobody is told, so that nobody has to look again.
fn pass(tx: &mut Tx, passed: &[Due]) -> Result<(), ActionError> {
    let now = tx.now;
    for due in passed {
        escalations::record(tx, due.wait, position(due.step), 0, now)?;
    }
    Ok(())
}

fn judge(
    db: &mut Db,
    clock: &Clock,
    kept: &Kept,
    step: &Step,
    wait: Wait,
    now: DateTime<Utc>,
) -> Result<Verdict, StoreError> {
    // Most waits are told apart without a look at their lines.
    if clock.hours.between(wait.since, now) < step.after {
        return Ok(Verdict::NotYet);
    }
    let marks = marks(db, wait)?;
    let waited = |until: DateTime<Utc>| waited(&clock.hours, wait.since, until, &marks);
    let was_late = wait.since < kept.changed_at && waited(kept.changed_at) >= step.after;
    Ok(match waited(now) >= step.after {
        _ if was_late || is_taken_in_hand(&marks) => Verdict::Passed,
        true => Verdict::Due,
        false => Verdict::NotYet,
    })
}

/// Takes a step, if it still is to be taken.
fn take(tx: &mut Tx, head: &Letterhead, due: Due) -> Result<bool, ActionError> {
    let Due { wait, inbox, step: n } = due;
    if !escalations::hold(tx, wait)? {
        return Ok(false);
    }
    let Some(kept) = escalations::policy(tx, inbox)? else { return Ok(false) };
    let Some(step) = kept.policy.steps.get(n) else { return Ok(false) };
    let found = conversations::find(tx, wait.conversation)?;
    let (clock, now) = (clock(tx, inbox, &kept.policy)?, tx.now);
    let is_due = judge(tx, &clock, &kept, step, wait, now)? == Verdict::Due;
    if !counts(step.trigger, &found.status) || !is_due {
        return Ok(false);
    }
    let inbox = inboxes::find(tx, inbox)?;
    let people = people(tx, &inbox, &found, step)?;
    if !escalations::record(tx, wait, position(n), people.len(), now)? {
        return Ok(false);
    }
    let marks = marks(tx, wait)?;
    let contact = found.contact.name.as_deref().unwrap_or(&found.contact.address);
    for person in &people {
        let id: MailId = fresh_id();
        let letter = Letter {
            id,
            to: person,
            wait,
            contact,
            inbox: &inbox.name,
            zone: clock.zone,
            now,
            waited: waited(&clock.hours, wait.since, now, &marks).num_minutes(),
        };
        let message = match letter.write(head) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "a mail cannot be written to that address");
                continue;
            }
        };
        let (conversation, to) = (Some(found.id), person.address.clone());
        mails::insert(tx, &NewMail { id, conversation, to, message }, now)?;
    }
    let line = SystemLine::Escalated(u32::try_from(people.len()).unwrap_or(u32::MAX));
    timeline::say(tx, found.inbox_id, found.id, None, line)?;
    let object = Object::new("conversation", found.id.0);
    tx.audit(&Actor::system(), "conversation.escalate", object);
    Ok(true)
}

fn counts(trigger: Trigger, status: &Status) -> bool {
    match trigger {
        Trigger::Unanswered => true,
        Trigger::Unassigned => status.assignee.is_none(),
    }
}

fn clock(db: &mut Db, inbox: InboxId, policy: &Policy) -> Result<Clock, StoreError> {
    let inbox = inboxes::find(db, inbox)?;
    let zone = inbox.time_zone.parse().unwrap_or(Tz::UTC);
    let hours = match inbox.calendar_id.filter(|_| !policy.always) {
        Some(calendar) => calendars::find(db, calendar)?.hours(),
        None => BusinessHours::always(zone),
    };
    Ok(Clock { hours, zone })
}

/// What happened since the wait began, as far as its clock is concerned.
fn marks(db: &mut Db, wait: Wait) -> Result<Vec<(DateTime<Utc>, Mark)>, StoreError> {
    let just_before = wait.since - TimeDelta::microseconds(1);
    let start = Position { at: just_before, id: uuid::Uuid::max() };
    let lines = messages::page_after(db, wait.conversation, start, LINES)?;
    let mark = |line: messages::Message| {
        let mark = match (line.kind, line.direction) {
            (MessageKind::Sms, Direction::Inbound) => Mark::Inbound,
            (MessageKind::System, _) => match SystemLine::parse(&line.body)? {
                SystemLine::Snoozed(_) => Mark::Snoozed,
                SystemLine::Woken => Mark::Woken,
                SystemLine::Assigned(to) if line.author_id == Some(to) => Mark::Taken,
                SystemLine::Escalated(_) => Mark::Escalated,
                _ => return None,
            },
            _ => return None,
        };
        Some((line.created_at, mark))
    };
    Ok(lines.into_iter().filter_map(mark).collect())
}

/// Who gets a mail: nobody twice. A step that would reach nobody reaches the
/// supervisors, and where there are none the administrators.
fn people(
    db: &mut Db,
    inbox: &Inbox,
    found: &Conversation,
    step: &Step,
) -> Result<Vec<Person>, StoreError> {
    let answering = users::answering_in(db, inbox.id)?;
    let with = |role: Role| answering.iter().filter(move |user| user.role == role);
    let mut chosen: Vec<Person> = Vec::new();
    for recipient in &step.to {
        match recipient {
            Recipient::Assignee => chosen.extend(assignee(db, found.status.assignee)?),
            Recipient::Team => {
                let team = match found.team {
                    Some(team) => Some(teams::find(db, team)?.members),
                    None => None,
                };
                let is_in = |user: &&User| match &team {
                    Some(members) => members.contains(&user.id),
                    None => matches!(user.role, Role::Agent | Role::Supervisor),
                };
                chosen.extend(answering.iter().filter(is_in).map(person));
            }
            Recipient::Supervisors => chosen.extend(with(Role::Supervisor).map(person)),
            Recipient::Address(address) => chosen.push(Person {
                name: None,
                address: address.clone(),
                locale: Locale::from_tag(&inbox.locale).unwrap_or_default(),
            }),
        }
    }
    for role in [Role::Supervisor, Role::Admin] {
        if chosen.is_empty() {
            chosen.extend(with(role).map(person));
        }
    }
    let mut known: Vec<String> = Vec::new();
    chosen.retain(|person| {
        let address = person.address.to_lowercase();
        let is_new = !known.contains(&address);
        known.push(address);
        is_new
    });
    Ok(chosen)
}

fn assignee(db: &mut Db, assignee: Option<UserId>) -> Result<Option<Person>, StoreError> {
    let Some(id) = assignee else { return Ok(None) };
    let user = users::find(db, id)?;
    Ok(user.disabled_at.is_none().then(|| person(&user)))
}

fn person(user: &User) -> Person {
    Person {
        name: Some(user.name.clone()),
        address: user.email.clone(),
        locale: Locale::from_tag(&user.locale).unwrap_or_default(),
    }
}

fn position(step: usize) -> i32 {
    i32::try_from(step).expect("there are few steps")
}
