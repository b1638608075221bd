//! A key pressed in a phone menu becomes a text to the caller.
//!
//! A telephone exchange asks while the caller is on the line; what it is answered
//! says what its voice should say. Nobody is texted twice for one call, no number
//! more often than somebody could want, and who typed a number gets nothing that is
//! meant for its owner.

use chrono::{DateTime, TimeDelta, Utc};

use super::id::{ApiTokenId, CalendarId, HandoffFlowId, InboxId, ProviderAccountId, TeamId};
use super::message::{Purpose, words};

mod caller;
mod flow;
pub mod report;
pub mod script;

pub use caller::{CannotSms, is_same_number, reach};
pub use flow::{FlowError, LONGEST_DIGIT, LONGEST_TOPIC, MOST_OPTIONS};

/// The same option again within that is no new text, where nobody says otherwise.
pub const DUPLICATE: TimeDelta = TimeDelta::minutes(30);
pub const LONGEST_DUPLICATE: TimeDelta = TimeDelta::days(7);
/// How long an answer still belongs to the call, where nobody says otherwise.
pub const RETURNS: TimeDelta = TimeDelta::days(7);
pub const LONGEST_RETURNS: TimeDelta = TimeDelta::days(90);
/// One number gets one text in so long, whatever is pressed: caller ids are forged
/// (reliability-and-security.md T-IVR-1).
pub const PER_NUMBER: TimeDelta = TimeDelta::minutes(10);
/// Over which the texts of one trunk are counted.
pub const PER_TRUNK: TimeDelta = TimeDelta::minutes(1);
/// Texts of one trunk in that time: twice what a busy house has (product.md I8).
pub const MOST_PER_TRUNK: i64 = 1_000;
/// Of those, texts to numbers that were typed: nobody vouches for any of them.
pub const MOST_TYPED_PER_TRUNK: i64 = 60;
/// Numbers somebody may type in one call.
pub const MOST_TRIES: i32 = 5;
/// Who rings again within that, and has not opened what they were sent, was not helped.
pub const IN_VAIN: TimeDelta = TimeDelta::days(1);
/// A text that could not leave by then is of no use to who rang.
pub const LEAVES_WITHIN: TimeDelta = TimeDelta::hours(4);
/// Calls for one text that are told one by one; more are a flood.
pub const MOST_AGAIN: i64 = 10;
/// How long the link of a call leads anywhere.
pub const LINK_LASTS: TimeDelta = TimeDelta::hours(24);
/// Where the link stands in a text.
pub const URL_PLACE: &str = "{url}";

/// A phone menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub id: HandoffFlowId,
    /// What telephone exchanges call it by.
    pub name: String,
    pub inbox: InboxId,
    /// The number that is called: people read it, and calls to it come here.
    pub called: Option<String>,
    /// Where callers are put through to who had better talk to a person.
    pub operator: Option<String>,
    /// When the house answers; without one, always.
    pub calendar: Option<CalendarId>,
    pub duplicate: TimeDelta,
    pub returns: TimeDelta,
    /// Whether numbers of other countries are texted.
    pub foreign_numbers: bool,
    pub overflow: Overflow,
    /// While it is open everybody is busy, where [`Overflow::Scheduled`] says so.
    pub busy_calendar: Option<CalendarId>,
    /// What a typed number is sent, whatever was pressed.
    pub general: Option<String>,
    /// What is sent while the house does not answer.
    pub closed: Option<String>,
    /// What is sent while everybody is busy, and where its link leads.
    pub overflow_body: Option<String>,
    pub overflow_url: Option<String>,
    pub options: Vec<MenuOption>,
    pub sayings: Vec<Saying>,
}

/// A key, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuOption {
    pub digit: String,
    /// What the call is about (用件).
    pub topic: String,
    pub body: String,
    /// Where `{url}` leads.
    pub url: Option<String>,
    /// Whose work an answer is.
    pub team: Option<TeamId>,
    pub purpose: Purpose,
    /// The inbox's without one.
    pub language: Option<String>,
}

/// The house's own words for what the voice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    pub speech: Speech,
    pub language: String,
    pub text: String,
}

/// あふれ呼モード: whether everybody is busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overflow {
    #[default]
    Off,
    On,
    /// While a calendar is open.
    Scheduled,
}

words!(Overflow { Off = "off", On = "on", Scheduled = "scheduled" });

/// Where calls come from: floods are counted for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trunk {
    /// A telephone exchange that asks us, by its key.
    Exchange(ApiTokenId),
    /// A provider that we tell what to say.
    Account(ProviderAccountId),
}

/// What a telephone exchange is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A text is on its way.
    Accepted,
    /// They have it already.
    Suppressed,
    CannotSms(CannotSms),
    /// They wanted no texts.
    Blocked,
    RateLimited(Flood),
}

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flood {
    /// Texts to one number.
    Number,
    /// Texts by one telephone exchange.
    Trunk,
    /// Numbers typed in one call.
    Tries,
}

words!(Flood { Number = "number", Trunk = "trunk", Tries = "tries" });

/// What the voice says.
///
/// The first five are what an exchange is answered; the others are said where henji
/// holds the whole call ([`script`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speech {
    Sent,
    AlreadySent,
    /// Ask for a mobile number.
    AskMobile,
    CannotSend,
    TryLater,
    Greeting,
    /// Which key is for what: made of the topics, where nobody wrote it.
    Menu,
    /// No key was pressed, or one that leads nowhere.
    Again,
    /// That they are put through to a person.
    Operator,
    Goodbye,
}

