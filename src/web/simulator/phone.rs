//! What a user may see of the simulated carrier: the texts between handsets and
//! the senders of the inboxes they belong to.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::FIRST_HANDSET;
use crate::app::App;
use crate::domain::phone_number::shown;
use crate::store::{StoreError, provider_accounts, senders};
use crate::web::error::WebError;
use crate::web::session::Session;
use crate::web::settings::quarantine::without_token;
use crate::web::times::Times;
use crate::web::views::{ChoiceView, HandsetLink, HandsetTextView, HandsetView, RawHookView};

/// So many phones and texts are shown, the latest.
const HANDSETS: usize = 12;
const TEXTS: usize = 200;

/// Our simulated addresses, in the order they were made.
pub struct Phones {
    ours: Vec<String>,
}

/// A text that a handset received or sent.
struct Text {
    id: String,
    own: bool,
    other: String,
    body: String,
    at: DateTime<Utc>,
}

impl Phones {
    /// # Errors
    /// `NotFound` for those who may not answer customers, or have no simulated
    /// sender to play with.
    pub async fn of(app: &App, session: &Session) -> Result<Self, WebError> {
        if !session.user.role.may_answer() {
            return Err(WebError::NotFound);
        }
        let sight = session.caller.sight.clone();
        let mut ours = app
            .store
            .read(move |db| {
                let simulated: HashSet<_> = provider_accounts::all(db)?
                    .into_iter()
                    .filter(|account| account.kind == "simulator")
                    .map(|account| account.id)
                    .collect();
                let senders = senders::all(db)?.into_iter().filter(|sender| {
                    sight.sees(sender.inbox_id) && simulated.contains(&sender.provider_account_id)
                });
                Ok::<_, StoreError>(senders.map(|sender| sender.address).collect::<Vec<_>>())
            })
            .await?;
        let mut seen = HashSet::new();
        ours.retain(|address| seen.insert(address.clone()));
        if ours.is_empty() { Err(WebError::NotFound) } else { Ok(Self { ours }) }
    }

    /// Whether a handset's text to `address` is this user's to send.
    pub fn reach(&self, address: &str) -> bool {
        self.ours.iter().any(|ours| ours == address)
    }

    /// The handset that last had a text, or one to begin with.
    pub fn last_used(&self, app: &App) -> String {
        self.latest_handsets(app).into_iter().next().unwrap_or_else(|| FIRST_HANDSET.to_owned())
    }

    /// The phone without the others that were used: only the page names those,
    /// and looking for them takes longer than all the rest.
    pub fn handset(
        &self,
        app: &App,
        times: &Times,
        csrf: &str,
        number: &str,
        to: &str,
        error: Option<String>,
    ) -> HandsetView {
        let texts = self.texts_of(app, number);
        let last_to = texts.last().map(|text| text.other.as_str());
        let chosen = self.ours.iter().map(String::as_str).find(|address| *address == to);
        let to = chosen.or(last_to).unwrap_or(&self.ours[0]).to_owned();
        let start = texts.len().saturating_sub(TEXTS);
        HandsetView {
            t: times.t,
            csrf: csrf.to_owned(),
            number: number.to_owned(),
            number_shown: shown(number),
            others: Vec::new(),
            senders: self.ours.iter().map(|address| choice(address, &to)).collect(),
            to_shown: shown(&to),
            to,
            texts: texts[start..].iter().map(|text| text.view(times)).collect(),
            error,
        }
    }

    /// The phones that were used last, and `number`'s among them.
    pub fn used(&self, app: &App, number: &str) -> Vec<HandsetLink> {
        let mut numbers = self.latest_handsets(app);
        numbers.truncate(HANDSETS);
        if !numbers.iter().any(|used| used == number) {
            numbers.insert(0, number.to_owned());
        }
        let link = |used: String| HandsetLink {
            shown: shown(&used),
            current: used == number,
            number: used,
        };
        numbers.into_iter().map(link).collect()
    }

    /// What went over the wire because of that handset, newest first.
    pub fn raw(&self, app: &App, times: &Times, number: &str) -> Vec<RawHookView> {
        let ids: HashSet<String> =
            self.texts_of(app, number).into_iter().map(|text| text.id).collect();
        let mut posts = app.simulator.posts();
        posts.retain(|post| id_in(&post.body).is_some_and(|id| ids.contains(&id)));
        posts
            .into_iter()
            .map(|post| RawHookView {
                at: times.exact(post.at),
                title: format!("POST {}", without_token(&post.path)),
                body: post.body,
                status: post.status.map_or_else(|| "–".to_owned(), |status| status.to_string()),
            })
            .collect()
    }

    /// Both directions of one handset, oldest first.
    fn texts_of(&self, app: &App, number: &str) -> Vec<Text> {
        let received = app.simulator.handset(number).into_iter().map(|text| Text {
            id: text.provider_ref,
            own: false,
            other: text.from,
            body: text.body,
            at: text.at,
        });
        let sent = app.simulator.handset_sent(number).into_iter().map(|text| Text {
            id: text.provider_ref,
            own: true,
            other: text.to,
            body: text.body,
            at: text.at,
        });
        let mut texts: Vec<_> =
            received.chain(sent).filter(|text| self.reach(&text.other)).collect();
        texts.sort_by_key(|text| text.at);
        texts
    }

    /// The handsets that had a text from or to one of ours, the latest first.
    fn latest_handsets(&self, app: &App) -> Vec<String> {
        let received = app.simulator.all_received().into_iter();
        let received = received.map(|text| (text.at, text.to, text.from));
        let sent = app.simulator.all_sent().into_iter();
        let sent = sent.map(|text| (text.at, text.from, text.to));
        let mut used: Vec<_> =
            received.chain(sent).filter(|(_, _, other)| self.reach(other)).collect();
        used.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let mut seen = HashSet::new();
        let handsets = used.into_iter().map(|(_, handset, _)| handset);
        handsets.filter(|handset| seen.insert(handset.clone())).collect()
    }
}

impl Text {
    fn view(&self, times: &Times) -> HandsetTextView {
        HandsetTextView {
            id: self.id.clone(),
            own: self.own,
            other: shown(&self.other),
            body: self.body.clone(),
            at: times.clock(self.at),
        }
    }
}

fn choice(address: &str, chosen: &str) -> ChoiceView {
    let (value, label) = (address.to_owned(), shown(address));
    ChoiceView { chosen: value == chosen, value, label }
}

/// The id every webhook of the carrier names its text by.
fn id_in(body: &str) -> Option<String> {
    let json: Value = serde_json::from_str(body).ok()?;
    Some(json["id"].as_str()?.to_owned())
}
