//! Which conversations a program asks for.

use std::str::FromStr;

use crate::domain::conversation::ConversationState;
use crate::domain::user::Sight;
use crate::store::conversations::{Filter, Query as ListQuery, View};
use crate::web::api::{ApiError, Query};
use crate::web::cursor;

/// The list asked for, and what is to be found in it.
pub fn read(mut query: Query, sight: Sight) -> Result<(ListQuery, Option<String>), ApiError> {
    let q = query.text("q")?.filter(|q| !q.trim().is_empty());
    let filter = Filter {
        state: query.read(
            "state",
            "must be open, snoozed or closed",
            ConversationState::from_word,
        )?,
        assignee: query.read("assignee", "must be the UUID of a user, or none", or_none)?,
        team: query.read("team", "must be the UUID of a team, or none", or_none)?,
        waiting: query.flag("waiting")?,
    };
    let asked = ListQuery {
        sight,
        inbox: query.id("inbox_id")?,
        among: None,
        tag: query.id("tag_id")?,
        view: View::Matching(filter),
        after: query.read("cursor", "must be the next of a page before", cursor::read)?,
        limit: query.page_length()?,
    };
    query.finish()?;
    Ok((asked, q))
}

/// A user or a team, or nobody and no team's.
fn or_none<Id: FromStr>(text: &str) -> Option<Option<Id>> {
    if text == "none" { Some(None) } else { text.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn filter(query: &str) -> Result<Filter, ApiError> {
        let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        match read(Query::of(&request)?, Sight::All)?.0.view {
            View::Matching(filter) => Ok(filter),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn filters_go_together() {
        let user = "01920000-0000-7000-8000-000000000001";
        let found = filter(&format!("state=closed&assignee={user}&waiting=false")).unwrap();
        assert_eq!(found.state, Some(ConversationState::Closed));
        assert_eq!(found.assignee, Some(Some(user.parse().unwrap())));
        assert_eq!(found.waiting, Some(false));
        assert_eq!(filter("assignee=none").unwrap().assignee, Some(None));
        assert_eq!(filter("team=none").unwrap().team, Some(None));
        assert_eq!(
            filter(&format!("team={user}")).unwrap().team,
            Some(Some(user.parse().unwrap()))
        );
        assert_eq!(filter("").unwrap(), Filter::default());
    }

    #[test]
    fn what_cannot_be_filtered_by_is_refused() {
        for wrong in [
            "state=pending",
            "assignee=sato",
            "team=night",
            "waiting=yes",
            "inbox_id=1",
            "cursor=1",
            "limit=201",
            "colour=red",
        ] {
            assert!(filter(wrong).is_err(), "{wrong}");
        }
    }
}
