//! What is on its way to programs of others: an outbox, as mails have one, in which each
//! event is once for each of them. What a try came to is settled under the number of that
//! try, so that who was away for too long settles nothing.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::domain::id::{ConversationId, DeliveryId, InboxId, MessageId, OfferId, WebhookId};
use crate::domain::webhook::{DeliveryFailure, DeliveryState};
use crate::store::connection::{Db, on_each_backend};
use crate::store::error::{StoreError, known};
use crate::store::schema::webhook_deliveries as deliveries;

/// What happened: ids, never what they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The number of the event; `None` for a trial.
    pub seq: Option<i64>,
    /// Its word.
    pub kind: String,
    pub happened_at: DateTime<Utc>,
    pub inbox: Option<InboxId>,
    pub conversation: Option<ConversationId>,
    pub message: Option<MessageId>,
    pub offer: Option<OfferId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub webhook: WebhookId,
    pub notice: Notice,
    pub state: DeliveryState,
    pub tries: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub failure: Option<DeliveryFailure>,
    /// What the receiver answered last.
    pub status: Option<u16>,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct DeliveryRow {
    id: DeliveryId,
    webhook_id: WebhookId,
    seq: Option<i64>,
    kind: String,
    happened_at: NaiveDateTime,
    inbox_id: Option<InboxId>,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    offer_id: Option<OfferId>,
    state: String,
    tries: i32,
    due_at: Option<NaiveDateTime>,
    failure: Option<String>,
    status: Option<i32>,
    created_at: NaiveDateTime,
}

/// Puts a notice into the outbox, unless it was there before.
pub fn insert(
    db: &mut Db,
    (id, webhook): (DeliveryId, WebhookId),
    notice: &Notice,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        deliveries::id.eq(id),
        deliveries::webhook_id.eq(webhook),
        deliveries::seq.eq(notice.seq),
        deliveries::kind.eq(&notice.kind),
        deliveries::happened_at.eq(notice.happened_at.naive_utc()),
        deliveries::inbox_id.eq(notice.inbox),
        deliveries::conversation_id.eq(notice.conversation),
        deliveries::message_id.eq(notice.message),
        deliveries::offer_id.eq(notice.offer),
        deliveries::state.eq(DeliveryState::Queued.word()),
        deliveries::tries.eq(0),
        deliveries::due_at.eq(Some(now.naive_utc())),
        deliveries::created_at.eq(now.naive_utc()),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(deliveries::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

pub fn find(db: &mut Db, id: DeliveryId) -> Result<Delivery, StoreError> {
    read(deliveries::table.find(id).select(DeliveryRow::as_select()).first(&mut db.conn)?)
}

/// Of one webhook, whose time has come, the longest due first.
pub fn due(
    db: &mut Db,
    webhook: WebhookId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<DeliveryId>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::webhook_id.eq(webhook))
        .filter(deliveries::due_at.le(now.naive_utc()))
        .order((deliveries::due_at, deliveries::id))
        .limit(limit)
        .select(deliveries::id)
        .load(&mut db.conn)?)
}

/// Takes a due one in hand for `lease`; `None` where somebody else has it.
pub fn begin(
    db: &mut Db,
    id: DeliveryId,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Delivery>, StoreError> {
    let taken = diesel::update(deliveries::table.find(id))
        .filter(deliveries::due_at.le(now.naive_utc()))
        .set((
            deliveries::state.eq(DeliveryState::InHand.word()),
            deliveries::tries.eq(deliveries::tries + 1),
            deliveries::due_at.eq(Some((now + lease).naive_utc())),
        ))
        .execute(&mut db.conn)?;
    if taken == 0 { Ok(None) } else { find(db, id).map(Some) }
}

/// What a try came to, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    pub state: DeliveryState,
    pub failure: Option<DeliveryFailure>,
    pub status: Option<u16>,
    /// When it is tried again.
    pub next: Option<DateTime<Utc>>,
}

