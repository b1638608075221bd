//! A phone call at Twilio: what its webhook says, and TwiML for what we say
//! (providers.md 4).
//!
//! No voice is named: each language has one of Twilio's own, and a voice that does not
//! speak the language would be an error that the caller hears.

use std::fmt::Write;

use super::form;
use crate::domain::handoff::script::{Line, NUMBER_DIGITS, Next, Turn};
use crate::domain::phone_number::PhoneNumber;
use crate::providers::{HookRequest, ParseError, PhoneCall, Spoken, Telephone};

/// Seconds in which a key of the menu is pressed after its words.
const KEY_WAIT: u32 = 7;
/// Seconds in which the next digit of a number is pressed.
const DIGIT_WAIT: u32 = 10;
/// Seconds that a person's telephone rings.
const RINGS: u32 = 30;

pub struct Voice;

impl Telephone for Voice {
    fn parse_call(&self, request: &HookRequest) -> Result<PhoneCall, ParseError> {
        let fields = form::fields(request);
        let field = |name: &str| form::first(&fields, name).unwrap_or_default().to_owned();
        let call_ref = field("CallSid");
        if call_ref.is_empty() {
            let problem = "is missing".to_owned();
            return Err(ParseError { field: "CallSid".to_owned(), problem });
        }
        let dialled = form::first(&fields, "DialCallStatus");
        Ok(PhoneCall {
            call_ref,
            from: field("From"),
            to: field("To"),
            keys: field("Digits"),
            was_answered: dialled.map(|status| matches!(status, "completed" | "answered")),
        })
    }

    fn speak(&self, turn: &Turn, then: Option<&str>, call: Option<&PhoneCall>) -> Spoken {
        let said: String = turn.lines.iter().map(say).collect();
        let verbs = match (&turn.next, then) {
            (Next::Key { longest, takes_hash, .. }, Some(then)) => {
                // Without it # would end the keys, and not be one of them.
                let finish = if *takes_hash { "" } else { "#" };
                gather(&said, &longest.to_string(), finish, KEY_WAIT, then)
            }
            (Next::Number { .. }, Some(then)) => {
                gather(&said, &NUMBER_DIGITS.end().to_string(), "#", DIGIT_WAIT, then)
            }
            (Next::Connect { operator }, Some(then)) => {
                let (number, then) = (dialled(operator), escaped(then));
                let shown = call.and_then(shown_to_operator);
                let shown = shown.map(|own| format!(" callerId=\"{own}\"")).unwrap_or_default();
                format!(
                    "{said}<Dial timeout=\"{RINGS}\"{shown} action=\"{then}\" method=\"POST\">\
                     {number}</Dial>"
                )
            }
            _ => format!("{said}<Hangup/>"),
        };
        let body =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>");
        Spoken { content_type: "text/xml; charset=utf-8", body }
    }
}

/// Says and waits; who presses nothing is led to the same address without any keys.
fn gather(said: &str, digits: &str, finish: &str, wait: u32, then: &str) -> String {
    let then = escaped(then);
    format!(
        "<Gather input=\"dtmf\" numDigits=\"{digits}\" finishOnKey=\"{finish}\" \
         timeout=\"{wait}\" action=\"{then}\" method=\"POST\">{said}</Gather>\
         <Redirect method=\"POST\">{then}</Redirect>"
    )
}

fn say(line: &Line) -> String {
    format!("<Say language=\"{}\">{}</Say>", tag(&line.language), escaped(&line.text))
}

/// The tag that Twilio's voices go by.
fn tag(language: &str) -> &str {
    match language {
        "ja" => "ja-JP",
        "en" => "en-US",
        other => other,
    }
}

/// As Twilio dials it.
fn dialled(number: &str) -> String {
    let number = PhoneNumber::parse(number);
    number.map(|number| number.as_str().to_owned()).unwrap_or_default()
}

/// What the operator's telephone shows: the caller's own number, which is what Twilio
/// shows unasked. Of a caller who withholds theirs it knows none to show, and puts nobody
/// through: then it is the number that was called, which is one of the account's.
fn shown_to_operator(call: &PhoneCall) -> Option<String> {
    if PhoneNumber::parse(&call.from).is_ok() {
        return None;
    }
    Some(dialled(&call.to)).filter(|own| !own.is_empty())
}

