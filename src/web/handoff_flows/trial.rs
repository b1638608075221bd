//! 試しに押す: what a key came to that somebody of the house pressed.

use crate::actions::ActionError;
use crate::actions::hand_off::Answered;
use crate::domain::handoff::{CannotSms, Flood, Flow, Outcome};
use crate::domain::phone_number::PhoneNumber;
use crate::locale::Locale;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::views::{ChoiceView, FormErrors, TrialAnswerView, TrialView};

/// A number that could be one, until another is given.
const SOME_NUMBER: &str = "080-1234-0000";

/// The form, before anything was pressed.
pub fn fresh() -> Fields {
    Fields::of(&[("number", SOME_NUMBER)])
}

/// What was pressed, and what came of it.
pub fn view(
    t: Locale,
    flow: &Flow,
    fields: &Fields,
    outcome: Option<Result<Answered, ActionError>>,
) -> Result<TrialView, WebError> {
    let digit = |digit: &str, topic: &str| ChoiceView {
        value: digit.to_owned(),
        label: t.menu_heard_choice(digit, topic),
        chosen: fields.get("digit") == digit,
    };
    let digits = flow.options.iter().map(|option| digit(&option.digit, &option.topic)).collect();
    let (answer, errors) = match outcome {
        None => (None, FormErrors::none()),
        Some(Ok(answered)) => (Some(answer(t, fields, answered)), FormErrors::none()),
        Some(Err(ActionError::Invalid { field: "digit", .. })) => {
            (None, FormErrors::of("digit", t.menu_trial_no_digit()))
        }
        Some(Err(error)) => return Err(error.into()),
    };
    Ok(TrialView {
        number: fields.get("number").to_owned(),
        typed: fields.has("typed"),
        digits,
        errors,
        answer,
    })
}

fn answer(t: Locale, fields: &Fields, Answered { handoff, say }: Answered) -> TrialAnswerView {
    let words: Vec<&str> =
        [Some(handoff.outcome.result()), handoff.outcome.reason()].into_iter().flatten().collect();
    let number = PhoneNumber::parse(fields.get("number")).ok();
    let handset = number.filter(|_| handoff.message.is_some());
    TrialAnswerView {
        result: result(t, handoff.outcome),
        words: words.join(" · "),
        said: say,
        lang: handoff.language,
        operator: handoff.suggests_operator,
        conversation: handoff.conversation.map(|id| format!("/conversations/{id}#latest")),
        handset: handset.map(|number| {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("handset", number.as_str())
                .finish();
            format!("/sim?{query}")
        }),
    }
}

fn result(t: Locale, outcome: Outcome) -> String {
    let text = match outcome {
        Outcome::Accepted => t.menu_result_accepted(),
        Outcome::Suppressed => t.menu_result_suppressed(),
        Outcome::CannotSms(why) => return t.menu_result_cannot_sms(cannot_sms(t, why)),
        Outcome::Blocked => t.menu_result_blocked(),
        Outcome::RateLimited(Flood::Number) => t.menu_result_flood_number(),
        Outcome::RateLimited(Flood::Trunk) => t.menu_result_flood_trunk(),
        Outcome::RateLimited(Flood::Tries) => t.menu_result_flood_tries(),
    };
    text.to_owned()
}

fn cannot_sms(t: Locale, why: CannotSms) -> &'static str {
    match why {
        CannotSms::Anonymous => t.menu_cannot_anonymous(),
        CannotSms::Landline => t.cannot_receive_landline(),
        CannotSms::Voip => t.cannot_receive_ip_phone(),
        CannotSms::TollFree => t.cannot_receive_toll_free(),
        CannotSms::Foreign => t.menu_cannot_foreign(),
        CannotSms::Other => t.cannot_receive_invalid_number(),
    }
}
