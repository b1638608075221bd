//! What merge fields stand for in one conversation.

use super::connection::Db;
use super::conversations::Conversation;
use super::error::StoreError;
use super::{contact_fields, inboxes, organization};
use crate::domain::contact_field::{FieldKind, folded};
use crate::domain::id::ContactId;
use crate::domain::merge_field::{self, Called, MergeField};

pub struct MergeValues {
    contact: Option<String>,
    agent: Option<String>,
    inbox: String,
    organization: Option<String>,
    /// The house's own, by folded name.
    own: Vec<(String, FieldKind, String)>,
}

/// As `agent` would write; nobody's name where a machine does.
pub fn read(
    db: &mut Db,
    found: &Conversation,
    agent: Option<&str>,
) -> Result<MergeValues, StoreError> {
    Ok(MergeValues {
        // A number is no name: 「080-…様」 is not how one writes to people.
        contact: found.contact.name.clone(),
        agent: agent.map(str::to_owned),
        inbox: inboxes::find(db, found.inbox_id)?.name,
        organization: organization::find(db)?.map(|house| house.name),
        own: own(db, found.contact.person)?,
    })
}

impl MergeValues {
    /// `text`, in the language it is written in.
    pub fn fill(&self, text: &str, in_japanese: bool) -> String {
        merge_field::fill(text, |called| match called {
            Called::Known(MergeField::ContactName) => self.contact.clone(),
            Called::Known(MergeField::AgentName) => self.agent.clone(),
            Called::Known(MergeField::InboxName) => Some(self.inbox.clone()),
            Called::Known(MergeField::OrganizationName) => self.organization.clone(),
            Called::Own(name) => {
                let (_, kind, value) = self.own.iter().find(|(own, _, _)| own == name)?;
                Some(kind.written(value, in_japanese))
            }
        })
    }
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
