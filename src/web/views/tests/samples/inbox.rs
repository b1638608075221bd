//! The inbox and the phone beside it.

use askama::Template;

use super::contacts::fields_form;
use super::{inbox, person, sender, shell, simulator, time, waiting};
use crate::domain::conversation::ShownState;
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::mail::MailState;
use crate::domain::message::Purpose;
use crate::domain::segment::LengthProfile;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let empty = ListView { rows: RowsView { t, rows: vec![], next: None }, ..list(t, false) };
    let stopped = ComposerView {
        unsendable: Some(Unsendable::OptedOut { since: "11/20".into() }),
        ..composer(t)
    };
    let mut closed = thread(t);
    closed.head = HeadView { state: ShownState::Closed, ..closed.head };
    closed.composer = Some(stopped);
    let read_only = ThreadView { composer: None, ..thread(t) };
    vec![
        ("index", IndexPage { shell: shell(t), list: list(t, false) }.render().unwrap()),
        ("index-empty", IndexPage { shell: shell(t), list: empty }.render().unwrap()),
        ("show", show(t, thread(t))),
        ("show-opted-out", show(t, closed)),
        ("show-read-only", show(t, read_only)),
        (
            "about",
            AboutPage { shell: shell(t), side: side(t), form: Some(fields_form(t)) }
                .render()
                .unwrap(),
        ),
        ("selected", selected_page(t)),
        ("conflict", conflict_page(t)),
        ("sim", simulator::simulator_page(t).render().unwrap()),
    ]
}

pub fn list(t: Locale, open: bool) -> ListView {
    let tab = |tab, count| TabView { tab, count };
    ListView {
        t,
        tab: ListTab::All,
        tabs: vec![
            tab(ListTab::Mine, Some(4)),
            tab(ListTab::Unassigned, Some(7)),
            tab(ListTab::Waiting, Some(3)),
            tab(ListTab::Mentions, Some(1)),
            tab(ListTab::All, Some(13)),
            tab(ListTab::Snoozed, Some(2)),
            tab(ListTab::Closed, None),
        ],
        inboxes: vec![inbox("i1", "採用センター"), inbox("i2", "住所変更窓口")],
        inbox_id: None,
        tags: vec![tag(1, "面接", "ai"), tag(2, "住所変更", "take")],
        tag_id: None,
        bulk: Some(bulk(t)),
        teams: "g1 g2".into(),
        rows: RowsView {
            t,
            rows: rows(t, open),
            next: Some("/conversations?view=all&cursor=abc".into()),
        },
        may_start: true,
        simulator: true,
    }
}

fn bulk(t: Locale) -> BulkView {
    BulkView {
        csrf: "token-of-the-session".into(),
        back: "?view=all".into(),
        team: vec![person("u1", "佐藤 花"), person("u2", "高橋 健")],
        teams: head(t).teams,
        tags: vec![tag(1, "面接", "ai")],
        snooze_choices: head(t).snooze_choices,
    }
}

fn tag(number: u32, name: &str, colour: &'static str) -> TagView {
    TagView { id: format!("t{number}"), name: name.into(), colour }
}

fn selected_page(t: Locale) -> String {
    let refused = |name: Option<&str>, why: &str| RefusedView {
        conversation_id: "c9".into(),
        name: name.map(str::to_owned),
        why: why.into(),
    };
    let selected = SelectedView {
        t,
        done: Some(t.selection_closed(3)),
        refused: vec![
            refused(Some("山田 花子"), t.problem_closed()),
            refused(None, t.selection_not_found()),
        ],
    };
    SelectedPage { shell: shell(t), back: "/conversations?view=all".into(), selected }
        .render()
        .unwrap()
}

