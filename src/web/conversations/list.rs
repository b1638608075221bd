//! The list pane, and a row of it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::narrowed::Narrowed;
use super::people::People;
use crate::app::App;
use crate::domain::delivery::OutboundState;
use crate::domain::id::{ConversationId, InboxId, MessageId, UserId};
use crate::domain::masking::Numbers;
use crate::domain::message::Direction;
use crate::domain::phone_number;
use crate::domain::segment::LengthProfile;
use crate::locale::Locale;
use crate::store::conversations::{self, Conversation, Counts, Query, View};
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::{self, Position};
use crate::store::tags::{self, Tag};
use crate::store::{
    Db, StoreError, calendars, drafts, mentions, provider_accounts, reads, senders, teams, users,
};
use crate::web::cursor;
use crate::web::error::WebError;
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::shell::person;
use crate::web::times::Times;
use crate::web::views::{
    BulkView, ChoiceView, InboxChoice, ListTab, ListView, RowView, RowsView, SenderChoice,
    SnoozeChoice, TabView, TagView,
};

/// Rows of a page: two screens of the densest list.
const PAGE: usize = 50;
/// Unread texts are counted up to here.
pub const UNREAD_CAP: u32 = 99;
/// A wait longer than this is shown as late; an inbox's own target comes with
/// the escalation rules.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// A conversation with all its row shows.
pub struct Row {
    pub conversation: Conversation,
    pub unread: u32,
    pub failed: bool,
    /// Whether the viewer has begun to write there.
    pub drafted: bool,
    pub tags: Vec<Tag>,
    /// Whom notes call there.
    pub called: Vec<UserId>,
    /// Whether a note calls the viewer, who has not looked since.
    pub is_called: bool,
}

pub async fn list_view(
    app: &App,
    session: &Session,
    narrowed: Narrowed,
    after: Option<Position>,
) -> Result<ListView, WebError> {
    let t = session.locale();
    let now = app.clock.now();
    let user = session.user.id;
    let sight = session.caller.sight.clone();
    let numbers = session.caller.numbers;
    let may_start = session.user.role.may_answer();
    let csrf = session.csrf.clone();
    let times = house_times(app, t).await?;
    let view = app
        .store
        .read(move |db| {
            let seen: Vec<Inbox> =
                inboxes::all(db)?.into_iter().filter(|inbox| sight.sees(inbox.id)).collect();
            let inbox = narrowed.inbox.filter(|id| seen.iter().any(|inbox| inbox.id == *id));
            let tags = tags::offered(db)?;
            let tag = narrowed.tag.filter(|id| tags.iter().any(|tag| tag.id == *id));
            let narrowed = Narrowed { inbox, tag, ..narrowed };
            let view = view_of(narrowed.tab, user);
            let query =
                Query { sight: sight.clone(), inbox, among: None, tag, view, after, limit: PAGE };
            let my_teams = teams::of_user(db, user)?;
            let page = conversations::list(db, &query)?;
            let people = People::read(db, page.rows.iter().map(|row| row.status.assignee))?;
            let rows = rows_of(db, user, page.rows)?;
            let by_id: HashMap<InboxId, &Inbox> =
                seen.iter().map(|inbox| (inbox.id, inbox)).collect();
            let rows = rows
                .iter()
                .map(|row| {
                    let inbox = by_id.get(&row.conversation.inbox_id);
                    let zone = inbox.map_or("UTC", |inbox| inbox.time_zone.as_str());
                    let times = Times::new(t, zone, now);
                    let name = (seen.len() > 1).then(|| inbox.map(|inbox| inbox.name.as_str()));
                    let view = row_view(&times, &people, numbers, row, name.flatten());
                    RowView { query: narrowed.query(), ..view }
                })
                .collect();
            let next = page.next.map(|position| next_address(&narrowed, position));
            let counts = conversations::counts(db, &sight, inbox, user)?;
            let choices =
                seen.iter().map(|inbox| inbox_choice(db, inbox)).collect::<Result<Vec<_>, _>>()?;
            let tags: Vec<TagView> = tags.iter().map(TagView::from).collect();
            let bulk = match may_start {
                true => Some(bulk(db, &narrowed, &seen, tags.clone(), csrf, &times)?),
                false => None,
            };
            Ok::<_, StoreError>(ListView {
                t,
                tab: narrowed.tab,
                tabs: tabs(counts)
                    .into_iter()
                    .filter(|view| view.tab != ListTab::Teams || !my_teams.is_empty())
                    .collect(),
                teams: my_teams.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                inboxes: choices,
                inbox_id: inbox.map(|id| id.to_string()),
                tag_id: tag.map(|id| id.to_string()),
                bulk,
                tags,
                rows: RowsView { t, rows, next },
                may_start,
                simulator: provider_accounts::kinds(db)?.iter().any(|kind| kind == "simulator"),
            })
        })
        .await?;
    Ok(view)
}

