//! What strangers are shown, who got a text; and where short links may lead.

use askama::Template;

use super::{FormErrors, Shell, TimeView};
use crate::locale::Locale;

/// `GET /l/{token}`: whom it is from, where it leads, and a button. A page of a few
/// hundred bytes, for telephones on a bad day.
#[derive(Template)]
#[template(path = "short_links/show.html")]
pub struct ShortLinkPage {
    pub t: Locale,
    pub organization: Option<String>,
    pub host: String,
}

/// The same for every link that opens nothing.
#[derive(Template)]
#[template(path = "short_links/gone.html")]
pub struct GoneLinkPage {
    pub t: Locale,
    pub organization: Option<String>,
}

/// `GET /settings/links`; `POST` the same adds a host.
#[derive(Template)]
#[template(path = "settings/links.html")]
pub struct LinksPage {
    pub shell: Shell,
    /// What links begin with: `https://s.example.jp/l/`.
    pub start: String,
    /// Whether that is a host of their own.
    pub is_apart: bool,
    pub hosts: Vec<String>,
    pub host: String,
    /// Pages that texts may lead to by name, and one that is being written down.
    pub pages: Vec<LinkPageView>,
    pub page: NewPageForm,
    /// How long pictures of reply forms are kept.
    pub days: String,
    pub errors: FormErrors,
}

pub struct LinkPageView {
    pub id: String,
    /// `{url:返品}`
    pub place: String,
    pub url: String,
    pub days: i32,
}

pub struct NewPageForm {
    pub name: String,
    pub url: String,
    pub days: String,
}

/// `GET /f/{token}`: one box.
#[derive(Template)]
#[template(path = "reply_forms/show.html")]
pub struct ReplyFormPage {
    pub t: Locale,
    pub organization: Option<String>,
    pub longest: usize,
    pub most_photos: usize,
    pub megabytes: usize,
    pub body: String,
    /// Whether pictures came with what was refused for something else.
    pub choose_again: bool,
    pub errors: FormErrors,
}

/// What was typed is there.
#[derive(Template)]
#[template(path = "reply_forms/taken.html")]
pub struct ReplyTakenPage {
    pub t: Locale,
    pub organization: Option<String>,
}

/// `GET /about-senders`: which numbers and domains are ours.
#[derive(Template)]
#[template(path = "about_senders/show.html")]
pub struct AboutSendersPage {
    pub t: Locale,
    pub organization: Option<String>,
    pub senders: Vec<OurSenderView>,
    pub link_host: String,
    /// Where links lead.
    pub hosts: Vec<String>,
    /// Whom to ask; empty where nobody wrote it down.
    pub inquiries: String,
    pub check: SmsCheckView,
}

/// What somebody typed of a text they got, each with whether it is ours.
#[derive(Clone, Debug, Default)]
pub struct SmsCheckView {
    pub number: Option<(String, bool)>,
    pub link: Option<(String, bool)>,
    /// Whether they pressed the button without either.
    pub is_empty: bool,
}

pub struct OurSenderView {
    pub address: String,
    pub takes_replies: bool,
    /// Since when it is a number of ours.
    pub since: TimeView,
    /// Nothing where nobody has said so.
    pub takes_calls: Option<bool>,
    pub purposes: String,
    pub sample: String,
    /// Carriers that show another number, and which.
    pub shown_by: Vec<(&'static str, String)>,
}
