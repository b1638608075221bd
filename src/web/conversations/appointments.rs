//! What a timeline tells of interview times.

use super::thread::Loaded;
use crate::actions::appointments::offer::whole;
use crate::domain::appointment::{Hint, OfferState, SlotState, Wish};
use crate::domain::system_line::SystemLine;
use crate::domain::user::Role;
use crate::locale::Locale;
use crate::store::appointment_offers::Offer;
use crate::store::{Db, StoreError, appointment_offers, appointment_openings, appointments};
use crate::web::times::Times;
use crate::web::views::{AppointmentSaid, AppointmentView, SlotChoice};

/// `None` for lines of other things.
pub fn told(times: &Times, line: SystemLine) -> Option<String> {
    let t = times.t;
    Some(match line {
        SystemLine::OfferedTimes(count) => t.system_offered_times(count),
        SystemLine::Booked(at) => t.system_booked(times.full(at).shown),
        SystemLine::Filled(at) => t.system_filled(times.full(at).shown),
        SystemLine::OtherTime => t.system_other_time().to_owned(),
        SystemLine::ByPage => t.system_by_page().to_owned(),
        SystemLine::DeclinedInterview => t.system_declined_interview().to_owned(),
        SystemLine::Attends => t.system_attends().to_owned(),
        SystemLine::RunningLate(None) => t.system_running_late().to_owned(),
        SystemLine::RunningLate(Some(minutes)) => t.system_running_late_by(minutes),
        SystemLine::InterviewCanceled(at) => t.system_interview_canceled(times.full(at).shown),
        SystemLine::HoldOver => t.system_hold_over().to_owned(),
        SystemLine::ToBeCalled => t.system_to_be_called().to_owned(),
        _ => return None,
    })
}

/// What stands over the composer: what was understood, what is booked, what is wanted.
pub fn view(
    db: &mut Db,
    loaded: &Loaded,
    role: &Role,
    revision: i64,
) -> Result<AppointmentView, StoreError> {
    let conversation = &loaded.conversation;
    let newest = appointment_offers::newest(db, conversation.id)?;
    let said = match newest {
        Some(offer) => said(db, loaded, offer)?,
        None => None,
    };
    Ok(AppointmentView {
        t: loaded.times.t,
        conversation_id: conversation.id.to_string(),
        revision,
        said,
        may_answer: role.may_answer(),
    })
}

fn said(
    db: &mut Db,
    loaded: &Loaded,
    newest: Offer,
) -> Result<Option<AppointmentSaid>, StoreError> {
    let (t, times) = (loaded.times.t, &loaded.times);
    let coming = appointments::coming(db, loaded.conversation.id, times.now)?;
    // What was asked last is what is answered, whatever is booked.
    if let Some(coming) = coming.filter(|_| !newest.state.takes_answers()) {
        let offer = appointment_offers::find(db, coming.offer)?;
        let opening = appointment_openings::find(db, coming.opening)?;
        let at = times.full(opening.span.starts).shown;
        let booked = match coming.attends_at {
            Some(_) => t.offer_attends(at, &offer.title),
            None => t.offer_booked(at, &offer.title),
        };
        let suggestion = appointments::suggestion(db, loaded.conversation.id)?;
        let suggestion = suggestion.filter(|one| one.offer == offer.id);
        let text = match &suggestion {
            Some(one) => t.offer_booked_but(booked, read_as(t, one.hint)),
            None => booked,
        };
        return Ok(Some(AppointmentSaid {
            text,
            choices: Vec::new(),
            may_dismiss: suggestion.is_some(),
            about: format!("appointment={}", coming.id),
            withdraw: Some(t.offer_cancel()),
            may_offer: suggestion.is_some(),
        }));
    }
    if !newest.state.takes_answers() && newest.state != OfferState::Expired {
        return Ok(None);
    }
    let suggestion = appointments::suggestion(db, loaded.conversation.id)?;
    let suggestion = suggestion.filter(|one| one.offer == newest.id);
    let offered = whole(db, newest)?;
    let offer = &offered.offer;
    let suggested = suggestion.as_ref().and_then(|one| one.number);
    let wants = offer.state == OfferState::NeedsPerson || suggestion.is_some();
    let mut choices: Vec<SlotChoice> = offered
        .slots
        .iter()
        .zip(&offered.openings)
        .filter(|(slot, opening)| {
            slot.state != SlotState::Full && opening.booked < opening.capacity && wants
        })
        .map(|(slot, opening)| SlotChoice {
            number: slot.number,
            time: times.full(opening.span.starts).shown,
            is_suggested: suggested == Some(slot.number),
        })
        .collect();
    choices.sort_by_key(|choice| (!choice.is_suggested, choice.number));
    let by = times.full(offer.reply_by).shown;
    let text = match (&suggestion, offer.state, offer.wish) {
        (Some(one), ..) => read_as(t, one.hint).to_owned(),
        (None, OfferState::NeedsPerson, Some(wish)) => wish_of(t, wish).to_owned(),
        (None, OfferState::Expired, _) => t.offer_expired(by),
        _ => t.offer_waiting(by, &offer.title),
    };
    let is_open = offer.state.takes_answers();
    Ok(Some(AppointmentSaid {
        text,
        choices,
        may_dismiss: suggestion.is_some(),
        about: format!("offer={}", offer.id),
        withdraw: is_open.then(|| t.offer_withdraw()),
        may_offer: wants || offer.state == OfferState::Expired,
    }))
}

/// What the candidate's words seem to say.
fn read_as(t: Locale, hint: Hint) -> &'static str {
    match hint {
        Hint::Chosen => t.offer_read_chosen(),
        Hint::AnyOf => t.offer_read_any_of(),
        Hint::NoneFits => t.offer_read_none_fits(),
        Hint::Reschedule => t.offer_read_reschedule(),
        Hint::Decline => t.offer_read_decline(),
        Hint::Attends | Hint::Late | Hint::Unclear => t.offer_read_unclear(),
    }
}

/// Why somebody has to look.
pub fn wish_of(t: Locale, wish: Wish) -> &'static str {
    match wish {
        Wish::OtherTime => t.offer_wish_other_time(),
        Wish::Unclear => t.offer_read_unclear(),
        Wish::NothingFree => t.offer_wish_nothing_free(),
        Wish::Call => t.offer_wish_call(),
    }
}
