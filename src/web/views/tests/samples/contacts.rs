//! Contacts.

use askama::Template;

use super::{line, shell, time};
use crate::domain::consent::{ConsentSource, Decision};
use crate::domain::contact_field::FieldKind;
use crate::domain::conversation::ShownState;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::domain::search::Part;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let found = ContactsPage { q: "山田 <b>".into(), ..contacts_page(t) };
    let nobody = ContactsPage { rows: vec![], next: None, ..contacts_page(t) };
    let nothing = ContactsPage { q: "x".into(), is_building: true, ..contacts_page(t) };
    let nothing = ContactsPage { rows: vec![], next: None, ..nothing };
    let wrong = ContactsPage { error: Some(t.search_too_long().into()), ..contacts_page(t) };
    vec![
        ("contacts", contacts_page(t).render().unwrap()),
        ("contacts-found", found.render().unwrap()),
        ("contacts-nobody", nobody.render().unwrap()),
        ("contacts-nothing", nothing.render().unwrap()),
        ("contacts-refused", wrong.render().unwrap()),
        ("contact", contact_page(t).render().unwrap()),
        ("contact-merged", contact_merged(t).render().unwrap()),
        ("merge", merge_page(t).render().unwrap()),
        ("merge-found", merge_found(t).render().unwrap()),
        ("merge-chosen", merge_chosen(t).render().unwrap()),
        ("table", table_page(t).render().unwrap()),
        ("table-faults", table_faults(t).render().unwrap()),
        ("table-preview", table_preview(t).render().unwrap()),
    ]
}

fn merged(t: Locale) -> MergedView {
    MergedView {
        id: "p9".into(),
        own_name: Some("山田 <i>".into()),
        number: "080-8765-4321".into(),
        by: Some("佐藤 花".into()),
        at: time(t.tag()),
    }
}

fn contact_merged(t: Locale) -> ContactPage {
    let news = Some(MergeNews::Merged(merged(t)));
    ContactPage { merged: vec![merged(t)], news, ..contact_page(t) }
}

fn merge_side(id: &str, name: &str, is_stopped: bool) -> MergeSideView {
    MergeSideView {
        id: id.into(),
        name: name.into(),
        has_name: true,
        numbers: vec!["090-1234-5678".into(), "080-8765-4321".into()],
        inboxes: vec!["採用センター".into()],
        is_stopped,
    }
}

fn merge_page(t: Locale) -> MergePage {
    MergePage {
        shell: Shell { nav: Nav::Contacts, ..shell(t) },
        kept: merge_side("p1", "山田 花子", false),
        merged: None,
        q: String::new(),
        error: None,
        rows: vec![],
        was_asked: false,
        is_building: false,
    }
}

fn merge_found(t: Locale) -> MergePage {
    let rows = contacts_page(t).rows;
    MergePage { q: "山田".into(), rows, was_asked: true, ..merge_page(t) }
}

fn merge_chosen(t: Locale) -> MergePage {
    MergePage { merged: Some(merge_side("p2", "山田 <b>", true)), ..merge_page(t) }
}

fn contacts_page(t: Locale) -> ContactsPage {
    let part = |text: &str, found| Part { text: text.into(), found };
    let row = |id: &str, name: Option<&str>| ContactRowView {
        id: id.into(),
        name: name.map(|name| vec![part(name, true), part(" <i>", false)]).unwrap_or_default(),
        number: vec![part("090-1234-5678", false)],
        has_name: name.is_some(),
        is_stopped: name.is_none(),
        inboxes: vec!["採用センター".into(), "住所変更窓口".into()],
        last: name.map(|_| time("14:02")),
    };
    ContactsPage {
        shell: Shell { nav: Nav::Contacts, ..shell(t) },
        q: String::new(),
        error: None,
        rows: vec![row("p1", Some("山田")), row("p2", None)],
        next: Some("/contacts?cursor=p2".into()),
        is_building: false,
    }
}

