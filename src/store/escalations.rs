//! Ladders of e-mails, and which of their steps were taken.
//!
//! Nothing is armed and nothing has to be taken back: who is due is asked of the
//! conversations themselves, so that an answer ends it by being there. That a step
//! is taken once a wait is the primary key's to keep.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{escalation_policies, escalation_steps};
use super::seal::place;
use crate::domain::escalation::{Policy, Recipient, Step, Trigger};
use crate::domain::excerpt::Excerpt;
use crate::domain::id::{InboxId, TagId};

mod past;
mod taken;
mod waits;

pub use past::{active_since, failures, tagged};
pub use taken::{Taken, taken, taken_of, told_since, turns};
pub use waits::{Candidate, Wait, hold, open, record, waiting};

/// What an inbox goes by, since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub inbox: InboxId,
    pub policy: Policy,
    pub changed_at: DateTime<Utc>,
}

#[derive(Queryable)]
struct StepRow {
    inbox_id: InboxId,
    kind: String,
    after_seconds: i64,
    recipients_sealed: Vec<u8>,
    urgent: bool,
    repeat_seconds: Option<i64>,
    words: Option<String>,
    tags: Option<String>,
}

/// What an inbox goes by; without a policy nobody is told.
pub fn policy(db: &mut Db, inbox: InboxId) -> Result<Option<Kept>, StoreError> {
    let kept = escalation_policies::table
        .find(inbox)
        .select((
            escalation_policies::always,
            escalation_policies::changed_at,
            escalation_policies::window_seconds,
            escalation_policies::excerpt,
        ))
        .first::<(bool, NaiveDateTime, i64, String)>(&mut db.conn)
        .optional()?;
    let Some((always, changed_at, window, excerpt)) = kept else { return Ok(None) };
    let rows: Vec<StepRow> = escalation_steps::table
        .filter(escalation_steps::inbox_id.eq(inbox))
        .order(escalation_steps::position)
        .select((
            escalation_steps::inbox_id,
            escalation_steps::kind,
            escalation_steps::after_seconds,
            escalation_steps::recipients_sealed,
            escalation_steps::urgent,
            escalation_steps::repeat_seconds,
            escalation_steps::words,
            escalation_steps::tags,
        ))
        .load(&mut db.conn)?;
    let steps = rows.into_iter().map(|row| read(db, row)).collect::<Result<_, _>>()?;
    let window = TimeDelta::seconds(window);
    let excerpt = known(Excerpt::from_word(&excerpt), "escalation_policies.excerpt", &excerpt)?;
    let policy = Policy { always, steps, window, excerpt };
    Ok(Some(Kept { inbox, policy, changed_at: changed_at.and_utc() }))
}

/// Every inbox that goes by one.
pub fn policies(db: &mut Db) -> Result<Vec<Kept>, StoreError> {
    let inboxes: Vec<InboxId> = escalation_policies::table
        .order(escalation_policies::inbox_id)
        .select(escalation_policies::inbox_id)
        .load(&mut db.conn)?;
    let mut all = Vec::with_capacity(inboxes.len());
    for inbox in inboxes {
        all.extend(policy(db, inbox)?);
    }
    Ok(all)
}

/// Makes `policy` what the inbox goes by from now on; one without steps is none.
pub fn set_policy(
    db: &mut Db,
    inbox: InboxId,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let old = escalation_steps::table.filter(escalation_steps::inbox_id.eq(inbox));
    diesel::delete(old).execute(&mut db.conn)?;
    diesel::delete(escalation_policies::table.find(inbox)).execute(&mut db.conn)?;
    if policy.steps.is_empty() {
        return Ok(());
    }
    diesel::insert_into(escalation_policies::table)
        .values((
            escalation_policies::inbox_id.eq(inbox),
            escalation_policies::always.eq(policy.always),
            escalation_policies::changed_at.eq(now.naive_utc()),
            escalation_policies::window_seconds.eq(policy.window.num_seconds()),
            escalation_policies::excerpt.eq(policy.excerpt.word()),
        ))
        .execute(&mut db.conn)?;
    for (position, step) in (0..).zip(&policy.steps) {
        let to: Vec<String> = step.to.iter().map(Recipient::to_string).collect();
        let tags: Vec<String> = step.tags.iter().map(TagId::to_string).collect();
        let lines = |lines: &[String]| (!lines.is_empty()).then(|| lines.join("\n"));
        let here = place("escalation_steps", "recipients_sealed", inbox);
        diesel::insert_into(escalation_steps::table)
            .values((
                escalation_steps::inbox_id.eq(inbox),
                escalation_steps::position.eq(position),
                escalation_steps::kind.eq(step.trigger.word()),
                escalation_steps::after_seconds.eq(step.after.num_seconds()),
                escalation_steps::recipients_sealed
                    .eq(db.vault.house().seal_text(here, &to.join(" "))),
                escalation_steps::urgent.eq(step.urgent),
                escalation_steps::repeat_seconds.eq(step.every.map(|every| every.num_seconds())),
                escalation_steps::words.eq(lines(&step.words)),
                escalation_steps::tags.eq(lines(&tags)),
            ))
            .execute(&mut db.conn)?;
    }
    Ok(())
}

fn read(db: &Db, row: StepRow) -> Result<Step, StoreError> {
    let here = place("escalation_steps", "recipients_sealed", row.inbox_id);
    let to = db.vault.house().open_text(here, &row.recipients_sealed)?;
    let recipient = |text: &str| {
        known(Recipient::parse(text), "escalation_steps.recipients_sealed", "(sealed)")
    };
    Ok(Step {
        trigger: known(Trigger::from_word(&row.kind), "escalation_steps.kind", &row.kind)?,
        after: TimeDelta::seconds(row.after_seconds),
        to: to.split(' ').map(recipient).collect::<Result<_, _>>()?,
        urgent: row.urgent,
        every: row.repeat_seconds.map(TimeDelta::seconds),
        words: row.words.iter().flat_map(|words| words.lines()).map(str::to_owned).collect(),
        tags: row
            .tags
            .iter()
            .flat_map(|tags| tags.lines())
            .map(|tag| known(tag.parse().ok(), "escalation_steps.tags", tag))
            .collect::<Result<_, _>>()?,
    })
}
