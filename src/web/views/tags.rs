//! Tags, where they are carried, chosen and made.

use askama::Template;

use super::{FormErrors, Shell};
use crate::domain::tag::TagColour;
use crate::store::tags::Tag;

/// A tag on a row, in the side panel or in a menu.
#[derive(Clone, Debug)]
pub struct TagView {
    pub id: String,
    pub name: String,
    /// `sumi`, `ai`, `take` or `yama`: a class.
    pub colour: &'static str,
}

/// A tag that can be put on or taken off.
#[derive(Clone, Debug)]
pub struct TagChoice {
    pub tag: TagView,
    pub on: bool,
}

/// `GET /settings/tags`
#[derive(Template)]
#[template(path = "settings/tags/index.html")]
pub struct TagsPage {
    pub shell: Shell,
    pub tags: Vec<TagRowView>,
}

#[derive(Clone, Debug)]
pub struct TagRowView {
    pub tag: TagView,
    pub position: i32,
    pub retired: bool,
}

/// `GET /settings/tags/new` (POST `/settings/tags`) and `GET /settings/tags/{id}/edit`
/// (PUT `/settings/tags/{id}`, POST·DELETE `…/retirement`).
#[derive(Template)]
#[template(path = "settings/tags/form.html")]
pub struct TagFormPage {
    pub shell: Shell,
    pub id: Option<String>,
    pub name: String,
    pub colour: TagColour,
    pub position: String,
    pub retired: bool,
    pub errors: FormErrors,
}

impl From<&Tag> for TagView {
    fn from(tag: &Tag) -> Self {
        Self { id: tag.id.to_string(), name: tag.name.clone(), colour: tag.colour.word() }
    }
}

impl TagFormPage {
    fn is_colour(&self, colour: &TagColour) -> bool {
        self.colour == *colour
    }

    fn colour_label(&self, colour: &TagColour) -> &'static str {
        let t = self.shell.t;
        match colour {
            TagColour::Sumi => t.tag_colour_sumi(),
            TagColour::Ai => t.tag_colour_ai(),
            TagColour::Take => t.tag_colour_take(),
            TagColour::Yama => t.tag_colour_yama(),
        }
    }
}
