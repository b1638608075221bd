//! Ladders of mails, and mails.

use askama::Template;

use super::shell;
use crate::domain::escalation::Trigger;
use crate::domain::excerpt::Excerpt;
use crate::domain::mail_reply::Refusal;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let shell = || Shell { nav: Nav::Settings, ..shell(t) };
    let step =
        |number, minutes: &str, to: &[&str], wrong: [Option<String>; 6]| EscalationStepView {
            number,
            sentence: (number == 1).then(|| t.escalation_said_unanswered("")),
            trigger: if number == 1 { Trigger::Unanswered } else { Trigger::Words },
            words: "解約、至急".into(),
            every: "30".into(),
            urgent: number == 2,
            tags: vec![ChoiceView { value: "t1".into(), label: "面接".into(), chosen: true }],
            minutes: minutes.into(),
            to: to.iter().map(|word| (*word).to_owned()).collect(),
            mails: "night@example.jp".into(),
            wrong,
        };
    let wrong = || Some(t.escalation_wrong_minutes().to_owned());
    let ladder = |reaches_people: bool, has_hours: bool, errors: FormErrors| EscalationPage {
        shell: shell(),
        id: "i1".into(),
        inbox: "採用センター".into(),
        always: !has_hours,
        has_hours,
        window: "5".into(),
        excerpt: if has_hours { Excerpt::None } else { Excerpt::Masked },
        steps: vec![
            step(1, "15", &["assignee"], [const { None }; 6]),
            step(2, "0", &["team", "supervisors"], std::array::from_fn(|_| wrong())),
        ],
        reaches_people,
        mail_replies: has_hours,
        takes_mail: reaches_people,
        tally: has_hours.then(|| TallyView {
            fired: 12,
            at_night: 3,
            how: [t.escalation_counted(7, 41), t.escalation_night("22:00", "7:00", "Asia/Tokyo")],
        }),
        errors,
    };
    let board = |view: &'static str, items: Vec<BoardItem>| EscalationsPage {
        shell: Shell { nav: Nav::Escalations, ..super::shell(t) },
        board: BoardView {
            t,
            csrf: "token-of-the-session".into(),
            view,
            tabs: vec![
                BoardTab {
                    word: "overdue",
                    label: t.escalations_overdue(),
                    count: 2,
                    chosen: view == "overdue",
                },
                BoardTab {
                    word: "soon",
                    label: t.escalations_soon(),
                    count: 0,
                    chosen: view == "soon",
                },
            ],
            refusal: items.is_empty().then(|| t.escalations_too_late().to_owned()),
            none: t.escalations_none_soon(),
            items,
            may_answer: true,
        },
    };
    let card = |id: &str, is_open: bool| BoardItem {
        id: id.into(),
        conversation_id: "c1".into(),
        name: "鈴木 一郎".into(),
        inbox: "採用センター".into(),
        what: t.escalations_what_unanswered(),
        waited: is_open.then(|| t.escalations_waited(t.mail_minutes(27))),
        assignee: is_open.then(|| "高橋 健".into()),
        preview: "届いたURLが開けません。どうすれば".into(),
        told: vec![BoardTold {
            at: TimeView { iso: "2026-11-22T14:13:00+09:00".into(), shown: "14:13".into() },
            text: t.escalations_told("chief@example.jp", t.mails_sent()),
        }],
        next: is_open.then(|| t.escalations_next_at(t.escalation_supervisors(), "14:28")),
        is_open,
        may_take: is_open,
        source: "wait",
        since: "2026-11-22T04:58:00+00:00".into(),
    };
    let at =
        |shown: &str| TimeView { iso: "2026-11-22T14:02:00+09:00".into(), shown: shown.into() };
    let mail = |id: &str, is_open: bool, failure: Option<&str>| MailRowView {
        id: id.into(),
        at: at("11/22(日) 14:02"),
        to: "sato@example.jp".into(),
        conversation: Some("c1".into()),
        several: (!is_open).then(|| t.nudges_several(3)),
        state: t.mails_queued().into(),
        failure: failure.map(str::to_owned),
        next: is_open.then(|| at("14:06")),
        is_open,
    };
    let mails = |mails, folder: Option<&str>| MailsPage {
        shell: shell(),
        refusal: folder.map(|_| t.mails_on_its_way()),
        waiting: folder
            .map(|_| NudgeRowView {
                to: "suzuki@example.jp".into(),
                conversation: "c1".into(),
                why: t.nudges_quiet("11/23(月) 07:00"),
            })
            .into_iter()
            .collect(),
        mails,
        next: folder.map(|_| "/settings/mails?before=m2".into()),
        folder: folder.map(str::to_owned),
        takes_mail: true,
    };
    let refused = |user: Option<&str>, reason| RefusedReplyView {
        id: if user.is_some() { "e1" } else { "e2" }.into(),
        at: at("11/22(日) 14:20"),
        user: user.map(str::to_owned),
        reason: t.mail_refusal(reason),
        conversation: user.map(|_| "c1".into()),
        is_told: user.is_some(),
    };
    let told =
        vec![refused(Some("佐藤 花"), Refusal::Unvouched), refused(None, Refusal::UnknownAddress)];
    let refusals = |refused| RefusedRepliesPage { shell: shell(), refused };
    let taking = |assignee: Option<&str>, is_mine: bool, waits: bool| TakingPage {
        shell: shell(),
        conversation_id: "c1".into(),
        name: "山田 太郎".into(),
        inbox: "採用センター".into(),
        waiting_since: waits.then(|| at("11/22(日) 14:02")),
        assignee: assignee.map(str::to_owned),
        is_mine,
        may_take: true,
    };
    let two = vec![mail("m1", true, Some(t.mails_unreachable())), mail("m2", false, None)];
    let summary = FormErrors { summary: Some(t.problem_too_many().into()), fields: vec![] };
    vec![
        ("escalation", ladder(true, true, FormErrors::none()).render().unwrap()),
        ("escalation-wrong", ladder(false, false, summary).render().unwrap()),
        (
            "escalations",
            board("overdue", vec![card("w1", true), card("w2", false)]).render().unwrap(),
        ),
        ("escalations-none", board("soon", vec![]).render().unwrap()),
        ("mails", mails(two, Some("data/mail")).render().unwrap()),
        ("mails-none", mails(vec![], None).render().unwrap()),
        ("refused-replies", refusals(told).render().unwrap()),
        ("refused-replies-none", refusals(vec![]).render().unwrap()),
        ("taking", taking(None, false, true).render().unwrap()),
        ("taking-others", taking(Some("佐藤 花"), false, true).render().unwrap()),
        ("taking-mine", taking(Some("佐藤 花"), true, true).render().unwrap()),
        ("taking-answered", taking(None, false, false).render().unwrap()),
    ]
}