fn rows(t: Locale, open: bool) -> Vec<RowView> {
    let yamada = RowView {
        current: open,
        assignee: Some(person("u1", "佐藤 花")),
        tags: vec![tag(1, "面接", "ai"), tag(3, "<img src=x onerror=alert(1)>", "sumi")],
        is_called: true,
        called: vec!["u1".into()],
        ..row(t, 1, "山田 花子")
    };
    vec![
        RowView { state: ShownState::Assigned, preview: "2でお願いします".into(), ..yamada },
        RowView {
            unread: 2,
            late: true,
            waiting_since: Some(waiting(t.waiting_minutes(12))),
            preview: "届いたURLが開けません。どうすればいいですか".into(),
            at: time("13:58"),
            ..row(t, 2, "鈴木 一郎")
        },
        RowView {
            preview: "住所変更のお手続きはこちらです https://example.jp/move".into(),
            preview_is_ours: true,
            at: time("13:41"),
            inbox_name: Some("住所変更窓口".into()),
            ..row(t, 3, "080-1234-4411")
        },
        RowView {
            failed: true,
            drafted: true,
            preview: "折り返しご連絡いたします".into(),
            preview_is_ours: true,
            at: time("12:20"),
            state: ShownState::Assigned,
            assignee: Some(person("u2", "高橋 健")),
            ..row(t, 4, "高橋 健")
        },
        RowView {
            preview: "Thank you! See you on Friday.".into(),
            at: time("11:05"),
            state: ShownState::Closed,
            ..row(t, 5, "Maria Santos")
        },
        RowView {
            waiting_since: Some(waiting(t.waiting_minutes(4))),
            snoozed_until: Some(time("11/25 9:00")),
            state: ShownState::Snoozed,
            at: time(t.yesterday()),
            preview: "来週また連絡します".into(),
            ..row(t, 6, "小林 誠")
        },
        RowView {
            opted_out: true,
            preview: "STOP".into(),
            at: time(t.yesterday()),
            state: ShownState::Closed,
            ..row(t, 7, "<img src=x onerror=alert(1)>")
        },
    ]
}

pub fn row(t: Locale, number: i64, name: &str) -> RowView {
    RowView {
        query: "?view=all".into(),
        t,
        conversation_id: format!("c{number}"),
        sort: 1_763_700_000_000_000 - number,
        wait: None,
        tags: vec![],
        called: vec![],
        is_called: false,
        name: name.into(),
        at: time("14:02"),
        preview: String::new(),
        preview_is_ours: false,
        unread: 0,
        state: ShownState::Unassigned,
        assignee: None,
        team: (number == 3).then(|| ("g1".into(), "夜間".into())),
        waiting_since: None,
        late: false,
        snoozed_until: None,
        opted_out: false,
        failed: false,
        drafted: false,
        inbox_name: None,
        current: false,
    }
}

fn show(t: Locale, thread: ThreadView) -> String {
    ShowPage { shell: shell(t), list: list(t, true), thread }.render().unwrap()
}

pub fn thread(t: Locale) -> ThreadView {
    ThreadView {
        t,
        csrf: "token-of-the-session".into(),
        head: head(t),
        lines: LinesView {
            t,
            conversation_id: "c1".into(),
            revision: 40,
            messages: messages(t),
            cases: vec![("id4".into(), case_line(t))],
            calls: vec![("id4".into(), call_line(t))],
            before: Some("m0".into()),
            after: None,
        },
        appointment: super::appointments::asked(t),
        composer: Some(composer(t)),
        side: side(t),
        back: "?view=mine".into(),
    }
}

pub fn head(t: Locale) -> HeadView {
    let choice = |label: String| SnoozeChoice { until: "2026-11-22T09:00:00+09:00".into(), label };
    HeadView {
        snooze_min: "2026-11-22T14:30".into(),
        t,
        conversation_id: "c1".into(),
        revision: 7,
        name: "山田 花子".into(),
        number: Some("090-1234-5678".into()),
        inbox_name: "採用センター".into(),
        sender: Some("0005-123456".into()),
        state: ShownState::Assigned,
        assignee: Some(person("u2", "高橋 健")),
        mine: false,
        waiting_since: Some(waiting(t.waiting_minutes(12))),
        late: true,
        snoozed_until: None,
        team_name: Some("夜間".into()),
        teams: vec![ChoiceView { value: "g1".into(), label: "夜間".into(), chosen: true }],
        team: vec![person("u1", "佐藤 花"), person("u2", "高橋 健"), person("u3", "Maria Santos")],
        closed: Some(ClosedView {
            from: "2026-11-21T18:00:00+09:00".into(),
            until: "2026-11-24T09:00:00+09:00".into(),
            is_now: true,
            label: t.thread_closed_until("11/24(火) 09:00"),
        }),
        snooze_choices: vec![
            choice(t.snooze_in_hours(1)),
            choice(t.snooze_opening("11/24(火) 09:00")),
            choice(t.snooze_tomorrow("9:00")),
            choice(t.snooze_monday("9:00")),
        ],
        may_answer: true,
    }
}

