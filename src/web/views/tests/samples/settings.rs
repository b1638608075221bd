//! The settings.

use askama::Template;

use super::{hooks, shell, time};
use crate::domain::tag::TagColour;
use crate::domain::user::{Notify, NotifyScope, Role};
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let shell = || Shell { nav: Nav::Settings, notice: Some(t.saved().into()), ..shell(t) };
    let choice = |value: &str, label: &str, chosen| ChoiceView {
        value: value.into(),
        label: label.into(),
        chosen,
    };
    let user = |id: &str, name: &str, email: &str, role, disabled| UserRowView {
        id: id.into(),
        name: name.into(),
        email: email.into(),
        role,
        inboxes: vec!["採用センター".into(), "住所変更窓口".into()],
        disabled,
        last_seen: Some(time("14:02")),
    };
    let users = UsersPage {
        shell: shell(),
        users: vec![
            user("u1", "佐藤 花", "sato@example.jp", Role::Agent, false),
            user("u2", "鈴木 一郎", "suzuki@example.jp", Role::Admin, false),
            user("u3", "Maria Santos", "maria@example.jp", Role::Supervisor, true),
        ],
        roles: vec![choice("agent", "オペレーター", false), choice("viewer", "閲覧のみ", true)],
    };
    let user_form = UserFormPage {
        shell: shell(),
        id: Some("u1".into()),
        name: "佐藤 花".into(),
        email: "sato@example.jp".into(),
        role: Role::Agent,
        inboxes: vec![choice("i1", "採用センター", true), choice("i2", "住所変更窓口", false)],
        disabled: false,
        is_self: false,
        password_min: 12,
        errors: FormErrors::of("email", t.field_email_taken()).and("inbox", t.field_choose_one()),
    };
    let inboxes = InboxesPage {
        shell: shell(),
        inboxes: vec![InboxRowView {
            id: "i1".into(),
            name: "採用センター".into(),
            members: 1,
            senders: vec!["0005-123456".into()],
        }],
    };
    let inbox_form = InboxFormPage {
        shell: shell(),
        id: None,
        name: String::new(),
        locale: "ja".into(),
        time_zone: "Asia/Tokyo".into(),
        undo_seconds: 5,
        calendars: vec![choice("k1", "平日", true)],
        errors: FormErrors::none(),
    };
    let account = |id: &str, kind: &str, label: &str, send_only| AccountView {
        id: id.into(),
        kind: kind.into(),
        label: label.into(),
        hooks: hooks(),
        senders: vec![SenderRowView {
            id: "s".into(),
            address: "050-1234-5678".into(),
            inbox_name: "採用センター".into(),
            send_only,
        }],
        condition: ConditionView {
            check: (kind == "twilio")
                .then(|| (!send_only, t.check_credentials().into(), time("2026-11-22 14:02:11"))),
            last_inbound: Some(time("11/22(日) 14:02")),
            last_sent: None,
            last_failure: Some(("番号が使われていません".into(), time("11/21(土) 10:00"))),
        },
        outages: vec![OutageView { began: time("10:02:13"), ended: time("10:05:40") }],
    };
    let senders = SendersPage {
        shell: shell(),
        accounts: vec![
            account("a1", "simulator", "", false),
            account("a2", "twilio", "AC12…9f", true),
        ],
        inquiries: "お客様相談室 0120-000-000".into(),
        errors: FormErrors::none(),
    };
    let notice = SenderNoticePage {
        shell: shell(),
        id: "s".into(),
        address: "050-1234-5678".into(),
        purposes: vec![choice("notice", t.purpose_notice(), true)],
        takes_calls: true,
        sample: "【見本】ご予約の前日です。".into(),
        carriers: vec![("softbank", "SoftBank", "200000".into())],
        errors: FormErrors::of("softbank", t.field_sender_invalid()),
    };
    let new_sender = NewSenderPage {
        shell: shell(),
        inboxes: vec![choice("i1", "採用センター", true)],
        account_sid: "AC1".into(),
        sender: String::new(),
        errors: FormErrors::of("account_sid", t.field_account_sid()),
    };
    let account_form = |has_shared_key| AccountFormPage {
        shell: shell(),
        id: "a2".into(),
        label: "AC12…9f".into(),
        has_shared_key,
        keeps_previous: true,
        errors: FormErrors::of("auth_token", t.senders_credentials_none()),
    };
    let held = |outcome: Option<String>| QuarantineRowView {
        id: if outcome.is_some() { "q2".into() } else { "q1".into() },
        at: time("13:58"),
        route: "twilio · inbound".into(),
        problem: "X-Twilio-Signature".into(),
        request: "POST /hooks/twilio/…/inbound\n\nFrom=%2B8190…&Body=<script>alert(1)</script>"
            .into(),
        can_replay: true,
        refusal: Some(t.problem_resolved_already().into()),
        outcome,
    };
    let quarantine = QuarantinePage {
        shell: shell(),
        items: vec![held(None), held(Some(t.quarantine_replayed_by("鈴木")))],
        next: Some("/settings/quarantine?cursor=x".into()),
    };
    let audit = AuditPage {
        shell: shell(),
        form: AuditForm {
            actors: vec![choice("u1", "佐藤 花", true)],
            actions: vec![choice("conversation", t.object_conversation(), false)],
            since: "2026-11-01".into(),
            until: String::new(),
            object: Some(("c1".into(), t.object_conversation().into())),
            is_narrowed: true,
        },
        entries: (0..6)
            .map(|n| AuditRowView {
                number: 48_201 - n,
                at: time("2026-11-21 14:02:11"),
                actor: "佐藤 花".into(),
                action: "conversation.close".into(),
                object: "山田 花子(採用センター)".into(),
                of_actor: "/settings/audit?actor=u1".into(),
                of_action: "/settings/audit?action=conversation.close".into(),
                of_object: (n > 0).then(|| "/settings/audit?object=c1".into()),
                origin: Some("203.0.113.7".into()),
            })
            .collect(),
        next: None,
    };
    let tokens = TokensPage {
        shell: shell(),
        tokens: vec![token("予約システム", false), token("old", true)],
        fresh: Some("henji_4Jr0b1c9…".into()),
        name: String::new(),
        scopes: vec![
            choice("messages:send", "messages:send", true),
            choice("events:read", "events:read", false),
        ],
        errors: FormErrors::none(),
    };
    let preferences = PreferencesPage {
        shell: Shell { nav: Nav::Account, ..shell() },
        email: "sato@example.jp".into(),
        locale: t.tag().into(),
        theme: Theme::Auto,
        enter_sends: false,
        notify: Notify::Name,
        notify_scope: NotifyScope::Ours,
        sound: true,
        password_min: 12,
        quiet: QuietView {
            from: "22:00".into(),
            to: "07:00".into(),
            nights: vec![weekday(t.weekday_monday(), true), weekday(t.weekday_sunday(), false)],
            days: vec![weekday(t.weekday_sunday(), true)],
            zone: "Asia/Tokyo".into(),
            until: Some(time("11月22日 7:00")),
            is_paused: true,
        },
        browsers: vec![
            browser("Chrome (Windows)", true, true),
            browser("Safari (iPhone)", false, true),
            browser("", false, false),
        ],
        push_on: true,
        errors: FormErrors::none(),
    };
    let index = SettingsIndexPage {
        shell: shell(),
        users: 12,
        teams: 2,
        inboxes: 3,
        calendars: 2,
        interviewers: 3,
        senders: 4,
        templates: 3,
        tags: 2,
        fields: 4,
        links: 2,
        quarantine: 1,
        mails: 2,
        webhooks: 1,
        tokens: 2,
    };
    vec![
        ("settings", index.render().unwrap()),
        ("preferences", preferences.render().unwrap()),
        ("users", users.render().unwrap()),
        ("user", user_form.render().unwrap()),
        ("inboxes", inboxes.render().unwrap()),
        ("inbox", inbox_form.render().unwrap()),
        ("tags", tags_page(shell()).render().unwrap()),
        ("tags-empty", TagsPage { shell: shell(), tags: vec![] }.render().unwrap()),
        ("tag", tag_form(shell()).render().unwrap()),
        ("senders", senders.render().unwrap()),
        ("sender_notice", notice.render().unwrap()),
        ("sender", new_sender.render().unwrap()),
        ("account", account_form(false).render().unwrap()),
        ("account-key", account_form(true).render().unwrap()),
        ("quarantine", quarantine.render().unwrap()),
        ("audit", audit.render().unwrap()),
        ("tokens", tokens.render().unwrap()),
        ("webhooks", super::webhooks::list(shell(), t).render().unwrap()),
        ("webhooks-none", super::webhooks::none(shell()).render().unwrap()),
        ("webhook", super::webhooks::one(shell(), t).render().unwrap()),
    ]
}

