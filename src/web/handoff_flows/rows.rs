//! A menu as fields of a form: its options are rows that come and go.

use chrono::TimeDelta;
use unicode_normalization::UnicodeNormalization;

use crate::actions::handoff_flows::Refusal;
use crate::actions::{ActionError, Problem};
use crate::clock::fresh_id;
use crate::domain::handoff::{
    DUPLICATE, Flow, MOST_OPTIONS, MenuOption, Overflow, RETURNS, Saying, Speech,
};
use crate::domain::id::InboxId;
use crate::domain::message::Purpose;
use crate::locale::Locale;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::views::FormErrors;

use super::words::problem;

/// Rows of a new menu.
const FIRST_ROWS: usize = 3;
/// Says how many rows there are, the empty ones included.
const COUNT: &str = "rows";

/// The fields of a row.
pub struct Row {
    pub digit: &'static str,
    pub topic: &'static str,
    pub body: &'static str,
    pub url: &'static str,
    pub team: &'static str,
    pub purpose: &'static str,
    pub language: &'static str,
    pub template: &'static str,
}

macro_rules! rows {
    ($($n:literal),+) => {
        [$(Row {
            digit: concat!("digit_", $n),
            topic: concat!("topic_", $n),
            body: concat!("body_", $n),
            url: concat!("url_", $n),
            team: concat!("team_", $n),
            purpose: concat!("purpose_", $n),
            language: concat!("language_", $n),
            template: concat!("template_", $n),
        }),+]
    };
}
pub const ROWS: [Row; MOST_OPTIONS] =
    rows!(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);

/// The fields of what the voice says, in the order of the form.
pub const SAYINGS: [(&str, Speech, Locale); 20] = [
    ("say_greeting_ja", Speech::Greeting, Locale::Ja),
    ("say_greeting_en", Speech::Greeting, Locale::En),
    ("say_menu_ja", Speech::Menu, Locale::Ja),
    ("say_menu_en", Speech::Menu, Locale::En),
    ("say_again_ja", Speech::Again, Locale::Ja),
    ("say_again_en", Speech::Again, Locale::En),
    ("say_sent_ja", Speech::Sent, Locale::Ja),
    ("say_sent_en", Speech::Sent, Locale::En),
    ("say_already_sent_ja", Speech::AlreadySent, Locale::Ja),
    ("say_already_sent_en", Speech::AlreadySent, Locale::En),
    ("say_ask_mobile_ja", Speech::AskMobile, Locale::Ja),
    ("say_ask_mobile_en", Speech::AskMobile, Locale::En),
    ("say_cannot_send_ja", Speech::CannotSend, Locale::Ja),
    ("say_cannot_send_en", Speech::CannotSend, Locale::En),
    ("say_try_later_ja", Speech::TryLater, Locale::Ja),
    ("say_try_later_en", Speech::TryLater, Locale::En),
    ("say_operator_ja", Speech::Operator, Locale::Ja),
    ("say_operator_en", Speech::Operator, Locale::En),
    ("say_goodbye_ja", Speech::Goodbye, Locale::Ja),
    ("say_goodbye_en", Speech::Goodbye, Locale::En),
];

impl Row {
    pub fn fields(&self) -> [&'static str; 7] {
        [self.digit, self.topic, self.body, self.url, self.team, self.purpose, self.language]
    }

    /// A row without any of these is none: the others always say something.
    fn is_filled(&self, fields: &Fields) -> bool {
        let names = [self.digit, self.topic, self.body, self.url, self.template];
        names.iter().any(|name| fields.filled(name).is_some())
    }

    /// The field that the verb calls by its bare name.
    fn field(&self, bare: &str) -> Option<&'static str> {
        let names = ["digit", "topic", "body", "url", "team", "purpose", "language"];
        let at = names.iter().position(|name| *name == bare)?;
        Some(self.fields()[at])
    }
}

/// How many rows the form has.
pub fn count(fields: &Fields) -> usize {
    let asked_for = fields.get(COUNT).parse().unwrap_or(FIRST_ROWS);
    let filled = ROWS.iter().rposition(|row| row.is_filled(fields)).map_or(0, |last| last + 1);
    asked_for.max(filled).clamp(1, MOST_OPTIONS)
}

/// The same form with one row more.
pub fn with_one_more(fields: &Fields) -> Fields {
    let mut more = Fields::default();
    more.set(COUNT, &(count(fields) + 1).min(MOST_OPTIONS).to_string());
    more.take_all(fields);
    more
}