pub fn messages(t: Locale) -> Vec<MessageView> {
    let out = |n, body: &str, state, reason, segments| MessageView {
        author: Some(person("u1", "佐藤 花")),
        look: MessageLook::Outbound(DeliveryView {
            until_reply: true,
            purpose: Purpose::Notice,
            automatic: n == 5,
            mailed: (n == 4).then_some(MailState::Sent),
            opened: (n == 2).then(|| time("14:02")),
            is_mailable: true,
            state,
            reason,
            segments,
            undo: None,
            not_before: None,
            may_act: true,
        }),
        ..line(t, n, body)
    };
    let mut undoing =
        out(9, "かしこまりました。お待ちしております。", OutboundState::DraftHeld, None, 1);
    if let MessageLook::Outbound(delivery) = &mut undoing.look {
        delivery.undo = Some(UndoView { seconds: 5 });
    }
    let system = MessageLook::System { icon: "user-check" };
    let note = "2回目の応募。前回の担当は高橋さん。";
    let offer = "山田様\n採用センターの佐藤です。面接の候補日をお送りします。ご都合のよい番号を返信してください。\n\
                 1) 11/25(火) 10:00\n2) 11/26(水) 14:00\n3) 11/27(木) 16:00\nhttps://example.jp/s/4f2a";
    vec![
        MessageView { starts_day: true, look: system, ..line(t, 0, &t.system_taken_by("佐藤")) },
        out(1, offer, OutboundState::Delivered, None, 2),
        MessageView {
            author: Some(person("u1", "佐藤 花")),
            look: MessageLook::Note,
            ..line(t, 2, note)
        },
        out(3, "当日は正面玄関からお入りください。", OutboundState::Sent, None, 1),
        MessageView { first_unread: true, ..line(t, 4, "2でお願いします") },
        line(t, 5, "当日は何を持っていけばいいですか? <script>alert(1)</script>"),
        out(
            6,
            "履歴書と筆記用具をお持ちください。",
            OutboundState::Undelivered,
            Some(Reason::OutOfRange),
            1,
        ),
        out(7, "届いていますでしょうか。", OutboundState::Unknown, None, 1),
        MessageView { lang: Some("en"), ..line(t, 8, "Yes, thank you!") },
        MessageView {
            photos: vec![photo(1, false), photo(2, true)], ..line(t, 10, "この傷です")
        },
        undoing,
    ]
}

fn photo(number: usize, is_gone: bool) -> PhotoView {
    PhotoView { id: format!("p{number}"), number, width: 160, height: 120, is_gone }
}

/// An inbound text.
pub fn line(t: Locale, number: i64, body: &str) -> MessageView {
    MessageView {
        t,
        id: format!("id{number}"),
        dom_id: format!("d{number}"),
        revision: 1,
        sort: 1_763_700_000_000_000 + number,
        day: TimeView {
            iso: "2026-11-21".into(),
            shown: match t {
                Locale::Ja => "11月21日(土)".into(),
                Locale::En => "Saturday 21 November".into(),
            },
        },
        starts_day: false,
        first_unread: false,
        found: false,
        at: time("14:02"),
        body: body.into(),
        calls: Vec::new(),
        lang: None,
        author: None,
        contact: "山田 花子".into(),
        via: Some(ViaView {
            address: "0005-123456".into(),
            shown: t.message_via_to("0005-123456"),
            is_new: number == 4,
        }),
        photos: Vec::new(),
        look: MessageLook::Inbound { sent_at: (number == 5).then(|| time("13:40")) },
    }
}

