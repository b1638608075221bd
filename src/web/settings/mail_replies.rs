//! Answers by mail: whether an inbox takes them, and those that were not taken.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved};
use crate::actions::mail_replies;
use crate::app::App;
use crate::domain::id::{InboxId, UserId};
use crate::store::{StoreError, mail_replies as stored, users};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html;
use crate::web::session::Admin;
use crate::web::views::{RefusedRepliesPage, RefusedReplyView};

/// The newest; what is older is forgotten after 30 days.
const MOST: i64 = 100;

/// `PUT /settings/inboxes/{id}/mail_replies`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    mail_replies::set(&app, session.caller.clone(), id, fields.has("on")).await?;
    Ok(saved(&format!("/settings/inboxes/{id}/escalation")))
}

/// `GET /settings/mails/refused`: answers by mail that were not taken, and why.
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(&app, &session, &request).await?;
    let times = house_times(&app, t).await?;
    let (refused, names) = app
        .store
        .read(|db| {
            let refused = stored::refused(db, MOST)?;
            let people: Vec<UserId> = refused.iter().filter_map(|refused| refused.user).collect();
            let names = users::names(db, &people)?;
            Ok::<_, StoreError>((refused, names))
        })
        .await?;
    let refused = refused.into_iter().map(|refused| RefusedReplyView {
        id: refused.id.0.to_string(),
        at: times.full(refused.at),
        user: refused.user.and_then(|user| names.get(&user).cloned()),
        reason: t.mail_refusal(refused.reason),
        conversation: refused.conversation.map(|id| id.to_string()),
        is_told: refused.mail.is_some(),
    });
    html(&RefusedRepliesPage { shell, refused: refused.collect() })
}
