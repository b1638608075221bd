//! Times for interviews.

use askama::Template;

use super::{shell, time};
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let agenda = |items| AgendaPage {
        shell: Shell { nav: Nav::Appointments, appointments: true, ..shell(t) },
        tabs: vec![
            BoardTab { word: "waiting", label: t.agenda_waiting(), count: 1, chosen: true },
            BoardTab { word: "booked", label: t.agenda_booked(), count: 0, chosen: false },
        ],
        none: t.agenda_none_waiting(),
        items,
        view: "waiting",
        steps: vec![ChoiceView {
            value: "scheduling".into(),
            label: t.step_scheduling().into(),
            chosen: false,
        }],
        mine: false,
        narrowed: String::new(),
    };
    let preview =
        PreviewView { body: "1) 11/25(水)14:00".into(), counted: t.offer_counted(12, 1) };
    vec![
        ("agenda", agenda(vec![item(t)]).render().unwrap()),
        ("agenda-none", agenda(vec![]).render().unwrap()),
        ("agenda-days", days(t).render().unwrap()),
        ("offer", offer(t, FormErrors::none(), None).render().unwrap()),
        ("offer-look", offer(t, FormErrors::none(), Some(preview)).render().unwrap()),
        (
            "offer-wrong",
            offer(t, FormErrors::of("slots", t.problem_taken()), None).render().unwrap(),
        ),
        ("candidate", candidate(t).render().unwrap()),
        ("candidate-booked", candidate_booked(t).render().unwrap()),
        ("candidate-over", CandidatePage { is_over: true, ..candidate(t) }.render().unwrap()),
    ]
}

fn candidate(t: Locale) -> CandidatePage {
    let line = |number, is_free| CandidateLine {
        number,
        label: t.candidate_line(number, "11/25(水)14:00"),
        is_free,
    };
    CandidatePage {
        t,
        organization: Some("みらい人材".into()),
        heading: t.candidate_page_choose("一次面接"),
        note: Some(t.candidate_page_filled()),
        time: None,
        place: None,
        lines: vec![line(1, true), line(2, false)],
        buttons: vec![CandidateButton {
            name: "do",
            value: "other",
            label: t.candidate_page_none(3),
            is_quiet: true,
        }],
        is_asking: false,
        is_over: false,
        number: "050-1111-2222".into(),
    }
}

fn candidate_booked(t: Locale) -> CandidatePage {
    let place = PlaceView { text: "https://meet.example.jp/x?y=1".into() };
    CandidatePage {
        note: None,
        time: Some("11/25(水)14:00".into()),
        place: Some(place),
        lines: Vec::new(),
        is_asking: true,
        ..candidate(t)
    }
}

/// Something was understood, and waits for somebody.
pub fn asked(t: Locale) -> AppointmentView {
    let choice =
        |number, is_suggested| SlotChoice { number, time: "11/25(水) 14:00".into(), is_suggested };
    AppointmentView {
        t,
        conversation_id: "c1".into(),
        revision: 7,
        said: Some(AppointmentSaid {
            text: t.offer_read_chosen().to_owned(),
            choices: vec![choice(2, true), choice(1, false)],
            may_dismiss: true,
            about: "offer=o1".to_owned(),
            withdraw: Some(t.offer_withdraw()),
            may_offer: true,
        }),
        may_answer: true,
    }
}

fn item(t: Locale) -> AgendaItem {
    AgendaItem {
        id: "o1".into(),
        conversation_id: "c1".into(),
        name: "山田 花子".into(),
        title: "一次面接".into(),
        inbox: "採用".into(),
        what: t.agenda_until("11/24(火) 18:00"),
        times: vec!["11/25(水) 14:00".into(), "11/26(木) 10:00".into()],
        since: time("11/22(日) 7:50"),
        application: Some(("a1".into(), t.step_scheduling())),
    }
}

fn offer(t: Locale, errors: FormErrors, preview: Option<PreviewView>) -> OfferPage {
    let cell = |value: &str, is_taken: bool| CellView {
        value: value.into(),
        label: "11/25(水) 14:00".into(),
        is_chosen: !is_taken,
        held: 1,
        is_taken,
    };
    OfferPage {
        shell: shell(t),
        errors,
        conversation_id: "c1".into(),
        name: "山田 花子".into(),
        days: vec![DayView { label: "11月25日(水)".into(), is_today: true }],
        rows: vec![
            TimeRowView {
                clock: "14:00".into(),
                cells: vec![cell("2026-11-25T05:00:00+00:00", false)],
            },
            TimeRowView { clock: "15:00".into(), cells: vec![cell("", true)] },
        ],
        elsewhere: vec![("2026-12-02T05:00:00+00:00".into(), "12/2(水) 14:00".into())],
        week: "2026-11-23".into(),
        before: Some("2026-11-16".into()),
        after: Some("2026-11-30".into()),
        title: "一次面接".into(),
        lengths: vec![ChoiceView {
            value: "30".into(),
            label: t.offer_minutes_of(30),
            chosen: true,
        }],
        interviewers: "suzuki@example.jp".into(),
        is_blind: true,
        location: String::new(),
        capacity: "1".into(),
        reply_by: String::new(),
        client_message_id: String::new(),
        auto_confirm: true,
        include_page: true,
        times_hint: t.offer_times_hint(8),
        preview,
    }
}

fn days(t: Locale) -> AgendaDaysPage {
    let meeting = AgendaMeeting {
        conversation_id: "c1".into(),
        from: time("10:00"),
        to: time("10:30"),
        name: "山田 花子".into(),
        title: "一次面接".into(),
        inbox: "採用センター".into(),
        place: Some("本社3階".into()),
        interviewers: "佐藤 花".into(),
        collides: true,
        application: Some(("a1".into(), t.step_confirmed())),
    };
    let day = |date: &str, is_today, meetings| AgendaDay {
        date: date.into(),
        label: t.agenda_today(date),
        is_today,
        meetings,
    };
    AgendaDaysPage {
        shell: Shell { nav: Nav::Appointments, appointments: true, ..shell(t) },
        days: vec![day("2026-11-23", true, vec![meeting]), day("2026-11-24", false, vec![])],
        from: "2026-11-23".into(),
        is_week: true,
        before: "from=2026-11-16&span=week".into(),
        after: "from=2026-11-30&span=week".into(),
        today: "from=2026-11-22&span=week".into(),
        narrowed: "&mine=1".into(),
        steps: vec![],
        mine: true,
    }
}