/// The same form without a row; those below it move up. The first is 1.
pub fn without(fields: &Fields, gone: usize) -> Fields {
    let (count, mut left) = (count(fields), Fields::default());
    if !(1..=count).contains(&gone) {
        return fields.clone();
    }
    left.set(COUNT, &(count - 1).max(1).to_string());
    for (n, row) in ROWS.iter().enumerate() {
        let from = if n + 1 < gone { n } else { n + 1 };
        let source = ROWS.get(from).filter(|_| from < count);
        let names = row.fields().into_iter().chain([row.template]);
        for (at, name) in names.enumerate() {
            let value = source.map_or("", |source| {
                let all = source.fields();
                fields.get(all.get(at).copied().unwrap_or(source.template))
            });
            left.set(name, value);
        }
    }
    left.take_all(fields);
    left
}

/// The same form with a text put into a row.
pub fn with_body(fields: &Fields, row: &Row, body: &str) -> Fields {
    let mut filled = Fields::of(&[(row.body, body), (row.template, "")]);
    filled.take_all(fields);
    filled
}

/// The menu that the form describes, and which row each option stood in.
pub fn flow_of(fields: &Fields) -> Result<(Flow, Vec<usize>), (&'static str, Problem)> {
    let inbox: InboxId =
        fields.get("inbox_id").parse().map_err(|_none| ("inbox_id", Problem::Missing))?;
    let number = |name| fields.get(name).trim().parse::<i64>().ok();
    let duplicate = number("duplicate_minutes").and_then(TimeDelta::try_minutes);
    let returns = number("return_days").and_then(TimeDelta::try_days);
    let text = |name| fields.filled(name).map(str::to_owned);
    let filled: Vec<usize> = (0..MOST_OPTIONS).filter(|n| ROWS[*n].is_filled(fields)).collect();
    let saying = |(field, speech, t): &(&str, Speech, Locale)| {
        let text = fields.filled(field)?.to_owned();
        Some(Saying { speech: *speech, language: t.tag().to_owned(), text })
    };
    let flow = Flow {
        id: fresh_id(),
        name: fields.get("name").to_owned(),
        inbox,
        called: text("called"),
        operator: text("operator"),
        calendar: fields.get("calendar_id").parse().ok(),
        // What is no number is none that is allowed.
        duplicate: duplicate.unwrap_or(TimeDelta::MAX),
        returns: returns.unwrap_or(TimeDelta::MAX),
        foreign_numbers: fields.has("foreign_numbers"),
        overflow: Overflow::default(),
        busy_calendar: fields.get("busy_calendar_id").parse().ok(),
        general: text("general_body"),
        closed: text("closed_body"),
        overflow_body: text("overflow_body"),
        overflow_url: text("overflow_url"),
        options: filled.iter().map(|n| option_of(fields, &ROWS[*n])).collect(),
        sayings: SAYINGS.iter().filter_map(saying).collect(),
    };
    Ok((flow, filled))
}

fn option_of(fields: &Fields, row: &Row) -> MenuOption {
    let text = |name| fields.filled(name).map(str::to_owned);
    MenuOption {
        // Full-width digits are digits, as everywhere people type numbers.
        digit: fields.get(row.digit).nfkc().collect(),
        topic: fields.get(row.topic).to_owned(),
        body: fields.get(row.body).to_owned(),
        url: text(row.url),
        team: fields.get(row.team).parse().ok(),
        purpose: Purpose::from_word(fields.get(row.purpose)).unwrap_or(Purpose::Notice),
        language: text(row.language),
    }
}

/// The form of a menu as it is kept.
pub fn fields_of(flow: &Flow) -> Fields {
    let mut fields = Fields::default();
    let mut put = |name, value: Option<&str>| fields.set(name, value.unwrap_or_default());
    put("name", Some(&flow.name));
    put("inbox_id", Some(&flow.inbox.to_string()));
    put("called", flow.called.as_deref());
    put("operator", flow.operator.as_deref());
    put("calendar_id", flow.calendar.map(|id| id.to_string()).as_deref());
    put("busy_calendar_id", flow.busy_calendar.map(|id| id.to_string()).as_deref());
    put("duplicate_minutes", Some(&flow.duplicate.num_minutes().to_string()));
    put("return_days", Some(&flow.returns.num_days().to_string()));
    put("general_body", flow.general.as_deref());
    put("closed_body", flow.closed.as_deref());
    put("overflow_body", flow.overflow_body.as_deref());
    put("overflow_url", flow.overflow_url.as_deref());
    put(COUNT, Some(&flow.options.len().to_string()));
    for (row, option) in ROWS.iter().zip(&flow.options) {
        put(row.digit, Some(&option.digit));
        put(row.topic, Some(&option.topic));
        put(row.body, Some(&option.body));
        put(row.url, option.url.as_deref());
        put(row.team, option.team.map(|id| id.to_string()).as_deref());
        put(row.purpose, Some(option.purpose.word()));
        put(row.language, option.language.as_deref());
    }
    for (field, speech, t) in &SAYINGS {
        put(field, flow.saying(*speech, t.tag()));
    }
    if flow.foreign_numbers {
        put("foreign_numbers", Some("1"));
    }
    fields
}

