//! When a contact asks us to stop.

use unicode_normalization::UnicodeNormalization;

use super::message::{Purpose, words};

/// What a single word from the contact asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptOutSignal {
    Stop,
    Start,
    Help,
}

words!(OptOutSignal { Stop = "stop", Start = "start", Help = "help" });

/// How we learnt of a wish to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptOutSource {
    /// The contact texted a stop word.
    Keyword,
    /// The provider blocked the number and told us.
    Provider,
    /// A colleague recorded it, by call or by hand.
    User,
    /// A request under the law, outside the thread.
    Law,
}

words!(OptOutSource {
    Keyword = "keyword",
    Provider = "provider",
    User = "user",
    Law = "law",
});

/// What the contact no longer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptOutScope {
    Advertising,
    All,
}

words!(OptOutScope { Advertising = "advertising", All = "all" });

/// Whether an opt-out of `scope` stands against a text of `purpose`.
pub fn blocks(scope: OptOutScope, purpose: Purpose) -> bool {
    match scope {
        OptOutScope::Advertising => purpose == Purpose::Advertising,
        OptOutScope::All => true,
    }
}

/// Stop words that act at once when they are the whole text (providers.md 17).
///
/// `cancel`, キャンセル and 取消 are left out because here they cancel an
/// interview, `end` and 終了 because they end a sentence; a provider that acts on
/// them itself says so in its own field.
const STOP: &[&str] = &[
    "stop",
    "stopall",
    "unsubscribe",
    "quit",
    "revoke",
    "optout",
    "停止",
    "配信停止",
    "配信停止希望",
    "解除",
    "配信解除",
    "退会",
    "不要",
    "ストップ",
    "中止",
    "拒否",
    "受信拒否",
];

/// `yes` is left out: it accepts an interview time.
const START: &[&str] = &["start", "unstop", "再開", "配信再開", "スタート"];

const HELP: &[&str] = &["help", "info", "ヘルプ", "問い合わせ"];

/// The wish in a text that is nothing but one of the words.
pub fn recognise(text: &str) -> Option<OptOutSignal> {
    let word = folded(text);
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    [(STOP, OptOutSignal::Stop), (START, OptOutSignal::Start), (HELP, OptOutSignal::Help)]
        .into_iter()
        .find(|(words, _)| words.contains(&word))
        .map(|(_, signal)| signal)
}

/// Whether a longer text seems to ask us to stop, so that a person should look.
pub fn is_suspected(text: &str) -> bool {
    recognise(text).is_none() && folded(text).contains("配信停止")
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace() && *c != '-').collect()
}