fn tags_page(shell: Shell) -> TagsPage {
    let row = |id: &str, name: &str, retired| TagRowView {
        tag: TagView { id: id.into(), name: name.into(), colour: "ai" },
        position: 10,
        retired,
    };
    TagsPage {
        shell, tags: vec![row("t1", "面接", false), row("t2", "旧キャンペーン", true)]
    }
}

fn tag_form(shell: Shell) -> TagFormPage {
    let errors = FormErrors::of("name", shell.t.problem_taken());
    TagFormPage {
        shell,
        id: Some("t1".into()),
        name: "面接".into(),
        colour: TagColour::Ai,
        position: "10".into(),
        retired: false,
        errors,
    }
}

fn weekday(label: &str, chosen: bool) -> WeekdayView {
    WeekdayView { value: "0".into(), label: label.into(), chosen }
}

fn browser(name: &str, is_this: bool, is_told: bool) -> BrowserView {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    let seen = time("11月22日 9:12");
    BrowserView { id: "s1".into(), name, seen, is_this, is_told }
}

fn token(name: &str, revoked: bool) -> TokenRowView {
    TokenRowView {
        id: "t".into(),
        name: name.into(),
        scopes: "messages:send messages:read".into(),
        created: time("2026-10-03"),
        expires: None,
        revoked,
    }
}
