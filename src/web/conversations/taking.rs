//! What the link of a mail leads to: a page that asks.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use crate::app::App;
use crate::domain::id::ConversationId;
use crate::store::{StoreError, conversations, inboxes, users};
use crate::web::error::WebError;
use crate::web::fragment::html;
use crate::web::session::Session;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{Nav, TakingPage};

/// `GET /conversations/{id}/taking`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let (id, sight) = (ConversationId(path.into_inner()), session.caller.sight.clone());
    let read = app.store.read(move |db| {
        let found = conversations::visible_to(db, &sight, id)?;
        let names = users::names(db, &Vec::from_iter(found.status.assignee))?;
        Ok::<_, StoreError>((inboxes::find(db, found.inbox_id)?, found, names))
    });
    let (inbox, found, mut names) = read.await?;
    let times = Times::new(session.locale(), &inbox.time_zone, app.clock.now());
    let assignee = found.status.assignee;
    let address = session.caller.numbers.shown(&found.contact.address);
    html(&TakingPage {
        shell: shell(&app, &session, Nav::Inbox).await?,
        conversation_id: id.to_string(),
        name: found.contact.name.unwrap_or(address),
        inbox: inbox.name,
        waiting_since: found.status.waiting_since.map(|at| times.full(at)),
        is_mine: assignee.is_some() && assignee == session.caller.user_id(),
        assignee: assignee.and_then(|id| names.remove(&id)),
        may_take: session.user.role.may_answer(),
    })
}