/// A row as one viewer sees it. `inbox_name` is given where there are several.
pub fn row_view(
    times: &Times,
    people: &People,
    numbers: Numbers,
    row: &Row,
    inbox_name: Option<&str>,
) -> RowView {
    let Row { conversation, unread, failed, drafted, tags, called, is_called } = row;
    let status = &conversation.status;
    RowView {
        t: times.t,
        conversation_id: conversation.id.to_string(),
        sort: conversation.last_message_at.timestamp_micros(),
        wait: status.waiting_since.map(|at| at.timestamp_micros()),
        name: shown_name(conversation, numbers),
        at: times.short(conversation.last_message_at),
        preview: conversation.preview.clone(),
        preview_is_ours: conversation.last_direction == Direction::Outbound,
        unread: *unread,
        state: status.shown(),
        assignee: people.person(status.assignee),
        team: conversation
            .team
            .and_then(|id| Some((id.to_string(), people.team(Some(id))?.to_owned()))),
        waiting_since: status.waiting_since.map(|at| times.clock(at)),
        late: status.waiting_since.is_some_and(|at| is_late(times.now, at)),
        snoozed_until: status.snoozed_until.map(|at| times.full(at)),
        opted_out: conversation.contact.opted_out.is_some(),
        tags: tags.iter().map(TagView::from).collect(),
        called: called.iter().map(ToString::to_string).collect(),
        is_called: *is_called,
        failed: *failed,
        drafted: *drafted,
        inbox_name: inbox_name.map(str::to_owned),
        current: false,
        query: String::new(),
    }
}

pub fn is_late(now: DateTime<Utc>, waiting_since: DateTime<Utc>) -> bool {
    now - waiting_since > LATE
}

/// The contact's name, or the number where there is no name.
pub fn shown_name(conversation: &Conversation, numbers: Numbers) -> String {
    match &conversation.contact.name {
        Some(name) => name.clone(),
        None => numbers.shown(&conversation.contact.address),
    }
}

pub fn inbox_choice(db: &mut Db, inbox: &Inbox) -> Result<InboxChoice, StoreError> {
    let senders = senders::of_inbox(db, inbox.id)?.into_iter().map(|sender| SenderChoice {
        id: sender.id.to_string(),
        address: phone_number::shown(&sender.address),
        send_only: !sender.can_receive,
        profile: LengthProfile::STANDARD,
    });
    Ok(InboxChoice {
        id: inbox.id.to_string(),
        name: inbox.name.clone(),
        senders: senders.collect(),
    })
}

/// The conversations with what `user` has not read, and what did not get out.
fn rows_of(db: &mut Db, user: UserId, found: Vec<Conversation>) -> Result<Vec<Row>, StoreError> {
    let ids: Vec<ConversationId> = found.iter().map(|row| row.id).collect();
    let last: Vec<MessageId> = found.iter().map(|row| row.last_message_id).collect();
    let read: HashMap<_, _> = reads::of_user(db, user, &ids)?.into_iter().collect();
    let states = messages::states_of(db, &last)?;
    let begun = drafts::of_conversations(db, &ids)?;
    let mut tags = tags::of_conversations(db, &ids)?;
    let called = mentions::in_conversations(db, &ids)?;
    let rows = found.into_iter().map(|conversation| {
        let marker = read.get(&conversation.id).copied();
        let unread = reads::unread(conversation.inbound_texts, marker).min(UNREAD_CAP);
        let state = states.get(&conversation.last_message_id).copied();
        let failed = is_failure(&conversation, state);
        let here: Vec<_> =
            called.iter().filter(|called| called.conversation == conversation.id).collect();
        Row {
            unread,
            failed,
            drafted: begun.contains(&(conversation.id, user)),
            tags: tags.remove(&conversation.id).unwrap_or_default(),
            is_called: here.iter().any(|called| called.user == user && called.is_news),
            called: here.iter().map(|called| called.user).collect(),
            conversation,
        }
    });
    Ok(rows.collect())
}

