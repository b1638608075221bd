//! A line of the timeline, as the template wants it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::appointments;
use super::list::language_of;
use super::people::People;
use crate::actions::reply_forms::is_by_form;
use crate::domain::delivery::OutboundState;
use crate::domain::escalation::Trigger;
use crate::domain::id::{MessageId, UserId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::phone_number;
use crate::domain::photo::{SMALL_SIDE, fit};
use crate::domain::sender::SenderAddress;
use crate::domain::system_line::SystemLine;
use crate::locale::Locale;
use crate::store::conversations::Conversation;
use crate::store::messages::Message;
use crate::store::photos::Photo;
use crate::store::{Db, StoreError, contact_fields, links, mentions, photos};
use crate::web::times::Times;
use crate::web::views::{
    DeliveryView, MessageLook, MessageView, PhotoView, TimeView, UndoView, ViaView,
};

/// An undo window is never longer (actions::settings); beyond it a text is scheduled.
const LONGEST_UNDO: TimeDelta = TimeDelta::seconds(60);
/// A text that took longer from the handset to us says when it was sent.
const NOTICEABLE: TimeDelta = TimeDelta::minutes(2);

/// What a line needs beside the message itself.
pub struct Setting<'a> {
    pub times: &'a Times,
    pub people: &'a People,
    /// The contact as called in the thread.
    pub contact: &'a str,
    /// Whether the reader may undo and resend.
    pub may_act: bool,
    /// Whether mail reaches the contact.
    pub is_mailable: bool,
    pub beside: &'a Beside,
    /// The event number the line was read at.
    pub revision: i64,
}

/// What is kept of texts beside them.
#[derive(Debug, Default)]
pub struct Beside {
    /// When a person first followed a link of each; those nobody followed are not in it.
    pub opens: HashMap<MessageId, DateTime<Utc>>,
    pub photos: HashMap<MessageId, Vec<Photo>>,
}

impl Beside {
    /// Asks for no more than `messages` may have.
    pub fn read(db: &mut Db, messages: &[Message]) -> Result<Self, StoreError> {
        let is_sent = |message: &&Message| message.direction == Direction::Outbound;
        let is_typed = |message: &&Message| is_by_form(message.provider_ref.as_deref());
        let ids = |some: &dyn Fn(&&Message) -> bool| -> Vec<MessageId> {
            messages.iter().filter(some).map(|message| message.id).collect()
        };
        let (sent, typed) = (ids(&is_sent), ids(&is_typed));
        let opens = if sent.is_empty() { HashMap::new() } else { links::first_opens(db, &sent)? };
        Ok(Self { opens, photos: photos::of_messages(db, &typed)? })
    }
}

/// Whose names the lines will mention.
pub fn mentioned(db: &mut Db, messages: &[Message]) -> Result<Vec<Option<UserId>>, StoreError> {
    let calling = messages
        .iter()
        .filter(|message| message.kind == MessageKind::Note && message.body.contains(['@', '＠']));
    let calling: Vec<MessageId> = calling.map(|note| note.id).collect();
    let called = mentions::in_notes(db, &calling)?.into_iter().map(Some);
    let told = messages.iter().flat_map(|message| [message.author_id, assigned_in(message)]);
    Ok(told.chain(called).collect())
}

/// Whether mail reaches the contact, where one of `messages` may have to take that way.
pub fn is_mailable(
    db: &mut Db,
    conversation: &Conversation,
    messages: &[Message],
) -> Result<bool, StoreError> {
    let is_failed = |message: &Message| message.state.is_some_and(|state| state.is_failure());
    if !messages.iter().any(is_failed) {
        return Ok(false);
    }
    let person = conversation.contact.person;
    Ok(contact_fields::mail_addresses(db, &[person])?.contains_key(&person))
}

/// A page of lines, oldest first; the first line of each day says so, the first
/// text through another number of ours, and the first the reader has not read.
pub fn lines(
    setting: &Setting<'_>,
    messages: &[Message],
    read_up_to: Option<DateTime<Utc>>,
) -> Vec<MessageView> {
    let mut day_before = None;
    let mut via_before = None;
    let mut unread_told = false;
    messages
        .iter()
        .map(|message| {
            let day = setting.times.date(message.created_at);
            let mut view = line(setting, message);
            view.starts_day = day_before != Some(day);
            day_before = Some(day);
            if let Some(via) = &mut view.via {
                via.is_new = via_before.as_ref() != Some(&via.address);
                via_before = Some(via.address.clone());
            }
            let is_unread = message.direction == Direction::Inbound
                && read_up_to.is_some_and(|read| message.created_at > read);
            view.first_unread = is_unread && !unread_told;
            unread_told |= is_unread;
            view
        })
        .collect()
}

