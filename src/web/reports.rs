//! Reports: what became of the calls of phone menus.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};

use asked::{Days, file};

use super::error::WebError;
use super::form::Fields;
use super::fragment::html_with;
use super::session::Session;
use super::shell::shell;
use super::times::Times;
use super::views::{
    ChoiceView, FigureView, HandoffReportPage, HandoffReportView, HourView, KeyReportView,
    MenuReportView, Nav,
};
use crate::actions::export_report;
use crate::app::App;
use crate::domain::handoff::Flow;
use crate::domain::handoff::report::{Figures, LONGEST_SPAN, Span, SpanError};
use crate::domain::id::HandoffFlowId;
use crate::locale::Locale;
use crate::store::{StoreError, handoff_flows, handoff_reports, menu_calls};

pub mod applications;
mod asked;

/// Pixels of the bar of the busiest hour, and from one bar to the next.
const TALLEST: i64 = 100;
const BAR: u32 = 20;

/// `GET /reports/handoffs?from=&to=&flow=`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = shell(&app, &session, Nav::Reports).await?;
    let asked = Asked::read(&app, &session, &request).await?;
    let days = &asked.days;
    let choice = |flow: &Flow| ChoiceView {
        value: flow.id.to_string(),
        label: flow.name.clone(),
        chosen: Some(flow.id.to_string()) == asked.flow,
    };
    let flows: Vec<ChoiceView> = asked.flows.iter().map(choice).collect();
    let report = match days.span {
        Ok(span) if !flows.is_empty() => {
            Some(drawn(&days.times, span, &count(&app, &asked, span).await?))
        }
        _ => None,
    };
    let page = HandoffReportPage {
        shell,
        from: days.from.to_string(),
        to: days.to.to_string(),
        oldest: Span::oldest(days.today()).to_string(),
        today: days.today().to_string(),
        flows,
        error: days.span.err().map(|why| wrong(t, &days.times, why)),
        query: asked.query(),
        report,
    };
    html_with(days.status(), &page)
}

/// `GET /reports/handoffs.csv?from=&to=&flow=&encoding=`: a line for each key and hour
/// that had a call.
pub async fn export(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let asked = Asked::read(&app, &session, &request).await?;
    // The page says why there is none of those days.
    let Ok(span) = asked.days.span else { return show(app, session, request).await };
    let menus = count(&app, &asked, span).await?;
    export_report::note(&app, session.caller.clone(), span).await?;
    let query = Fields::parse(request.query_string().as_bytes());
    Ok(file(&query, "handoffs", span, &rows(t, &menus)))
}

/// What somebody wants to know, as far as they may.
struct Asked {
    days: Days,
    /// One flow alone.
    flow: Option<String>,
    /// All that they may see.
    flows: Vec<Flow>,
}

impl Asked {
    async fn read(app: &App, session: &Session, request: &HttpRequest) -> Result<Self, WebError> {
        let fields = Fields::parse(request.query_string().as_bytes());
        let days = Days::read(app, session, &fields).await?;
        let sight = &session.caller.sight;
        let flows = app.store.read(handoff_flows::ever).await?.into_iter();
        let flows: Vec<Flow> = flows.filter(|flow| sight.sees(flow.inbox)).collect();
        let flow = fields.filled("flow").map(str::to_owned);
        if flow.as_ref().is_some_and(|id| flows.iter().all(|flow| flow.id.to_string() != *id)) {
            return Err(WebError::NotFound);
        }
        Ok(Self { days, flow, flows })
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", &self.days.from.to_string());
        query.append_pair("to", &self.days.to.to_string());
        if let Some(flow) = &self.flow {
            query.append_pair("flow", flow);
        }
        query.finish()
    }
}

/// A menu and what was counted of it.
struct Counted {
    flow: Flow,
    /// By key and hour.
    cells: BTreeMap<(String, u8), Figures>,
    /// Calls that ended without a key.
    silent: i64,
}