/// Whether the last text was ours and, by its state, did not get out.
pub fn is_failure(conversation: &Conversation, last: Option<OutboundState>) -> bool {
    use OutboundState::{Expired, Failed, Undelivered};
    conversation.last_direction == Direction::Outbound
        && matches!(last, Some(Failed | Undelivered | Expired))
}

fn view_of(tab: ListTab, user: UserId) -> View {
    match tab {
        ListTab::Mine => View::Mine(user),
        ListTab::Unassigned => View::Unassigned,
        ListTab::Waiting => View::Waiting,
        ListTab::Mentions => View::Mentions(user),
        ListTab::Teams => View::OfTeams(user),
        ListTab::Snoozed => View::Snoozed,
        ListTab::All => View::NotClosed,
        ListTab::Closed => View::Closed,
    }
}

/// What is worth counting, counted.
pub fn tabs(counts: Counts) -> Vec<TabView> {
    ListTab::ALL
        .into_iter()
        .map(|tab| {
            let count = match tab {
                ListTab::Mine => Some(counts.mine),
                ListTab::Unassigned => Some(counts.unassigned),
                ListTab::Waiting => Some(counts.waiting),
                ListTab::Mentions => Some(counts.mentions),
                ListTab::Teams => Some(counts.teams),
                ListTab::Snoozed => Some(counts.snoozed),
                ListTab::All => Some(counts.all),
                ListTab::Closed => None,
            };
            TabView { tab, count: count.and_then(|count| u32::try_from(count).ok()) }
        })
        .collect()
}

fn next_address(narrowed: &Narrowed, position: Position) -> String {
    format!("/conversations{}&cursor={}", narrowed.query(), cursor::write(position))
}

/// What can be done with rows that are chosen, whichever of the inboxes in sight
/// they are of: who cannot answer there is refused where it is tried.
fn bulk(
    db: &mut Db,
    narrowed: &Narrowed,
    seen: &[Inbox],
    tags: Vec<TagView>,
    csrf: String,
    times: &Times,
) -> Result<BulkView, StoreError> {
    let inboxes: Vec<InboxId> = match narrowed.inbox {
        Some(inbox) => vec![inbox],
        None => seen.iter().map(|inbox| inbox.id).collect(),
    };
    let team = users::answering_in_any(db, &inboxes)?;
    Ok(BulkView {
        csrf,
        back: narrowed.query(),
        team: team.iter().map(person).collect(),
        teams: teams::of_any_inbox(db, &inboxes)?
            .into_iter()
            .map(|(id, label)| ChoiceView { value: id.to_string(), label, chosen: false })
            .collect(),
        tags,
        snooze_choices: snooze_choices(db, narrowed, seen, times)?,
    })
}

/// Times to put many aside to. The next opening is among them where all of the
/// inboxes in sight go by the same hours.
fn snooze_choices(
    db: &mut Db,
    narrowed: &Narrowed,
    seen: &[Inbox],
    times: &Times,
) -> Result<Vec<SnoozeChoice>, StoreError> {
    let mut within = seen.iter().filter(|inbox| narrowed.inbox.is_none_or(|id| id == inbox.id));
    let Some(first) = within.next() else { return Ok(times.snooze_choices(None)) };
    let hours = |inbox: &Inbox| (inbox.calendar_id, inbox.time_zone.clone());
    let calendar = first.calendar_id.filter(|_| within.all(|inbox| hours(inbox) == hours(first)));
    let Some(calendar) = calendar else { return Ok(times.snooze_choices(None)) };
    let calendar = calendars::find(db, calendar)?;
    let times = Times::new(times.t, &first.time_zone, times.now);
    Ok(times.snooze_choices(Some(&calendar.hours())))
}

impl RowsView {
    /// Marks the conversation that is open beside the list.
    pub fn mark_current(&mut self, conversation_id: &str) {
        for row in &mut self.rows {
            row.current = row.conversation_id == conversation_id;
        }
    }
}

/// The tag of a body's language, where it is surely not the screen's.
pub fn language_of(t: Locale, body: &str) -> Option<&'static str> {
    let is_kana =
        |letter: char| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9d}');
    let japanese = body.chars().any(is_kana);
    let latin = body.chars().filter(char::is_ascii_alphabetic).count();
    match t {
        Locale::En if japanese => Some("ja"),
        Locale::Ja if !japanese && latin > 12 && body.is_ascii() => Some("en"),
        _ => None,
    }
}
