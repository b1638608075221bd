//! Search: customers by name and number, and every message.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Deserialize;

use super::conversations::list::{inbox_choice, shown_name};
use super::conversations::people::People;
use super::error::WebError;
use super::fragment::html_with;
use super::session::Session;
use super::shell::shell;
use super::times::Times;
use super::views::{
    ContactHitView, HitView, Nav, ResultsView, SearchForm, SearchPage, Speaker, TagView,
};
use crate::app::App;
use crate::domain::id::{InboxId, TagId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::search::{Query, excerpt, marked_number};
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::inboxes::{self, Inbox};
use crate::store::search::{Hit, Place, Search, Wanted};
use crate::store::{Db, StoreError, organization, tags};

/// Hits of a page, and contacts above the first of them.
const HITS: usize = 30;
const CONTACTS: usize = 5;

/// What stands in the address. Anything that is none of it is nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ShowQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    inbox: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    cursor: String,
    /// `contacts`: only these.
    #[serde(default)]
    only: String,
}

/// `GET /search`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    query: web::Query<ShowQuery>,
) -> Result<HttpResponse, WebError> {
    let asked = query.into_inner();
    let shell = shell(&app, &session, Nav::Search).await?;
    let (t, now) = (session.locale(), app.clock.now());
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let search = app.store.search();
    let parsed = Query::parse(&asked.q);
    let status = match &parsed {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (form, results) = app
        .store
        .read(move |db| {
            let seen: Vec<Inbox> =
                inboxes::all(db)?.into_iter().filter(|inbox| sight.sees(inbox.id)).collect();
            let offered = tags::offered(db)?;
            let mut form = SearchForm {
                q: words_alone(&asked.q),
                inboxes: seen.iter().map(|one| inbox_choice(db, one)).collect::<Result<_, _>>()?,
                tags: offered.iter().map(TagView::from).collect(),
                ..SearchForm::default()
            };
            let Ok(query) = parsed else {
                form.error = Some(t.search_too_long().to_owned());
                return Ok::<_, StoreError>((form, None));
            };
            let inbox: Option<InboxId> = asked.inbox.parse().ok();
            let inbox = inbox.filter(|id| seen.iter().any(|inbox| inbox.id == *id));
            let tag: Option<TagId> = asked.tag.parse().ok();
            let tag = tag.filter(|id| offered.iter().any(|tag| tag.id == *id));
            let day = |text: &str, otherwise| text.parse::<NaiveDate>().ok().or(otherwise);
            let (from, to) = (day(&asked.from, query.from), day(&asked.to, query.to));
            let shown = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
            (form.from, form.to) = (shown(from), shown(to));
            form.inbox_id = inbox.map(|id| id.to_string());
            form.tag_id = tag.map(|id| id.to_string());
            form.widened = address(&[("q", &form.q)]);
            let span = Query { from, to, ..query };
            if span.is_empty() && tag.is_none() {
                return Ok((form, None));
            }
            let (first, past) = moments(&span, &times_of_house(db, t, now)?);
            let wanted = Wanted {
                sight,
                numbers,
                inbox,
                tag,
                words: span.words,
                from: first,
                until: past,
                after: asked.cursor.parse().ok(),
                limit: HITS,
            };
            let drawing = Drawing { t, now, seen: &seen, wanted: &wanted, form: &form };
            let results = drawing.results(db, &search, asked.only == "contacts")?;
            Ok((form, Some(results)))
        })
        .await?;
    html_with(status, &SearchPage { shell, form, results })
}

/// The moments a query's days begin and end at.
pub fn moments(query: &Query, times: &Times) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let next = query.to.and_then(|to| to.checked_add_days(Days::new(1)));
    let begins = |day| times.beginning_of(day);
    (query.from.and_then(begins), next.and_then(begins))
}

/// Days of a search over several inboxes are the house's.
pub fn times_of_house(db: &mut Db, t: Locale, now: DateTime<Utc>) -> Result<Times, StoreError> {
    let house = organization::find(db)?;
    Ok(Times::new(t, house.as_ref().map_or("UTC", |house| house.time_zone.as_str()), now))
}

/// What a page of results is drawn from.
struct Drawing<'a> {
    t: Locale,
    now: DateTime<Utc>,
    seen: &'a [Inbox],
    wanted: &'a Wanted,
    form: &'a SearchForm,
}

