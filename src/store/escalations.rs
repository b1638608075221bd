//! Ladders of e-mails, and which of their steps were taken.
//!
//! Nothing is armed and nothing has to be taken back: who is due is asked of the
//! conversations themselves, so that an answer ends it by being there. That a step
//! is taken once a wait is the primary key's to keep.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::schema::{conversations, escalation_policies, escalation_steps, escalations};
use super::seal::place;
use crate::domain::conversation::ConversationState;
use crate::domain::escalation::{Policy, Recipient, Step, Trigger};
use crate::domain::id::{ConversationId, InboxId};

/// What an inbox goes by, since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub inbox: InboxId,
    pub policy: Policy,
    pub changed_at: DateTime<Utc>,
}

/// Somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub conversation: ConversationId,
    pub since: DateTime<Utc>,
}

#[derive(Queryable)]
struct StepRow {
    inbox_id: InboxId,
    kind: String,
    after_seconds: i64,
    recipients_sealed: Vec<u8>,
}

/// What an inbox goes by; without a policy nobody is told.
pub fn policy(db: &mut Db, inbox: InboxId) -> Result<Option<Kept>, StoreError> {
    let kept = escalation_policies::table
        .find(inbox)
        .select((escalation_policies::always, escalation_policies::changed_at))
        .first::<(bool, NaiveDateTime)>(&mut db.conn)
        .optional()?;
    let Some((always, changed_at)) = kept else { return Ok(None) };
    let rows: Vec<StepRow> = escalation_steps::table
        .filter(escalation_steps::inbox_id.eq(inbox))
        .order(escalation_steps::position)
        .select((
            escalation_steps::inbox_id,
            escalation_steps::kind,
            escalation_steps::after_seconds,
            escalation_steps::recipients_sealed,
        ))
        .load(&mut db.conn)?;
    let steps = rows.into_iter().map(|row| read(db, row)).collect::<Result<_, _>>()?;
    let policy = Policy { always, steps };
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
        ))
        .execute(&mut db.conn)?;
    for (position, step) in (0..).zip(&policy.steps) {
        let to: Vec<String> = step.to.iter().map(Recipient::to_string).collect();
        let here = place("escalation_steps", "recipients_sealed", inbox);
        diesel::insert_into(escalation_steps::table)
            .values((
                escalation_steps::inbox_id.eq(inbox),
                escalation_steps::position.eq(position),
                escalation_steps::kind.eq(step.trigger.word()),
                escalation_steps::after_seconds.eq(step.after.num_seconds()),
                escalation_steps::recipients_sealed
                    .eq(db.vault.house().seal_text(here, &to.join(" "))),
            ))
            .execute(&mut db.conn)?;
    }
    Ok(())
}

/// Who waits in `inbox` since `before` or longer, is not put aside and has not been
/// told of by the step at `position`; the longest first. Whether the time counts is
/// for the caller to see.
pub fn waiting(
    db: &mut Db,
    inbox: InboxId,
    (position, trigger): (i32, Trigger),
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Wait>, StoreError> {
    let told = escalations::table
        .filter(escalations::conversation_id.eq(conversations::id))
        .filter(escalations::since.nullable().eq(conversations::waiting_since))
        .filter(escalations::position.eq(position));
    let mut query = conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .filter(conversations::waiting_since.le(before.naive_utc()))
        .filter(conversations::state.eq(ConversationState::Open.word()))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(conversations::waiting_since)
        .limit(limit)
        .select((conversations::id, conversations::waiting_since))
        .into_boxed();
    if trigger == Trigger::Unassigned {
        query = query.filter(conversations::assignee_id.is_null());
    }
    let rows: Vec<(ConversationId, Option<NaiveDateTime>)> = query.load(&mut db.conn)?;
    let wait = |(conversation, since): (ConversationId, Option<NaiveDateTime>)| {
        Some(Wait { conversation, since: since?.and_utc() })
    };
    Ok(rows.into_iter().filter_map(wait).collect())
}

/// Keeps the wait as it is until this transaction ends: whoever answers meanwhile
/// comes before us or after us. False if it is over or put aside.
pub fn hold(db: &mut Db, wait: Wait) -> Result<bool, StoreError> {
    let since = wait.since.naive_utc();
    let held = diesel::update(conversations::table.find(wait.conversation))
        .filter(conversations::waiting_since.eq(since))
        .filter(conversations::state.eq(ConversationState::Open.word()))
        .set(conversations::waiting_since.eq(since))
        .execute(&mut db.conn)?;
    Ok(held == 1)
}

/// Puts on record that a step is taken. False if it was before.
pub fn record(
    db: &mut Db,
    wait: Wait,
    position: i32,
    mails: usize,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = (
        escalations::conversation_id.eq(wait.conversation),
        escalations::since.eq(wait.since.naive_utc()),
        escalations::position.eq(position),
        escalations::fired_at.eq(now.naive_utc()),
        escalations::mails.eq(i32::try_from(mails).unwrap_or(i32::MAX)),
    );
    let recorded = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(escalations::table).values(row).on_conflict_do_nothing().execute(conn)
    })?;
    Ok(recorded == 1)
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
    })
}