pub fn composer(t: Locale) -> ComposerView {
    ComposerView {
        t,
        csrf: "token-of-the-session".into(),
        conversation_id: "c1".into(),
        contact_id: "p1".into(),
        name: "山田 花子".into(),
        body: String::new(),
        is_note: false,
        client_message_id: "0199a0c2-0000-7000-8000-000000000001".into(),
        seen_seq: 1240,
        send_choices: vec![SnoozeChoice {
            until: "2026-11-23T00:00:00Z".into(),
            label: t.snooze_tomorrow("9:00"),
        }],
        send_min: "2026-11-22T14:30".into(),
        templates: vec![ChoiceView { value: "t1".into(), label: "お礼".into(), chosen: false }],
        despite_doubt: true,
        senders: vec![sender("s1", "0005-123456", false), sender("s2", "AOBA", true)],
        profile: LengthProfile::STANDARD,
        unsendable: None,
        enter_sends: false,
        purpose: Purpose::Advertising,
        error: None,
        callable: vec![person("u2", "高橋 健"), person("u3", "Maria Santos")],
    }
}

pub fn side(t: Locale) -> SideView {
    SideView {
        closed: head(t).closed,
        team_name: Some("夜間".into()),
        t,
        conversation_id: "c1".into(),
        contact_id: "p1".into(),
        revision: 7,
        name: "山田 花子".into(),
        number: "090-1234-5678".into(),
        is_masked: true,
        fields: fields_form(t).fields,
        application: Some(("a1".into(), t.step_scheduling())),
        siblings: vec![SiblingView {
            conversation_id: "c2".into(),
            number: "080-8765-4321".into(),
            state: ShownState::Closed,
            last: time("14:02"),
        }],
        opted_out_since: None,
        agreed: Some(time("2026-10-03")),
        inbox_name: "採用センター".into(),
        sender: Some("0005-123456".into()),
        state: ShownState::Assigned,
        assignee: Some(person("u2", "高橋 健")),
        waiting_since: Some(waiting(t.waiting_minutes(12))),
        first_contact: time("2026-06-03"),
        tags: vec![
            TagChoice { tag: tag(1, "面接", "ai"), on: true },
            TagChoice { tag: tag(2, "住所変更", "take"), on: false },
        ],
        may_answer: true,
        help_since: Some(time("14:01")),
        cases: vec![
            CaseView { opened: time("2026-11-21"), closed: None, closed_by: None },
            CaseView {
                opened: time("2026-06-03"),
                closed: Some(time("2026-06-10")),
                closed_by: Some("高橋 健".into()),
            },
        ],
    }
}

fn case_line(t: Locale) -> CaseLineView {
    let span = CaseView {
        opened: time("2026-06-03"),
        closed: Some(time("2026-06-10")),
        closed_by: Some("高橋 健".into()),
    };
    CaseLineView { t, id: "k1".into(), revision: 40, sort: 1_763_700_000_000_003, span }
}

fn call_line(t: Locale) -> CallLineView {
    CallLineView {
        t,
        id: "h1".into(),
        revision: 40,
        sort: 1_763_700_000_000_003,
        at: time("13:30"),
        topic: "返品・交換".into(),
        menu: "main-1".into(),
        typed: true,
        link: Some(t.call_not_opened().to_owned()),
    }
}

pub fn conflict(t: Locale) -> ConflictView {
    ConflictView {
        t,
        csrf: "token-of-the-session".into(),
        conversation_id: "c1".into(),
        by: Some("高橋 健".into()),
        messages: vec![messages(t).remove(3)],
        body: "履歴書をお持ちください。".into(),
        client_message_id: "0199a0c2-0000-7000-8000-000000000003".into(),
        sender_id: "s1".into(),
        purpose: Purpose::Conversation,
        seen_seq: 1250,
    }
}

fn conflict_page(t: Locale) -> String {
    let page = ConflictPage {
        shell: shell(t),
        conversation_id: "c1".into(),
        name: "山田 花子".into(),
        conflict: conflict(t),
    };
    page.render().unwrap()
}