impl Drawing<'_> {
    fn results(
        &self,
        db: &mut Db,
        search: &Search,
        contacts_only: bool,
    ) -> Result<ResultsView, StoreError> {
        let mut results = ResultsView {
            t: self.t,
            contacts: Vec::new(),
            more_contacts: None,
            hits: Vec::new(),
            next: None,
            contacts_only,
            is_building: false,
        };
        if contacts_only || self.wanted.after.is_none() {
            let limit = if contacts_only { HITS } else { CONTACTS };
            let wanted = Wanted { limit, ..self.wanted.clone() };
            let found = again(&wanted, |wanted| search.conversations(db, wanted))?;
            results.is_building = !found.is_complete;
            results.contacts = found.items.iter().map(|one| self.contact(one)).collect();
            let more = found.next.filter(|_| !found.items.is_empty());
            match contacts_only {
                true => results.next = more.map(|place| self.address(Some(place), true)),
                false => results.more_contacts = more.map(|_| self.address(None, true)),
            }
        }
        if !contacts_only {
            let found = again(self.wanted, |wanted| search.messages(db, wanted))?;
            results.is_building |= !found.is_complete;
            let authors = found.items.iter().map(|hit| hit.message.author_id);
            let people = People::read(db, authors)?;
            results.hits = found.items.iter().map(|hit| self.hit(hit, &people)).collect();
            results.next = found.next.map(|place| self.address(Some(place), false));
        }
        Ok(results)
    }

    fn contact(&self, found: &Conversation) -> ContactHitView {
        let number = self.wanted.numbers.shown(&found.contact.address);
        ContactHitView {
            conversation_id: found.id.to_string(),
            name: excerpt(&shown_name(found, self.wanted.numbers), &self.wanted.words),
            number: marked_number(&number, &self.wanted.words),
            has_name: found.contact.name.is_some(),
            inbox_name: self.inbox_name(found.inbox_id),
            at: self.times(found.inbox_id).short(found.last_message_at),
        }
    }

    fn hit(&self, hit: &Hit, people: &People) -> HitView {
        let Hit { message, conversation } = hit;
        let author = people.name(message.author_id).map(str::to_owned);
        let element = message.client_message_id.unwrap_or(message.id.0);
        let times = self.times(conversation.inbox_id);
        let mut at = times.day(message.created_at);
        let clock = times.clock(message.created_at);
        at.shown = format!("{} {}", at.shown, clock.shown);
        at.iso = clock.iso;
        HitView {
            href: format!("/conversations/{}?m={}#m-{element}", conversation.id, message.id),
            name: shown_name(conversation, self.wanted.numbers),
            inbox_name: self.inbox_name(conversation.inbox_id),
            at,
            speaker: match (message.kind, message.direction) {
                (MessageKind::Note, _) => Speaker::Note(author),
                (_, Direction::Inbound) => Speaker::Customer,
                _ => Speaker::Us(author),
            },
            parts: excerpt(&message.body, &self.wanted.words),
        }
    }

    /// Where there are several.
    fn inbox_name(&self, id: InboxId) -> Option<String> {
        let found = self.seen.iter().find(|inbox| inbox.id == id);
        found.filter(|_| self.seen.len() > 1).map(|inbox| inbox.name.clone())
    }

    fn times(&self, inbox: InboxId) -> Times {
        let by_id: HashMap<InboxId, &str> =
            self.seen.iter().map(|inbox| (inbox.id, inbox.time_zone.as_str())).collect();
        Times::new(self.t, by_id.get(&inbox).copied().unwrap_or("UTC"), self.now)
    }

    /// The same question, from another place on.
    fn address(&self, place: Option<Place>, contacts_only: bool) -> String {
        let SearchForm { q, from, to, inbox_id, tag_id, .. } = self.form;
        let place = place.map(|place| place.to_string()).unwrap_or_default();
        let only = if contacts_only { "contacts" } else { "" };
        let [inbox, tag] = [inbox_id, tag_id].map(|id| id.as_deref().unwrap_or_default());
        address(&[
            ("q", q),
            ("from", from),
            ("to", to),
            ("inbox", inbox),
            ("tag", tag),
            ("only", only),
            ("cursor", &place),
        ])
    }
}

fn address(fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    format!("/search?{}", query.finish())
}

/// Without the days: they stand in fields of their own.
fn words_alone(q: &str) -> String {
    let is_day = |word: &&str| {
        Query::parse(word).is_ok_and(|query| query.words.is_empty() && !query.is_empty())
    };
    q.split_whitespace().filter(|word| !is_day(word)).collect::<Vec<_>>().join(" ")
}

/// From the newest on, where the place asked for is of an index that is no more.
fn again<T>(
    wanted: &Wanted,
    mut look: impl FnMut(&Wanted) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    match look(wanted) {
        Err(StoreError::NotFound) if wanted.after.is_some() => {
            look(&Wanted { after: None, ..wanted.clone() })
        }
        found => found,
    }
}
