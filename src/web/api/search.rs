//! `GET /search`: messages, by what is in them.

use actix_web::HttpResponse;

use super::messages::{Beside, MessageView, Numbers};
use super::{ApiError, Asker, Call, List, Query, ok};
use crate::app::App;
use crate::domain::id::ConversationId;
use crate::domain::masking;
use crate::domain::search::{self, QueryError};
use crate::domain::user::Sight;
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::search::{Found, Hit, Place, Wanted};
use crate::store::{Db, StoreError};
use crate::web::search::{moments, times_of_house};

/// The newest first.
pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        let Asker { app, request, caller, numbers, .. } = asker;
        let mut query = Query::of(&request)?;
        let words = read(&query.required("q")?)?;
        let inbox = query.id("inbox_id")?;
        let after = query.read("cursor", CURSOR, |text| text.parse().ok())?;
        let limit = query.page_length()?;
        query.finish()?;
        let question = Question { sight: caller.sight, numbers, inbox, after, limit };
        let (now, search) = (app.clock.now(), app.store.search());
        let found = app.store.read(move |db| {
            let times = times_of_house(db, Locale::En, now)?;
            let wanted = question.wanted(words, &times);
            let Found { items, next, .. } = search.messages(db, &wanted).map_err(outdated)?;
            let items =
                items.into_iter().map(|hit| view(db, hit, numbers)).collect::<Result<_, _>>()?;
            Ok::<_, ApiError>(List { items, next: next.map(|place| place.to_string()) })
        });
        let found: List<MessageView> = found.await?;
        ok(&found)
    })
    .await
}

pub(super) const CURSOR: &str = "must be the next of a page before";

/// Who asks, where, and for which page.
pub(super) struct Question {
    pub sight: Sight,
    pub numbers: masking::Numbers,
    pub inbox: Option<crate::domain::id::InboxId>,
    pub after: Option<Place>,
    pub limit: usize,
}

impl Question {
    /// For the newest thousand, anywhere.
    pub fn of_all(sight: Sight, numbers: masking::Numbers) -> Self {
        const MOST: usize = 1_000;
        Self { sight, numbers, inbox: None, after: None, limit: MOST }
    }

    pub fn wanted(self, query: search::Query, times: &crate::web::times::Times) -> Wanted {
        let (from, until) = moments(&query, times);
        let Self { sight, numbers, inbox, after, limit } = self;
        let words = query.words;
        Wanted { sight, numbers, inbox, tag: None, words, from, until, after, limit }
    }
}

pub(super) fn read(q: &str) -> Result<search::Query, ApiError> {
    search::Query::parse(q)
        .map_err(|error: QueryError| ApiError::invalid("q", error.word(), &error.to_string()))
}

/// A cursor of an index that is no more.
pub(super) fn outdated(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => {
            ApiError::invalid("cursor", "outdated", "the index was made anew; begin without it")
        }
        error => error.into(),
    }
}

/// The conversations that `q` is found in, or in whose contact: the newest thousand.
pub(super) async fn conversations(
    app: &App,
    question: Question,
    q: &str,
) -> Result<Vec<ConversationId>, ApiError> {
    let query = read(q)?;
    let (now, search) = (app.clock.now(), app.store.search());
    app.store
        .read(move |db| {
            let times = times_of_house(db, Locale::En, now)?;
            let wanted = question.wanted(query, &times);
            let people = search.conversations(db, &wanted)?.items;
            let texts = search.messages(db, &wanted)?.items;
            let mut ids: Vec<ConversationId> = people.into_iter().map(|one| one.id).collect();
            ids.extend(texts.into_iter().map(|hit| hit.conversation.id));
            ids.sort_unstable();
            ids.dedup();
            Ok(ids)
        })
        .await
}

fn view(db: &mut Db, hit: Hit, numbers: masking::Numbers) -> Result<MessageView, ApiError> {
    let Hit { message, conversation } = hit;
    let conversation: Conversation = conversation;
    let number = Numbers::new(&conversation, numbers).of(db, &message)?;
    let beside = Beside::read(db, &[message.id])?.remove(&message.id);
    Ok(MessageView::new(message, number, beside.unwrap_or_default()))
}