pub fn line(setting: &Setting<'_>, message: &Message) -> MessageView {
    let Setting { times, people, contact, revision, .. } = *setting;
    let is_system = message.kind == MessageKind::System;
    let body = if is_system { told(times, people, message) } else { message.body.clone() };
    MessageView {
        t: times.t,
        id: message.id.to_string(),
        dom_id: message.client_message_id.unwrap_or(message.id.0).to_string(),
        revision,
        sort: message.created_at.timestamp_micros(),
        day: times.day(message.created_at),
        starts_day: true,
        first_unread: false,
        found: false,
        at: times.clock(message.created_at),
        lang: if is_system { None } else { language_of(times.t, &body) },
        calls: if message.kind == MessageKind::Note { people.calls(&body) } else { Vec::new() },
        body,
        author: if is_system { None } else { people.person(message.author_id) },
        contact: contact.to_owned(),
        via: via(times.t, message),
        photos: photo_views(setting.beside, message),
        look: look(setting, message),
    }
}

fn via(t: Locale, message: &Message) -> Option<ViaView> {
    let address = message.our_address.as_ref()?;
    let number = phone_number::shown(address);
    let key = SenderAddress::parse(address).map_or_else(|_| address.clone(), |read| read.key());
    let shown = match message.direction {
        Direction::Inbound => t.message_via_to(number),
        _ => t.message_via_from(number),
    };
    Some(ViaView { address: key, shown, is_new: true })
}

fn photo_views(beside: &Beside, message: &Message) -> Vec<PhotoView> {
    let photos = beside.photos.get(&message.id).map(Vec::as_slice).unwrap_or_default();
    let views = (1..).zip(photos).map(|(number, photo)| {
        let (width, height) = fit((photo.width, photo.height), SMALL_SIDE / 2);
        PhotoView {
            id: photo.id.to_string(),
            number,
            width,
            height,
            is_gone: photo.purged_at.is_some(),
        }
    });
    views.collect()
}

fn look(setting: &Setting<'_>, message: &Message) -> MessageLook {
    let times = setting.times;
    match (message.kind, message.direction) {
        (MessageKind::Note, _) => MessageLook::Note,
        (MessageKind::System, _) => MessageLook::System { icon: icon(message) },
        (MessageKind::Sms, Direction::Outbound) => {
            let state = message.state.unwrap_or(OutboundState::Queued);
            let held = if state == OutboundState::DraftHeld { message.not_before } else { None };
            let window = held.map(|until| until - message.created_at);
            let is_undo = window.is_some_and(|window| window <= LONGEST_UNDO);
            MessageLook::Outbound(DeliveryView {
                state,
                reason: message.reason,
                segments: message.segments,
                undo: window.filter(|_| is_undo).map(|window| UndoView {
                    seconds: u32::try_from(window.num_seconds()).unwrap_or_default(),
                }),
                not_before: held.filter(|_| !is_undo).map(|until| times.full(until)),
                until_reply: message.until_reply,
                purpose: message.purpose,
                automatic: message.automatic,
                mailed: message.mailed,
                opened: setting.beside.opens.get(&message.id).map(|at| opened(times, message, *at)),
                is_mailable: setting.is_mailable,
                may_act: setting.may_act,
            })
        }
        (MessageKind::Sms, _) => {
            let late = message.sent_at.filter(|at| message.created_at - *at > NOTICEABLE);
            MessageLook::Inbound { sent_at: late.map(|at| times.clock(at)) }
        }
    }
}

/// On the day of the text the time is enough.
fn opened(times: &Times, message: &Message, at: DateTime<Utc>) -> TimeView {
    let is_same_day = times.date(at) == times.date(message.created_at);
    if is_same_day { times.clock(at) } else { times.full(at) }
}

