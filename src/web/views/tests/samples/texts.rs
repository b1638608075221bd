//! The first text to somebody, where a link in one leads, and short links.

use askama::Template;

use super::inbox::composer;
use super::{inbox, shell, time};
use crate::domain::message::Purpose;
use crate::domain::segment::LengthProfile;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    vec![
        ("new", new_page(t).render().unwrap()),
        ("link", link_page(t).render().unwrap()),
        ("short-link", short_link(t).render().unwrap()),
        ("short-link-gone", gone_link(t).render().unwrap()),
        ("links", links(t).render().unwrap()),
        ("reply-form", reply_form(t).render().unwrap()),
        ("reply-taken", ReplyTakenPage { t, organization: None }.render().unwrap()),
        ("about-senders", about_senders(t).render().unwrap()),
    ]
}

fn new_page(t: Locale) -> NewPage {
    NewPage {
        shell: shell(t),
        inboxes: vec![inbox("i1", "採用センター"), inbox("i2", "住所変更窓口")],
        sender_id: "s1".into(),
        to: "03-1234-5678".into(),
        purpose: Purpose::Notice,
        body: String::new(),
        client_message_id: "0199a0c2-0000-7000-8000-000000000002".into(),
        despite_doubt: true,
        profile: LengthProfile::STANDARD,
        send_choices: composer(t).send_choices,
        send_min: composer(t).send_min,
        errors: FormErrors::of("to", t.field_number_cannot_sms(t.field_number_landline()))
            .and("send_at", t.field_send_at_past()),
    }
}

fn link_page(t: Locale) -> LinkPage {
    LinkPage {
        shell: shell(t),
        conversation_id: "c1".into(),
        host: "evil.example".into(),
        port: Some(8080),
        address: "http://bank.example@evil.example:8080/login".into(),
        href: "http://bank.example@evil.example:8080/login".into(),
        hides: true,
        is_open: true,
    }
}

fn short_link(t: Locale) -> ShortLinkPage {
    let organization = Some("株式会社見本".into());
    ShortLinkPage { t, organization, host: "www.example.jp".into() }
}

fn gone_link(t: Locale) -> GoneLinkPage {
    GoneLinkPage { t, organization: None }
}

fn links(t: Locale) -> LinksPage {
    LinksPage {
        shell: shell(t),
        start: "https://s.example.jp/l/".into(),
        is_apart: false,
        hosts: vec!["www.example.jp".into(), "xn--jvrr88k.example.jp".into()],
        host: "intranet".into(),
        pages: vec![LinkPageView {
            id: "d1".into(),
            place: "{url:返品}".into(),
            url: "https://www.example.jp/returns".into(),
            days: 30,
        }],
        page: NewPageForm { name: "".into(), url: "".into(), days: "30".into() },
        days: "90".into(),
        errors: FormErrors::of("host", t.problem_not_a_host()),
    }
}

fn reply_form(t: Locale) -> ReplyFormPage {
    ReplyFormPage {
        t,
        organization: Some("株式会社見本".into()),
        longest: 660,
        most_photos: 3,
        megabytes: 8,
        body: "土曜に\n変えられますか".into(),
        choose_again: true,
        errors: FormErrors::of("body", t.problem_too_long()),
    }
}

fn about_senders(t: Locale) -> AboutSendersPage {
    let sender = |address: &str, takes_replies| OurSenderView {
        address: address.into(),
        takes_replies,
        since: time("2026-11-22"),
        takes_calls: takes_replies.then_some(false),
        purposes: t.purpose_notice().into(),
        sample: "【見本】<b>ご予約</b>の前日です。".into(),
        shown_by: vec![("SoftBank", "200000".into())],
    };
    AboutSendersPage {
        t,
        organization: Some("株式会社見本".into()),
        senders: vec![sender("050-5555-6666", true), sender("MIHON", false)],
        link_host: "s.example.jp".into(),
        hosts: vec!["www.example.jp".into()],
        inquiries: "お客様相談室 0120-000-000".into(),
        check: SmsCheckView {
            number: Some(("090-1111-2222".into(), false)),
            link: Some(("https://s.example.jp/l/<b>".into(), true)),
            is_empty: false,
        },
    }
}
