//! Words, ids and delivery states for the sample's conversations.

use chrono::{DateTime, DurationRound, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use uuid::{Builder, Uuid};

use super::customers::{Customer, customer};
use super::house::{self, Desk, DeskTag};
use super::random::Random;
use super::scripts::{self, Script};
use super::timeline::{Ending, Line, Phrases, SHORTEST, Said, Teller, Timeline};
use super::wording::{Setting, worded};
use crate::domain::conversation::Conversation as Status;
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::id::{ConversationId, MessageId, TagId, UserId};
use crate::domain::mention::{Person, calls};
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::segment::{Encoding, LengthProfile};
use crate::store::demo::{Case, Mention, Thread};
use crate::store::messages::Message;

const JAPANESE: Phrases = Phrases {
    still_there: "[すみません、先ほどの件はいかがでしょうか？|もう一つ質問してもいいですか？|お返事お待ちしています。|明日でも大丈夫でしょうか？]",
    will_call_back: "[かしこまりました。確認のうえ、本日中にご連絡いたします。|お調べしますので、少々お待ちください。|承知いたしました。担当部署に確認いたします。]",
    noted: "[本人確認済み。|折り返し希望。夕方以降がつながりやすい。|@{colleague} さん、折り返しをお願いします。|前回と同じ件。履歴を参照。]",
    stop: "[停止|配信停止|STOP]",
};
const ENGLISH: Phrases = Phrases {
    still_there: "[Any news on this?|Sorry, one more question.|Are you still there?|Is tomorrow possible?]",
    will_call_back: "[Thanks, let me check and get back to you today.|I'm looking into it now.|I'll ask our technical team and text you back.]",
    noted: "[Identity checked.|Prefers a call after 17:00.|@{colleague} could you call back, please?|Same matter as last time, see above.]",
    stop: "[STOP|Unsubscribe]",
};

/// Tells one conversation after the other, always the same for the same seed.
pub struct Sample {
    desks: Vec<Desk>,
    scripts: [Vec<Script>; 3],
    random: Random,
    now: DateTime<Utc>,
    zone: Tz,
    told: u64,
    threads_left: u64,
    messages_left: u64,
    longest: u64,
}

impl Sample {
    /// `threads` conversations that hold `messages` lines together.
    pub fn new(
        desks: Vec<Desk>,
        seed: u64,
        now: DateTime<Utc>,
        zone: Tz,
        threads: u64,
        messages: u64,
    ) -> Self {
        Self {
            desks,
            scripts: [scripts::recruiting(), scripts::support(), scripts::english()],
            random: Random::new(seed),
            now: now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now),
            zone,
            told: 0,
            threads_left: threads,
            messages_left: messages,
            longest: (messages / 100).clamp(1, 5_000),
        }
    }

    /// As it is, but for how many lines the longest conversation has.
    pub fn with_longest(self, longest: u64) -> Self {
        Self { longest, ..self }
    }

    fn tell(&mut self) -> Thread {
        let place = match self.random.between(0, 9) {
            0..=3 => 0,
            4..=8 => 1,
            _ => 2,
        };
        let is_english = place == 2;
        let length = self.length();
        let ending = self.ending(length);
        let end = self.end(ending);
        let agents: Vec<UserId> = self.desks[place].agents.iter().map(|agent| agent.id).collect();
        let phrases = if is_english { &ENGLISH } else { &JAPANESE };
        let teller = Teller { scripts: &self.scripts[place], phrases, agents: &agents };
        let timeline = teller.tell(length, ending, end, &mut self.random);
        let customer = customer(self.told, is_english, &mut self.random);
        self.told += 1;
        let begun = timeline.lines.first().map_or(end, |line| line.at);
        let id = ConversationId(self.id(begun));
        let address_id = self.id(begun).into();
        let lines = timeline.lines.iter();
        let messages: Vec<Message> = lines
            .map(|line| {
                let message = self.message(id, place, &customer, line);
                Message { address_id: message.address_id.map(|_| address_id), ..message }
            })
            .collect();
        let read_until = read_until(&timeline);
        Thread {
            id,
            inbox: self.desks[place].inbox.id,
            contact: self.id(begun).into(),
            name: customer.name,
            address: customer.number,
            address_id,
            opted_out: timeline.opted_out,
            cases: timeline
                .cases
                .iter()
                .map(|case| Case {
                    id: self.id(case.opened_at).into(),
                    opened_at: case.opened_at,
                    closed_at: case.closed_at,
                    closed_by: case.closed_by,
                })
                .collect(),
            status: timeline.status,
            tags: tags_on(&self.desks[place], &messages, &timeline.status),
            mentions: calls_in(&self.desks[place], &messages, &timeline.status),
            readers: read_until
                .map(|at| self.desks[place].members.iter().map(|user| (*user, at)).collect())
                .unwrap_or_default(),
            messages,
        }
    }

    /// The first conversation is the longest; the others share what is left, a
    /// few of them much longer than most.
    fn length(&mut self) -> usize {
        let others = self.threads_left - 1;
        let length = if others == 0 {
            self.messages_left
        } else if self.told == 0 {
            self.longest
        } else {
            let mean = self.messages_left as f64 / self.threads_left as f64;
            // Exponential from two lines up: most are short.
            let drawn = 2.0 - (1.0 - self.random.fraction()).ln() * (mean - 2.0);
            (drawn.round() as u64).clamp(1, (self.messages_left - others).max(1))
        };
        self.threads_left -= 1;
        self.messages_left -= length;
        length as usize
    }

    fn ending(&mut self, length: usize) -> Ending {
        match self.random.between(0, 999) {
            _ if length == 1 => Ending::Waiting,
            0..=29 => Ending::Waiting,
            _ if length < SHORTEST => Ending::Closed,
            30..=89 => Ending::Answered,
            90..=119 => {
                Ending::Snoozed { until: self.now + TimeDelta::hours(self.random.between(2, 120)) }
            }
            120..=134 => Ending::OptedOut,
            _ => Ending::Closed,
        }
    }

    /// What is open is young; what is closed goes back half a year.
    fn end(&mut self, ending: Ending) -> DateTime<Utc> {
        let fraction = self.random.fraction();
        let minutes = match ending {
            Ending::Waiting => 2.0 + fraction * fraction * 60.0 * 30.0,
            Ending::Answered => 10.0 + fraction * 60.0 * 48.0,
            Ending::Snoozed { .. } => 60.0 + fraction * 60.0 * 96.0,
            Ending::Closed | Ending::OptedOut => 30.0 + fraction * fraction * 60.0 * 24.0 * 180.0,
        };
        let end = self.now - TimeDelta::seconds((minutes * 60.0) as i64);
        // People write by day: what would fall into the night is of the evening before.
        match end.with_timezone(&self.zone).hour() {
            0..=7 => end - TimeDelta::hours(9),
            _ => end,
        }
    }

    fn message(
        &mut self,
        conversation_id: ConversationId,
        place: usize,
        customer: &Customer,
        line: &Line,
    ) -> Message {
        let (direction, kind, author_id) = match line.said {
            Said::Customer(_) => (Direction::Inbound, MessageKind::Sms, None),
            Said::Us(_, by) => (Direction::Outbound, MessageKind::Sms, by),
            Said::Note(_, by) => (Direction::Internal, MessageKind::Note, Some(by)),
            Said::System(_, by) => (Direction::Internal, MessageKind::System, by),
        };
        let body = self.body(place, customer, line, author_id);
        let id = MessageId(self.id(line.at));
        let is_sms = kind == MessageKind::Sms;
        let (state, reason) = match line.said {
            Said::Us(..) => self.fate(),
            _ => (None, None),
        };
        let was_taken = !matches!(state, Some(OutboundState::Failed | OutboundState::Unknown));
        let (encoding, segments) = if is_sms {
            let measure = LengthProfile::STANDARD.measure(&body);
            (measure.encoding, measure.segments())
        } else {
            (Encoding::Ucs2, 0)
        };
        let sender = &self.desks[place].sender;
        let after = |seconds: i64| line.at + TimeDelta::seconds(seconds);
        Message {
            id,
            conversation_id,
            direction,
            kind,
            purpose: match line.said {
                Said::Us(_, None) => Purpose::Notice,
                _ => Purpose::Conversation,
            },
            body,
            our_address: is_sms.then(|| sender.address.clone()),
            // Which one is up to the caller.
            address_id: is_sms.then_some(Uuid::nil().into()),
            sender_id: is_sms.then_some(sender.id),
            author_id,
            provider_account_id: is_sms.then_some(sender.provider_account_id),
            provider_ref: (is_sms && was_taken).then(|| format!("SIM{}", id.0.simple())),
            client_message_id: None,
            state,
            reason,
            encoding,
            segments,
            not_before: None,
            expires_at: None,
            until_reply: false,
            automatic: false,
            mailed: None,
            created_at: line.at,
            sent_at: match direction {
                Direction::Inbound => Some(line.at),
                Direction::Outbound => was_taken.then(|| after(1)),
                Direction::Internal => None,
            },
            delivered_at: (state == Some(OutboundState::Delivered)).then(|| after(4)),
        }
    }

    fn body(
        &mut self,
        place: usize,
        customer: &Customer,
        line: &Line,
        author: Option<UserId>,
    ) -> String {
        let text = match line.said {
            Said::Customer(text) | Said::Us(text, _) | Said::Note(text, _) => text,
            Said::System(told, _) => return told.to_string(),
        };
        let desk = &self.desks[place];
        let agent = desk.agents.iter().find(|agent| Some(agent.id) == author);
        let colleague = desk.agents.iter().rev().find(|agent| Some(agent.id) != author);
        let setting = Setting {
            contact: &customer.addressed,
            agent: agent.map_or("", |agent| agent.surname),
            colleague: colleague.map_or("", |agent| agent.surname),
            at: line.at,
            zone: self.zone,
            is_english: place == 2,
        };
        worded(text, &setting, &mut self.random)
    }

    /// Nearly everything arrives.
    fn fate(&mut self) -> (Option<OutboundState>, Option<Reason>) {
        const UNREACHED: [Reason; 3] =
            [Reason::OutOfRange, Reason::NoSuchNumber, Reason::RefusedByRecipient];
        const REFUSED: [Reason; 2] = [Reason::NotRoutable, Reason::Filtered];
        match self.random.between(0, 999) {
            0..=11 => (Some(OutboundState::Undelivered), Some(*self.random.pick(&UNREACHED))),
            12..=16 => (Some(OutboundState::Failed), Some(*self.random.pick(&REFUSED))),
            17..=19 => (Some(OutboundState::Unknown), None),
            20..=34 => (Some(OutboundState::Sent), None),
            _ => (Some(OutboundState::Delivered), None),
        }
    }

    /// UUIDv7 of that time, its random part from the seed.
    fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.random.bytes()).into_uuid()
    }
}

