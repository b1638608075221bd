//! The words that are understood, and what part each plays in an answer.
//!
//! They are found longest first, so a word here speaks for exactly itself: the
//! polite form is listed, its negation, its question and its "but" are not, and a
//! text that has one of those has a rest that nobody understands.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::folding::{Letter, folded_word};

mod english;
mod japanese;
mod polite;

/// What a word does in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// 。 ! and the end of a line.
    Stop,
    /// 、
    Pause,
    Open,
    Close,
    /// A bow or a smile.
    Decoration,

    /// 候補, option: what a number follows.
    Label,
    /// "no", which is a label only right before its number.
    LabelAttached,
    /// 番: what follows a number.
    Ordinal,
    /// 番目, つ目: a place in a list, of choices or of other things.
    Rank,
    /// の希望, の面接: after a rank it is another thing than a choice.
    OfRank,
    /// 上から, before a rank; 上から2 may be two.
    FromTop,
    /// "the second one": a number by itself.
    Nth(u8),
    Of,
    /// の方, の日程: what a choice may be called.
    Slot,
    At,
    To,
    Object,
    Subject,
    /// 14時から
    From,
    /// "on", "at", "the"
    English,
    /// 希望日は
    Topic,
    /// 面接の件ですが
    Matter,
    /// 面接を, before a request
    Meeting,
    /// それでは
    So,
    /// "I'll take"
    Takes,
    /// お願いします
    Please,
    /// です
    Is,
    /// 希望します
    Wants,
    /// 2にします
    Settles,
    /// 2で大丈夫です
    Fine,
    /// 2がいいです
    Good,
    /// "works for me"
    Works,

    /// 上記以外: the choice that is none.
    Elsewhere,
    /// 別の日, which among offered times may mean none of them.
    OtherDay,
    /// してください, after "to another day"
    Make,
    /// どれも, 全部
    Whole,
    /// だめです
    Unfit,
    /// "none of these work"
    NoneFits,

    /// 選考を, 今回は
    DeclineAbout,
    /// 他社に決まったため
    DeclineReason,
    Declines,
    /// 取り下げます and 見送らせてください decline only with what they are about.
    DeclinesAbout,
    /// One word (辞退) that answers a reminder and says too little elsewhere.
    DeclineNoun,
    /// 日程を
    RescheduleAbout,
    Reschedules,
    RescheduleNoun,
    /// 体調不良のため: of a change, a withdrawal or a delay.
    Reason,
    /// 明日の: so many days from today.
    DayOf(u8),
    /// 面接に, 到着が
    LateAbout,
    LateReason,
    /// ほど, 約
    About,
    /// 少し
    Little,
    Late,
    /// "late", which says so only after "I'll be" or "10 minutes".
    LateAdverb,
    /// "I'll be"
    LateLead,
    Attends,
    AttendNoun,

    /// 遅くなりました, of an answer to times that were offered; after a reminder it may
    /// be of the person.
    AnswersLate,
    /// Greetings, thanks and the like, which say nothing of the matter.
    Polite,
    /// 当日はよろしくお願いします, "see you then": also polite, but nobody says it who
    /// does not come.
    UntilThen,
    /// はい, ok: says nothing of the matter where more follows.
    Opening,
    /// お手数ですが: polite, and something must follow.
    But,
    /// 申し訳ありませんが
    SorryBut,
    /// すみません, which may take something back.
    Apology,
    /// と申します, です after a name
    NameEnd,
    /// より after the name of who writes; before a verb it compares.
    Sender,
    /// 様
    Honorific,
    /// 先日応募した, 応募者の
    NameAbout,

    /// 承知しました, "noted": also polite; what was heard is ours, not theirs.
    Heard,
    /// Never understood for certain; only suggests.
    Hint(Hint),
}

/// What a word makes likely that is understood no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    Question,
    Any,
    Or,
    /// 無理, だめ, can't
    Not,
    /// 以外
    Except,
    /// 人, 回: what a number counts.
    Counter,
    /// じゃなくて
    Instead,
    /// も between two numbers
    And,
    /// は
    Theme,
    Decline,
    Reschedule,
    Late,
    Attend,
    /// ok, 大丈夫です
    Agree,
    Whole,
}

/// The longest word that begins `letters` with all that it may do, and its length.
pub fn longest(letters: &[Letter]) -> Option<(&'static [Word], usize)> {
    let mut node = 0;
    let mut found = None;
    for (n, letter) in letters.iter().enumerate() {
        let Some(next) = WORDS.next.get(&(node, letter.letter)) else { break };
        node = *next;
        if let Some(parts) = WORDS.ends.get(&node) {
            found = Some((parts.as_slice(), n + 1));
        }
    }
    found
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    japanese::list(&mut words);
    polite::list(&mut words);
    english::list(&mut words);
    words
});

/// A tree of letters.
#[derive(Default)]
struct Words {
    next: HashMap<(usize, char), usize>,
    ends: HashMap<usize, Vec<Word>>,
    size: usize,
}

impl Words {
    /// Each of the `words`, which are separated by a bar.
    fn add(&mut self, word: Word, words: &str) {
        split(words).for_each(|written| self.add_one(word, written));
    }

    /// Each beginning with each ending, both separated by a bar; either may be empty.
    fn add_each(&mut self, word: Word, beginnings: &str, endings: &str) {
        for beginning in split(beginnings) {
            for ending in split(endings) {
                self.add_one(word, &format!("{beginning}{ending}"));
            }
        }
    }

    fn add_one(&mut self, word: Word, written: &str) {
        let mut node = 0;
        for letter in folded_word(written) {
            let fresh = self.size + 1;
            node = *self.next.entry((node, letter)).or_insert(fresh);
            self.size = self.size.max(node);
        }
        if node != 0 {
            let parts = self.ends.entry(node).or_default();
            if !parts.contains(&word) {
                parts.push(word);
            }
        }
    }
}

fn split(words: &str) -> impl Iterator<Item = &str> {
    words.split('|').map(|word| word.trim_matches('\n'))
}
