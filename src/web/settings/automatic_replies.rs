//! What an inbox answers by itself.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use uuid::Uuid;

use super::templates::merge_fields;
use super::{frame, saved, status_of};
use crate::actions::automatic_reply;
use crate::app::App;
use crate::domain::automatic_reply::{MOST_RULES, Matching, Occasion, Policy, PolicyError, Rule};
use crate::domain::id::InboxId;
use crate::domain::merge_field::MergeField;
use crate::locale::Locale;
use crate::store::inboxes::{self, Inbox};
use crate::store::{StoreError, automatic_replies};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{AutomaticRepliesPage, AutomaticRuleView, FormErrors};
use crate::web::words;

/// Empty rows under those that are filled.
const SPARE: usize = 1;
/// Between words, which may hold spaces.
const COMMAS: [char; 6] = [',', '，', '、', ';', '\n', '\r'];

/// The fields of a row.
struct Row {
    when: &'static str,
    words: &'static str,
    body: &'static str,
    order: &'static str,
}

macro_rules! rows {
    ($($n:literal),+) => {
        [$(Row {
            when: concat!("when_", $n),
            words: concat!("words_", $n),
            body: concat!("body_", $n),
            order: concat!("order_", $n),
        }),+]
    };
}
const ROWS: [Row; MOST_RULES] = rows!(1, 2, 3, 4, 5, 6, 7, 8);

impl Row {
    /// A row without either is none.
    fn is_filled(&self, fields: &Fields) -> bool {
        [self.words, self.body].iter().any(|name| fields.filled(name).is_some())
    }
}

/// `GET /settings/inboxes/{id}/automatic_replies`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let read = app.store.read(move |db| {
        Ok::<_, StoreError>((inboxes::find(db, id)?, automatic_replies::policy(db, id)?))
    });
    let (inbox, policy) = read.await?;
    let fields = fields_of(&policy.unwrap_or_default());
    form(&app, &session, &request, inbox, &fields, FormErrors::none()).await
}

