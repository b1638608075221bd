//! Contacts as a table: taken in after a look at it, and given out.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

use crate::actions::Problem;
use crate::actions::export_contacts::{self, Exported};
use crate::actions::import_contacts::{self, Imported};
use crate::app::App;
use crate::domain::contact_field::ContactField;
use crate::domain::contact_sheet::{
    self, CellProblem, Change, Column, Encoding, Fault, Sheet, SheetError, SheetRow,
};
use crate::domain::phone_number;
use crate::locale::Locale;
use crate::store::{contact_fields, inboxes};
use crate::web::error::WebError;
use crate::web::form::{Fields, Upload};
use crate::web::fragment::{html_with, see_other};
use crate::web::session::{Admin, Session};
use crate::web::settings::house_times;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{ChoiceView, FaultView, Nav, TableChangeView, TablePage, TablePreviewView};
use crate::web::words;

/// Faults and changes that are shown; the others are counted.
const SHOWN: usize = 100;

/// `GET /contacts/table`
pub async fn new(app: web::Data<App>, Admin(session): Admin) -> Result<HttpResponse, WebError> {
    let page = page(&app, &session, "").await?;
    html_with(StatusCode::OK, &page)
}

/// `POST /contacts/table`: with a file, what would become of it; with the rows of
/// that page, what becomes of them.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    fields: Fields,
    upload: Upload,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let inbox = fields.get("inbox_id");
    let own = app.store.read(contact_fields::in_use).await?;
    if let Some(rows) = fields.filled("rows") {
        // Our own page wrote them.
        let sheet = Sheet::read(rows.as_bytes(), &own).map_err(|_changed| WebError::BadRequest)?;
        if !sheet.faults.is_empty() {
            return Err(WebError::BadRequest);
        }
        let inbox = inbox.parse().map_err(|_no_id| WebError::BadRequest)?;
        let done = import_contacts::run(&app, session.caller, inbox, sheet.rows).await?;
        let Imported { added, changed, .. } = done;
        return Ok(see_other(&format!("/contacts?added={added}&changed={changed}")));
    }
    let mut page = page(&app, &session, inbox).await?;
    match Sheet::read(&upload.0, &own) {
        Err(error) => page.error = Some(unreadable(t, error)),
        Ok(sheet) if !sheet.faults.is_empty() => {
            page.faulty = count(sheet.faults.len());
            page.faults = sheet.faults.iter().take(SHOWN).map(|one| fault(t, &own, one)).collect();
        }
        Ok(sheet) => {
            let rows = sheet.rows.clone();
            let changes = app.store.read(move |db| import_contacts::changes(db, &rows)).await?;
            page.preview = Some(preview(&sheet, &changes, &own));
        }
    }
    let status = match page.preview {
        Some(_) => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    html_with(status, &page)
}

/// `POST /contacts/export`: every number, as a file.
pub async fn export(
    app: web::Data<App>,
    Admin(session): Admin,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let encoding = Encoding::from_word(fields.get("encoding")).unwrap_or_default();
    let times = house_times(&app, t).await?;
    let today = times.day(app.clock.now()).iso;
    let all = export_contacts::run(&app, session.caller, encoding).await?;
    let own = app.store.read(contact_fields::in_use).await?;
    let heading = [
        t.table_number(),
        t.table_name(),
        t.table_stop(),
        t.consent_title(),
        t.table_said_on(),
        t.table_said_how(),
    ];
    let mut heading = heading.map(str::to_owned).to_vec();
    heading.extend(own.iter().map(|field| field.name.clone()));
    let mut rows = vec![heading];
    rows.extend(all.iter().map(|one| row(&times, one, &own)));
    let file = contact_sheet::write(&rows, encoding);
    let name = format!("attachment; filename=\"contacts-{today}.csv\"");
    Ok(HttpResponse::Ok()
        .content_type(format!("text/csv; charset={}", encoding.word()))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(file))
}

fn row(times: &Times, one: &Exported, own: &[ContactField]) -> Vec<String> {
    let (t, Exported { contact, said, values }) = (times.t, one);
    let stop = contact.opted_out.map(|scope| t.opt_out_scope(scope).to_owned());
    let said = said.as_ref().map(|said| {
        let (decision, source) = (t.consent_decision(said.decision), t.consent_source(said.source));
        [decision.to_owned(), times.date(said.said_at).to_string(), source.to_owned()]
    });
    let mut cells = vec![
        phone_number::shown(&contact.address),
        contact.name.clone().unwrap_or_default(),
        stop.unwrap_or_default(),
    ];
    cells.extend(said.unwrap_or_default());
    cells.extend(own.iter().map(|field| values.get(&field.id).cloned().unwrap_or_default()));
    cells
}

async fn page(app: &App, session: &Session, inbox: &str) -> Result<TablePage, WebError> {
    let shell = shell(app, session, Nav::Contacts).await?;
    let chosen = inbox.to_owned();
    let all = app.store.read(inboxes::all).await?;
    let choice = |inbox: inboxes::Inbox| {
        let value = inbox.id.to_string();
        ChoiceView { chosen: value == chosen, value, label: inbox.name }
    };
    Ok(TablePage {
        shell,
        inboxes: all.into_iter().map(choice).collect(),
        error: None,
        faults: Vec::new(),
        faulty: 0,
        preview: None,
    })
}

fn preview(sheet: &Sheet, changes: &[Change], own: &[ContactField]) -> TablePreviewView {
    let mut counts = Imported::default();
    changes.iter().for_each(|change| counts.count(*change));
    let new = sheet.rows.iter().zip(changes);
    let new = new.filter(|(_, change)| **change != Change::Unchanged).take(SHOWN);
    let view = |(row, change): (&SheetRow, &Change)| TableChangeView {
        number: row.number.national(),
        name: row.name.clone(),
        values: row.values.iter().map(|(_, value)| value.clone()).collect(),
        is_new: *change == Change::Added,
    };
    TablePreviewView {
        added: count(counts.added),
        changed: count(counts.changed),
        unchanged: count(counts.unchanged),
        changes: new.map(view).collect(),
        ignored: sheet.ignored.clone(),
        rows: sheet.rewritten(own),
    }
}

fn fault(t: Locale, own: &[ContactField], found: &Fault) -> FaultView {
    let problem = match found.problem {
        CellProblem::Missing => t.field_required().to_owned(),
        CellProblem::NotANumber => t.field_number_invalid().to_owned(),
        CellProblem::CannotReceive(why) => t.field_number_cannot_sms(words::cannot_receive(t, why)),
        CellProblem::Repeated(line) => t.table_repeated(line),
        CellProblem::TooLong => t.table_name_long().to_owned(),
        CellProblem::Value(problem) => words::problem(t, "field", Problem::from(problem)),
        CellProblem::LostLetter => t.table_lost_letter().to_owned(),
    };
    let column = match found.column {
        Column::Number => t.table_number().to_owned(),
        Column::Name => t.table_name().to_owned(),
        Column::Own(id) => {
            let field = own.iter().find(|field| field.id == id);
            field.map(|field| field.name.clone()).unwrap_or_default()
        }
    };
    FaultView { line: found.line, column, problem }
}

fn unreadable(t: Locale, error: SheetError) -> String {
    match error {
        SheetError::Empty => t.table_empty(),
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
