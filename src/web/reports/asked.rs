//! What every report is asked for: days, and a file of them.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use chrono::NaiveDate;

use crate::app::App;
use crate::domain::contact_sheet::{self, Encoding};
use crate::domain::handoff::report::{Span, SpanError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::times::Times;

/// Of which days somebody wants to know.
pub(super) struct Days {
    pub times: Times,
    /// As they wrote them, or a week.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub span: Result<Span, SpanError>,
}

impl Days {
    pub async fn read(app: &App, session: &Session, query: &Fields) -> Result<Self, WebError> {
        let times = house_times(app, session.locale()).await?;
        let today = times.date(times.now);
        let week = Span::week(today);
        let day = |name, usual| match query.filled(name) {
            Some(text) => text.parse().map_err(|_no_day| WebError::BadRequest),
            None => Ok(usual),
        };
        let (from, to) = (day("from", week.from)?, day("to", week.to)?);
        Ok(Self { span: Span::new(from, to, today), times, from, to })
    }

    pub fn today(&self) -> NaiveDate {
        self.times.date(self.times.now)
    }

    /// What the page that shows them, or says what is wrong with them, is answered with.
    pub fn status(&self) -> StatusCode {
        match self.span {
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// `rows` for a spreadsheet, called `name` and after the days.
pub(super) fn file(query: &Fields, name: &str, span: Span, rows: &[Vec<String>]) -> HttpResponse {
    let encoding = Encoding::from_word(query.get("encoding")).unwrap_or_default();
    let name = format!("attachment; filename=\"{name}-{}-{}.csv\"", span.from, span.to);
    HttpResponse::Ok()
        .content_type(format!("text/csv; charset={}", encoding.word()))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(contact_sheet::write(rows, encoding))
}
