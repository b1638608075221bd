//! Templates as whoever writes an answer finds them: filled in.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::error::WebError;
use super::fragment::{asked_for, html, see_other};
use super::session::Session;
use super::views::{TemplateChoice, TemplatesView};
use crate::actions::access;
use crate::app::App;
use crate::domain::id::{ConversationId, TemplateId};
use crate::domain::merge_field::{self, MergeField};
use crate::store::conversations::Conversation;
use crate::store::{Db, StoreError, inboxes, organization, templates};

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
            let fields = Fields::read(db, &session, &found)?;
            let all = templates::for_inbox(db, found.inbox_id)?;
            let filled = all.into_iter().map(|template| TemplateChoice {
                id: template.id.to_string(),
                body: fields.fill(&template.body),
                name: template.name,
                shortcut: template.shortcut,
                lang: template.locale,
            });
            Ok::<_, StoreError>(filled.collect())
        })
        .await?;
    html(&TemplatesView { t, templates })
}

/// A template's text for a conversation, as `session`'s user would send it.
pub fn filled(
    db: &mut Db,
    session: &Session,
    conversation: &Conversation,
    id: TemplateId,
) -> Result<String, StoreError> {
    let template = templates::find(db, id)?;
    if template.inbox_id.is_some_and(|inbox| inbox != conversation.inbox_id) {
        return Err(StoreError::NotFound);
    }
    Ok(Fields::read(db, session, conversation)?.fill(&template.body))
}

/// What merge fields stand for in one conversation.
struct Fields {
    contact: Option<String>,
    agent: String,
    inbox: String,
    organization: Option<String>,
}

impl Fields {
    fn read(db: &mut Db, session: &Session, found: &Conversation) -> Result<Self, StoreError> {
        Ok(Self {
            // A number is no name: 「080-…様」 is not how one writes to people.
            contact: found.contact.name.clone(),
            agent: session.user.name.clone(),
            inbox: inboxes::find(db, found.inbox_id)?.name,
            organization: organization::find(db)?.map(|house| house.name),
        })
    }

    fn fill(&self, text: &str) -> String {
        merge_field::fill(text, |field| match field {
            MergeField::ContactName => self.contact.clone(),
            MergeField::AgentName => Some(self.agent.clone()),
            MergeField::InboxName => Some(self.inbox.clone()),
            MergeField::OrganizationName => self.organization.clone(),
        })
    }
}
