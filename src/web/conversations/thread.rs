//! One conversation: its head, its lines, its composer and its side panel.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::appointments;
use super::calls::call_lines;
use super::cases::{case_lines, case_view, closers};
use super::lines::{Beside, Setting, is_mailable, lines, mentioned};
use super::list::{inbox_choice, is_late, shown_name};
use super::people::People;
use crate::app::App;
use crate::domain::business_hours::BusinessHours;
use crate::domain::consent::Decision;
use crate::domain::id::{ConversationId, MessageId, TeamId};
use crate::domain::masking::Numbers;
use crate::domain::message::Purpose;
use crate::domain::opt_out;
use crate::domain::phone_number;
use crate::domain::segment::LengthProfile;
use crate::domain::user::{Role, Sight};
use crate::providers::registry::Registry;
use crate::store::conversations::{self, Conversation};
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::{self, Message, Position};
use crate::store::tags::{self, Tag};
use crate::store::{
    Db, StoreError, applications, calendars, consents, drafts, help_calls, opt_outs, optional,
    provider_accounts, reads, senders, teams, users,
};
use crate::web::applications::step_label;
use crate::web::contacts::fields;
use crate::web::cursor;
use crate::web::error::WebError;
use crate::web::session::Session;
use crate::web::shell::person;
use crate::web::templates;
use crate::web::times::Times;
use crate::web::views::{
    ChoiceView, ComposerView, HeadView, LinesView, PersonView, SiblingView, SideView, TagChoice,
    TagView, ThreadView, Unsendable,
};

/// Lines of a page (ui.md 4.4).
const PAGE: i64 = 60;

/// Which part of the timeline.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    pub before: Option<Position>,
    pub after: Option<Position>,
    /// What the page is to be around; passed over where it is not there.
    pub around: Option<Landing>,
}

/// A place in the timeline that somebody wants to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// A message that was searched for.
    Message(MessageId),
    /// The first line of a day of the inbox, or the next there is.
    Day(NaiveDate),
}

/// What a thread is drawn from.
pub struct Loaded {
    pub conversation: Conversation,
    pub inbox: Inbox,
    pub times: Times,
    /// As the reader sees them.
    pub numbers: Numbers,
}

impl Loaded {
    /// When the inbox is open; `None` for one that always is.
    fn hours(&self, db: &mut Db) -> Result<Option<BusinessHours>, StoreError> {
        let calendar = self.inbox.calendar_id.map(|id| calendars::find(db, id)).transpose()?;
        Ok(calendar.map(|calendar| calendar.hours()))
    }
}

pub async fn thread_view(
    app: &App,
    session: &Session,
    id: ConversationId,
    window: Window,
    seen_seq: i64,
) -> Result<ThreadView, WebError> {
    let (asker, now) = (session.clone(), app.clock.now());
    let providers = app.providers.clone();
    let view = app
        .store
        .read(move |db| {
            let loaded = load(db, &asker, id, now)?;
            let lines = lines_of(db, &asker, &loaded, window, seen_seq)?;
            let may_answer = asker.user.role.may_answer();
            let composer = may_answer
                .then(|| composer(db, &providers, &asker, &loaded, seen_seq))
                .transpose()?;
            Ok::<_, StoreError>(ThreadView {
                t: asker.locale(),
                csrf: asker.csrf.clone(),
                head: head(db, &loaded, &asker.user.role, Some(asker.user.id), seen_seq)?,
                lines,
                appointment: appointments::view(db, &loaded, &asker.user.role, seen_seq)?,
                composer,
                side: side(db, &loaded, &asker.user.role, seen_seq)?,
                back: String::new(),
            })
        })
        .await?;
    Ok(view)
}

pub async fn lines_view(
    app: &App,
    session: &Session,
    id: ConversationId,
    window: Window,
) -> Result<LinesView, WebError> {
    let (asker, now) = (session.clone(), app.clock.now());
    let view = app
        .store
        .read(move |db| {
            let seq = crate::store::events::last_seq(db)?;
            let loaded = load(db, &asker, id, now)?;
            lines_of(db, &asker, &loaded, window, seq)
        })
        .await?;
    Ok(view)
}

pub async fn side_view(
    app: &App,
    session: &Session,
    id: ConversationId,
    revision: i64,
) -> Result<SideView, WebError> {
    let (asker, now) = (session.clone(), app.clock.now());
    let view = app
        .store
        .read(move |db| {
            let loaded = load(db, &asker, id, now)?;
            side(db, &loaded, &asker.user.role, revision)
        })
        .await?;
    Ok(view)
}

