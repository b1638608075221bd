//! The simulated handset.

use super::inbox::list;
use super::{shell, time};
use crate::locale::Locale;
use crate::web::views::*;

pub fn simulator_page(t: Locale) -> SimulatorPage {
    let text = |n: u32, own, body: &str| HandsetTextView {
        id: format!("t{n}"),
        own,
        other: "0005-123456".into(),
        body: body.into(),
        at: time("14:02"),
    };
    let choice = |it: &str| ChoiceView { value: it.into(), label: it.into(), chosen: true };
    SimulatorPage {
        shell: Shell { nav: Nav::Simulator, ..shell(t) },
        list: list(t, false),
        handset: HandsetView {
            t,
            csrf: "token-of-the-session".into(),
            number: "+819012345678".into(),
            number_shown: "090-1234-5678".into(),
            others: vec![
                HandsetLink {
                    number: "+819012345678".into(),
                    shown: "090-1234-5678".into(),
                    current: true,
                },
                HandsetLink {
                    number: "+818012344411".into(),
                    shown: "080-1234-4411".into(),
                    current: false,
                },
            ],
            senders: vec![choice("0005-123456")],
            to_shown: "0005-123456".into(),
            to: "0005-123456".into(),
            texts: vec![
                text(1, false, "応募受付はこちらからお願いします。 https://example.jp/a8f2"),
                text(2, true, "届きました。面接の日程を教えてください。"),
                text(
                    3,
                    false,
                    "候補日をお送りします。番号でご返信ください。\n1) 11/25(火) 10:00\n2) 11/26(水) 14:00",
                ),
                text(4, true, "2でお願いします"),
            ],
            error: None,
        },
        call: CallView {
            menus: vec![choice("main (050-1234-5678)")],
            shows: vec![choice("own")],
            live: Some(LiveCallView {
                id: "019a5b7a-0000-7000-8000-000000000001".into(),
                stage: "number".into(),
                digit: "2".into(),
                attempt: 1,
                typed: "0901234".into(),
                longest: 11,
                takes_hash: false,
                said: vec![SaidView {
                    language: t.tag().into(),
                    text: t.speech_ask_mobile().into(),
                }],
                operator: None,
                waits: true,
            }),
        },
        behaviour: BehaviourView {
            receipt: "delivered".into(),
            delay_ms: "300".into(),
            duplicate: false,
            reorder: false,
            lose_response: false,
            throttle_every: "0".into(),
            reject_code: String::new(),
        },
        errors: FormErrors::of("delay_ms", t.problem_delay()),
        raw: vec![RawHookView {
            at: time("14:02:11"),
            title: "POST /hooks/simulator/…/inbound".into(),
            body: "{\n  \"from\": \"+819012345678\",\n  \"body\": \"<b>2</b>\"\n}".into(),
            status: "204".into(),
        }],
    }
}