impl Counted {
    /// In the order of the menu; keys that it no longer has come last.
    fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> =
            self.flow.options.iter().map(|option| option.digit.as_str()).collect();
        for (digit, _) in self.cells.keys() {
            if !keys.contains(&digit.as_str()) {
                keys.push(digit);
            }
        }
        keys
    }

    fn of_key(&self, digit: &str) -> Figures {
        self.cells.iter().filter(|((key, _), _)| key == digit).map(|(_, figures)| *figures).sum()
    }

    fn of_hour(&self, hour: u8) -> Figures {
        self.cells.iter().filter(|((_, at), _)| *at == hour).map(|(_, figures)| *figures).sum()
    }

    fn all(&self) -> Figures {
        self.cells.values().copied().sum()
    }

    fn topic(&self, t: Locale, digit: &str) -> String {
        let option = self.flow.option(digit).map(|option| option.topic.clone());
        option.unwrap_or_else(|| t.report_former_key().to_owned())
    }
}

async fn count(app: &App, asked: &Asked, span: Span) -> Result<Vec<Counted>, WebError> {
    let (now, stretches) = (asked.days.times.now, span.stretches(asked.days.times.zone));
    let is_chosen =
        |flow: &&Flow| asked.flow.as_ref().is_none_or(|chosen| *chosen == flow.id.to_string());
    let flows: Vec<Flow> = asked.flows.iter().filter(is_chosen).cloned().collect();
    let read = app.store.read(move |db| {
        let ids: Vec<HandoffFlowId> = flows.iter().map(|flow| flow.id).collect();
        let mut counted: Vec<Counted> = flows
            .into_iter()
            .map(|flow| Counted { flow, cells: BTreeMap::new(), silent: 0 })
            .collect();
        for stretch in &stretches {
            for cell in handoff_reports::count(db, &ids, stretch, now)? {
                let menu = counted.iter_mut().find(|menu| menu.flow.id == cell.flow);
                let menu = menu.expect("of these menus alone");
                *menu.cells.entry((cell.digit, cell.hour)).or_default() += cell.figures;
            }
            let silent = menu_calls::without_a_key(db, &ids, stretch, now)?;
            for menu in &mut counted {
                menu.silent += silent.get(&menu.flow.id).copied().unwrap_or_default();
            }
        }
        Ok::<_, StoreError>(counted)
    });
    Ok(read.await?)
}

fn drawn(times: &Times, span: Span, menus: &[Counted]) -> HandoffReportView {
    let t = times.t;
    let all: Figures = menus.iter().map(Counted::all).sum();
    let by_hour = |hour| menus.iter().map(|menu| menu.of_hour(hour)).sum::<Figures>();
    let hours: Vec<(u8, Figures)> = (0..24).map(|hour| (hour, by_hour(hour))).collect();
    let busiest = hours.iter().map(|(_, figures)| figures.calls).max().unwrap_or_default().max(1);
    let hour = |(hour, figures): &(u8, Figures)| HourView {
        name: format!("{hour}:00"),
        height: u32::try_from(figures.calls * TALLEST / busiest).unwrap_or_default(),
        x: u32::from(*hour) * BAR,
        cells: cells(figures),
    };
    HandoffReportView {
        between: [times.on(span.from), times.on(span.to)],
        zone: times.zone.name().to_owned(),
        sentence: t.report_sentence(all.calls, all.opened, all.replied, all.sent),
        figures: figures(t, &all, menus.iter().map(|menu| menu.silent).sum()),
        menus: menus.iter().map(|menu| drawn_menu(t, menu)).collect(),
        columns: columns(t).to_vec(),
        hours: hours.iter().map(hour).collect(),
        has_silent: menus.iter().any(|menu| menu.silent > 0),
    }
}

fn drawn_menu(t: Locale, menu: &Counted) -> MenuReportView {
    let key = |digit: &str| KeyReportView {
        digit: Some(digit.to_owned()),
        topic: menu.topic(t, digit),
        cells: cells(&menu.of_key(digit)),
    };
    let keys = match menu.all().calls {
        0 => Vec::new(),
        _ => {
            let mut keys: Vec<_> = menu.keys().into_iter().map(key).collect();
            let (topic, cells) = (t.report_sum().to_owned(), cells(&menu.all()));
            keys.push(KeyReportView { digit: None, topic, cells });
            keys
        }
    };
    MenuReportView { name: menu.flow.name.clone(), called: menu.flow.called.clone(), keys }
}