/// `PUT /settings/inboxes/{id}/automatic_replies`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let inbox = app.store.read(move |db| inboxes::find(db, id)).await?;
    let t = session.locale();
    let errors = match policy_of(t, &fields) {
        Ok((policy, of_rule)) => {
            let caller = session.caller.clone();
            match automatic_reply::set_policy(&app, caller, id, policy).await {
                Ok(_kept) => {
                    return Ok(saved(&format!("/settings/inboxes/{id}/automatic_replies")));
                }
                Err(refusal) => {
                    let row = refusal.rule.map(|n| of_rule[n]);
                    let body = row.map_or("body", |row| ROWS[row].body);
                    words::form_errors(t, refusal.error, &[("body", body)])?
                }
            }
        }
        Err(errors) => errors,
    };
    form(&app, &session, &request, inbox, &fields, errors).await
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    inbox: Inbox,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let filled = ROWS.iter().rposition(|row| row.is_filled(fields)).map_or(0, |last| last + 1);
    let rules = ROWS.iter().enumerate().take(filled + SPARE);
    let t = session.locale();
    let mut merge = merge_fields(app, t).await?;
    // Nobody writes it.
    let writer = MergeField::AgentName.written(t == Locale::Ja);
    merge.retain(|field| field.value != writer);
    let page = AutomaticRepliesPage {
        shell: frame(app, session, request).await?,
        id: inbox.id.to_string(),
        inbox: inbox.name,
        has_hours: inbox.calendar_id.is_some(),
        pause: fields.get("pause").to_owned(),
        mails: fields.has("mails"),
        rules: rules.map(|(n, row)| view(n, row, fields, &errors)).collect(),
        fields: merge,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn view(n: usize, row: &Row, fields: &Fields, errors: &FormErrors) -> AutomaticRuleView {
    let order = fields.filled(row.order).map_or_else(|| (n + 1).to_string(), str::to_owned);
    AutomaticRuleView {
        number: n + 1,
        when: fields.get(row.when).to_owned(),
        words: fields.get(row.words).to_owned(),
        body: fields.get(row.body).to_owned(),
        order,
        wrong: [row.words, row.body].map(|name| errors.get(name).map(str::to_owned)),
    }
}

/// The rows that are filled, in their order, and which row each rule stood in.
fn policy_of(t: Locale, fields: &Fields) -> Result<(Policy, Vec<usize>), FormErrors> {
    let mut errors = FormErrors::none();
    let mut rules: Vec<(i64, usize, Rule)> = Vec::new();
    for (n, row) in ROWS.iter().enumerate().filter(|(_, row)| row.is_filled(fields)) {
        if fields.filled(row.body).is_none() {
            errors = errors.and(row.body, t.field_empty_body());
        }
        let (occasion, matching) = occasion_of(fields.get(row.when));
        let said = fields.get(row.words).split(COMMAS).map(str::trim);
        let said = said.filter(|word| !word.is_empty()).map(str::to_owned);
        let words = if occasion == Occasion::Keyword { said.collect() } else { Vec::new() };
        let place = fields.get(row.order).trim().parse().unwrap_or(i64::MAX);
        let body = fields.get(row.body).to_owned();
        rules.push((place, n, Rule { occasion, matching, words, body }));
    }
    rules.sort_by_key(|(place, n, _)| (*place, *n));
    let of_rule: Vec<usize> = rules.iter().map(|(_, n, _)| *n).collect();
    let rules = rules.into_iter().map(|(_, _, rule)| rule).collect();
    let pause = fields.get("pause").trim().parse().ok().and_then(TimeDelta::try_hours);
    let mails = fields.has("mails");
    let policy = Policy { pause: pause.unwrap_or_default(), rules, mails };
    match policy.check() {
        Err(PolicyError::Words(n)) => {
            errors = errors.and(ROWS[of_rule[n]].words, t.escalation_wrong_words());
        }
        Err(PolicyError::Pause) => errors = errors.and("pause", t.automatic_wrong_pause()),
        Err(PolicyError::TooManyRules) | Ok(()) => {}
    }
    if errors.is_empty() { Ok((policy, of_rule)) } else { Err(errors) }
}

/// An occasion, or how a word must stand: one choice on the page.
fn occasion_of(when: &str) -> (Occasion, Matching) {
    match Matching::from_word(when) {
        Some(matching) => (Occasion::Keyword, matching),
        None => (Occasion::from_word(when).unwrap_or_default(), Matching::default()),
    }
}

fn fields_of(policy: &Policy) -> Fields {
    let mut fields = Fields::default();
    fields.set("pause", &policy.pause.num_hours().to_string());
    if policy.mails {
        fields.set("mails", "1");
    }
    for (row, rule) in ROWS.iter().zip(&policy.rules) {
        let is_keyword = rule.occasion == Occasion::Keyword;
        fields.set(row.when, if is_keyword { rule.matching.word() } else { rule.occasion.word() });
        fields.set(row.words, &rule.words.join("、"));
        fields.set(row.body, &rule.body);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::automatic_reply::PAUSE;

    fn rule(when: &str, words: &[&str], body: &str) -> Rule {
        let (occasion, matching) = occasion_of(when);
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Rule { occasion, matching, words, body: body.into() }
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let rules = vec![
            rule("prefix", &["予約", "キャンセル したい"], "予約はこちら"),
            rule("first_contact", &[], "{{会社名}}です"),
            rule("outside_hours", &[], "営業時間外です"),
        ];
        for policy in [Policy { pause: PAUSE, rules, mails: true }, Policy::default()] {
            assert_eq!(policy_of(Locale::Ja, &fields_of(&policy)).unwrap().0, policy);
        }
    }

    #[test]
    fn rows_come_in_the_order_that_was_typed_and_say_what_is_wrong() {
        let fields = Fields::of(&[
            ("pause", "12"),
            ("when_1", "outside_hours"),
            ("body_1", "夜です"),
            ("order_1", "2"),
            ("when_3", "contains"),
            ("words_3", "住所、場所"),
            ("body_3", "銀座です"),
            ("order_3", "1"),
        ]);
        let (policy, of_rule) = policy_of(Locale::Ja, &fields).unwrap();
        assert_eq!(policy.rules[0].words, ["住所", "場所"]);
        assert_eq!(of_rule, [2, 0]);
        for (fields, wrong) in [
            (vec![("pause", "0")], "pause"),
            (vec![("pause", "夜")], "pause"),
            (vec![("pause", "721")], "pause"),
            (vec![("pause", "1"), ("when_2", "exact"), ("body_2", "はい")], "words_2"),
            (vec![("pause", "1"), ("when_2", "exact"), ("words_2", "予約")], "body_2"),
        ] {
            let errors = policy_of(Locale::Ja, &Fields::of(&fields)).unwrap_err();
            assert!(errors.get(wrong).is_some(), "{fields:?}: {errors:?}");
        }
    }
}
