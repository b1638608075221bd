//! Secret addresses at which interviewers' calendars ask for what is booked.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::interviewer_feeds;
use super::seal::random_letters;
use crate::domain::appointment::feed_token::FeedToken;
use crate::domain::id::InterviewerId;

/// Makes an interviewer's address, in the place of one they had: the only time that it
/// is known.
pub fn renew(
    db: &mut Db,
    interviewer: InterviewerId,
    now: DateTime<Utc>,
) -> Result<FeedToken, StoreError> {
    withdraw(db, interviewer)?;
    let token = random_letters(FeedToken::LENGTH);
    let row = (
        interviewer_feeds::interviewer_id.eq(interviewer),
        interviewer_feeds::token_hash.eq(db.vault.feed_hash(&token)),
        interviewer_feeds::created_at.eq(now.naive_utc()),
    );
    diesel::insert_into(interviewer_feeds::table).values(row).execute(&mut db.conn)?;
    Ok(FeedToken::parse(&token).expect("they are letters, and so many"))
}

/// False where there was none.
pub fn withdraw(db: &mut Db, interviewer: InterviewerId) -> Result<bool, StoreError> {
    Ok(diesel::delete(interviewer_feeds::table.find(interviewer)).execute(&mut db.conn)? == 1)
}

/// Whose feed it is.
pub fn find(db: &mut Db, token: &FeedToken) -> Result<Option<InterviewerId>, StoreError> {
    Ok(interviewer_feeds::table
        .filter(interviewer_feeds::token_hash.eq(db.vault.feed_hash(token.as_str())))
        .select(interviewer_feeds::interviewer_id)
        .first(&mut db.conn)
        .optional()?)
}

/// When the addresses of `interviewers` were made; those without one are not in it.
pub fn made(
    db: &mut Db,
    interviewers: &[InterviewerId],
) -> Result<HashMap<InterviewerId, DateTime<Utc>>, StoreError> {
    let rows: Vec<(InterviewerId, NaiveDateTime)> = interviewer_feeds::table
        .filter(interviewer_feeds::interviewer_id.eq_any(interviewers))
        .select((interviewer_feeds::interviewer_id, interviewer_feeds::created_at))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(who, at)| (who, at.and_utc())).collect())
}