pub fn fields_form(t: Locale) -> FieldsForm {
    let field = |id: &str, name: &str, kind, value: &str| FieldView {
        id: id.into(),
        name: name.into(),
        kind,
        choices: vec!["個人".into(), "法人".into()],
        value: value.into(),
        shown: value.into(),
        typed: (kind == FieldKind::Number).then(|| "三".into()),
        error: (kind == FieldKind::Number).then(|| t.problem_not_a_figure().into()),
    };
    FieldsForm {
        t,
        csrf: "token-of-the-session".into(),
        contact_id: "p1".into(),
        conversation_id: Some("c1".into()),
        fields: vec![
            field("f1", "会員番号", FieldKind::Text, "A-1"),
            field("f2", "契約日", FieldKind::Date, "2026-06-01"),
            field("f3", "区分", FieldKind::Choice, "法人"),
            field("f4", "台数", FieldKind::Number, "3"),
        ],
    }
}

fn contact_page(t: Locale) -> ContactPage {
    let number = |number: &str, is_current: bool| NumberView {
        number: number.into(),
        masked: (!is_current).then(|| "a1".into()),
        is_revealed: is_current,
        since: time("2026-06-03"),
        is_current,
    };
    let thread = |id: &str, inbox: &str, state| ContactThreadView {
        conversation_id: id.into(),
        inbox: inbox.into(),
        state,
        last: time("14:02"),
    };
    let stop = |ended| OptOutView {
        scope: OptOutScope::Advertising,
        source: OptOutSource::User,
        by: Some("佐藤 花".into()),
        since: time("2026-06-03"),
        ended,
    };
    let said_of = |decision, source, wording: Option<&str>| ConsentView {
        decision,
        source,
        wording: wording.map(str::to_owned),
        by: Some("佐藤 花".into()),
        said: time("2026-10-03"),
        recorded: time("2026-10-04"),
    };
    let said =
        |inbox: Option<&str>, line| ContactLineView { inbox: inbox.map(str::to_owned), line };
    ContactPage {
        shell: shell(t),
        id: "p1".into(),
        name: "山田 花子".into(),
        numbers: vec![number("090-1234-5678", true), number("080-8765-4321", false)],
        merged: vec![],
        news: Some(MergeNews::Separated { id: "p9".into() }),
        fields: fields_form(t).fields,
        form: Some(FieldsForm { conversation_id: None, ..fields_form(t) }),
        opt_outs: vec![stop(None), stop(Some(time("2026-06-10")))],
        is_stopped: true,
        consents: vec![
            said_of(Decision::Withdrawn, ConsentSource::Reply, None),
            said_of(Decision::Given, ConsentSource::Form, Some("お得な情報を受け取る")),
        ],
        may_advertise: true,
        consent: ConsentForm {
            source: "paper".into(),
            given_on: "2026-10-03".into(),
            today: "2026-11-22".into(),
            wording: "申込書 3番の棚".into(),
            errors: FormErrors::of("given_on", t.problem_before_stop()),
        },
        threads: vec![
            thread("c1", "採用センター", ShownState::Assigned),
            thread("c2", "住所変更窓口", ShownState::Closed),
        ],
        timeline: vec![
            said(Some("住所変更窓口"), line(t, 1, "引っ越しました")),
            said(Some("採用センター"), line(t, 2, "2番の15時でお願いします")),
        ],
        older: Some("abc".into()),
    }
}

fn table_page(t: Locale) -> TablePage {
    let inbox = ChoiceView { value: "i1".into(), label: "採用センター".into(), chosen: true };
    TablePage {
        shell: Shell { nav: Nav::Contacts, ..shell(t) },
        inboxes: vec![inbox],
        error: Some(t.table_not_text().into()),
        faults: vec![],
        faulty: 0,
        preview: None,
    }
}

fn table_faults(t: Locale) -> TablePage {
    let fault =
        FaultView { line: 3, column: t.table_number().into(), problem: t.field_required().into() };
    TablePage { error: None, faults: vec![fault], faulty: 7, ..table_page(t) }
}

fn table_preview(t: Locale) -> TablePage {
    let change = |name: Option<&str>| TableChangeView {
        number: "090-1234-5678".into(),
        name: name.map(str::to_owned),
        values: vec!["A-1".into()],
        is_new: name.is_none(),
    };
    let preview = TablePreviewView {
        added: 120,
        changed: 1,
        unchanged: 3,
        changes: vec![change(Some("山田 <b>")), change(None)],
        ignored: vec!["メモ".into()],
        rows: "電話番号,名前\n</textarea><b>".into(),
    };
    TablePage { error: None, preview: Some(preview), ..table_page(t) }
}
