//! Reports: what became of applications, by where they came from and by recruiter (R5).

use std::collections::HashMap;
use std::hash::Hash;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::asked::{Days, file};
use crate::actions::export_report;
use crate::app::App;
use crate::domain::application::report::{Figures, REPLY, Story};
use crate::domain::handoff::report::{LONGEST_SPAN, Span, SpanError};
use crate::locale::Locale;
use crate::store::applications::{media, report};
use crate::store::{StoreError, inboxes, users};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::Session;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{
    ApplicationReportPage, ApplicationReportView, FigureView, GroupReportView, GroupView, Nav,
};

/// `GET /reports/applications?from=&to=`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let mut shell = shell(&app, &session, Nav::Appointments).await?;
    shell.appointments = true;
    let query = Fields::parse(request.query_string().as_bytes());
    let days = Days::read(&app, &session, &query).await?;
    let report = match days.span {
        Ok(span) => Some(drawn(&days.times, span, &count(&app, &session, &days, span).await?)),
        Err(_) => None,
    };
    let page = ApplicationReportPage {
        shell,
        from: days.from.to_string(),
        to: days.to.to_string(),
        oldest: Span::oldest(days.today()).to_string(),
        today: days.today().to_string(),
        error: days.span.err().map(|why| wrong(t, &days.times, why)),
        query: format!("from={}&to={}", days.from, days.to),
        report,
    };
    html_with(days.status(), &page)
}

/// `GET /reports/applications.csv?from=&to=&encoding=`: a line for each group.
pub async fn export(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let query = Fields::parse(request.query_string().as_bytes());
    let days = Days::read(&app, &session, &query).await?;
    // The page says why there is none of those days.
    let Ok(span) = days.span else { return show(app, session, request).await };
    let counted = count(&app, &session, &days, span).await?;
    export_report::note(&app, session.caller.clone(), span).await?;
    Ok(file(&query, "applications", span, &rows(t, &counted)))
}

/// What was counted, of all and by group; groups are named as people know them.
struct Counted {
    all: Figures,
    by_medium: Vec<(String, Figures)>,
    by_recruiter: Vec<(String, Figures)>,
}

/// Of the inboxes that the reader sees (R6).
async fn count(app: &App, session: &Session, days: &Days, span: Span) -> Result<Counted, WebError> {
    let (t, sight) = (session.locale(), session.caller.sight.clone());
    let stretches = span.stretches(days.times.zone);
    let read = app.store.read(move |db| {
        let seen = inboxes::in_sight(db, &sight)?;
        let mut stories = Vec::new();
        for stretch in &stretches {
            stories.extend(report::stories(db, &seen, (stretch.from, stretch.to))?);
        }
        let media: HashMap<_, _> =
            media::all(db)?.into_iter().map(|one| (one.id, one.name)).collect();
        let users: HashMap<_, _> =
            users::all(db)?.into_iter().map(|one| (one.id, one.name)).collect();
        Ok::<_, StoreError>((stories, media, users))
    });
    let (stories, media, users) = read.await?;
    Ok(Counted {
        all: Figures::of(&stories),
        by_medium: grouped(&stories, |story| story.medium, &media, t.applicants_report_no_medium()),
        by_recruiter: grouped(
            &stories,
            |story| story.recruiter,
            &users,
            t.applicants_report_no_recruiter(),
        ),
    })
}

/// By name; two of one name are two.
fn grouped<Id: Eq + Hash>(
    stories: &[Story],
    of: impl Fn(&Story) -> Option<Id>,
    names: &HashMap<Id, String>,
    nobody: &str,
) -> Vec<(String, Figures)> {
    let mut groups: HashMap<Option<Id>, Vec<&Story>> = HashMap::new();
    for story in stories {
        groups.entry(of(story).filter(|id| names.contains_key(id))).or_default().push(story);
    }
    let name = |id: Option<Id>| id.and_then(|id| names.get(&id).cloned());
    let named =
        |(id, stories)| (name(id).unwrap_or_else(|| nobody.to_owned()), Figures::of(stories));
    let mut named: Vec<(String, Figures)> = groups.into_iter().map(named).collect();
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    named
}

fn drawn(times: &Times, span: Span, counted: &Counted) -> ApplicationReportView {
    let t = times.t;
    let group = |title, groups: &[(String, Figures)]| GroupReportView {
        title,
        groups: groups
            .iter()
            .map(|(name, figures)| GroupView { name: name.clone(), cells: cells(t, figures) })
            .chain([GroupView { name: t.report_sum().to_owned(), cells: cells(t, &counted.all) }])
            .collect(),
    };
    ApplicationReportView {
        between: [times.on(span.from), times.on(span.to)],
        zone: times.zone.name().to_owned(),
        figures: figures(t, &counted.all),
        columns: columns(t).to_vec(),
        groups: vec![
            group(t.applicants_report_by_medium(), &counted.by_medium),
            group(t.applicants_report_by_recruiter(), &counted.by_recruiter),
        ],
        is_empty: counted.all.applications == 0,
    }
}