impl Iterator for Sample {
    type Item = Thread;

    fn next(&mut self) -> Option<Thread> {
        (self.threads_left > 0).then(|| self.tell())
    }
}

/// What has been answered carries the tags of what it is about, two at most.
fn tags_on(desk: &Desk, messages: &[Message], status: &Status) -> Vec<TagId> {
    if status.last_answered_by.is_none() {
        return Vec::new();
    }
    let texts = messages.iter().filter(|message| message.kind == MessageKind::Sms);
    let texts: Vec<&str> = texts.map(|message| message.body.as_str()).collect();
    let fits =
        |tag: &&DeskTag| tag.words.iter().any(|word| texts.iter().any(|text| text.contains(word)));
    desk.tags.iter().filter(fits).map(|tag| tag.id).take(2).collect()
}

/// Whom notes call: where somebody waits for an answer, they have not looked yet.
fn calls_in(desk: &Desk, messages: &[Message], status: &Status) -> Vec<Mention> {
    let person = |agent: &house::Person| Person { id: agent.id, name: agent.surname.to_owned() };
    let people: Vec<Person> = desk.agents.iter().map(person).collect();
    let is_seen = status.waiting_since.is_none();
    let notes = messages.iter().filter(|message| message.kind == MessageKind::Note);
    let called = notes.flat_map(|note| {
        let others = calls(&note.body, &people).into_iter().flatten();
        let others = others.filter(|user| Some(*user) != note.author_id);
        others.map(|user| (note, user)).collect::<Vec<_>>()
    });
    called
        .map(|(note, user)| Mention { note: note.id, user, at: note.created_at, is_seen })
        .collect()
}

/// Everybody has read what was answered; what waits is news to all.
fn read_until(timeline: &Timeline) -> Option<DateTime<Utc>> {
    match timeline.status.waiting_since {
        None => timeline.lines.last().map(|line| line.at),
        Some(since) => {
            let before = timeline.lines.iter().rev().find(|line| line.at < since);
            before.map(|line| line.at)
        }
    }
}

#[cfg(test)]
mod tests;
