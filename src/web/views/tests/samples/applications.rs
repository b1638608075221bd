//! Applicants.

use askama::Template;

use super::{shell, time};
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let list = |items: Vec<ApplicationItem>, next: Option<&str>| ApplicationsPage {
        shell: frame(t),
        notice: next.map(|_| t.application_table_done(2, 1)),
        tabs: vec![
            BoardTab { word: "open", label: t.application_under_way(), count: 1, chosen: true },
            BoardTab { word: "applied", label: t.step_applied(), count: 0, chosen: false },
        ],
        chosen: "open",
        mine: false,
        items,
        steps: steps(t),
        may_answer: true,
        next: next.map(str::to_owned),
    };
    let one = ApplicationPage {
        shell: frame(t),
        item: item(t),
        number: "090-1234-5678".into(),
        external_id: Some("A-1".into()),
        contact_id: "k1".into(),
        steps: steps(t),
        moves: vec![MoveView {
            step: t.step_scheduling(),
            why: t.step_by_offer(),
            by: Some("佐藤".into()),
            at: time("11/22(日) 7:50"),
        }],
        may_answer: true,
    };
    let form = |id: Option<&str>, errors| ApplicationFormPage {
        shell: frame(t),
        id: id.map(str::to_owned),
        inboxes: ["受付", "採用"]
            .map(|label| ChoiceView { value: label.into(), label: label.into(), chosen: false })
            .into(),
        people: vec![ChoiceView { value: "u1".into(), label: "佐藤".into(), chosen: true }],
        media: vec!["Indeed".into()],
        to: "03-1234-5678".into(),
        name: "山田 花子".into(),
        job: "営業".into(),
        medium: "Indeed".into(),
        errors,
    };
    let landline = FormErrors::of("to", t.field_number_cannot_sms(t.cannot_receive_landline()))
        .and("inbox_id", t.field_choose_one());
    let table = |error: Option<String>, faults: Vec<FaultView>, preview| ApplicantsTablePage {
        shell: frame(t),
        inboxes: vec![ChoiceView { value: "i1".into(), label: "採用".into(), chosen: true }],
        error,
        faulty: u32::try_from(faults.len()).unwrap(),
        faults,
        preview,
    };
    let fault =
        FaultView { line: 3, column: t.table_number().into(), problem: t.field_required().into() };
    let preview = ApplicantsPreviewView {
        count: 2,
        shown: vec![ApplicantRowView {
            number: "090-1234-5678".into(),
            name: "山田 花子".into(),
            job: "営業".into(),
            medium: "Indeed".into(),
            recruiter: "佐藤".into(),
            applied: Some(time("11/22(日) 7:50")),
        }],
        ignored: vec!["備考".into()],
        rows: "電話番号\r\n09012345678\r\n".into(),
    };
    let report = |report, error: Option<&str>| ApplicationReportPage {
        shell: frame(t),
        from: "2026-11-16".into(),
        to: "2026-11-22".into(),
        oldest: "2025-10-19".into(),
        today: "2026-11-22".into(),
        error: error.map(str::to_owned),
        query: "from=2026-11-16&to=2026-11-22".into(),
        report,
    };
    vec![
        ("applications", list(vec![item(t)], Some("/applications?after=1")).render().unwrap()),
        ("applications-none", list(vec![], None).render().unwrap()),
        ("application", one.render().unwrap()),
        ("application-new", form(None, FormErrors::none()).render().unwrap()),
        ("application-new-wrong", form(None, landline).render().unwrap()),
        ("application-edit", form(Some("a1"), FormErrors::none()).render().unwrap()),
        ("applicants-table", table(None, vec![], None).render().unwrap()),
        (
            "applicants-table-empty",
            table(Some(t.application_table_empty().into()), vec![], None).render().unwrap(),
        ),
        ("applicants-table-faults", table(None, vec![fault], None).render().unwrap()),
        ("applicants-table-look", table(None, vec![], Some(preview)).render().unwrap()),
        ("applicants-report", report(Some(counted(t, false)), None).render().unwrap()),
        ("applicants-report-none", report(Some(counted(t, true)), None).render().unwrap()),
        ("applicants-report-wrong", report(None, Some(t.report_backwards())).render().unwrap()),
        ("sources", sources(t).render().unwrap()),
    ]
}

fn frame(t: Locale) -> Shell {
    Shell { nav: Nav::Appointments, appointments: true, ..shell(t) }
}

fn steps(t: Locale) -> Vec<ChoiceView> {
    let step = |value: &str, label: &str, chosen| ChoiceView {
        value: value.into(),
        label: label.into(),
        chosen,
    };
    vec![step("applied", t.step_applied(), false), step("scheduling", t.step_scheduling(), true)]
}

fn item(t: Locale) -> ApplicationItem {
    ApplicationItem {
        id: "a1".into(),
        href: "/conversations/c1#latest".into(),
        name: "山田 花子".into(),
        inbox: "採用".into(),
        step: "scheduling",
        at: t.step_scheduling(),
        job: Some("営業".into()),
        medium: Some("Indeed".into()),
        recruiter: Some("佐藤".into()),
        applied: time("11/22(日) 7:50"),
    }
}

fn counted(t: Locale, is_empty: bool) -> ApplicationReportView {
    let day = |shown: &str| TimeView { iso: "2026-11-22".into(), shown: shown.into() };
    ApplicationReportView {
        between: [day("11月16日(月)"), day("11月22日(日)")],
        zone: "Asia/Tokyo".into(),
        figures: vec![FigureView {
            name: t.applicants_report_confirmed_share(),
            value: "37.5%".into(),
            share: Some("N=8".into()),
            definition: t.applicants_report_about_confirmed_share().into(),
        }],
        columns: vec![t.applicants_report_applications(), t.applicants_report_confirmed_share()],
        groups: vec![GroupReportView {
            title: t.applicants_report_by_medium(),
            groups: vec![GroupView {
                name: "Indeed".into(),
                cells: vec!["8".into(), "37.5%".into()],
            }],
        }],
        is_empty,
    }
}

fn sources(t: Locale) -> SourcesPage {
    SourcesPage {
        shell: Shell { nav: Nav::Settings, ..shell(t) },
        sources: vec![SourceRowView {
            id: "s1".into(),
            name: "求人サイトA".into(),
            inbox: "採用".into(),
            url: "https://sms.example.jp/hooks/applications/Zm9v".into(),
            created: time("11/22(日)"),
        }],
        fresh: Some("whsec_Zm9v".into()),
        name: String::new(),
        inboxes: vec![ChoiceView { value: "i1".into(), label: "採用".into(), chosen: false }],
        errors: FormErrors::none(),
    }
}
