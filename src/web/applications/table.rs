//! Applicants as a table: taken in after a look at it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::actions::applications::import::{self, Imported};
use crate::app::App;
use crate::domain::application::sheet::{Column, Fault, Problem, Sheet, SheetRow};
use crate::domain::contact_sheet::{CellProblem, SheetError};
use crate::domain::id::InboxId;
use crate::locale::Locale;
use crate::store::inboxes::{self, Inbox};
use crate::web::error::WebError;
use crate::web::form::{Fields, Upload};
use crate::web::fragment::{html_with, see_other};
use crate::web::session::Session;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{
    ApplicantRowView, ApplicantsPreviewView, ApplicantsTablePage, ChoiceView, FaultView, Nav,
};
use crate::web::words;

/// Faults and rows that are shown; the others are counted.
const SHOWN: usize = 100;

/// `GET /applications/table`
pub async fn new(app: web::Data<App>, session: Session) -> Result<HttpResponse, WebError> {
    let (page, _) = page(&app, &session, "").await?;
    html_with(StatusCode::OK, &page)
}

/// `POST /applications/table`: with a file, what would become of it; with the rows of
/// that page, what becomes of them.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    fields: Fields,
    upload: Upload,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let (mut page, inbox) = page(&app, &session, fields.get("inbox_id")).await?;
    let Some(inbox) = inbox else {
        page.error = Some(t.field_choose_one().to_owned());
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let now = app.clock.now();
    let times = Times::new(t, &inbox.time_zone, now);
    if let Some(rows) = fields.filled("rows") {
        // Our own page wrote them.
        let sheet = Sheet::read(rows.as_bytes(), times.zone, now);
        let sheet = sheet.ok().filter(|sheet| sheet.faults.is_empty());
        let rows = sheet.ok_or(WebError::BadRequest)?.rows;
        let Imported { added, known } = import::run(&app, session.caller, inbox.id, rows).await?;
        return Ok(see_other(&format!("/applications?added={added}&known={known}")));
    }
    match Sheet::read(&upload.0, times.zone, now) {
        Err(error) => page.error = Some(unreadable(t, error)),
        Ok(mut sheet) => {
            let rows = sheet.rows.clone();
            sheet.faults.extend(app.store.read(move |db| import::strangers(db, &rows)).await?);
            sheet.faults.sort_by_key(|one| one.line);
            if sheet.faults.is_empty() {
                page.preview = Some(preview(&times, &sheet));
            } else {
                page.faulty = count(sheet.faults.len());
                page.faults = sheet.faults.iter().take(SHOWN).map(|one| fault(t, one)).collect();
            }
        }
    }
    let status = match page.preview {
        Some(_) => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    html_with(status, &page)
}

/// The page, and the inbox that was chosen of those the reader sees.
async fn page(
    app: &App,
    session: &Session,
    chosen: &str,
) -> Result<(ApplicantsTablePage, Option<Inbox>), WebError> {
    if !session.user.role.may_answer() {
        return Err(WebError::NotFound);
    }
    let mut shell = shell(app, session, Nav::Appointments).await?;
    shell.appointments = true;
    let sight = &session.caller.sight;
    let all = app.store.read(inboxes::all).await?;
    let seen: Vec<Inbox> = all.into_iter().filter(|inbox| sight.sees(inbox.id)).collect();
    let id: Option<InboxId> = chosen.parse().ok();
    let choice = |inbox: &Inbox| ChoiceView {
        value: inbox.id.to_string(),
        label: inbox.name.clone(),
        chosen: Some(inbox.id) == id,
    };
    let page = ApplicantsTablePage {
        shell,
        inboxes: seen.iter().map(choice).collect(),
        error: None,
        faults: Vec::new(),
        faulty: 0,
        preview: None,
    };
    Ok((page, seen.into_iter().find(|inbox| Some(inbox.id) == id)))
}

fn preview(times: &Times, sheet: &Sheet) -> ApplicantsPreviewView {
    let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
    let row = |row: &SheetRow| ApplicantRowView {
        number: row.number.national(),
        name: text(&row.name),
        job: text(&row.job),
        medium: text(&row.medium),
        recruiter: text(&row.recruiter),
        applied: row.applied_at.map(|at| times.full(at)),
    };
    ApplicantsPreviewView {
        count: count(sheet.rows.len()),
        shown: sheet.rows.iter().take(SHOWN).map(row).collect(),
        ignored: sheet.ignored.clone(),
        rows: sheet.rewritten(),
    }
}

fn fault(t: Locale, found: &Fault) -> FaultView {
    let problem = match found.problem {
        Problem::NotATime => t.application_table_not_a_time().to_owned(),
        Problem::Nobody => t.application_table_nobody().to_owned(),
        Problem::Cell(cell) => match cell {
            CellProblem::Missing => t.field_required().to_owned(),
            CellProblem::CannotReceive(why) => {
                t.field_number_cannot_sms(words::cannot_receive(t, why))
            }
            CellProblem::Repeated(line) => t.application_table_repeated(line),
            CellProblem::TooLong => t.application_table_long().to_owned(),
            CellProblem::LostLetter => t.table_lost_letter().to_owned(),
            CellProblem::NotANumber | CellProblem::Value(_) => t.field_number_invalid().to_owned(),
        },
    };
    let column = match found.column {
        Column::Number => t.table_number(),
        Column::Name => t.table_name(),
        Column::Job => t.application_job(),
        Column::Medium => t.application_medium(),
        Column::Recruiter => t.application_recruiter(),
        Column::AppliedAt => t.application_applied(),
        Column::ExternalId => t.application_external_id(),
    };
    FaultView { line: found.line, column: column.to_owned(), problem }
}

fn unreadable(t: Locale, error: SheetError) -> String {
    match error {
        SheetError::Empty => t.application_table_empty(),
        SheetError::TooLarge => t.table_too_large(),
        SheetError::NotText => t.table_not_text(),
        SheetError::NoNumbers => t.table_no_numbers(),
        SheetError::TooManyRows => t.table_too_many_rows(),
    }
    .to_owned()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
