//! The inbox: list, thread, side panel, composer.

use askama::Template;

use super::{
    AppointmentView, BulkView, CallLineView, CaseLineView, CaseView, ChoiceView, FieldView,
    FieldsForm, FormErrors, ListTab, MessageView, PersonView, Shell, SiblingView, TabView,
    TagChoice, TagView, TimeView, initial,
};
use crate::domain::conversation::ShownState;
use crate::domain::message::Purpose;
use crate::domain::segment::LengthProfile;
use crate::locale::Locale;

/// `GET /conversations`: three panes, the middle one empty.
#[derive(Template)]
#[template(path = "conversations/index.html")]
pub struct IndexPage {
    pub shell: Shell,
    pub list: ListView,
}

/// `GET /conversations/{id}`
#[derive(Template)]
#[template(path = "conversations/show.html")]
pub struct ShowPage {
    pub shell: Shell,
    pub list: ListView,
    pub thread: ThreadView,
}

/// `GET /conversations/{id}/about`: the side panel as a page of its own.
#[derive(Template)]
#[template(path = "conversations/about.html")]
pub struct AboutPage {
    pub shell: Shell,
    pub side: SideView,
    /// `None` where there are no fields, or the reader may not change them.
    pub form: Option<FieldsForm>,
}

/// `GET /conversations/new`, and again with what is wrong (422).
#[derive(Template)]
#[template(path = "conversations/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub inboxes: Vec<InboxChoice>,
    /// The sender chosen; its inbox is the conversation's.
    pub sender_id: String,
    pub to: String,
    pub purpose: Purpose,
    pub body: String,
    /// Made by the server, so that a form sent twice makes one message.
    pub client_message_id: String,
    /// Whether its writer was asked to look at some digits again.
    pub despite_doubt: bool,
    pub profile: LengthProfile,
    /// As in the composer of a thread; of the inbox of the sender chosen.
    pub send_choices: Vec<SnoozeChoice>,
    pub send_min: String,
    pub errors: FormErrors,
}

/// The answer 409 as a page: somebody was faster. The text is kept.
#[derive(Template)]
#[template(path = "conversations/conflict.html")]
pub struct ConflictPage {
    pub shell: Shell,
    pub conversation_id: String,
    pub name: String,
    pub conflict: ConflictView,
}

/// What came in the meantime, with the text that was about to be sent.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_conflict.html")]
pub struct ConflictView {
    pub t: Locale,
    pub csrf: String,
    pub conversation_id: String,
    /// Who answered first; `None` when it was the customer who wrote.
    pub by: Option<String>,
    pub messages: Vec<MessageView>,
    pub body: String,
    pub client_message_id: String,
    pub sender_id: String,
    pub purpose: Purpose,
    /// The number of the newest event shown now; sending again carries it.
    pub seen_seq: i64,
}

/// The list pane.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_list.html")]
pub struct ListView {
    pub t: Locale,
    pub tab: ListTab,
    pub tabs: Vec<TabView>,
    /// The inboxes the user belongs to; no filter is shown for a single one.
    pub inboxes: Vec<InboxChoice>,
    /// The inbox the list is narrowed to.
    pub inbox_id: Option<String>,
    /// The ids of the teams the user is in, for scripts.
    pub teams: String,
    /// The tags there are; no filter is shown where there are none.
    pub tags: Vec<TagView>,
    /// The tag the list is narrowed to.
    pub tag_id: Option<String>,
    /// `None` where the user may only read.
    pub bulk: Option<BulkView>,
    pub rows: RowsView,
    pub may_start: bool,
    /// Where the simulator runs, an empty list offers to use it.
    pub simulator: bool,
}

/// Rows in order, newest activity first.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_rows.html")]
pub struct RowsView {
    pub t: Locale,
    pub rows: Vec<RowView>,
    /// The address of the page below, with its cursor.
    pub next: Option<String>,
}

