//! A word of the organisation's own that conversations are sorted by.

use super::message::words;

/// How a tag is drawn. Vermilion is not among them: on a screen it always
/// means that somebody is needed now (ui.md 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TagColour {
    /// 墨
    #[default]
    Sumi,
    /// 藍
    Ai,
    /// 若竹
    Take,
    /// 山吹
    Yama,
}

words!(TagColour { Sumi = "sumi", Ai = "ai", Take = "take", Yama = "yama" });