fn figures(t: Locale, all: &Figures, silent: i64) -> Vec<FigureView> {
    let of_sent = |count| all.of_sent(count).map(|share| t.report_of_sent(percent(share)));
    let view = |name, count: i64, share, definition: &str| FigureView {
        name,
        value: count.to_string(),
        share,
        definition: definition.to_owned(),
    };
    let stayed_away = FigureView {
        name: t.report_stayed_away(),
        value: all.stayed_away().map_or_else(|| "–".to_owned(), percent),
        share: None,
        definition: t.report_about_stayed_away(all.settled),
    };
    vec![
        view(t.report_calls(), all.calls, None, t.report_about_calls()),
        view(t.report_sent(), all.sent, None, t.report_about_sent()),
        view(
            t.report_delivered(),
            all.delivered,
            of_sent(all.delivered),
            t.report_about_delivered(),
        ),
        view(t.report_opened(), all.opened, of_sent(all.opened), t.report_about_opened()),
        view(t.report_replied(), all.replied, of_sent(all.replied), t.report_about_replied()),
        view(t.report_helped(), all.helped, of_sent(all.helped), t.report_about_helped()),
        view(t.report_again(), all.again, of_sent(all.again), t.report_about_again()),
        stayed_away,
        view(t.report_silent(), silent, None, t.report_about_silent()),
    ]
}

/// What stands above [`cells`].
fn columns(t: Locale) -> [&'static str; 8] {
    [
        t.report_calls(),
        t.report_sent(),
        t.report_delivered(),
        t.report_opened(),
        t.report_replied(),
        t.report_helped(),
        t.report_again(),
        t.report_stayed_away(),
    ]
}

fn cells(figures: &Figures) -> Vec<String> {
    let mut cells = counts(figures).map(|count| count.to_string()).to_vec();
    cells.push(figures.stayed_away().map_or_else(|| "–".to_owned(), percent));
    cells
}

fn counts(figures: &Figures) -> [i64; 7] {
    let Figures { calls, sent, delivered, opened, replied, helped, again, .. } = *figures;
    [calls, sent, delivered, opened, replied, helped, again]
}

fn percent(share: f64) -> String {
    format!("{share:.1}%")
}

/// Counts alone, such that whoever adds lines up gets the right sum: of shares nobody
/// can make one, so the two numbers that make the last one stand in their place.
fn rows(t: Locale, menus: &[Counted]) -> Vec<Vec<String>> {
    let first = [t.report_menu(), t.report_key(), t.report_topic(), t.report_hour()];
    let last = [t.report_settled(), t.report_settled_again(), t.report_silent()];
    let columns = columns(t);
    let heading = first.into_iter().chain(columns[..7].iter().copied()).chain(last);
    let mut rows = vec![heading.map(str::to_owned).collect::<Vec<_>>()];
    for menu in menus {
        for ((digit, hour), figures) in &menu.cells {
            let mut row =
                vec![menu.flow.name.clone(), digit.clone(), menu.topic(t, digit), hour.to_string()];
            row.extend(counts(figures).map(|count| count.to_string()));
            row.extend([figures.settled, figures.settled_again, 0].map(|count| count.to_string()));
            rows.push(row);
        }
        if menu.silent > 0 {
            let name = menu.flow.name.clone();
            let mut row = vec![name, String::new(), t.report_silent().to_owned(), String::new()];
            // Of a column of their own: they are no calls in which a key was pressed.
            row.resize(rows[0].len() - 1, "0".to_owned());
            row.push(menu.silent.to_string());
            rows.push(row);
        }
    }
    rows
}

fn wrong(t: Locale, times: &Times, why: SpanError) -> String {
    match why {
        SpanError::Backwards => t.report_backwards().to_owned(),
        SpanError::TooLong => t.report_too_long(LONGEST_SPAN),
        SpanError::TooOld => t.report_too_old(times.on(Span::oldest(times.date(times.now))).shown),
    }
}