/// Times as the conversation's inbox keeps them, for those who may see it.
pub async fn times_of(app: &App, session: &Session, id: ConversationId) -> Result<Times, WebError> {
    let (asker, now) = (session.clone(), app.clock.now());
    Ok(app.store.read(move |db| load(db, &asker, id, now).map(|loaded| loaded.times)).await?)
}

fn load(
    db: &mut Db,
    session: &Session,
    id: ConversationId,
    now: DateTime<Utc>,
) -> Result<Loaded, StoreError> {
    let conversation = conversations::visible_to(db, &session.caller.sight, id)?;
    let inbox = inboxes::find(db, conversation.inbox_id)?;
    let times = Times::new(session.locale(), &inbox.time_zone, now);
    Ok(Loaded { conversation, inbox, times, numbers: session.caller.numbers })
}

fn lines_of(
    db: &mut Db,
    session: &Session,
    loaded: &Loaded,
    window: Window,
    revision: i64,
) -> Result<LinesView, StoreError> {
    let id = loaded.conversation.id;
    if let Some(landing) = window.around
        && let Some(lines) = lines_around(db, session, loaded, landing, revision)?
    {
        return Ok(lines);
    }
    let mut page = match window.after {
        Some(after) => messages::page_after(db, id, after, PAGE + 1)?,
        None => messages::page_before(db, id, window.before, PAGE + 1)?,
    };
    let more = page.len() as i64 > PAGE;
    let (mut before, mut after) = (None, None);
    if window.after.is_some() {
        before = page.first().map(Message::position);
        if more {
            page.pop();
            after = page.last().map(Message::position);
        }
    } else {
        if more {
            page.remove(0);
            before = page.first().map(Message::position);
        }
        // A page reached by going back has a newer one below it.
        after = window.before.and(page.last().map(Message::position));
    }
    let read_up_to = match window {
        Window { before: None, after: None, .. } => read_up_to(db, session, loaded, before)?,
        // The newest page has told where the news begin; a second time would be wrong.
        _ => None,
    };
    drawn(db, session, loaded, revision, &page, (before, after), read_up_to)
}

/// Half a page before the landing and half a page from it on; `None` where there
/// is nothing to land on.
fn lines_around(
    db: &mut Db,
    session: &Session,
    loaded: &Loaded,
    landing: Landing,
    revision: i64,
) -> Result<Option<LinesView>, StoreError> {
    const HALF: usize = PAGE as usize / 2;
    let id = loaded.conversation.id;
    let place = match landing {
        Landing::Message(message) => messages::position_in(db, id, message)?,
        Landing::Day(day) => {
            loaded.times.beginning_of(day).map(|at| Position { at, id: Uuid::nil() })
        }
    };
    let Some(place) = place else { return Ok(None) };
    let just_before =
        Position { id: Uuid::from_u128(place.id.as_u128().saturating_sub(1)), ..place };
    let mut older = messages::page_before(db, id, Some(place), HALF as i64 + 1)?;
    let mut newer = messages::page_after(db, id, just_before, HALF as i64 + 1)?;
    let is_more_before = older.len() > HALF;
    older.drain(..older.len().saturating_sub(HALF));
    let is_more_after = newer.len() > HALF;
    newer.truncate(HALF);
    // A day after the last line: the last line it is.
    let found = newer.first().or(older.last()).map(|message| message.id.to_string());
    let page: Vec<Message> = older.into_iter().chain(newer).collect();
    let before = page.first().filter(|_| is_more_before).map(Message::position);
    let after = page.last().filter(|_| is_more_after).map(Message::position);
    let mut lines = drawn(db, session, loaded, revision, &page, (before, after), None)?;
    for line in &mut lines.messages {
        line.found = Some(&line.id) == found.as_ref();
    }
    Ok(Some(lines))
}

fn drawn(
    db: &mut Db,
    session: &Session,
    loaded: &Loaded,
    revision: i64,
    page: &[Message],
    (before, after): (Option<Position>, Option<Position>),
    read_up_to: Option<DateTime<Utc>>,
) -> Result<LinesView, StoreError> {
    let cases = match (page.first(), page.last()) {
        (Some(first), Some(last)) => {
            let id = loaded.conversation.id;
            conversations::cases_begun(db, id, first.created_at, last.created_at)?
        }
        _ => Vec::new(),
    };
    let mentioned = mentioned(db, page)?.into_iter().chain(closers(&cases));
    let people = People::read(db, mentioned)?;
    let name = shown_name(&loaded.conversation, loaded.numbers);
    let setting = Setting {
        times: &loaded.times,
        people: &people,
        contact: &name,
        may_act: session.user.role.may_answer(),
        is_mailable: is_mailable(db, &loaded.conversation, page)?,
        beside: &Beside::read(db, page)?,
        revision,
    };
    Ok(LinesView {
        t: loaded.times.t,
        conversation_id: loaded.conversation.id.to_string(),
        revision,
        messages: lines(&setting, page, read_up_to),
        cases: case_lines(&loaded.times, &people, &cases, page, revision),
        calls: call_lines(db, &loaded.times, page, revision)?,
        before: before.map(cursor::write),
        after: after.map(cursor::write),
    })
}

