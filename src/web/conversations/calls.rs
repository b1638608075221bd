//! Calls that led to a text, as the timeline tells them.

use std::collections::HashMap;

use crate::domain::id::{HandoffFlowId, MessageId};
use crate::domain::message::{Direction, MessageKind};
use crate::store::handoffs::{self, Handoff};
use crate::store::links::{self, Followed};
use crate::store::messages::Message;
use crate::store::{Db, StoreError, handoff_flows};
use crate::web::times::Times;
use crate::web::views::CallLineView;

/// Each call with the text of `page` it led to, which stands below it. A page without
/// a text that nobody wrote asks for none.
pub fn call_lines(
    db: &mut Db,
    times: &Times,
    page: &[Message],
    revision: i64,
) -> Result<Vec<(String, CallLineView)>, StoreError> {
    let is_nobodys = |message: &&Message| {
        message.kind == MessageKind::Sms
            && message.direction == Direction::Outbound
            && message.author_id.is_none()
            && !message.automatic
    };
    let texts: Vec<&Message> = page.iter().filter(is_nobodys).collect();
    let ids: Vec<MessageId> = texts.iter().map(|message| message.id).collect();
    let calls = handoffs::of_messages(db, &ids)?;
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let menus = handoff_flows::names(db)?;
    let followed = links::of_messages(db, &ids)?;
    let line = |call: Handoff| {
        let text = texts.iter().find(|text| Some(text.id) == call.message)?;
        let link = followed.get(&text.id).and_then(|links| links.first());
        let view = call_line(times, &menus, &call, text, revision);
        let link = link.map(|link| state_of(times, link));
        Some((text.id.to_string(), CallLineView { link, ..view }))
    };
    Ok(calls.into_iter().filter_map(line).collect())
}

fn call_line(
    times: &Times,
    menus: &HashMap<HandoffFlowId, String>,
    call: &Handoff,
    text: &Message,
    revision: i64,
) -> CallLineView {
    let menu = menus.get(&call.flow).map_or("", String::as_str);
    CallLineView {
        t: times.t,
        id: call.id.to_string(),
        revision,
        sort: text.created_at.timestamp_micros() - 1,
        at: times.full(call.called_at),
        topic: call.topic.clone(),
        menu: format!("{menu}-{}", call.digit),
        typed: call.typed,
        link: None,
    }
}

fn state_of(times: &Times, link: &Followed) -> String {
    match link.opened_at {
        Some(at) => times.t.call_opened(times.full(at).shown),
        None => times.t.call_not_opened().to_owned(),
    }
}
