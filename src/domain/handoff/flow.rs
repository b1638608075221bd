//! Whether a phone menu can be kept to.

use std::collections::BTreeSet;

use crate::domain::phone_number::PhoneNumber;

use super::{Flow, LONGEST_DUPLICATE, LONGEST_RETURNS, Overflow, URL_PLACE};
use chrono::TimeDelta;

/// More than any menu reads out.
pub const MOST_OPTIONS: usize = 20;
/// Keys somebody presses for one option.
pub const LONGEST_DIGIT: usize = 4;
/// Characters of a topic.
pub const LONGEST_TOPIC: usize = 40;
const LONGEST_NAME: usize = 60;
const LONGEST_CALLED: usize = 30;

/// What is wrong with a flow, and with which option: the first is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    #[error("a name has 1 to 60 letters, digits, - and _")]
    Name,
    #[error("the number that is called has at most 30 characters")]
    Called,
    #[error("a person is put through to at a number in Japan")]
    Operator,
    #[error("the time in which nothing is sent again is from 0 minutes to 7 days")]
    Duplicate,
    #[error("an answer belongs to the call for 1 to 90 days")]
    Returns,
    #[error("there are more than {MOST_OPTIONS} options")]
    TooManyOptions,
    #[error("option {0}: a digit is 1 to 4 of 0-9 * #")]
    Digit(usize),
    #[error("option {0}: another has the same digit")]
    SameDigit(usize),
    #[error("option {0}: a topic has 1 to {LONGEST_TOPIC} characters")]
    Topic(usize),
    #[error("option {0}: a text with {URL_PLACE} needs a link")]
    NoUrl(usize),
    #[error("the overflow mode needs a text")]
    NoOverflowBody,
    #[error("the text of the overflow mode with {URL_PLACE} needs a link")]
    NoOverflowUrl,
    #[error("the overflow mode by schedule needs a calendar")]
    NoBusyCalendar,
    #[error("the text for typed numbers holds no link")]
    NoUrlInGeneral,
    #[error("the text outside hours holds no link")]
    NoUrlInClosed,
}

impl Flow {
    pub fn check(&self) -> Result<(), FlowError> {
        let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let name = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&name) || !self.name.chars().all(is_name) {
            return Err(FlowError::Name);
        }
        let is_called = |called: &String| {
            called.chars().count() <= LONGEST_CALLED && !called.contains(char::is_control)
        };
        if !self.called.as_ref().is_none_or(is_called) {
            return Err(FlowError::Called);
        }
        // Calls are put through at the house's cost: to nowhere abroad.
        let is_here = |number: &String| {
            PhoneNumber::parse(number).is_ok_and(|number| number.as_str().starts_with("+81"))
        };
        if !self.operator.as_ref().is_none_or(is_here) {
            return Err(FlowError::Operator);
        }
        if !(TimeDelta::zero()..=LONGEST_DUPLICATE).contains(&self.duplicate) {
            return Err(FlowError::Duplicate);
        }
        if !(TimeDelta::days(1)..=LONGEST_RETURNS).contains(&self.returns) {
            return Err(FlowError::Returns);
        }
        self.check_words()?;
        self.check_options()
    }

    fn check_words(&self) -> Result<(), FlowError> {
        let wants_url =
            |body: &Option<String>| body.as_ref().is_some_and(|b| b.contains(URL_PLACE));
        match self.overflow {
            Overflow::Off => {}
            _ if self.overflow_body.is_none() => return Err(FlowError::NoOverflowBody),
            Overflow::Scheduled if self.busy_calendar.is_none() => {
                return Err(FlowError::NoBusyCalendar);
            }
            _ => {}
        }
        if wants_url(&self.overflow_body) && self.overflow_url.is_none() {
            return Err(FlowError::NoOverflowUrl);
        }
        match () {
            () if wants_url(&self.general) => Err(FlowError::NoUrlInGeneral),
            () if wants_url(&self.closed) => Err(FlowError::NoUrlInClosed),
            () => Ok(()),
        }
    }

    fn check_options(&self) -> Result<(), FlowError> {
        if self.options.len() > MOST_OPTIONS {
            return Err(FlowError::TooManyOptions);
        }
        let mut seen = BTreeSet::new();
        for (n, option) in self.options.iter().enumerate() {
            let is_key = |c: char| c.is_ascii_digit() || c == '*' || c == '#';
            let is_digit = (1..=LONGEST_DIGIT).contains(&option.digit.len());
            if !is_digit || !option.digit.chars().all(is_key) {
                return Err(FlowError::Digit(n));
            }
            if !seen.insert(&option.digit) {
                return Err(FlowError::SameDigit(n));
            }
            let topic = option.topic.chars().count();
            if !(1..=LONGEST_TOPIC).contains(&topic) || option.topic.contains(char::is_control) {
                return Err(FlowError::Topic(n));
            }
            if option.body.contains(URL_PLACE) && option.url.is_none() {
                return Err(FlowError::NoUrl(n));
            }
        }
        Ok(())
    }
}