/// What a system line says in the reader's language.
fn told(times: &Times, people: &People, message: &Message) -> String {
    let t: Locale = times.t;
    let by = people.name(message.author_id);
    let named = |told: fn(Locale, &str) -> String| by.map(|name| told(t, name));
    let Some(line) = SystemLine::parse(&message.body) else { return message.body.clone() };
    let told = match line {
        SystemLine::Assigned(to) if message.author_id == Some(to) => {
            named(|t, name| t.system_taken_by(name))
        }
        SystemLine::Assigned(to) => {
            let to = people.name(Some(to)).unwrap_or_default();
            by.map(|by| t.system_assigned_by(by, to))
        }
        SystemLine::Unassigned => named(|t, name| t.system_unassigned_by(name)),
        SystemLine::Handed(team) => {
            let team = people.team(Some(team)).unwrap_or_default();
            Some(by.map_or_else(|| t.system_handed(team), |by| t.system_handed_by(by, team)))
        }
        SystemLine::LeftTeam => named(|t, name| t.system_left_team_by(name)),
        SystemLine::Closed => named(|t, name| t.system_closed_by(name)),
        SystemLine::Reopened => named(|t, name| t.system_reopened_by(name)),
        SystemLine::Snoozed(until) => {
            by.map(|name| t.system_snoozed_by(name, times.full(until).shown))
        }
        SystemLine::Woken => None,
        SystemLine::OptedOut => Some(t.system_opted_out().to_owned()),
        SystemLine::OptedIn => Some(t.system_opted_in().to_owned()),
        SystemLine::Consented => Some(t.system_consented().to_owned()),
        SystemLine::Withdrawn => Some(t.system_withdrawn().to_owned()),
        SystemLine::Escalated(people, why) => Some(escalated(t, people, why)),
        SystemLine::Stopped => named(|t, name| t.system_stopped_by(name)),
        SystemLine::HelpAsked => named(|t, name| t.system_help_asked_by(name)),
        SystemLine::HelpEnded => named(|t, name| t.system_help_ended_by(name)),
        SystemLine::ByMail => named(|t, name| t.system_by_mail_of(name)),
        SystemLine::ByForm => Some(t.system_by_form().to_owned()),
        SystemLine::CalledAgain(times) => Some(t.system_called_again(times)),
        line => appointments::told(times, line),
    };
    told.unwrap_or_else(|| match line {
        SystemLine::Reopened => t.system_reopened().to_owned(),
        SystemLine::Woken => t.system_woken().to_owned(),
        SystemLine::Closed => t.system_closed().to_owned(),
        SystemLine::Assigned(_) => t.shown_assigned().to_owned(),
        SystemLine::Unassigned | SystemLine::LeftTeam => t.shown_unassigned().to_owned(),
        SystemLine::Snoozed(_) => t.shown_snoozed().to_owned(),
        SystemLine::Stopped => t.system_stopped().to_owned(),
        SystemLine::HelpAsked => t.system_help_asked().to_owned(),
        SystemLine::HelpEnded => t.system_help_ended().to_owned(),
        SystemLine::ByMail => t.system_by_mail().to_owned(),
        // All others are told, whoever did it.
        _ => String::new(),
    })
}

/// To how many mails went, and why.
fn escalated(t: Locale, people: u32, why: Trigger) -> String {
    match why {
        Trigger::Unanswered | Trigger::Unassigned => t.system_escalated(people),
        Trigger::Words | Trigger::Tagged => t.system_escalated_urgent(people),
        Trigger::Undelivered => t.system_escalated_undelivered(people),
        Trigger::Help => t.system_escalated_help(people),
    }
}

fn icon(message: &Message) -> &'static str {
    match SystemLine::parse(&message.body) {
        Some(SystemLine::Assigned(_)) => "user-plus",
        Some(SystemLine::Unassigned | SystemLine::LeftTeam) => "user-minus",
        Some(SystemLine::Handed(_)) => "users",
        Some(SystemLine::Closed | SystemLine::Consented) => "check",
        Some(SystemLine::Reopened) => "rotate-ccw",
        Some(SystemLine::Snoozed(_) | SystemLine::Woken) => "clock",
        Some(SystemLine::OptedOut | SystemLine::OptedIn) => "ban",
        Some(SystemLine::Withdrawn) => "undo-2",
        Some(SystemLine::Escalated(..) | SystemLine::ByMail) => "at-sign",
        Some(SystemLine::ByForm | SystemLine::ByPage) => "reply",
        Some(SystemLine::Stopped) => "ban",
        Some(SystemLine::HelpAsked | SystemLine::HelpEnded) => "hand",
        Some(SystemLine::CalledAgain(_)) => "smartphone",
        Some(SystemLine::Booked(_) | SystemLine::Attends) => "check",
        Some(SystemLine::OfferedTimes(_) | SystemLine::HoldOver) => "clock",
        Some(_) | None => "info",
    }
}

fn assigned_in(message: &Message) -> Option<UserId> {
    match (message.kind, SystemLine::parse(&message.body)) {
        (MessageKind::System, Some(SystemLine::Assigned(user))) => Some(user),
        _ => None,
    }
}