/// One conversation in the list. Drawn for one viewer: `unread` is theirs.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_row.html")]
pub struct RowView {
    pub t: Locale,
    pub conversation_id: String,
    /// Microseconds of the last activity.
    pub sort: i64,
    /// Microseconds of the oldest text nobody has answered: the order of the
    /// view of those that wait.
    pub wait: Option<i64>,
    pub name: String,
    pub at: TimeView,
    pub preview: String,
    /// Whether the last text was ours; then it is not the customer's word.
    pub preview_is_ours: bool,
    pub unread: u32,
    pub state: ShownState,
    pub assignee: Option<PersonView>,
    /// Id and name of the team whose work it is.
    pub team: Option<(String, String)>,
    pub waiting_since: Option<TimeView>,
    /// Whether it has waited longer than it should.
    pub late: bool,
    pub snoozed_until: Option<TimeView>,
    pub opted_out: bool,
    pub tags: Vec<TagView>,
    /// Whom a note calls there, for `data-called`: each browser knows its own user.
    pub called: Vec<String>,
    /// Whether a note calls the viewer, who has not looked since.
    pub is_called: bool,
    /// Whether its last text of ours did not get out.
    pub failed: bool,
    /// Whether the viewer has begun to write there.
    pub drafted: bool,
    /// Named where the user has several inboxes.
    pub inbox_name: Option<String>,
    /// Whether it is the one open beside the list.
    pub current: bool,
    /// `?view=mine`: the list the row stands in, so that it stays beside the
    /// thread without scripts too. Empty in a live event, which scripts place.
    pub query: String,
}

/// The middle and right pane of one conversation.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_thread.html")]
pub struct ThreadView {
    pub t: Locale,
    pub csrf: String,
    pub head: HeadView,
    pub lines: LinesView,
    /// What there is about times for an interview.
    pub appointment: AppointmentView,
    /// `None` where the user may only read.
    pub composer: Option<ComposerView>,
    pub side: SideView,
    /// `?view=mine`: the list beside it, for browsers without scripts.
    pub back: String,
}

/// Name, state and the buttons above a thread. Live; holds no form.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_head.html")]
pub struct HeadView {
    pub t: Locale,
    pub conversation_id: String,
    pub revision: i64,
    pub name: String,
    /// The number, where `name` is not the number already.
    pub number: Option<String>,
    pub inbox_name: String,
    /// The address texts go out from.
    pub sender: Option<String>,
    pub state: ShownState,
    pub assignee: Option<PersonView>,
    /// Whether the viewer is the assignee. A live event may say `false`: the
    /// browser draws it again from `data-by`.
    pub mine: bool,
    pub waiting_since: Option<TimeView>,
    pub late: bool,
    pub snoozed_until: Option<TimeView>,
    /// The name of the team whose work it is.
    pub team_name: Option<String>,
    /// The teams it can be given to.
    pub teams: Vec<ChoiceView>,
    /// Who can be given the conversation.
    pub team: Vec<PersonView>,
    /// When the inbox is closed, now or next; `None` where that is not in sight.
    pub closed: Option<ClosedView>,
    pub snooze_choices: Vec<SnoozeChoice>,
    /// The earliest time of the inbox to put it aside to: `2026-11-22T14:30`.
    pub snooze_min: String,
    pub may_answer: bool,
}

/// A closed time of an inbox. It may begin or end while the page is open: scripts
/// go by its bounds.
#[derive(Clone, Debug)]
pub struct ClosedView {
    /// RFC 3339.
    pub from: String,
    /// Empty if it does not open again within a year.
    pub until: String,
    pub is_now: bool,
    pub label: String,
}

/// "明日 9:00"
#[derive(Clone, Debug)]
pub struct SnoozeChoice {
    /// RFC 3339, as the form sends it.
    pub until: String,
    pub label: String,
}

/// A page of the timeline, oldest first.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_lines.html")]
pub struct LinesView {
    pub t: Locale,
    pub conversation_id: String,
    /// The number of the newest event when they were read.
    pub revision: i64,
    pub messages: Vec<MessageView>,
    /// The cases that begin on it, each with the id of the message it stands above.
    pub cases: Vec<(String, CaseLineView)>,
    /// The calls that texts on it were sent for, each with the id of the text.
    pub calls: Vec<(String, CallLineView)>,
    /// Cursor of the page before; `None` at the beginning of the history.
    pub before: Option<String>,
    /// Cursor of the page after; `None` where the newest line is shown.
    pub after: Option<String>,
}

