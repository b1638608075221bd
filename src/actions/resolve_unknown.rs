//! What became of a text whose call broke off is asked of the provider's list (R4).
//!
//! A receipt with our reference is faster and comes by itself; this is for
//! providers that echo none, and for receipts that never come. A text the list
//! shows was taken, and is sent. One that it does not show stays `unknown`: a
//! list may lag, so its silence proves nothing, and a person decides.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{ActionError, record_receipts};
use crate::app::App;
use crate::domain::delivery::{OutboundState, ReceiptStatus};
use crate::domain::id::{MessageId, ProviderAccountId};
use crate::domain::inbound::{ListedText, Receipt};
use crate::store::unresolved::{self, Unresolved};
use crate::store::{Db, StoreError, conversations, messages, provider_accounts};

/// Texts looked for at a time.
const AT_ONCE: i64 = 64;
/// How far the provider's clock may be from ours.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// A provider takes a text within the call, which ends after 15 s (providers/http.rs);
/// its list may show when it was sent rather than taken.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// A text to look for, and what the list would call it.
struct Wanted {
    text: Unresolved,
    to: String,
    body: String,
}

/// One look for everything that is due; how many fates were learnt.
pub async fn run(app: &App) -> Result<usize, ActionError> {
    let now = app.clock.now();
    let due = app.store.read(move |db| unresolved::due(db, now, AT_ONCE)).await?;
    let mut accounts: BTreeMap<ProviderAccountId, Vec<Unresolved>> = BTreeMap::new();
    for text in due {
        accounts.entry(text.account).or_default().push(text);
    }
    let mut learnt = 0;
    for (account, texts) in accounts {
        learnt += look(app, account, texts).await?;
    }
    Ok(learnt)
}

async fn look(
    app: &App,
    account: ProviderAccountId,
    texts: Vec<Unresolved>,
) -> Result<usize, ActionError> {
    let since = texts.iter().map(|text| text.attempted_at).min().unwrap_or_default() - SKEW;
    let stored = app.store.read(move |db| provider_accounts::find(db, account)).await?;
    let listed = match app.provider_of(&stored) {
        None => None,
        Some((provider, full)) => match provider.list_outbound(&full, since).await {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!(provider_account.id = %account, %error, "a list was not read");
                None
            }
        },
    };
    let listed = listed.unwrap_or_default();
    app.store
        .write(move |tx| {
            let wanted = still_unknown(tx, &texts)?;
            let found = matched(&wanted, unclaimed(tx, account, &listed)?);
            for (message, listed) in &found {
                record_receipts::record(tx, account, &as_receipt(*message, listed))?;
                unresolved::delete(tx, *message)?;
            }
            let now = tx.now;
            let found: HashSet<MessageId> = found.iter().map(|(message, _)| *message).collect();
            for Wanted { text, .. } in wanted {
                if !found.contains(&text.message_id) {
                    unresolved::look_again(tx, &text, now)?;
                }
            }
            Ok(found.len())
        })
        .await
}

/// Forgets those whose fate was learnt in another way.
fn still_unknown(db: &mut Db, texts: &[Unresolved]) -> Result<Vec<Wanted>, StoreError> {
    let mut wanted = Vec::with_capacity(texts.len());
    for text in texts {
        let message = messages::find(db, text.message_id)?;
        if message.state == Some(OutboundState::Unknown) {
            let conversation = conversations::find(db, message.conversation_id)?;
            let (to, body) = (conversation.contact.address, message.body);
            wanted.push(Wanted { text: *text, to, body });
        } else {
            unresolved::delete(db, text.message_id)?;
        }
    }
    Ok(wanted)
}

/// What the list shows and no message of ours is known by.
fn unclaimed(
    db: &mut Db,
    account: ProviderAccountId,
    listed: &[ListedText],
) -> Result<Vec<ListedText>, StoreError> {
    let refs: Vec<&str> = listed.iter().map(|text| text.provider_ref.as_str()).collect();
    let known = messages::known_refs(db, account, &refs)?;
    Ok(listed.iter().filter(|text| !known.contains_key(&text.provider_ref)).cloned().collect())
}

/// By our reference where the list has it, else by recipient, words and time.
/// Each listed text is the fate of one of ours at most.
fn matched(wanted: &[Wanted], mut listed: Vec<ListedText>) -> Vec<(MessageId, ListedText)> {
    let mut found = Vec::new();
    for Wanted { text, to, body } in wanted {
        let ours = |listed: &ListedText| match listed.message_id {
            Some(id) => id == text.message_id,
            None => {
                listed.to == *to
                    && listed.body == *body
                    && is_near(listed.taken_at, text.attempted_at)
            }
        };
        if let Some(at) = listed.iter().position(ours) {
            found.push((text.message_id, listed.remove(at)));
        }
    }
    found
}

fn is_near(taken_at: Option<DateTime<Utc>>, attempted_at: DateTime<Utc>) -> bool {
    taken_at.is_some_and(|at| at >= attempted_at - SKEW && at <= attempted_at + WINDOW)
}

fn as_receipt(message: MessageId, listed: &ListedText) -> Receipt {
    // On the list means taken, whatever word the provider has for it.
    let status = match listed.status {
        ReceiptStatus::NoNews => ReceiptStatus::Sent,
        known => known,
    };
    Receipt {
        provider_ref: listed.provider_ref.clone(),
        message_id: Some(message),
        status,
        reason: listed.reason,
        detail: "listed".to_owned(),
        dedupe_key: format!("{}:listed:{}", listed.provider_ref, status.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::fresh_id;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_301_400 + second, 0).unwrap()
    }

    fn wanted(second: i64) -> Wanted {
        let text = Unresolved::for_tests(fresh_id(), fresh_id(), at(second));
        Wanted { text, to: "+819012345678".into(), body: "明日10時".into() }
    }

    fn listed(reference: &str, second: i64) -> ListedText {
        ListedText {
            provider_ref: reference.into(),
            message_id: None,
            from: "+815011112222".into(),
            to: "+819012345678".into(),
            body: "明日10時".into(),
            taken_at: Some(at(second)),
            status: ReceiptStatus::Sent,
            reason: None,
        }
    }

    #[test]
    fn a_listed_text_is_the_fate_of_one_of_ours_at_most() {
        let texts = [wanted(0), wanted(1)];
        let found = matched(&texts, vec![listed("SM1", 2)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, texts[0].text.message_id);
        assert_eq!(matched(&texts, vec![listed("SM1", 2), listed("SM2", 2)]).len(), 2);
    }

    #[test]
    fn the_same_words_at_another_time_or_to_another_are_another_text() {
        let texts = [wanted(0)];
        assert!(matched(&texts, vec![listed("SM1", -3_600), listed("SM2", 3_600)]).is_empty());
        let other = ListedText { to: "+819000000000".into(), ..listed("SM1", 1) };
        let changed = ListedText { body: "明日11時".into(), ..listed("SM2", 1) };
        let named = ListedText { message_id: Some(fresh_id()), ..listed("SM3", 1) };
        assert!(matched(&texts, vec![other, changed, named]).is_empty());
    }
}