/// What the `tries`th try came to. False if that is no longer the last one.
pub fn settle(
    db: &mut Db,
    (id, tries): (DeliveryId, i32),
    tried: Tried,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let settled_at = (tried.state != DeliveryState::Queued).then(|| now.naive_utc());
    let settled = diesel::update(deliveries::table.find(id))
        .filter(deliveries::tries.eq(tries))
        .filter(deliveries::state.eq(DeliveryState::InHand.word()))
        .set((
            deliveries::state.eq(tried.state.word()),
            deliveries::failure.eq(tried.failure.map(DeliveryFailure::word)),
            deliveries::status.eq(tried.status.map(i32::from)),
            deliveries::due_at.eq(tried.next.map(|next| next.naive_utc())),
            deliveries::settled_at.eq(settled_at),
        ))
        .execute(&mut db.conn)?;
    Ok(settled == 1)
}

/// The newest of one webhook before `before`.
pub fn page_before(
    db: &mut Db,
    webhook: WebhookId,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook))
        .order(deliveries::id.desc())
        .limit(limit)
        .select(DeliveryRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(deliveries::id.lt(before));
    }
    let rows: Vec<DeliveryRow> = query.load(&mut db.conn)?;
    rows.into_iter().map(read).collect()
}

/// How many wait, and how many wait for a person, of each webhook that has any.
pub fn counts(db: &mut Db) -> Result<Vec<(WebhookId, DeliveryState, i64)>, StoreError> {
    let open = [DeliveryState::Queued, DeliveryState::InHand, DeliveryState::Failed];
    let rows: Vec<(WebhookId, String, i64)> = deliveries::table
        .filter(deliveries::state.eq_any(open.map(DeliveryState::word)))
        .group_by((deliveries::webhook_id, deliveries::state))
        .select((deliveries::webhook_id, deliveries::state, diesel::dsl::count_star()))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(webhook, state, many)| {
            let word = DeliveryState::from_word(&state);
            Ok((webhook, known(word, "webhook_deliveries.state", &state)?, many))
        })
        .collect()
}

/// Tries one anew that waits or failed, with all its tries before it. False for others.
pub fn retry(db: &mut Db, id: DeliveryId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(deliveries::table.find(id))
        .filter(at_rest())
        .set(anew(now))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// The same for whatever failed of one webhook; how many.
pub fn retry_failed(
    db: &mut Db,
    webhook: WebhookId,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(diesel::update(deliveries::table)
        .filter(deliveries::webhook_id.eq(webhook))
        .filter(deliveries::state.eq(DeliveryState::Failed.word()))
        .set(anew(now))
        .execute(&mut db.conn)?)
}

/// Delivers one that waits or failed no more. False for others.
pub fn discard(db: &mut Db, id: DeliveryId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(deliveries::table.find(id))
        .filter(at_rest())
        .set((
            deliveries::state.eq(DeliveryState::Discarded.word()),
            deliveries::due_at.eq(None::<NaiveDateTime>),
            deliveries::settled_at.eq(Some(now.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// Forgets what was settled before `before`: as long as it is there, it is told once.
pub fn delete_before(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = deliveries::table.filter(deliveries::settled_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut db.conn)?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn at_rest() -> _ {
    let at_rest: [&'static str; 2] = [DeliveryState::Queued.word(), DeliveryState::Failed.word()];
    deliveries::state.eq_any(at_rest)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn anew(now: DateTime<Utc>) -> _ {
    let queued: &'static str = DeliveryState::Queued.word();
    let now: Option<NaiveDateTime> = Some(now.naive_utc());
    let unsettled: Option<NaiveDateTime> = None;
    (
        deliveries::state.eq(queued),
        deliveries::tries.eq(0i32),
        deliveries::due_at.eq(now),
        deliveries::settled_at.eq(unsettled),
    )
}

fn read(row: DeliveryRow) -> Result<Delivery, StoreError> {
    let failure = row
        .failure
        .map(|word| known(DeliveryFailure::from_word(&word), "webhook_deliveries.failure", &word))
        .transpose()?;
    let state = DeliveryState::from_word(&row.state);
    Ok(Delivery {
        id: row.id,
        webhook: row.webhook_id,
        notice: Notice {
            seq: row.seq,
            kind: row.kind,
            happened_at: row.happened_at.and_utc(),
            inbox: row.inbox_id,
            conversation: row.conversation_id,
            message: row.message_id,
            offer: row.offer_id,
        },
        state: known(state, "webhook_deliveries.state", &row.state)?,
        tries: row.tries,
        due_at: row.due_at.map(|at| at.and_utc()),
        failure,
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        created_at: row.created_at.and_utc(),
    })
}
