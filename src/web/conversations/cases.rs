//! Cases, as the side panel and the timeline tell them.

use super::people::People;
use crate::domain::id::UserId;
use crate::store::conversations::Case;
use crate::store::messages::Message;
use crate::web::times::Times;
use crate::web::views::{CaseLineView, CaseView};

/// Whose names the cases will mention.
pub fn closers(cases: &[Case]) -> impl Iterator<Item = Option<UserId>> {
    cases.iter().map(|case| case.closed_by)
}

pub fn case_view(times: &Times, people: &People, case: &Case) -> CaseView {
    CaseView {
        opened: times.full(case.opened_at),
        closed: case.closed_at.map(|at| times.full(at)),
        closed_by: people.name(case.closed_by).map(str::to_owned),
    }
}

pub fn case_line(times: &Times, people: &People, case: &Case, revision: i64) -> CaseLineView {
    CaseLineView {
        t: times.t,
        id: case.id.to_string(),
        revision,
        sort: case.opened_at.timestamp_micros() - 1,
        span: case_view(times, people, case),
    }
}

/// Each case with the message of `page` it begins at. One that began before the page
/// is named further up.
pub fn case_lines(
    times: &Times,
    people: &People,
    cases: &[Case],
    page: &[Message],
    revision: i64,
) -> Vec<(String, CaseLineView)> {
    let begun = cases.iter().filter(|case| !case.is_empty()).filter_map(|case| {
        let first = page.iter().find(|message| message.created_at >= case.opened_at)?;
        Some((first.id.to_string(), case_line(times, people, case, revision)))
    });
    begun.collect()
}
