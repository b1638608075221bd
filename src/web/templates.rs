//! Templates as whoever writes an answer finds them: filled in. The pages that a link
//! may lead to stand among them, as the place that a link will fill.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::error::WebError;
use super::fragment::{asked_for, html, see_other};
use super::session::Session;
use super::views::{ChoiceView, TemplateChoice, TemplatesView};
use crate::actions::access;
use crate::app::App;
use crate::domain::id::{ConversationId, InboxId, TemplateId};
use crate::domain::short_link::place::written;
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::ids::RowId;
use crate::store::templates::Template;
use crate::store::{Db, StoreError, link_destinations, merge_values, optional, templates};

/// `GET /conversations/{id}/templates`: what can be written here, as a list for
/// scripts; without them the composer has a menu of its own.
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let caller = session.caller.clone();
    let found = app.store.read(move |db| access::to_answer(db, &caller, id)).await?;
    if asked_for(&request).is_none() {
        return Ok(see_other(&format!("/conversations/{id}#latest")));
    }
    let t = session.locale();
    let templates = app
        .store
        .read(move |db| {
            let values = merge_values::read(db, &found, Some(&session.user.name))?;
            let all = templates::for_inbox(db, found.inbox_id)?;
            let filled = all.into_iter().map(|template| TemplateChoice {
                id: template.id.to_string(),
                body: values.fill(&template.body, is_japanese(t, &template)),
                name: template.name,
                shortcut: template.shortcut,
                lang: template.locale,
            });
            let pages = link_destinations::names(db)?.into_iter();
            let pages = pages.map(|(id, name)| TemplateChoice {
                id: id.0.to_string(),
                body: written(&name),
                name: t.links_to(name),
                shortcut: String::new(),
                lang: String::new(),
            });
            Ok::<_, StoreError>(filled.chain(pages).collect())
        })
        .await?;
    html(&TemplatesView { t, templates })
}

/// The same by name, for a menu of the composer.
pub fn choices(db: &mut Db, t: Locale, inbox: InboxId) -> Result<Vec<ChoiceView>, StoreError> {
    let choice = |value: String, label: String| ChoiceView { value, label, chosen: false };
    let pages = link_destinations::names(db)?.into_iter();
    let pages = pages.map(|(id, name)| choice(id.0.to_string(), t.links_to(name)));
    let found = templates::for_inbox(db, inbox)?.into_iter();
    let found = found.map(|template| choice(template.id.to_string(), template.name));
    Ok(found.chain(pages).collect())
}

/// A template's text for a conversation, as `session`'s user would send it; the place
/// for a link, where `id` is a stored page's.
pub fn filled(
    db: &mut Db,
    session: &Session,
    conversation: &Conversation,
    id: TemplateId,
) -> Result<String, StoreError> {
    let Some(template) = optional(templates::find(db, id))? else {
        return Ok(written(&link_destinations::find(db, RowId(id.0))?.name));
    };
    if template.inbox_id.is_some_and(|inbox| inbox != conversation.inbox_id) {
        return Err(StoreError::NotFound);
    }
    let in_japanese = is_japanese(session.locale(), &template);
    let values = merge_values::read(db, conversation, Some(&session.user.name))?;
    Ok(values.fill(&template.body, in_japanese))
}

/// A template of any language is in its reader's.
fn is_japanese(t: Locale, template: &Template) -> bool {
    Locale::from_tag(&template.locale).unwrap_or(t) == Locale::Ja
}
