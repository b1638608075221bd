//! Templates as whoever writes an answer finds them: filled in.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::error::WebError;
use super::fragment::{asked_for, html, see_other};
use super::session::Session;
use super::views::{TemplateChoice, TemplatesView};
use crate::actions::access;
use crate::app::App;
use crate::domain::contact_field::{FieldKind, folded};
use crate::domain::id::{ContactId, ConversationId, TemplateId};
use crate::domain::merge_field::{self, Called, MergeField};
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::templates::Template;
use crate::store::{Db, StoreError, contact_fields, inboxes, organization, templates};

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
                body: fields.fill(&template.body, is_japanese(t, &template)),
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
    let in_japanese = is_japanese(session.locale(), &template);
    Ok(Fields::read(db, session, conversation)?.fill(&template.body, in_japanese))
}

/// A template of any language is in its reader's.
fn is_japanese(t: Locale, template: &Template) -> bool {
    Locale::from_tag(&template.locale).unwrap_or(t) == Locale::Ja
}

/// What a person's own fields hold.
fn own(db: &mut Db, person: ContactId) -> Result<Vec<(String, FieldKind, String)>, StoreError> {
    let mut values = contact_fields::of_person(db, person)?;
    let fields = contact_fields::in_use(db)?.into_iter();
    let filled = fields.filter_map(|field| {
        let value = values.remove(&field.id)?;
        Some((folded(&field.name), field.kind, value))
    });
    Ok(filled.collect())
}

/// What merge fields stand for in one conversation.
struct Fields {
    contact: Option<String>,
    agent: String,
    inbox: String,
    organization: Option<String>,
    /// The house's own, by folded name.
    own: Vec<(String, FieldKind, String)>,
}

impl Fields {
    fn read(db: &mut Db, session: &Session, found: &Conversation) -> Result<Self, StoreError> {
        Ok(Self {
            // A number is no name: 「080-…様」 is not how one writes to people.
            contact: found.contact.name.clone(),
            agent: session.user.name.clone(),
            inbox: inboxes::find(db, found.inbox_id)?.name,
            organization: organization::find(db)?.map(|house| house.name),
            own: own(db, found.contact.person)?,
        })
    }

    /// `text`, in the language it is written in.
    fn fill(&self, text: &str, in_japanese: bool) -> String {
        merge_field::fill(text, |called| match called {
            Called::Known(MergeField::ContactName) => self.contact.clone(),
            Called::Known(MergeField::AgentName) => Some(self.agent.clone()),
            Called::Known(MergeField::InboxName) => Some(self.inbox.clone()),
            Called::Known(MergeField::OrganizationName) => self.organization.clone(),
            Called::Own(name) => {
                let (_, kind, value) = self.own.iter().find(|(own, _, _)| own == name)?;
                Some(kind.written(value, in_japanese))
            }
        })
    }
}
