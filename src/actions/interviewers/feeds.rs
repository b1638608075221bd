//! The secret address at which an interviewer's calendar asks for what is booked. What it
//! gets there is `actions::appointments::feed`.

use crate::app::App;
use crate::domain::appointment::feed_token::FeedToken;
use crate::domain::id::InterviewerId;
use crate::domain::user::Caller;
use crate::store::interviewer_feeds;

use super::super::ActionError;
use super::{find, record};

/// Makes the address, in the place of one there was. It is known this once.
pub async fn renew(
    app: &App,
    caller: Caller,
    interviewer: InterviewerId,
) -> Result<FeedToken, ActionError> {
    app.store
        .write(move |tx| {
            find(tx, &caller, interviewer)?;
            let now = tx.now;
            let token = interviewer_feeds::renew(tx, interviewer, now)?;
            record(tx, &caller, "interviewer.feed_renew", interviewer);
            Ok(token)
        })
        .await
}

/// Nothing is told there any more.
pub async fn withdraw(
    app: &App,
    caller: Caller,
    interviewer: InterviewerId,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            find(tx, &caller, interviewer)?;
            if interviewer_feeds::withdraw(tx, interviewer)? {
                record(tx, &caller, "interviewer.feed_withdraw", interviewer);
            }
            Ok(())
        })
        .await
}
