//! What to try first, and what of it was done.

use std::collections::BTreeSet;

use crate::app::App;
use crate::domain::user::Sight;
use crate::locale::Locale;
use crate::store::conversations::{self, Conversation, Query, View};
use crate::store::{Db, StoreError, audit, users};
use crate::web::error::WebError;
use crate::web::session::Session;
use crate::web::views::StartStep;

/// The page is for a house that has just begun: what was done longer ago than
/// this many conversations and entries is not looked for.
const CONVERSATIONS: usize = 50;
const ENTRIES: i64 = 1_000;

/// What the house has seen so far.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// The address of the newest conversation that a customer wrote in.
    inbound: Option<String>,
    answered: bool,
    noted: bool,
    closed: bool,
    invited: bool,
}

pub async fn steps(
    app: &App,
    session: &Session,
    simulator: bool,
) -> Result<Vec<StartStep>, WebError> {
    let sight = session.caller.sight.clone();
    let progress = app.store.read(move |db| progress(db, sight)).await?;
    let may_invite = session.user.role.may_administer();
    Ok(told(session.locale(), &progress, simulator, may_invite))
}

fn progress(db: &mut Db, sight: Sight) -> Result<Progress, StoreError> {
    let query = Query {
        sight,
        inbox: None,
        among: None,
        tag: None,
        view: View::All,
        after: None,
        limit: CONVERSATIONS,
    };
    let recent = conversations::list(db, &query)?.rows;
    let inbound = |row: &&Conversation| row.last_inbound_at.is_some();
    let entries = audit::page_before(db, &audit::Filter::default(), None, ENTRIES)?;
    let done: BTreeSet<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    Ok(Progress {
        inbound: recent.iter().find(inbound).map(|row| format!("/conversations/{}", row.id)),
        answered: recent.iter().filter(inbound).any(|row| row.status.last_answered_by.is_some()),
        noted: done.contains("note.add"),
        closed: done.contains("conversation.close"),
        invited: users::all(db)?.len() > 1,
    })
}

fn told(t: Locale, progress: &Progress, simulator: bool, may_invite: bool) -> Vec<StartStep> {
    let thread = progress.inbound.as_deref().unwrap_or("/conversations");
    let phone = if simulator { "/sim" } else { "/conversations" };
    let mut steps = vec![
        (t.setup_todo_inbound(), phone, progress.inbound.is_some()),
        (t.setup_todo_answer(), thread, progress.answered),
        (t.setup_todo_note(), thread, progress.noted),
        (t.setup_todo_close(), thread, progress.closed),
    ];
    if may_invite {
        steps.push((t.setup_todo_invite(), "/settings/users/new", progress.invited));
    }
    let step = |(label, href, done): (&str, &str, bool)| StartStep {
        label: label.to_owned(),
        href: href.to_owned(),
        done,
    };
    steps.into_iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(steps: &[StartStep]) -> Vec<bool> {
        steps.iter().map(|step| step.done).collect()
    }

    #[test]
    fn a_fresh_house_has_everything_before_it() {
        let steps = told(Locale::En, &Progress::default(), true, true);
        assert_eq!(done(&steps), [false; 5]);
        assert_eq!(steps[0].href, "/sim");
        assert_eq!(steps[1].href, "/conversations");
    }

    #[test]
    fn what_was_done_is_ticked_off_and_leads_on() {
        let progress = Progress {
            inbound: Some("/conversations/7".into()),
            answered: true,
            ..Progress::default()
        };
        let steps = told(Locale::En, &progress, false, false);
        assert_eq!(done(&steps), [true, true, false, false]);
        assert_eq!(steps[0].href, "/conversations");
        assert_eq!(steps[2].href, "/conversations/7");
    }
}
