//! How many keys were pressed in each menu lately, and what came of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{handoffs, links, messages};
use crate::domain::delivery::OutboundState;
use crate::domain::handoff::Outcome;
use crate::domain::id::HandoffFlowId;
use crate::domain::message::{Direction, MessageKind};

/// 押下 → 送信 → 到達 → クリック → 返信
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Keys that callers pressed; numbers they typed for one of them count once.
    pub pressed: i64,
    /// Of their texts, those a provider took.
    pub sent: i64,
    pub delivered: i64,
    /// Of their texts, those whose link a person opened.
    pub opened: i64,
    /// Those after which the contact wrote while answers still belonged to the call.
    pub replied: i64,
}

/// Of those of `flows` that were called since `since`.
pub fn since(
    db: &mut Db,
    flows: &[HandoffFlowId],
    since: DateTime<Utc>,
) -> Result<HashMap<HandoffFlowId, Figures>, StoreError> {
    let since = since.naive_utc();
    let sent = || {
        handoffs::table
            .inner_join(messages::table.on(handoffs::message_id.eq(messages::id.nullable())))
            .filter(handoffs::created_at.ge(since))
            .filter(handoffs::flow_id.eq_any(flows))
            .filter(handoffs::result.eq(Outcome::Accepted.result()))
            .group_by(handoffs::flow_id)
            .select((handoffs::flow_id, count_star()))
    };
    let pressed: Vec<(HandoffFlowId, i64)> = handoffs::table
        .filter(handoffs::created_at.ge(since))
        .filter(handoffs::flow_id.eq_any(flows))
        .filter(handoffs::turn.eq(0))
        .group_by(handoffs::flow_id)
        .select((handoffs::flow_id, count_star()))
        .load(&mut db.conn)?;
    let taken: Vec<(HandoffFlowId, i64)> =
        sent().filter(messages::sent_at.is_not_null()).load(&mut db.conn)?;
    let delivered: Vec<(HandoffFlowId, i64)> =
        sent().filter(messages::state.eq(OutboundState::Delivered.word())).load(&mut db.conn)?;
    let link = links::table
        .filter(links::message_id.eq(messages::id.nullable()))
        .filter(links::opened_at.is_not_null());
    let opened: Vec<(HandoffFlowId, i64)> = sent().filter(exists(link)).load(&mut db.conn)?;
    let reply = messages::table
        .filter(handoffs::conversation_id.eq(messages::conversation_id.nullable()))
        .filter(messages::created_at.gt(handoffs::created_at))
        .filter(messages::created_at.lt(handoffs::returns_until))
        .filter(messages::direction.eq(Direction::Inbound.word()))
        .filter(messages::kind.eq(MessageKind::Sms.word()));
    let replied: Vec<(HandoffFlowId, i64)> = handoffs::table
        .filter(handoffs::created_at.ge(since))
        .filter(handoffs::flow_id.eq_any(flows))
        .filter(handoffs::result.eq(Outcome::Accepted.result()))
        .filter(exists(reply))
        .group_by(handoffs::flow_id)
        .select((handoffs::flow_id, count_star()))
        .load(&mut db.conn)?;
    let mut all: HashMap<HandoffFlowId, Figures> = HashMap::new();
    for (counted, figure) in [
        (pressed, (|f, n| f.pressed = n) as fn(&mut Figures, i64)),
        (taken, |f, n| f.sent = n),
        (delivered, |f, n| f.delivered = n),
        (opened, |f, n| f.opened = n),
        (replied, |f, n| f.replied = n),
    ] {
        for (flow, n) in counted {
            figure(all.entry(flow).or_default(), n);
        }
    }
    Ok(all)
}
