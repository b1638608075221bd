//! What PostgreSQL does in one round trip.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Integer, Nullable, Text, Timestamp, Uuid as UuidType};
use uuid::Uuid;

use super::{Touched, preview};
use crate::domain::message::Direction;
use crate::store::StoreError;

pub(super) fn touch_all(
    conn: &mut PgConnection,
    touched: &[Touched<'_>],
) -> Result<(), StoreError> {
    fn all<'a, T>(touched: &[Touched<'a>], pick: impl Fn(&Touched<'a>) -> T) -> Vec<T> {
        touched.iter().map(pick).collect()
    }
    let inbound = |one: &Touched<'_>| one.message.direction == Direction::Inbound;
    let at = |one: &Touched<'_>| one.message.created_at.naive_utc();
    // One order on every node, so that two of them never wait for each other.
    diesel::sql_query(
        "update conversations set \
           state = v.state, assignee_id = v.assignee_id, \
           last_answered_by = v.last_answered_by, waiting_since = v.waiting_since, \
           snoozed_until = v.snoozed_until, last_message_at = v.at, \
           last_message_id = v.message_id, last_direction = v.direction, \
           preview_sealed = v.preview, \
           inbound_texts = conversations.inbound_texts + v.inbound_texts, \
           last_inbound_at = coalesce(v.inbound_at, conversations.last_inbound_at), \
           address_id = coalesce(v.address_id, conversations.address_id) \
         from (select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as u( \
           id, state, assignee_id, last_answered_by, waiting_since, snoozed_until, at, \
           message_id, direction, preview, inbound_at, address_id, inbound_texts) order by id) v \
         where conversations.id = v.id",
    )
    .bind::<Array<UuidType>, _>(all(touched, |one| one.conversation.0))
    .bind::<Array<Text>, _>(all(touched, |one| one.status.state.word()))
    .bind::<Array<Nullable<UuidType>>, _>(all(touched, |one| one.status.assignee.map(|id| id.0)))
    .bind::<Array<Nullable<UuidType>>, _>(all(touched, |one| {
        one.status.last_answered_by.map(|id| id.0)
    }))
    .bind::<Array<Nullable<Timestamp>>, _>(all(touched, |one| {
        one.status.waiting_since.map(|at| at.naive_utc())
    }))
    .bind::<Array<Nullable<Timestamp>>, _>(all(touched, |one| {
        one.status.snoozed_until.map(|at| at.naive_utc())
    }))
    .bind::<Array<Timestamp>, _>(all(touched, at))
    .bind::<Array<UuidType>, _>(all(touched, |one| one.message.id.0))
    .bind::<Array<Text>, _>(all(touched, |one| one.message.direction.word()))
    .bind::<Array<Binary>, _>(all(touched, |one| preview(one.conversation, one.message, one.key)))
    .bind::<Array<Nullable<Timestamp>>, _>(all(touched, |one| -> Option<NaiveDateTime> {
        inbound(one).then(|| at(one))
    }))
    .bind::<Array<Nullable<UuidType>>, _>(all(touched, |one| -> Option<Uuid> {
        one.message.address_id.filter(|_| inbound(one)).map(|id| id.0)
    }))
    .bind::<Array<Integer>, _>(all(touched, |one| one.inbound_texts))
    .execute(conn)?;
    Ok(())
}
