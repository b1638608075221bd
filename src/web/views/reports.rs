//! What became of calls.

use askama::Template;

use super::{ChoiceView, Shell, TimeView};

/// `GET /reports/handoffs`
#[derive(Template)]
#[template(path = "reports/handoffs.html")]
pub struct HandoffReportPage {
    pub shell: Shell,
    /// The first and the last day, as fields of the form.
    pub from: String,
    pub to: String,
    /// The first and the last day there can be.
    pub oldest: String,
    pub today: String,
    pub flows: Vec<ChoiceView>,
    /// Why there is no report of those days.
    pub error: Option<String>,
    /// The same question, for the file.
    pub query: String,
    /// `None` where there is no menu, or an error.
    pub report: Option<HandoffReportView>,
}

pub struct HandoffReportView {
    pub between: [TimeView; 2],
    pub zone: String,
    /// All of it in a sentence.
    pub sentence: String,
    pub figures: Vec<FigureView>,
    pub menus: Vec<MenuReportView>,
    /// What stands above the columns of counts.
    pub columns: Vec<&'static str>,
    pub hours: Vec<HourView>,
    /// Whether somebody rang and pressed nothing.
    pub has_silent: bool,
}

impl HandoffReportView {
    pub fn is_empty(&self) -> bool {
        !self.has_silent && self.menus.iter().all(|menu| menu.keys.is_empty())
    }
}

/// One figure of all calls, and what it counts.
pub struct FigureView {
    pub name: &'static str,
    pub value: String,
    pub share: Option<String>,
    pub definition: String,
}

pub struct MenuReportView {
    pub name: String,
    /// The number that is called.
    pub called: Option<String>,
    /// The keys, and then all of them.
    pub keys: Vec<KeyReportView>,
}

pub struct KeyReportView {
    /// `None` in the line of the sum.
    pub digit: Option<String>,
    pub topic: String,
    /// As many as there are columns.
    pub cells: Vec<String>,
}

pub struct HourView {
    /// `9:00`
    pub name: String,
    /// Of the bar, out of 100: one pixel stands for one of them.
    pub height: u32,
    pub x: u32,
    pub cells: Vec<String>,
}

impl HourView {
    /// Whether nobody rang: a line of noughts is none.
    pub fn is_quiet(&self) -> bool {
        self.height == 0 && self.cells.first().is_none_or(|calls| calls == "0")
    }

    /// Every sixth is, below its bar.
    pub fn is_named(&self) -> bool {
        self.x.is_multiple_of(6 * 20)
    }

    pub fn y(&self) -> u32 {
        100 - self.height
    }
}