/// Characters that XML has other uses for; those that it takes nowhere are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => write!(escaped, "{c}").expect("a String takes every write"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::DateTime;

    use super::*;

    fn line(language: &str, text: &str) -> Line {
        Line { language: language.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_menu_is_gathered_and_silence_comes_back_too() {
        let turn = Turn {
            lines: vec![line("ja", "1を押してください"), line("en", "Q&A: <press> \"1\"\u{7}")],
            next: Next::Key { longest: 1, takes_hash: false, attempt: 1 },
        };
        let spoken =
            Voice.speak(&turn, Some("https://h.example.jp/voice/menu?flow=1&attempt=1"), None);
        assert_eq!(
            spoken.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather input=\"dtmf\" \
             numDigits=\"1\" finishOnKey=\"#\" timeout=\"7\" \
             action=\"https://h.example.jp/voice/menu?flow=1&amp;attempt=1\" method=\"POST\">\
             <Say language=\"ja-JP\">1を押してください</Say>\
             <Say language=\"en-US\">Q&amp;A: &lt;press&gt; &quot;1&quot;</Say></Gather>\
             <Redirect method=\"POST\">https://h.example.jp/voice/menu?flow=1&amp;attempt=1\
             </Redirect></Response>"
        );
        let hash = Next::Key { longest: 2, takes_hash: true, attempt: 1 };
        let spoken = Voice.speak(&Turn { next: hash, ..turn }, Some("/"), None);
        assert!(spoken.body.contains("numDigits=\"2\" finishOnKey=\"\""), "{}", spoken.body);
    }

    #[test]
    fn a_number_ends_with_hash_and_a_call_with_hanging_up() {
        let lines = vec![line("ja", "番号を")];
        let number = Next::Number { digit: "1".to_owned(), attempt: 1 };
        let asked =
            Voice.speak(&Turn { lines: lines.clone(), next: number }, Some("/number"), None);
        assert!(asked.body.contains("numDigits=\"11\" finishOnKey=\"#\" timeout=\"10\""));
        let over = Voice.speak(&Turn { lines: lines.clone(), next: Next::HangUp }, None, None);
        assert!(over.body.ends_with("</Say><Hangup/></Response>"), "{}", over.body);
        let next = Next::Connect { operator: "03-1234-5678".to_owned() };
        let turn = Turn { lines, next };
        let call = |from: &str| PhoneCall {
            call_ref: "CA1".to_owned(),
            from: from.to_owned(),
            to: "+815098765432".to_owned(),
            keys: String::new(),
            was_answered: None,
        };
        for withheld in ["anonymous", "", "Restricted"] {
            let through = Voice.speak(&turn, Some("/status"), Some(&call(withheld))).body;
            assert!(through.contains("<Dial timeout=\"30\" callerId=\"+815098765432\" action="));
        }
        let known = call("+819012345678");
        let through = Voice.speak(&turn, Some("/status?a=1&b=2"), Some(&known)).body;
        assert!(
            through.ends_with(
                "</Say><Dial timeout=\"30\" action=\"/status?a=1&amp;b=2\" method=\"POST\">\
                 +81312345678</Dial></Response>"
            ),
            "{through}"
        );
    }

    #[test]
    fn a_call_is_known_by_its_sid_whatever_else_it_lacks() {
        let request = |body: &'static str| HookRequest {
            method: "POST".to_owned(),
            url: "https://h.example.jp/voice".to_owned(),
            headers: Vec::new(),
            body: Bytes::from_static(body.as_bytes()),
            received_at: DateTime::UNIX_EPOCH,
        };
        let call = Voice.parse_call(&request("CallSid=CA1&From=%2B819012345678&Digits=2")).unwrap();
        let call = (call.call_ref.as_str(), call.from.as_str(), call.keys.as_str());
        assert_eq!(call, ("CA1", "+819012345678", "2"));
        assert_eq!(Voice.parse_call(&request("CallSid=CA1")).unwrap().from, "");
        assert_eq!(Voice.parse_call(&request("From=x")).unwrap_err().field, "CallSid");
    }
}
