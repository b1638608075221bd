//! Keys that callers pressed, and what each was answered.
//!
//! Neither the number nor the name that the telephone exchange gave a call stands
//! here, but keyed hashes of both.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::handoffs;
use super::seal::{Place, place};
use crate::domain::handoff::{Before, IN_VAIN, LastCall, Outcome, PER_NUMBER, PER_TRUNK, Trunk};
use crate::domain::id::{
    ApiTokenId, ConversationId, HandoffFlowId, HandoffId, MessageId, ProviderAccountId, TeamId,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    pub id: HandoffId,
    pub flow: HandoffFlowId,
    pub trunk: Trunk,
    pub call_index: Vec<u8>,
    pub caller_index: Vec<u8>,
    pub digit: String,
    /// Which number of this call and key it is: others were typed after the first.
    pub turn: i32,
    pub topic: String,
    pub language: String,
    /// Nobody has proved that the number is the caller's.
    pub typed: bool,
    pub outcome: Outcome,
    pub suggests_operator: bool,
    pub conversation: Option<ConversationId>,
    /// The text that was sent for it, or before it.
    pub message: Option<MessageId>,
    pub team: Option<TeamId>,
    pub called_at: DateTime<Utc>,
    pub returns_until: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = handoffs)]
struct HandoffRow {
    id: HandoffId,
    flow_id: HandoffFlowId,
    api_token_id: Option<ApiTokenId>,
    provider_account_id: Option<ProviderAccountId>,
    call_index: Vec<u8>,
    caller_index: Vec<u8>,
    digit: String,
    turn: i32,
    topic_sealed: Vec<u8>,
    language: String,
    typed: bool,
    result: String,
    reason: Option<String>,
    suggests_operator: bool,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    team_id: Option<TeamId>,
    called_at: NaiveDateTime,
    returns_until: NaiveDateTime,
    created_at: NaiveDateTime,
}

/// What a call is known by.
pub fn call_index(db: &Db, trunk: Trunk, call: &str) -> Vec<u8> {
    let trunk = match trunk {
        Trunk::Exchange(token) => token.0,
        Trunk::Account(account) => account.0,
    };
    db.vault.call_index(trunk, call)
}

/// What a caller is known by: equal for equal numbers only.
pub fn caller_index(db: &Db, number: &str) -> Vec<u8> {
    db.vault.address_index(number)
}