/// Each with what it counts, and of how many.
fn figures(t: Locale, all: &Figures) -> Vec<FigureView> {
    let view = |name, value, n: Option<usize>, definition: &str| FigureView {
        name,
        value,
        share: n.map(|n| format!("N={n}")),
        definition: definition.to_owned(),
    };
    vec![
        view(
            t.applicants_report_applications(),
            all.applications.to_string(),
            None,
            t.applicants_report_about_applications(),
        ),
        view(
            t.applicants_report_confirmed_share(),
            percent(all.confirmed_share()),
            Some(all.applications),
            t.applicants_report_about_confirmed_share(),
        ),
        view(
            t.applicants_report_replied_share(),
            percent(all.replied_share()),
            Some(all.delivered),
            &t.applicants_report_about_replied_share(REPLY.num_days()),
        ),
        view(
            t.applicants_report_wait(),
            waited(t, all.median_wait()),
            Some(all.contacted()),
            t.applicants_report_about_wait(),
        ),
    ]
}

/// What stands above [`cells`].
fn columns(t: Locale) -> [&'static str; 8] {
    [
        t.applicants_report_applications(),
        t.applicants_report_confirmed(),
        t.applicants_report_confirmed_share(),
        t.applicants_report_delivered(),
        t.applicants_report_replied(),
        t.applicants_report_replied_share(),
        t.applicants_report_contacted(),
        t.applicants_report_wait(),
    ]
}

fn cells(t: Locale, figures: &Figures) -> Vec<String> {
    vec![
        figures.applications.to_string(),
        figures.confirmed.to_string(),
        percent(figures.confirmed_share()),
        figures.delivered.to_string(),
        figures.replied.to_string(),
        percent(figures.replied_share()),
        figures.contacted().to_string(),
        waited(t, figures.median_wait()),
    ]
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share:.1}%"))
}

/// In minutes, and from an hour up in hours and minutes.
fn waited(t: Locale, wait: Option<TimeDelta>) -> String {
    let Some(wait) = wait else { return "–".to_owned() };
    // Clocks of others may be ahead: nobody waited for less than nothing.
    let minutes = wait.num_minutes().max(0);
    match minutes / 60 {
        0 => t.applicants_report_minutes(minutes),
        hours => t.applicants_report_hours(hours, minutes % 60),
    }
}

/// Counts, such that whoever adds lines of one kind up gets the right sum; shares and the
/// middle, which nobody can add up, come last.
fn rows(t: Locale, counted: &Counted) -> Vec<Vec<String>> {
    let heading = [
        t.applicants_report_group(),
        t.applicants_report_name(),
        t.applicants_report_applications(),
        t.applicants_report_confirmed(),
        t.applicants_report_delivered(),
        t.applicants_report_replied(),
        t.applicants_report_contacted(),
        t.applicants_report_confirmed_share(),
        t.applicants_report_replied_share(),
        t.applicants_report_wait_minutes(),
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let kinds = [
        (t.application_medium(), &counted.by_medium),
        (t.application_recruiter(), &counted.by_recruiter),
    ];
    for (kind, groups) in kinds {
        rows.extend(groups.iter().map(|(name, figures)| row(kind, name, figures)));
    }
    rows.push(row(t.report_sum(), "", &counted.all));
    rows
}

fn row(kind: &str, name: &str, figures: &Figures) -> Vec<String> {
    let wait = figures.median_wait();
    let share = |share: Option<f64>| share.map(|it| format!("{it:.1}")).unwrap_or_default();
    let mut row = vec![kind.to_owned(), name.to_owned()];
    row.extend(
        [
            figures.applications,
            figures.confirmed,
            figures.delivered,
            figures.replied,
            figures.contacted(),
        ]
        .map(|count| count.to_string()),
    );
    row.extend([
        share(figures.confirmed_share()),
        share(figures.replied_share()),
        wait.map(|wait| wait.num_minutes().max(0).to_string()).unwrap_or_default(),
    ]);
    row
}

fn wrong(t: Locale, times: &Times, why: SpanError) -> String {
    let oldest = Span::oldest(times.date(times.now));
    match why {
        SpanError::Backwards => t.report_backwards().to_owned(),
        SpanError::TooLong => t.report_too_long(LONGEST_SPAN),
        SpanError::TooOld => t.applicants_report_too_old(times.on(oldest).shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::fresh_id;
    use crate::domain::id::UserId;

    #[test]
    fn two_people_of_one_name_are_two_lines_and_nobody_is_one() {
        let [one, other, gone]: [UserId; 3] = std::array::from_fn(|_| fresh_id());
        let names = [(one, "佐藤".to_owned()), (other, "佐藤".to_owned())].into();
        let story = |recruiter| Story {
            medium: None,
            recruiter,
            applied_at: Default::default(),
            was_confirmed: false,
            first_sent_at: None,
            first_delivered_at: None,
            replied_at: None,
        };
        let stories = [Some(one), Some(one), Some(other), Some(gone), None].map(story);
        let groups = grouped(&stories, |story| story.recruiter, &names, "-");
        let mut told: Vec<(&str, usize)> =
            groups.iter().map(|(name, figures)| (name.as_str(), figures.applications)).collect();
        told.sort_unstable();
        assert_eq!(told, [("-", 2), ("佐藤", 1), ("佐藤", 2)]);
    }
}