/// Where an answer or note is written.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_composer.html")]
pub struct ComposerView {
    pub t: Locale,
    pub csrf: String,
    pub conversation_id: String,
    /// Where a consent that is missing is recorded.
    pub contact_id: String,
    pub name: String,
    /// What was begun here, or a text that came back with an error.
    pub body: String,
    pub is_note: bool,
    /// Made by the server for browsers without scripts.
    pub client_message_id: String,
    /// The event number the page was drawn at (409 when the thread moved on since).
    pub seen_seq: i64,
    /// What it can be sent from; the first is the default.
    pub senders: Vec<SenderChoice>,
    pub profile: LengthProfile,
    /// Why no text can be sent; notes still can.
    pub unsendable: Option<Unsendable>,
    pub enter_sends: bool,
    /// Times to send it at, for later.
    pub send_choices: Vec<SnoozeChoice>,
    /// The earliest time of the inbox it can wait for: `2026-11-22T14:30`.
    pub send_min: String,
    /// What can be inserted without scripts; they fetch it when it is wanted.
    pub templates: Vec<ChoiceView>,
    /// Whether the writer was asked to look at some digits again.
    pub despite_doubt: bool,
    /// What the text is for, as its writer chose.
    pub purpose: Purpose,
    /// The field that cannot be taken as it is, and why.
    pub error: Option<(&'static str, String)>,
    /// Whom a note may call.
    pub callable: Vec<PersonView>,
}

/// Why a text cannot be sent to this contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsendable {
    OptedOut {
        since: String,
    },
    /// The inbox has no sender that can reach this number.
    NoSender,
}

/// One of our numbers or names.
#[derive(Clone, Debug)]
pub struct SenderChoice {
    pub id: String,
    pub address: String,
    /// Where the customer's answer would not reach us.
    pub send_only: bool,
    /// How its route counts and cuts.
    pub profile: LengthProfile,
}

/// An inbox, with what it can send from.
#[derive(Clone, Debug)]
pub struct InboxChoice {
    pub id: String,
    pub name: String,
    pub senders: Vec<SenderChoice>,
}

/// What is known of the contact. Live; holds no form.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_side.html")]
pub struct SideView {
    pub t: Locale,
    pub conversation_id: String,
    pub contact_id: String,
    pub revision: i64,
    pub name: String,
    pub number: String,
    /// Whether the reader may ask for the whole number.
    pub is_masked: bool,
    pub opted_out_since: Option<TimeView>,
    /// When they agreed to advertising, if they have.
    pub agreed: Option<TimeView>,
    pub inbox_name: String,
    /// As in the head.
    pub closed: Option<ClosedView>,
    pub sender: Option<String>,
    pub state: ShownState,
    pub assignee: Option<PersonView>,
    pub team_name: Option<String>,
    pub waiting_since: Option<TimeView>,
    pub first_contact: TimeView,
    /// Every tag that is offered, and what the conversation carries beside.
    pub tags: Vec<TagChoice>,
    pub may_answer: bool,
    /// Since when somebody asks for help.
    pub help_since: Option<TimeView>,
    /// Where their application is: its page, and the step.
    pub application: Option<(String, &'static str)>,
    /// What is known of the contact beside, where it is known.
    pub fields: Vec<FieldView>,
    /// The person's other numbers in this inbox: whoever sees the one may see them.
    pub siblings: Vec<SiblingView>,
    /// Newest first.
    pub cases: Vec<CaseView>,
}

impl ConflictView {
    /// The messages without their buttons: the panel asks one question only.
    fn quiet(&self) -> impl Iterator<Item = MessageView> {
        self.messages.iter().map(MessageView::without_buttons)
    }
}

impl ComposerView {
    /// Whether the words below the box are about this field.
    fn is_wrong(&self, field: &str) -> bool {
        // What has no place of its own is said of the text.
        let wrong = self.error.as_ref().map(|(wrong, _)| *wrong);
        wrong.is_some_and(|wrong| (wrong == "purpose") == (field == "purpose"))
    }
}

impl ListView {
    /// The tabs of the daily work, and whichever is open.
    fn tabs_in_sight(&self) -> impl Iterator<Item = &TabView> {
        self.tabs.iter().filter(|view| !view.tab.is_put_away() || view.tab == self.tab)
    }