/// The form of a new menu.
pub fn fresh() -> Fields {
    let (minutes, days) = (DUPLICATE.num_minutes().to_string(), RETURNS.num_days().to_string());
    Fields::of(&[("duplicate_minutes", &minutes), ("return_days", &days)])
}

/// What the form shows for a refusal: beside the field, of the row where it is one's.
pub fn errors_of(
    t: Locale,
    refusal: Refusal,
    of_option: &[usize],
    fields: &Fields,
) -> Result<FormErrors, WebError> {
    let (field, what) = match refusal.error {
        ActionError::Invalid { field, problem } => (field, problem),
        error => return Err(error.into()),
    };
    let told = problem(t, field, what);
    if let Some(row) = refusal.option.and_then(|n| of_option.get(n)).map(|n| &ROWS[*n]) {
        return Ok(FormErrors::of(row.field(field).unwrap_or(row.digit), told));
    }
    Ok(match field {
        "sayings" => {
            let long = SAYINGS.iter().max_by_key(|(field, ..)| fields.get(field).chars().count());
            FormErrors::of(long.map_or("sayings", |(field, ..)| field), told)
        }
        "options" => FormErrors { summary: Some(told), fields: Vec::new() },
        field => FormErrors::of(field, told),
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{CalendarId, TeamId};

    fn option(digit: &str) -> MenuOption {
        MenuOption {
            digit: digit.into(),
            topic: format!("用件{digit}"),
            body: "こちら {url}".into(),
            url: Some("https://example.com/".into()),
            team: Some(TeamId(Uuid::from_u128(3))),
            purpose: Purpose::Dunning,
            language: Some("en".into()),
        }
    }

    fn flow() -> Flow {
        let saying =
            |speech, tag: &str| Saying { speech, language: tag.into(), text: "はい".into() };
        Flow {
            id: fresh_id(),
            name: "代表".into(),
            inbox: InboxId(Uuid::from_u128(1)),
            called: Some("03-1234-5678".into()),
            operator: Some("0312345678".into()),
            calendar: Some(CalendarId(Uuid::from_u128(2))),
            duplicate: TimeDelta::minutes(10),
            returns: TimeDelta::days(3),
            foreign_numbers: true,
            overflow: Overflow::Off,
            busy_calendar: Some(CalendarId(Uuid::from_u128(4))),
            general: Some("ご返信ください".into()),
            closed: Some("本日は終了しました".into()),
            overflow_body: Some("混み合っています {url}".into()),
            overflow_url: Some("https://example.com/faq".into()),
            options: vec![option("1"), option("2"), option("*")],
            sayings: vec![saying(Speech::Sent, "ja"), saying(Speech::TryLater, "en")],
        }
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let flow = flow();
        let (read, of_option) = flow_of(&fields_of(&flow)).unwrap();
        assert_eq!(Flow { id: flow.id, ..read }, flow);
        assert_eq!(of_option, [0, 1, 2]);
    }

    #[test]
    fn a_row_goes_and_those_below_it_move_up() {
        let digits = |fields: &Fields| {
            let (flow, _) = flow_of(fields).unwrap();
            flow.options.into_iter().map(|option| option.digit).collect::<Vec<_>>()
        };
        let fields = fields_of(&flow());
        let left = without(&fields, 2);
        assert_eq!((digits(&left), count(&left)), (vec!["1".into(), "*".into()], 2));
        assert_eq!(left.get("called"), "03-1234-5678", "all else stays");
        assert_eq!(digits(&without(&fields, 4)), digits(&fields), "there is no such row");
        let none = without(&without(&without(&fields, 1), 1), 1);
        assert_eq!((digits(&none).len(), count(&none)), (0, 1));
    }

    #[test]
    fn there_is_no_room_for_more_rows_than_options() {
        let mut fields = fresh();
        assert_eq!(count(&fields), FIRST_ROWS);
        for _ in 0..30 {
            fields = with_one_more(&fields);
        }
        assert_eq!(count(&fields), MOST_OPTIONS);
        let full = without(&fields, MOST_OPTIONS);
        assert_eq!(count(&full), MOST_OPTIONS - 1);
    }

    #[test]
    fn what_is_wrong_is_told_beside_the_row_it_was_typed_in() {
        let mut fields = fields_of(&flow());
        fields = without(&fields, 3);
        let refusal =
            |field, option| Refusal { option, error: ActionError::invalid(field, Problem::Taken) };
        let told = |refusal, of_option: &[usize]| {
            let errors = errors_of(Locale::Ja, refusal, of_option, &fields).unwrap();
            errors.fields.first().map(|(field, _)| *field)
        };
        assert_eq!(told(refusal("digit", Some(1)), &[0, 4]), Some("digit_5"));
        assert_eq!(told(refusal("name", None), &[]), Some("name"));
        assert_eq!(told(refusal("sayings", None), &[]).map(|f| &f[..4]), Some("say_"));
    }
}