pub fn insert(db: &mut Db, handoff: &Handoff) -> Result<(), StoreError> {
    let row = HandoffRow {
        id: handoff.id,
        flow_id: handoff.flow,
        api_token_id: token_of(handoff.trunk),
        provider_account_id: account_of(handoff.trunk),
        call_index: handoff.call_index.clone(),
        caller_index: handoff.caller_index.clone(),
        digit: handoff.digit.clone(),
        turn: handoff.turn,
        topic_sealed: db.vault.house().seal_text(topic_place(handoff.id), &handoff.topic),
        language: handoff.language.clone(),
        typed: handoff.typed,
        result: handoff.outcome.result().to_owned(),
        reason: handoff.outcome.reason().map(str::to_owned),
        suggests_operator: handoff.suggests_operator,
        conversation_id: handoff.conversation,
        message_id: handoff.message,
        team_id: handoff.team,
        called_at: handoff.called_at.naive_utc(),
        returns_until: handoff.returns_until.naive_utc(),
        created_at: handoff.created_at.naive_utc(),
    };
    diesel::insert_into(handoffs::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

fn token_of(trunk: Trunk) -> Option<ApiTokenId> {
    match trunk {
        Trunk::Exchange(token) => Some(token),
        Trunk::Account(_) => None,
    }
}

fn account_of(trunk: Trunk) -> Option<ProviderAccountId> {
    match trunk {
        Trunk::Exchange(_) => None,
        Trunk::Account(account) => Some(account),
    }
}

/// What a key of a call was answered, a row for each number that was given. The call's
/// index says whose trunk it is too.
pub fn of_call(db: &mut Db, call_index: &[u8], digit: &str) -> Result<Vec<Handoff>, StoreError> {
    let rows: Vec<HandoffRow> = handoffs::table
        .filter(handoffs::call_index.eq(call_index))
        .filter(handoffs::digit.eq(digit))
        .order(handoffs::turn)
        .select(HandoffRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// The last text that a caller was sent for an option.
pub fn last_sent(
    db: &mut Db,
    flow: HandoffFlowId,
    digit: &str,
    caller_index: &[u8],
) -> Result<Option<Handoff>, StoreError> {
    let row: Option<HandoffRow> = handoffs::table
        .filter(handoffs::caller_index.eq(caller_index))
        .filter(handoffs::result.eq(Outcome::Accepted.result()))
        .filter(handoffs::flow_id.eq(flow))
        .filter(handoffs::digit.eq(digit))
        .order(handoffs::created_at.desc())
        .select(HandoffRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// The last text that a caller was sent a day ago at most, whatever they pressed in
/// another call of this flow.
pub fn last_of_another_call(
    db: &mut Db,
    flow: HandoffFlowId,
    caller_index: &[u8],
    call_index: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Handoff>, StoreError> {
    let row: Option<HandoffRow> = handoffs::table
        .filter(handoffs::caller_index.eq(caller_index))
        .filter(handoffs::created_at.gt((now - IN_VAIN).naive_utc()))
        .filter(handoffs::result.eq(Outcome::Accepted.result()))
        .filter(handoffs::flow_id.eq(flow))
        .filter(handoffs::call_index.ne(call_index))
        .order(handoffs::created_at.desc())
        .select(HandoffRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// What was sent to a caller, and by a trunk, as far as floods go.
pub fn before(
    db: &mut Db,
    trunk: Trunk,
    caller_index: &[u8],
    now: DateTime<Utc>,
) -> Result<Before, StoreError> {
    let sent = handoffs::table.filter(handoffs::result.eq(Outcome::Accepted.result()));
    let any: Option<NaiveDateTime> = sent
        .filter(handoffs::caller_index.eq(caller_index))
        .filter(handoffs::created_at.gt((now - PER_NUMBER).naive_utc()))
        .select(max(handoffs::created_at))
        .first(&mut db.conn)?;
    let lately = sent.filter(handoffs::created_at.gt((now - PER_TRUNK).naive_utc()));
    let lately = match trunk {
        Trunk::Exchange(token) => lately.filter(handoffs::api_token_id.eq(token)).into_boxed(),
        Trunk::Account(account) => {
            lately.filter(handoffs::provider_account_id.eq(account)).into_boxed()
        }
    };
    let typed: Vec<bool> = lately.select(handoffs::typed).load(&mut db.conn)?;
    let of_typed = typed.iter().filter(|typed| **typed).count();
    Ok(Before {
        any_at: any.map(|at| at.and_utc()),
        by_trunk: i64::try_from(typed.len()).unwrap_or(i64::MAX),
        typed_by_trunk: i64::try_from(of_typed).unwrap_or(i64::MAX),
        ..Before::default()
    })
}

/// How often a caller rang for an option since `since`.
pub fn count_calls(
    db: &mut Db,
    flow: HandoffFlowId,
    digit: &str,
    caller_index: &[u8],
    since: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let told = [Outcome::Accepted, Outcome::Suppressed].map(Outcome::result);
    Ok(handoffs::table
        .filter(handoffs::caller_index.eq(caller_index))
        .filter(handoffs::created_at.ge(since.naive_utc()))
        .filter(handoffs::result.eq_any(told))
        .filter(handoffs::flow_id.eq(flow))
        .filter(handoffs::digit.eq(digit))
        .select(count_star())
        .first(&mut db.conn)?)
}

/// The newest call of a conversation that led to a text.
pub fn newest(db: &mut Db, conversation: ConversationId) -> Result<Option<Handoff>, StoreError> {
    let row: Option<HandoffRow> = handoffs::table
        .filter(handoffs::conversation_id.eq(conversation))
        .filter(handoffs::result.eq(Outcome::Accepted.result()))
        .order(handoffs::created_at.desc())
        .select(HandoffRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// The calls that `messages` were sent for.
pub fn of_messages(db: &mut Db, messages: &[MessageId]) -> Result<Vec<Handoff>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<HandoffRow> = handoffs::table
        .filter(handoffs::message_id.eq_any(messages))
        .filter(handoffs::result.eq(Outcome::Accepted.result()))
        .select(HandoffRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// A team is no more: nobody's answers go to it.
pub(super) fn forget_team(db: &mut Db, team: TeamId) -> Result<(), StoreError> {
    diesel::update(handoffs::table.filter(handoffs::team_id.eq(team)))
        .set(handoffs::team_id.eq(None::<TeamId>))
        .execute(&mut db.conn)?;
    Ok(())
}

impl Handoff {
    pub fn as_last(&self) -> LastCall {
        LastCall { team: self.team, returns_until: self.returns_until }
    }
}

fn topic_place(id: HandoffId) -> Place {
    place("handoffs", "topic_sealed", id)
}

fn read(db: &Db, row: HandoffRow) -> Result<Handoff, StoreError> {
    let outcome = Outcome::from_words(&row.result, row.reason.as_deref());
    let account = row.provider_account_id.map(Trunk::Account);
    let trunk = row.api_token_id.map(Trunk::Exchange).or(account);
    Ok(Handoff {
        topic: db.vault.house().open_text(topic_place(row.id), &row.topic_sealed)?,
        outcome: known(outcome, "handoffs.result", &row.result)?,
        id: row.id,
        flow: row.flow_id,
        trunk: known(trunk, "handoffs", "neither trunk")?,
        call_index: row.call_index,
        caller_index: row.caller_index,
        digit: row.digit,
        turn: row.turn,
        language: row.language,
        typed: row.typed,
        suggests_operator: row.suggests_operator,
        conversation: row.conversation_id,
        message: row.message_id,
        team: row.team_id,
        called_at: row.called_at.and_utc(),
        returns_until: row.returns_until.and_utc(),
        created_at: row.created_at.and_utc(),
    })
}
