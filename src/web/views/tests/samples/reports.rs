//! What became of calls.

use askama::Template;

use super::shell;
use crate::locale::Locale;
use crate::web::views::*;

pub fn pages(t: Locale) -> Vec<(&'static str, String)> {
    let cells = || ["412", "410", "398", "301", "44", "40", "9", "97.8%"].map(str::to_owned);
    let key = |digit: Option<&str>, topic: &str| KeyReportView {
        digit: digit.map(str::to_owned),
        topic: topic.into(),
        cells: cells().to_vec(),
    };
    let day = |shown: &str| TimeView { iso: "2026-11-22".into(), shown: shown.into() };
    let report = |keys: Vec<KeyReportView>| HandoffReportView {
        between: [day("11月16日(月)"), day("11月22日(日)")],
        zone: "Asia/Tokyo".into(),
        has_silent: false,
        sentence: t.report_sentence(412, 301, 44, 410),
        figures: vec![
            FigureView {
                name: t.report_calls(),
                value: "412".into(),
                share: None,
                definition: t.report_about_calls().into(),
            },
            FigureView {
                name: t.report_opened(),
                value: "301".into(),
                share: Some(t.report_of_sent("73.4%")),
                definition: t.report_about_opened().into(),
            },
        ],
        menus: vec![MenuReportView {
            name: "main".into(),
            called: Some("050-1111-2222".into()),
            keys,
        }],
        columns: vec![
            t.report_calls(),
            t.report_sent(),
            t.report_delivered(),
            t.report_opened(),
            t.report_replied(),
            t.report_helped(),
            t.report_again(),
            t.report_stayed_away(),
        ],
        hours: vec![HourView { name: "9:00".into(), height: 40, x: 180, cells: cells().to_vec() }],
    };
    let page = |report: Option<HandoffReportView>, error: Option<&str>| HandoffReportPage {
        shell: Shell { nav: Nav::Reports, ..shell(t) },
        from: "2026-11-16".into(),
        to: "2026-11-22".into(),
        oldest: "2025-10-19".into(),
        today: "2026-11-22".into(),
        flows: vec![ChoiceView { value: "f1".into(), label: "main".into(), chosen: true }],
        error: error.map(str::to_owned),
        query: "from=2026-11-16&to=2026-11-22".into(),
        report,
    };
    let keys = vec![key(Some("1"), "返品・交換"), key(None, t.report_sum())];
    vec![
        ("report", page(Some(report(keys)), None).render().unwrap()),
        ("report-none", page(Some(report(vec![])), None).render().unwrap()),
        ("report-wrong", page(None, Some(t.report_backwards())).render().unwrap()),
    ]
}
