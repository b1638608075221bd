//! What can be gone to and done from anywhere, for the keyboard.

use actix_web::{HttpRequest, HttpResponse, web};

use super::conversations::list::shown_name;
use super::error::WebError;
use super::fragment::{asked_for, html, see_other};
use super::session::Session;
use super::shell::uses_simulator;
use super::views::{ListTab, PaletteRowView, PaletteView};
use crate::app::App;
use crate::locale::Locale;
use crate::store::conversations::{self, Query, View};
use crate::store::{StoreError, inboxes};

/// Conversations offered: those with the newest texts.
const RECENT: usize = 12;

/// `GET /palette`: a dialog for scripts. Without them every part of it is a link
/// or a button somewhere, so the list is as good a place to be.
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    if asked_for(&request).is_none() {
        return Ok(see_other("/conversations"));
    }
    let (t, role) = (session.locale(), session.user.role);
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let view = app
        .store
        .read(move |db| {
            let query = Query {
                sight,
                inbox: None,
                among: None,
                tag: None,
                view: View::NotClosed,
                after: None,
                limit: RECENT,
            };
            let recent = conversations::list(db, &query)?.rows;
            let inboxes = inboxes::all(db)?;
            let inbox = |id| inboxes.iter().find(|inbox| inbox.id == id);
            let row = |row: &conversations::Conversation| PaletteRowView {
                href: format!("/conversations/{}#latest", row.id),
                name: shown_name(row, numbers),
                of: inbox(row.inbox_id).map(|inbox| inbox.name.clone()).unwrap_or_default(),
            };
            Ok::<_, StoreError>(PaletteView {
                t,
                other: if t == Locale::Ja { Locale::En } else { Locale::Ja },
                tabs: ListTab::ALL.to_vec(),
                recent: recent.iter().map(row).collect(),
                may_answer: role.may_answer(),
                may_administer: role.may_administer(),
                simulator: uses_simulator(db)?,
            })
        })
        .await?;
    html(&view)
}
