//! Pages of the list, by keyset: as fast at the end as at the beginning.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Conversation, ConversationRow, Position, read};
use crate::domain::conversation::ConversationState;
use crate::domain::id::{ConversationId, InboxId, TagId, TeamId, UserId};
use crate::domain::user::Sight;
use crate::store::StoreError;
use crate::store::connection::{Db, MultiBackend};
use crate::store::contacts::{AddressRow, ContactRow};
use crate::store::inboxes;
use crate::store::schema::{
    contact_addresses, contacts, conversation_tags, conversations, mentions, team_members,
};

/// Which conversations of an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Open, and this user's.
    Mine(UserId),
    /// Open, and nobody's (未対応).
    Unassigned,
    /// Somebody waits for an answer; the longest wait first.
    Waiting,
    /// The same, of this user's conversations.
    WaitingFor(UserId),
    /// This user was called there by a note, whatever became of it since.
    Mentions(UserId),
    /// Open, and the work of a team this user is in.
    OfTeams(UserId),
    /// Open, whoever has it.
    Open,
    Snoozed,
    Closed,
    /// Everything that is not closed.
    NotClosed,
    All,
    /// What a program asks for; with `waiting`, the longest wait first.
    Matching(Filter),
}

/// Any combination of what conversations are told apart by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<ConversationState>,
    /// `Some(None)` is nobody.
    pub assignee: Option<Option<UserId>>,
    /// `Some(None)` is no team's.
    pub team: Option<Option<TeamId>>,
    pub waiting: Option<bool>,
}

impl View {
    /// The views that make it up, each of them one walk along an index: what is not
    /// closed would be looked for among all that is.
    fn indexed(&self) -> &[Self] {
        match self {
            Self::NotClosed => &[Self::Open, Self::Snoozed],
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether the longest wait comes first, and not the newest message.
    fn is_by_wait(self) -> bool {
        match self {
            Self::Waiting | Self::WaitingFor(_) => true,
            Self::Matching(filter) => filter.waiting == Some(true),
            _ => false,
        }
    }
}

/// A page of the list: of the inboxes in `sight`, narrowed to one if asked.
#[derive(Clone, Debug)]
pub struct Query {
    pub sight: Sight,
    pub inbox: Option<InboxId>,
    /// Only these, where given.
    pub among: Option<Vec<ConversationId>>,
    /// Only those that carry it.
    pub tag: Option<TagId>,
    pub view: View,
    /// The last row of the page before.
    pub after: Option<Position>,
    pub limit: usize,
}

/// Rows in the view's order, and where the next page starts if there is one.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub rows: Vec<Conversation>,
    pub next: Option<Position>,
}

/// One walk along an index per inbox, or two, merged; then one read of the rows that are
/// shown. A page costs the same whether the inboxes hold a hundred conversations or a
/// million.
pub fn list(db: &mut Db, query: &Query) -> Result<Page, StoreError> {
    let mut places = Vec::new();
    for inbox in inboxes_of(db, query)? {
        for view in query.view.indexed() {
            places.extend(of_inbox(db, inbox, *view, query)?);
        }
    }
    if query.view.is_by_wait() {
        places.sort_unstable();
    } else {
        places.sort_unstable_by(|one, other| other.cmp(one));
    }
    let more = places.len() > query.limit;
    places.truncate(query.limit);
    let next = places.last().filter(|_| more);
    let next = next.map(|(at, id)| Position { at: at.and_utc(), id: id.0 });
    let mut found: HashMap<ConversationId, Conversation> =
        those(db, &places)?.into_iter().map(|row| (row.id, row)).collect();
    Ok(Page { rows: places.iter().filter_map(|(_, id)| found.remove(id)).collect(), next })
}

fn inboxes_of(db: &mut Db, query: &Query) -> Result<Vec<InboxId>, StoreError> {
    if let Some(inbox) = query.inbox {
        return Ok(if query.sight.sees(inbox) { vec![inbox] } else { Vec::new() });
    }
    inboxes::in_sight(db, &query.sight)
}

type Boxed<'a> = conversations::BoxedQuery<'a, MultiBackend>;

/// Where a conversation stands in the list: by its newest message, or by its wait.
type Place = (NaiveDateTime, ConversationId);

/// One more than the page has room for, if there are so many.
fn of_inbox(
    db: &mut Db,
    inbox: InboxId,
    view: View,
    query: &Query,
) -> Result<Vec<Place>, StoreError> {
    let mut rows = conversations::table.filter(conversations::inbox_id.eq(inbox)).into_boxed();
    if let Some(tag) = query.tag {
        let carried = conversation_tags::table
            .filter(conversation_tags::conversation_id.eq(conversations::id))
            .filter(conversation_tags::tag_id.eq(tag));
        rows = rows.filter(diesel::dsl::exists(carried));
    }
    let mut rows = from_position(in_view(rows, view), query).limit(query.limit as i64 + 1);
    if let Some(among) = &query.among {
        rows = rows.filter(conversations::id.eq_any(among));
    }
    let places = match query.view.is_by_wait() {
        true => {
            let since = conversations::waiting_since.assume_not_null();
            rows.select((since, conversations::id)).load(&mut db.conn)?
        }
        false => {
            rows.select((conversations::last_message_at, conversations::id)).load(&mut db.conn)?
        }
    };
    Ok(places)
}

/// The conversations themselves, in no order.
fn those(db: &mut Db, places: &[Place]) -> Result<Vec<Conversation>, StoreError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<(ConversationRow, ContactRow, AddressRow)> = conversations::table
        .inner_join(contacts::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::id.eq_any(places.iter().map(|(_, id)| *id)))
        .select((ConversationRow::as_select(), ContactRow::as_select(), AddressRow::as_select()))
        .load(&mut db.conn)?;
    found.into_iter().map(|rows| read(db, rows)).collect()
}