words!(Speech {
    Sent = "sent",
    AlreadySent = "already_sent",
    AskMobile = "ask_mobile",
    CannotSend = "cannot_send",
    TryLater = "try_later",
    Greeting = "greeting",
    Menu = "menu",
    Again = "again",
    Operator = "operator",
    Goodbye = "goodbye",
});

/// Which words are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wording {
    /// The option's.
    Own,
    General,
    Closed,
    Overflow,
}

/// What is known of a caller whose number gets texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// When they were last sent this option's text.
    pub same_at: Option<DateTime<Utc>>,
    /// Calls for it since.
    pub again: i64,
    /// When they were last sent any.
    pub any_at: Option<DateTime<Utc>>,
    /// Texts of the trunk just now, and of those to typed numbers.
    pub by_trunk: i64,
    pub typed_by_trunk: i64,
    /// Numbers typed in this call before.
    pub tries: i32,
    /// They want no texts of this purpose, or have not agreed to them.
    pub opted_out: bool,
    /// Another call of theirs led to a text that they did not open or answer.
    pub in_vain: bool,
}

impl Flow {
    /// What becomes of a key that was pressed at `now`; `typed` where somebody typed
    /// the number.
    pub fn decide(
        &self,
        number: Result<(), CannotSms>,
        typed: bool,
        before: Before,
        now: DateTime<Utc>,
    ) -> Outcome {
        let within = |at: Option<DateTime<Utc>>, time| at.is_some_and(|at| now - at < time);
        if typed && before.tries >= MOST_TRIES {
            return Outcome::RateLimited(Flood::Tries);
        }
        if let Err(why) = number {
            return Outcome::CannotSms(why);
        }
        let is_typed_flood = typed && before.typed_by_trunk >= MOST_TYPED_PER_TRUNK;
        match () {
            () if before.opted_out => Outcome::Blocked,
            () if within(before.same_at, self.duplicate) && before.again <= MOST_AGAIN => {
                Outcome::Suppressed
            }
            () if within(before.same_at, self.duplicate) => Outcome::RateLimited(Flood::Number),
            () if within(before.any_at, PER_NUMBER) => Outcome::RateLimited(Flood::Number),
            () if before.by_trunk >= MOST_PER_TRUNK || is_typed_flood => {
                Outcome::RateLimited(Flood::Trunk)
            }
            () => Outcome::Accepted,
        }
    }

    /// Which words are sent. A typed number may be anybody's: it never gets what is
    /// meant for who is known by theirs.
    pub fn wording(&self, typed: bool, is_open: bool, is_busy: bool) -> Wording {
        match () {
            () if typed => Wording::General,
            () if !is_open && self.closed.is_some() => Wording::Closed,
            () if is_busy && self.overflow_body.is_some() => Wording::Overflow,
            () => Wording::Own,
        }
    }

    pub fn option(&self, digit: &str) -> Option<&MenuOption> {
        self.options.iter().find(|option| option.digit == digit)
    }

    /// The house's own words for `speech`.
    pub fn saying(&self, speech: Speech, language: &str) -> Option<&str> {
        let fits = |saying: &&Saying| saying.speech == speech && saying.language == language;
        self.sayings.iter().find(fits).map(|saying| saying.text.as_str())
    }
}

impl Outcome {
    /// The word programs know it by.
    pub fn result(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Suppressed => "suppressed",
            Self::CannotSms(_) => "cannot_sms",
            Self::Blocked => "blocked",
            Self::RateLimited(_) => "rate_limited",
        }
    }

    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Accepted | Self::Suppressed => None,
            Self::CannotSms(why) => Some(why.word()),
            Self::Blocked => Some("opted_out"),
            Self::RateLimited(flood) => Some(flood.word()),
        }
    }

    /// Reads [`Self::result`] and [`Self::reason`] back.
    pub fn from_words(result: &str, reason: Option<&str>) -> Option<Self> {
        let reason = reason.unwrap_or_default();
        match result {
            "accepted" => Some(Self::Accepted),
            "suppressed" => Some(Self::Suppressed),
            "cannot_sms" => CannotSms::from_word(reason).map(Self::CannotSms),
            "blocked" => Some(Self::Blocked),
            "rate_limited" => Flood::from_word(reason).map(Self::RateLimited),
            _ => None,
        }
    }

    pub fn speech(self) -> Speech {
        match self {
            Self::Accepted => Speech::Sent,
            Self::Suppressed => Speech::AlreadySent,
            Self::CannotSms(_) => Speech::AskMobile,
            Self::Blocked => Speech::CannotSend,
            Self::RateLimited(_) => Speech::TryLater,
        }
    }

    /// Whether a person had better take the call. A flood of a whole trunk must not
    /// reach people as well.
    pub fn suggests_operator(self, in_vain: bool) -> bool {
        match self {
            Self::Accepted | Self::Suppressed => in_vain,
            Self::Blocked | Self::RateLimited(Flood::Number) => true,
            Self::CannotSms(_) | Self::RateLimited(_) => false,
        }
    }
}

/// The newest call that led to a text, as far as answers to it go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCall {
    pub team: Option<TeamId>,
    pub returns_until: DateTime<Utc>,
}

impl LastCall {
    /// Whose work a text is that takes up a closed conversation of `team`: the
    /// option's team's as long as answers belong to the call, and afterwards no
    /// longer theirs for that reason.
    pub fn routes(&self, team: Option<TeamId>, now: DateTime<Utc>) -> Option<TeamId> {
        match () {
            () if now < self.returns_until => self.team.or(team),
            () if team == self.team => None,
            () => team,
        }
    }
}

#[cfg(test)]
mod tests;