    fn tabs_put_away(&self) -> impl Iterator<Item = &TabView> {
        self.tabs.iter().filter(|view| view.tab.is_put_away() && view.tab != self.tab)
    }

    fn href(&self, tab: &ListTab) -> String {
        let narrowed = [("inbox", &self.inbox_id), ("tag", &self.tag_id)];
        let narrowed = narrowed
            .into_iter()
            .filter_map(|(name, id)| id.as_ref().map(|id| format!("&{name}={id}")));
        format!("/conversations?view={}{}", tab.word(), narrowed.collect::<String>())
    }

    fn shows_tag(&self, id: &str) -> bool {
        self.tag_id.as_deref() == Some(id)
    }

    fn is_narrow(&self) -> bool {
        self.inboxes.len() > 1 || !self.tags.is_empty()
    }

    fn empty_title(&self) -> &'static str {
        match self.tab {
            ListTab::Mine => self.t.empty_mine_title(),
            ListTab::Unassigned => self.t.empty_unassigned_title(),
            ListTab::Waiting => self.t.empty_waiting_title(),
            ListTab::Mentions => self.t.empty_mentions_title(),
            ListTab::Teams => self.t.empty_teams_title(),
            ListTab::Snoozed => self.t.empty_snoozed_title(),
            ListTab::All => self.t.empty_all_title(),
            ListTab::Closed => self.t.empty_closed_title(),
        }
    }

    fn empty_text(&self) -> &'static str {
        match self.tab {
            ListTab::Mine => self.t.empty_mine_text(),
            ListTab::Unassigned => self.t.empty_unassigned_text(),
            ListTab::Waiting => self.t.empty_waiting_text(),
            ListTab::Mentions => self.t.empty_mentions_text(),
            ListTab::Teams => self.t.empty_teams_text(),
            ListTab::Snoozed => self.t.empty_snoozed_text(),
            ListTab::All => self.t.empty_all_text(),
            ListTab::Closed => self.t.empty_closed_text(),
        }
    }

    pub fn shows_inbox(&self, id: &str) -> bool {
        self.inbox_id.as_deref() == Some(id)
    }
}

impl RowView {
    pub fn initial(&self) -> String {
        initial(&self.name)
    }

    /// Whether nothing but the number is known.
    fn is_nameless(&self) -> bool {
        self.name.starts_with(|c: char| c == '+' || c.is_ascii_digit())
    }

    fn tag_ids(&self) -> String {
        let ids: Vec<&str> = self.tags.iter().map(|tag| tag.id.as_str()).collect();
        ids.join(" ")
    }

    /// The tabs the row belongs to, for `data-view`. "Mine" depends on who
    /// looks, so it stands as `assigned` and the browser compares `data-by`.
    pub fn views(&self) -> String {
        let mut views = vec![match self.state {
            ShownState::Unassigned => "unassigned",
            ShownState::Assigned => "assigned",
            ShownState::Snoozed => "snoozed",
            ShownState::Closed => "closed",
        }];
        if self.state != ShownState::Closed {
            views.push("all");
        }
        if self.waiting_since.is_some() && self.state != ShownState::Snoozed {
            views.push("waiting");
        }
        views.join(" ")
    }
}

impl HeadView {
    pub fn is_closed(&self) -> bool {
        self.state == ShownState::Closed
    }

    pub fn is_assignee(&self, person: &PersonView) -> bool {
        self.assignee.as_ref().is_some_and(|assignee| assignee.id == person.id)
    }
}

impl SideView {
    fn carried(&self) -> impl Iterator<Item = &TagView> {
        self.tags.iter().filter(|choice| choice.on).map(|choice| &choice.tag)
    }
}

impl LinesView {
    pub fn contact(&self) -> &str {
        self.messages.first().map_or("", |message| &message.contact)
    }
}
