//! Programs of others that are told what happens.

use crate::locale::Locale;
use crate::web::views::*;

pub fn none(shell: Shell) -> WebhooksPage {
    WebhooksPage { shell, webhooks: vec![] }
}

pub fn list(shell: Shell, t: Locale) -> WebhooksPage {
    let row = |id: &str, pause| WebhookRowView {
        id: id.into(),
        host: "ats.example.jp".into(),
        pause,
        waiting: 2,
        failed: 1,
    };
    WebhooksPage { shell, webhooks: vec![row("h1", None), row("h2", Some(t.webhooks_paused()))] }
}

pub fn one(shell: Shell, t: Locale) -> WebhookPage {
    let at =
        |shown: &str| TimeView { iso: "2026-11-22T14:02:00+09:00".into(), shown: shown.into() };
    let delivery = |id: &str, is_open: bool| ToldView {
        id: id.into(),
        at: at("11/22(日) 14:02"),
        kind: t.webhooks_booked().into(),
        state: if is_open { t.mails_queued() } else { t.webhooks_delivered() },
        failure: is_open.then(|| format!("{} (500)", t.webhooks_refused())),
        next: is_open.then(|| at("14:07")),
        is_open,
    };
    let choice = |value: &str, label: &str, chosen| ChoiceView {
        value: value.into(),
        label: label.into(),
        chosen,
    };
    WebhookPage {
        shell,
        stored: Some(("h1".into(), "ats.example.jp".into())),
        secret: Some("whsec_4Jr0b1c9".into()),
        refusal: Some(t.webhooks_too_late()),
        pause: Some(t.webhooks_paused_gone()),
        url: "https://ats.example.jp/hooks/henji".into(),
        kinds: vec![
            choice("appointment.booked", t.webhooks_booked(), true),
            choice("link.opened", t.webhooks_link(), false),
        ],
        inboxes: vec![choice("i1", "採用センター", true)],
        is_on: true,
        deliveries: vec![delivery("d1", true), delivery("d2", false)],
        has_failed: true,
        next: Some("/settings/webhooks/h1?before=d2".into()),
        errors: FormErrors::of("kind", t.problem_malformed()),
    }
}
