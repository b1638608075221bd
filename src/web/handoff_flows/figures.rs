//! 押下 → 送信 → 到達 → クリック → 返信 of the last thirty days.

use chrono::TimeDelta;

use crate::locale::Locale;
use crate::store::handoff_figures::Figures;
use crate::web::views::MenuFigureView;

/// As far back as is counted.
pub const BACK: TimeDelta = TimeDelta::days(30);

pub fn views(t: Locale, figures: Figures) -> Vec<MenuFigureView> {
    [
        (t.menu_pressed(), figures.pressed, t.menu_pressed_meaning()),
        (t.menu_sent(), figures.sent, t.menu_sent_meaning()),
        (t.menu_delivered(), figures.delivered, t.menu_delivered_meaning()),
        (t.menu_opened(), figures.opened, t.menu_opened_meaning()),
        (t.menu_replied(), figures.replied, t.menu_replied_meaning()),
    ]
    .into_iter()
    .map(|(label, n, meaning)| MenuFigureView { label, n, meaning })
    .collect()
}