/// The time after which inbound texts are news to the reader; `None` if there
/// are none to point out.
///
/// Who never opened the conversation has all of it to read, unless its history
/// goes on above the page: then what nobody has answered yet.
fn read_up_to(
    db: &mut Db,
    session: &Session,
    loaded: &Loaded,
    older: Option<Position>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let conversation = &loaded.conversation;
    let read = reads::of_user(db, session.user.id, &[conversation.id])?;
    Ok(match (read.first(), older) {
        (Some((_, marker)), _) => Some(marker.at),
        (None, None) => Some(DateTime::UNIX_EPOCH),
        (None, Some(_)) => {
            let waiting_since = conversation.status.waiting_since;
            waiting_since.map(|since| since - TimeDelta::microseconds(1))
        }
    })
}

/// The head as seen by `viewer`; drawn for nobody in particular without one.
pub fn head(
    db: &mut Db,
    loaded: &Loaded,
    role: &Role,
    viewer: Option<crate::domain::id::UserId>,
    revision: i64,
) -> Result<HeadView, StoreError> {
    let Loaded { conversation, inbox, times, numbers } = loaded;
    let status = &conversation.status;
    let hours = loaded.hours(db)?;
    let team = users::answering_in(db, inbox.id)?;
    let people = People::read(db, [status.assignee])?;
    let named = conversation.contact.name.is_some();
    Ok(HeadView {
        t: times.t,
        conversation_id: conversation.id.to_string(),
        revision,
        name: shown_name(conversation, *numbers),
        number: named.then(|| numbers.shown(&conversation.contact.address)),
        inbox_name: inbox.name.clone(),
        sender: sender(db, conversation)?,
        state: status.shown(),
        assignee: people.person(status.assignee),
        mine: status.assignee.is_some() && status.assignee == viewer,
        waiting_since: status.waiting_since.map(|at| times.clock(at)),
        late: status.waiting_since.is_some_and(|at| is_late(times.now, at)),
        snoozed_until: status.snoozed_until.map(|at| times.full(at)),
        team_name: people.team(conversation.team).map(str::to_owned),
        teams: teams::of_inbox(db, inbox.id)?
            .into_iter()
            .map(|(id, label)| ChoiceView {
                value: id.to_string(),
                label,
                chosen: conversation.team == Some(id),
            })
            .collect(),
        team: team.iter().map(person).collect(),
        closed: hours.as_ref().and_then(|hours| times.closed(hours)),
        snooze_choices: times.snooze_choices(hours.as_ref()),
        snooze_min: times.field(times.now),
        may_answer: role.may_answer(),
    })
}

pub fn side(
    db: &mut Db,
    loaded: &Loaded,
    role: &Role,
    revision: i64,
) -> Result<SideView, StoreError> {
    let Loaded { conversation, inbox, times, numbers } = loaded;
    let status = &conversation.status;
    let cases = conversations::cases_of(db, conversation.id)?;
    let people = People::read(db, closers(&cases).chain([status.assignee]))?;
    let first = cases.last().map_or(conversation.last_message_at, |case| case.opened_at);
    let opted_out = opt_outs::since(db, &conversation.contact)?;
    let agreed = consents::standing_of(db, conversation.contact.person, Purpose::Advertising)?;
    let agreed = agreed.filter(|said| said.decision == Decision::Given);
    let hours = loaded.hours(db)?;
    let standing = applications::standing(db, &[conversation.contact.id])?;
    let standing = standing.get(&(inbox.id, conversation.contact.id));
    Ok(SideView {
        application: standing.map(|it| (it.id.to_string(), step_label(times.t, it.step))),
        closed: hours.as_ref().and_then(|hours| times.closed(hours)),
        t: times.t,
        conversation_id: conversation.id.to_string(),
        contact_id: conversation.contact.id.to_string(),
        revision,
        name: shown_name(conversation, *numbers),
        number: numbers.shown(&conversation.contact.address),
        is_masked: *numbers == Numbers::Masked,
        opted_out_since: opted_out.map(|at| times.full(at)),
        agreed: agreed.map(|said| times.day(said.said_at)),
        inbox_name: inbox.name.clone(),
        sender: sender(db, conversation)?,
        state: status.shown(),
        assignee: people.person(status.assignee),
        team_name: people.team(conversation.team).map(str::to_owned),
        waiting_since: status.waiting_since.map(|at| times.clock(at)),
        first_contact: times.full(first),
        tags: tag_choices(db, conversation.id)?,
        may_answer: role.may_answer(),
        help_since: help_calls::find(db, conversation.id)?.map(|call| times.full(call.since)),
        fields: fields::known(db, times.t, conversation.contact.person)?,
        siblings: siblings(db, loaded)?,
        cases: cases
            .iter()
            .filter(|case| !case.is_empty())
            .map(|case| case_view(times, &people, case))
            .collect(),
    })
}

