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
    /// Another program said so.
    Api,
}

words!(OptOutSource {
    Keyword = "keyword",
    Provider = "provider",
    User = "user",
    Law = "law",
    Api = "api",
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

/// The wish in a text that is nothing but one of the words.
///
/// Such a text acts at once, so width, case, spaces, hyphens and what stands
/// around the word (。！「」) do not matter, and any other word does.
pub fn recognise(text: &str) -> Option<OptOutSignal> {
    let word = folded(text);
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    [(STOP, OptOutSignal::Stop), (START, OptOutSignal::Start), (HELP, OptOutSignal::Help)]
        .into_iter()
        .find(|(words, _)| words.split(' ').any(|known| known == word))
        .map(|(_, signal)| signal)
}

/// Whether a longer text seems to ask us to stop, so that a person should look.
///
/// It may well be wrong ("the trains have stopped"); nothing follows from it but
/// a mark. Not for texts that [`recognise`] already understands.
pub fn is_suspected(text: &str) -> bool {
    if recognise(text).is_some() {
        return false;
    }
    let folded = folded(text);
    let contains = |parts: &str| parts.split(' ').any(|part| folded.contains(part));
    contains(SUSPECT) || contains(SENDING) && contains(REFUSING) || has_suspect_word(text)
}

/// Stop words that are the whole text (providers.md 17).
///
/// `cancel`, キャンセル and 取消 are left out because here they cancel an
/// interview, `end` and 終了 because they may end a talk. A provider that stops
/// on them says so in a field of its own.
const STOP: &str = "stop stopall unsubscribe quit revoke optout \
    停止 配信停止 配信停止希望 解除 配信解除 退会 不要 ストップ 中止 拒否 受信拒否";

/// `yes` is left out: here it accepts an interview time.
const START: &str = "start unstop 再開 配信再開 スタート";

const HELP: &str = "help info ヘルプ 問い合わせ";

/// What asks us to stop wherever it stands.
const SUSPECT: &str = "停止 ストップ 退会 受信拒否 解約 送らない 送ってこない 送信しない 送るな \
    unsubscribe optout removeme donottext don'ttext stoptexting";

/// What we do …
const SENDING: &str = "配信 送信 sms メール メッセージ お知らせ 案内 宣伝";

/// … and what they would rather we did not.
const REFUSING: &str =
    "不要 解除 拒否 中止 やめて 止めて 迷惑 いりません 要りません いらない 結構です";

/// Latin words stand alone, or "stop" would be found in "stopover".
fn has_suspect_word(text: &str) -> bool {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "stop" | "quit" | "revoke" | "end"))
}

fn folded(text: &str) -> String {
    let is_kept = |c: &char| !c.is_whitespace() && *c != '-';
    text.nfkc().flat_map(char::to_lowercase).filter(is_kept).collect()
}

#[cfg(test)]
mod tests;
