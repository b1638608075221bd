//! What the service worker shows where there is no connection.

use actix_web::{HttpRequest, HttpResponse, web};

use super::error::WebError;
use super::fragment::html;
use super::session::Session;
use super::views::OfflinePage;
use super::words::locale_of_visitor;
use crate::app::App;

/// `GET /offline`: in the reader's language, and otherwise the same for everybody:
/// browsers keep it.
pub async fn show(
    app: web::Data<App>,
    session: Option<Session>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.map_or_else(|| locale_of_visitor(&request, &app), |session| session.locale());
    html(&OfflinePage { t })
}