/// Of a person who was merged, what else is said with them in this inbox.
fn siblings(db: &mut Db, loaded: &Loaded) -> Result<Vec<SiblingView>, StoreError> {
    let Loaded { conversation, inbox, times, numbers } = loaded;
    let here = Sight::Inboxes(vec![inbox.id]);
    let all = conversations::visible_of_person(db, &here, conversation.contact.person)?;
    let others = all.into_iter().filter(|one| one.id != conversation.id);
    let view = |one: Conversation| SiblingView {
        conversation_id: one.id.to_string(),
        number: numbers.shown(&one.contact.address),
        state: one.status.shown(),
        last: times.short(one.last_message_at),
    };
    Ok(others.map(view).collect())
}

/// What is offered or carried, in the tags' order.
fn tag_choices(db: &mut Db, id: ConversationId) -> Result<Vec<TagChoice>, StoreError> {
    let carried = tags::of(db, id)?;
    let is_on = |tag: &Tag| carried.iter().any(|other| other.id == tag.id);
    let all = tags::all(db)?.into_iter().filter(|tag| tag.retired_at.is_none() || is_on(tag));
    Ok(all.map(|tag| TagChoice { tag: TagView::from(&tag), on: is_on(&tag) }).collect())
}

fn composer(
    db: &mut Db,
    providers: &Registry,
    session: &Session,
    loaded: &Loaded,
    seen_seq: i64,
) -> Result<ComposerView, StoreError> {
    let Loaded { conversation, inbox, times, numbers } = loaded;
    let mut senders = inbox_choice(db, inbox)?.senders;
    for (choice, sender) in senders.iter_mut().zip(senders::of_inbox(db, inbox.id)?) {
        let kind = provider_accounts::kind_of(db, sender.provider_account_id)?;
        if let Some(provider) = providers.get(&kind) {
            choice.profile = provider.length_profile();
        }
    }
    let stopped = conversation.contact.opted_out;
    let unsendable = if stopped.is_some_and(|scope| opt_out::blocks(scope, Purpose::Conversation)) {
        let since = opt_outs::since(db, &conversation.contact)?;
        let since = since.map(|at| times.full(at).shown).unwrap_or_default();
        Some(Unsendable::OptedOut { since })
    } else {
        senders.is_empty().then_some(Unsendable::NoSender)
    };
    let draft = drafts::find(db, conversation.id, session.user.id)?;
    let hours = loaded.hours(db)?;
    Ok(ComposerView {
        t: times.t,
        csrf: session.csrf.clone(),
        conversation_id: conversation.id.to_string(),
        contact_id: conversation.contact.person.to_string(),
        name: shown_name(conversation, *numbers),
        is_note: draft.as_ref().is_some_and(|draft| draft.is_note),
        purpose: draft.as_ref().map_or(Purpose::Conversation, |draft| draft.purpose),
        body: draft.map(|draft| draft.body).unwrap_or_default(),
        client_message_id: Uuid::now_v7().to_string(),
        seen_seq,
        profile: senders.first().map_or(LengthProfile::STANDARD, |first| first.profile),
        senders,
        unsendable,
        enter_sends: session.user.enter_sends,
        send_choices: times.snooze_choices(hours.as_ref()),
        send_min: times.field(times.now),
        templates: templates::choices(db, session.locale(), inbox.id)?,
        despite_doubt: false,
        error: None,
        callable: callable(db, session, inbox)?,
    })
}

/// Whom a note here may call: colleagues, and the inbox's teams.
fn callable(db: &mut Db, session: &Session, inbox: &Inbox) -> Result<Vec<PersonView>, StoreError> {
    let seeing = users::seeing(db, inbox.id)?;
    let others = seeing.iter().filter(|user| user.id != session.user.id).map(person);
    let team = |(id, name): (TeamId, String)| PersonView { id: id.to_string(), name };
    let teams = teams::of_inbox(db, inbox.id)?.into_iter().map(team);
    Ok(others.chain(teams).collect())
}

/// The address texts of this conversation last went through.
fn sender(db: &mut Db, conversation: &Conversation) -> Result<Option<String>, StoreError> {
    let last = optional(messages::find(db, conversation.last_message_id))?;
    Ok(last.and_then(|message| message.our_address).as_deref().map(phone_number::shown))
}
