//! What an inbox answers by itself, and when it had better say nothing.
//!
//! Two machines that answer each other must end, and a person who is talking must not
//! be talked over. An automatic reply leaves the contact waiting: nobody has heard them.

use chrono::{DateTime, TimeDelta, Utc};
use unicode_normalization::UnicodeNormalization;

use super::message::words;

/// More than a house can keep in its head.
pub const MOST_RULES: usize = 8;
/// Words of a rule.
pub const MOST_WORDS: usize = 50;
/// Characters of a word.
pub const LONGEST_WORD: usize = 50;
/// How long nobody gets a second one, where nobody says otherwise: one a night.
pub const PAUSE: TimeDelta = TimeDelta::hours(12);
/// Shorter, and two machines would still write to each other all day.
pub const SHORTEST_PAUSE: TimeDelta = TimeDelta::hours(1);
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::days(30);
/// How long after their last word a person is still talking.
pub const TALKING: TimeDelta = TimeDelta::minutes(30);
/// Nobody reads a text and writes another in less.
pub const QUICKER_THAN_PEOPLE: TimeDelta = TimeDelta::seconds(3);
/// What was written before that is no longer answered by a machine: it was filed late.
pub const LATE: TimeDelta = TimeDelta::hours(1);

/// What a rule answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// A text while the inbox is closed.
    #[default]
    OutsideHours,
    /// The first text there ever was between the contact and the inbox.
    FirstContact,
    /// A text with one of some words.
    Keyword,
}

words!(Occasion {
    OutsideHours = "outside_hours",
    FirstContact = "first_contact",
    Keyword = "keyword",
});

/// Where a word must stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Matching {
    /// The text is nothing else.
    #[default]
    Exact,
    /// The text begins with it.
    Prefix,
    /// It stands anywhere.
    Contains,
}

words!(Matching { Exact = "exact", Prefix = "prefix", Contains = "contains" });

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    pub occasion: Occasion,
    pub matching: Matching,
    /// Of a keyword.
    pub words: Vec<String>,
    /// May hold merge fields.
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a conversation gets no second one.
    pub pause: TimeDelta,
    /// The first that fits answers.
    pub rules: Vec<Rule>,
    /// What does not arrive as an SMS goes out as a mail.
    pub mails: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { pause: PAUSE, rules: Vec::new(), mails: false }
    }
}

/// What is wrong with a policy, and in which rule: the first is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("there are more than {MOST_RULES} rules")]
    TooManyRules,
    #[error("the pause must be from an hour to 30 days")]
    Pause,
    #[error("rule {0} names no words, too many or too long ones")]
    Words(usize),
}

/// A text that came, as far as rules ask.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    pub text: &'a str,
    /// Nothing was ever said before it.
    pub is_first: bool,
    /// The inbox is open.
    pub is_open: bool,
}

/// What happened in the conversation before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The last automatic reply, whatever became of it.
    pub replied_at: Option<DateTime<Utc>>,
    /// A person's last text or unsent words.
    pub talked_at: Option<DateTime<Utc>>,
    /// When a text of ours last left.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Why nothing is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Silence {
    /// It had an automatic reply not long ago.
    Replied,
    /// Somebody is talking with them.
    Talking,
    /// No person wrote it.
    Machine,
}

impl Policy {
    /// Whether it can be kept to.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.rules.len() > MOST_RULES {
            return Err(PolicyError::TooManyRules);
        }
        if !(SHORTEST_PAUSE..=LONGEST_PAUSE).contains(&self.pause) {
            return Err(PolicyError::Pause);
        }
        let is_bad = |word: &String| word.chars().count() > LONGEST_WORD || folded(word).is_empty();
        for (n, rule) in self.rules.iter().enumerate() {
            let is_countable = (1..=MOST_WORDS).contains(&rule.words.len());
            let is_keyword = rule.occasion == Occasion::Keyword;
            if is_keyword && (!is_countable || rule.words.iter().any(is_bad)) {
                return Err(PolicyError::Words(n));
            }
        }
        Ok(())
    }

    /// The rules that fit, in their order.
    pub fn fitting<'a>(&'a self, arrived: Arrived<'a>) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.fits(arrived))
    }

    /// Whether a rule may answer `text` at `now`, after what happened before.
    pub fn speaks(&self, text: &str, before: Before, now: DateTime<Utc>) -> Result<(), Silence> {
        let within = |at: Option<DateTime<Utc>>, time| at.is_some_and(|at| now - at < time);
        match () {
            () if within(before.replied_at, self.pause) => Err(Silence::Replied),
            () if within(before.talked_at, TALKING) => Err(Silence::Talking),
            () if within(before.sent_at, QUICKER_THAN_PEOPLE) => Err(Silence::Machine),
            () if is_automatic(text) => Err(Silence::Machine),
            () => Ok(()),
        }
    }
}

impl Rule {
    fn fits(&self, arrived: Arrived<'_>) -> bool {
        match self.occasion {
            Occasion::OutsideHours => !arrived.is_open,
            Occasion::FirstContact => arrived.is_first,
            Occasion::Keyword => {
                let text = folded(arrived.text);
                self.words.iter().map(|word| folded(word)).any(|word| match self.matching {
                    Matching::Exact => text == word,
                    Matching::Prefix => text.starts_with(&word),
                    Matching::Contains => text.contains(&word),
                })
            }
        }
    }
}

/// Whether a text says of itself that no person wrote it.
pub fn is_automatic(text: &str) -> bool {
    let text = folded(text);
    MACHINES.split(' ').any(|phrase| text.contains(phrase))
}

/// Folded, and without the spaces that tell phrases apart here.
const MACHINES: &str = "自動返信 自動応答 自動送信 自動配信 自動的に送信 送信専用 \
    返信不要 ご返信いただけません 返信できません 返信いただいてもお答え 不在通知 \
    autoreply auto-reply automaticreply automatedreply automatedresponse automatedmessage \
    automaticresponse autoresponse auto-response outofoffice out-of-office donotreply no-reply \
    noreply";

/// Without what a phone adds or a thumb leaves out: width, case, kana of either kind,
/// spaces, and marks at the ends.
fn folded(text: &str) -> String {
    let is_kept = |c: &char| !c.is_whitespace();
    let folded: String =
        text.nfkc().flat_map(char::to_lowercase).filter(is_kept).map(in_hiragana).collect();
    folded.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// ァ to ヶ stand as far behind ぁ to ゖ as ア behind あ.
fn in_hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        c => c,
    }
}

#[cfg(test)]
mod tests;
