//! Phone menus.

use askama::Template;

use super::shell;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let list = |flows, may_edit, refusal| FlowsPage {
        shell: Shell { nav: Nav::Menus, ..shell(t) },
        flows,
        may_edit,
        refusal,
        meanings: figures(t),
    };
    let row = FlowRowView {
        id: "f1".into(),
        name: "代表電話".into(),
        called: Some("03-1234-5678".into()),
        inbox: "受付".into(),
        mode: mode(t, "on"),
        figures: figures(t),
    };
    let no_sender = Some(t.menu_no_sender().to_owned());
    vec![
        ("menus", list(vec![row], true, None).render().unwrap()),
        ("menus-none", list(vec![], true, no_sender).render().unwrap()),
        ("menus-none-read", list(vec![], false, None).render().unwrap()),
        ("menu", flow(t, "on", true, Some(trial(t))).render().unwrap()),
        ("menu-read", flow(t, "off", false, None).render().unwrap()),
        ("menu-form", form(t, Some("f1".into()), FormErrors::none()).render().unwrap()),
        ("menu-form-wrong", form(t, None, wrong(t)).render().unwrap()),
    ]
}

fn figures(t: Locale) -> Vec<MenuFigureView> {
    let figure = |label, n, meaning| MenuFigureView { label, n, meaning };
    vec![
        figure(t.menu_pressed(), 412, t.menu_pressed_meaning()),
        figure(t.menu_replied(), 44, t.menu_replied_meaning()),
    ]
}

fn mode(t: Locale, word: &'static str) -> ModeView {
    let is_on = word == "on";
    ModeView { word, is_on, label: if is_on { t.menu_mode_on() } else { t.menu_mode_off() } }
}

fn flow(t: Locale, word: &'static str, may_edit: bool, trial: Option<TrialView>) -> FlowPage {
    FlowPage {
        shell: Shell { nav: Nav::Menus, ..shell(t) },
        id: "f1".into(),
        name: "代表電話".into(),
        may_edit,
        may_switch: may_edit,
        mode: mode(t, word),
        switched: may_edit.then(|| t.menu_switched_on("14:02", "佐藤 花")),
        can_overflow: may_edit,
        can_schedule: may_edit,
        refusal: may_edit.then(|| t.menu_wrong_no_calendar().to_owned()),
        figures: figures(t),
        facts: vec![(t.menu_called(), "03-1234-5678".into())],
        options: vec![FlowOptionView {
            digit: "1".into(),
            topic: "返品・交換".into(),
            body: "こちらから {url}".into(),
            lang: "ja".into(),
            url: Some("https://example.com/returns".into()),
            team: "返品".into(),
            purpose: t.purpose_notice(),
        }],
        texts: vec![FlowTextView {
            label: t.menu_overflow_body(),
            body: "混み合っています".into(),
            url: Some("https://example.com/faq".into()),
        }],
        heard: vec![HeardView {
            lang: "ja",
            language: "日本語",
            lines: vec![(t.menu_when_menu().into(), "1: 返品・交換".into())],
        }],
        endpoint: "https://sms.example.jp/api/v1/handoffs".into(),
        example: "curl -X POST https://sms.example.jp/api/v1/handoffs".into(),
        trial,
    }
}

fn trial(t: Locale) -> TrialView {
    TrialView {
        number: "090-1234-5678".into(),
        typed: true,
        digits: vec![choice("1", "1: 返品・交換", true)],
        errors: FormErrors::of("digit", t.menu_trial_no_digit()),
        answer: Some(TrialAnswerView {
            result: t.menu_result_accepted().into(),
            words: "accepted".into(),
            said: t.speech_sent().into(),
            lang: t.tag().into(),
            operator: true,
            conversation: Some("/conversations/c1#latest".into()),
            handset: Some("/sim?handset=%2B819012345678".into()),
        }),
    }
}

fn choice(value: &str, label: &str, chosen: bool) -> ChoiceView {
    ChoiceView { value: value.into(), label: label.into(), chosen }
}

fn wrong(t: Locale) -> FormErrors {
    FormErrors::of("name", t.menu_wrong_name()).and("agreed", t.menu_remove_agree_first())
}

fn form(t: Locale, id: Option<String>, errors: FormErrors) -> FlowFormPage {
    let is_wrong = !errors.is_empty();
    let wrong = |told: String| is_wrong.then_some(told);
    FlowFormPage {
        shell: Shell { nav: Nav::Menus, ..shell(t) },
        id,
        title: t.menu_new().into(),
        name: "代表電話".into(),
        called: "03-1234-5678".into(),
        operator: "03-1234-9999".into(),
        inboxes: vec![choice("i1", "受付", true)],
        calendars: vec![choice("k1", "平日", true)],
        busy_calendars: vec![choice("k1", "平日", false)],
        duplicate_minutes: "30".into(),
        return_days: "7".into(),
        foreign_numbers: true,
        general_body: String::new(),
        closed_body: "本日は終了しました".into(),
        overflow_body: "混み合っています".into(),
        overflow_url: String::new(),
        options: vec![FlowOptionForm {
            number: 1,
            digit: "1".into(),
            topic: "返品・交換".into(),
            body: "こちらから {url}".into(),
            url: "https://example.com/returns".into(),
            templates: vec![choice("t1", "折り返し", false)],
            teams: vec![choice("m1", "返品", true)],
            purposes: vec![choice("notice", t.purpose_notice(), true)],
            languages: vec![choice("en", "English", false)],
            wrong: [
                wrong(t.menu_wrong_digit(4)),
                wrong(t.menu_wrong_topic(40)),
                wrong(t.problem_unfilled().into()),
                wrong(t.menu_wrong_no_url("{url}")),
                wrong(t.problem_team_unknown().into()),
                None,
                None,
            ],
        }],
        may_add: true,
        sayings: vec![SayingForm {
            field: "say_sent_ja",
            label: t.menu_saying("日本語", t.menu_when_sent()),
            lang: "ja",
            text: String::new(),
            standard: "ご案内をお送りしました。",
            wrong: wrong(t.menu_wrong_saying().into()),
        }],
        errors,
    }
}
