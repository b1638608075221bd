//! A menu to look at and to press keys in, for whoever has none yet.

use crate::actions::{ActionError, Problem, access};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::handoff::{DUPLICATE, Flow, MenuOption, Overflow, RETURNS};
use crate::domain::id::InboxId;
use crate::domain::message::Purpose;
use crate::domain::user::Caller;
use crate::locale::Locale;
use crate::store::{Db, StoreError, handoff_flows, inboxes, provider_accounts, senders};

use super::{Refusal, Which, save};

/// A host that everybody may name, and that says of itself that it is an example.
const HOURS: &str = "https://example.com/hours";
const MOVING: &str = "https://example.com/moving";

/// Makes the sample, in the words of `t`: where there is a simulator to try it on,
/// there.
///
/// # Errors
/// `Invalid` names `inbox_id` where no inbox has a number to send from.
pub async fn make(app: &App, caller: Caller, t: Locale) -> Result<Flow, ActionError> {
    access::must_administer(&caller)?;
    let read = app.store.read(|db| Ok::<_, StoreError>((inbox(db)?, free_name(db)?)));
    let (inbox, name) = read.await?;
    let inbox = inbox.ok_or(ActionError::invalid("inbox_id", Problem::NoSender))?;
    let flow = sample(t, inbox, name);
    save(app, caller, Which::New, flow, None).await.map_err(|Refusal { error, .. }| error)
}

fn inbox(db: &mut Db) -> Result<Option<InboxId>, StoreError> {
    let mut first = None;
    for inbox in inboxes::all(db)? {
        let Some(sender) = senders::of_inbox(db, inbox.id)?.into_iter().next() else { continue };
        if provider_accounts::kind_of(db, sender.provider_account_id)? == "simulator" {
            return Ok(Some(inbox.id));
        }
        first = first.or(Some(inbox.id));
    }
    Ok(first)
}

fn free_name(db: &mut Db) -> Result<String, StoreError> {
    let mut name = "sample".to_owned();
    for n in 2.. {
        if handoff_flows::find_by_name(db, &name)?.is_none() {
            break;
        }
        name = format!("sample-{n}");
    }
    Ok(name)
}

fn sample(t: Locale, inbox: InboxId, name: String) -> Flow {
    let option = |digit: &str, topic: &str, body: &str, url: Option<&str>| MenuOption {
        digit: digit.to_owned(),
        topic: topic.to_owned(),
        body: body.to_owned(),
        url: url.map(str::to_owned),
        team: None,
        purpose: Purpose::Notice,
        language: None,
    };
    Flow {
        id: fresh_id(),
        name,
        inbox,
        called: None,
        operator: None,
        calendar: None,
        duplicate: DUPLICATE,
        returns: RETURNS,
        foreign_numbers: false,
        overflow: Overflow::Off,
        busy_calendar: None,
        general: None,
        closed: None,
        overflow_body: Some(t.menu_sample_overflow().to_owned()),
        overflow_url: None,
        options: vec![
            option("1", t.menu_sample_hours(), &t.menu_sample_hours_body("{url}"), Some(HOURS)),
            option("2", t.menu_sample_moving(), &t.menu_sample_moving_body("{url}"), Some(MOVING)),
            option("3", t.menu_sample_other(), t.menu_sample_other_body(), None),
        ],
        sayings: Vec::new(),
    }
}