fn in_view(rows: Boxed<'_>, view: View) -> Boxed<'_> {
    let state = |state: ConversationState| conversations::state.eq(state.word());
    match view {
        View::Mine(user) => {
            rows.filter(state(ConversationState::Open)).filter(conversations::assignee_id.eq(user))
        }
        View::Unassigned => rows
            // Literals, so that the partial index of this view fits.
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "conversations.state = 'open' and conversations.assignee_id is null",
            )),
        View::Waiting => rows
            .filter(state(ConversationState::Open))
            .filter(conversations::waiting_since.is_not_null()),
        View::WaitingFor(user) => rows
            .filter(state(ConversationState::Open))
            .filter(conversations::waiting_since.is_not_null())
            .filter(conversations::assignee_id.eq(user)),
        // By their ids: few among all there are.
        View::Mentions(user) => rows.filter(conversations::id.eq_any(
            mentions::table.filter(mentions::user_id.eq(user)).select(mentions::conversation_id),
        )),
        View::OfTeams(user) => rows.filter(state(ConversationState::Open)).filter(
            conversations::team_id.eq_any(
                team_members::table
                    .filter(team_members::user_id.eq(user))
                    .select(team_members::team_id.nullable()),
            ),
        ),
        View::Open => rows.filter(state(ConversationState::Open)),
        View::Snoozed => rows.filter(state(ConversationState::Snoozed)),
        View::Closed => rows.filter(state(ConversationState::Closed)),
        View::NotClosed => rows.filter(conversations::state.ne(ConversationState::Closed.word())),
        View::All => rows,
        View::Matching(filter) => matching(rows, filter),
    }
}

fn matching(mut rows: Boxed<'_>, filter: Filter) -> Boxed<'_> {
    if let Some(state) = filter.state {
        rows = rows.filter(conversations::state.eq(state.word()));
    }
    rows = match filter.assignee {
        None => rows,
        Some(None) => rows.filter(conversations::assignee_id.is_null()),
        Some(Some(user)) => rows.filter(conversations::assignee_id.eq(user)),
    };
    rows = match filter.team {
        None => rows,
        Some(None) => rows.filter(conversations::team_id.is_null()),
        Some(Some(team)) => rows.filter(conversations::team_id.eq(team)),
    };
    match filter.waiting {
        None => rows,
        Some(true) => rows.filter(conversations::waiting_since.is_not_null()),
        Some(false) => rows.filter(conversations::waiting_since.is_null()),
    }
}

fn from_position<'a>(rows: Boxed<'a>, query: &Query) -> Boxed<'a> {
    if query.view.is_by_wait() {
        let rows = rows.order((conversations::waiting_since, conversations::id));
        return match query.after {
            None => rows,
            Some(Position { at, id }) => {
                let (at, id) = (at.naive_utc(), ConversationId(id));
                rows.filter(conversations::waiting_since.ge(at)).filter(
                    conversations::waiting_since
                        .gt(at)
                        .or(conversations::waiting_since.eq(at).and(conversations::id.gt(id)))
                        .assume_not_null(),
                )
            }
        };
    }
    let rows = rows.order((conversations::last_message_at.desc(), conversations::id.desc()));
    match query.after {
        None => rows,
        Some(Position { at, id }) => {
            let (at, id) = (at.naive_utc(), ConversationId(id));
            rows.filter(conversations::last_message_at.le(at)).filter(
                conversations::last_message_at
                    .lt(at)
                    .or(conversations::last_message_at.eq(at).and(conversations::id.lt(id))),
            )
        }
    }
}
