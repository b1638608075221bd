//! What a ladder would have done is what it did: a week is played against it, hour by
//! hour, and counted afterwards.

use chrono::{DateTime, TimeDelta, Utc};
use henji::actions::escalate::{self, Tally};
use henji::domain::escalation::{Policy, Recipient, Step, Trigger};
use henji::domain::id::{ConversationId, TagId};
use henji::domain::user::{Actor, Caller};
use henji::jobs::{escalate_due, housekeeping};
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO, TANAKA};

use super::tags::tag;

const HANDSETS: usize = 6;

fn house() -> Caller {
    Caller::house(Actor::operator())
}

fn step(trigger: Trigger, hours: i64) -> Step {
    let to = vec![Recipient::Supervisors];
    Step { trigger, after: TimeDelta::hours(hours), to, ..Step::default() }
}

/// A rung of every kind.
fn ladder(urgent: TagId) -> Policy {
    let again = |hours, step| Step { every: Some(TimeDelta::hours(hours)), ..step };
    Policy {
        always: false,
        steps: vec![
            step(Trigger::Unanswered, 2),
            again(3, Step { urgent: true, ..step(Trigger::Unanswered, 4) }),
            step(Trigger::Unassigned, 1),
            Step { words: vec!["解約".into()], urgent: true, ..step(Trigger::Words, 0) },
            Step { tags: vec![urgent], ..step(Trigger::Tagged, 1) },
            step(Trigger::Undelivered, 1),
            again(2, step(Trigger::Help, 1)),
        ],
        ..Policy::default()
    }
}

/// What happens in an hour; the same week each time.
async fn happens(
    app: &TestApp,
    conversation: ConversationId,
    (number, what): (&str, usize),
    urgent: TagId,
) {
    let path = format!("/conversations/{conversation}");
    // Nobody stays signed in for a week.
    let by = &app.sign_in([SATO, TANAKA][what % 2]).await;
    let reply = async |receipt: &str| {
        app.api().carrier(json!({ "receipt": receipt })).await;
        by.reply(conversation, "お答えします").await;
        app.deliver().await;
        app.simulator.idle().await;
    };
    match what {
        0..6 => drop(app.handset(number).sends("どうなりましたか").await),
        6 | 7 => drop(app.handset(number).sends("解約したい").await),
        8..11 => reply("delivered").await,
        11 | 12 => reply("undelivered").await,
        13 => drop(by.post(&format!("{path}/closure"), &[]).await),
        14 => {
            let until = (app.now() + TimeDelta::hours(5)).to_rfc3339();
            let snooze = json!({ "until": until });
            drop(app.api().put(&format!("{path}/snooze"), snooze).await);
        }
        15 | 16 => {
            let to = app.cast.id([SATO, TANAKA][what % 2]).to_string();
            drop(by.post(&format!("{path}/assignment"), &[("user_id", &to)]).await);
        }
        17 => drop(by.delete(&format!("{path}/assignment")).await),
        18 => drop(by.post(&format!("{path}/tags/{urgent}"), &[]).await),
        _ => drop(by.post(&format!("{path}/help"), &[]).await),
    }
}

async fn backtest(app: &TestApp, policy: &Policy) -> Tally {
    let inbox = app.cast.reception;
    escalate::backtest(app, &house(), inbox, policy.clone()).await.unwrap()
}

/// When steps were really taken.
fn taken(app: &TestApp) -> Vec<DateTime<Utc>> {
    let as_text = match crate::support::test_db::is_postgres() {
        true => "to_char(fired_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
        false => "strftime('%Y-%m-%dT%H:%M:%SZ', fired_at)",
    };
    let query = format!("select {as_text} as t from escalations where mails > 0 order by fired_at");
    app.raw().texts(&query).iter().map(|at| at.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_week_counted_afterwards_is_the_week_as_it_was() {
    let app = TestApp::start().await;
    app.keeps_hours("9-12 13-18").await;
    let urgent = tag(&app, "至急", 10).await;
    let policy = ladder(urgent);
    let inbox = app.cast.reception;
    escalate::set_policy(&app, house(), inbox, policy.clone()).await.unwrap();
    let numbers: Vec<String> = (0..HANDSETS).map(|n| format!("+8190123400{n:02}")).collect();
    let mut conversations = Vec::new();
    app.advance(TimeDelta::minutes(10));
    for number in &numbers {
        conversations.push(app.handset(number).sends("お願いします").await);
    }
    let mut random: u64 = 5;
    // The hours are whole from here on, and the last is the one that is asked at.
    for _ in 0..7 * 24 - 1 {
        app.advance(TimeDelta::hours(1));
        housekeeping::run_one(&app).await.unwrap();
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = (random >> 33) as usize;
        if !drawn.is_multiple_of(3) {
            let (n, what) = (drawn / 3 % HANDSETS, drawn / 64 % 20);
            happens(&app, conversations[n], (&numbers[n], what), urgent).await;
        }
        escalate_due::run_one(&app).await.unwrap();
    }
    let (tally, taken) = (backtest(&app, &policy).await, taken(&app));
    assert!(taken.len() > 40, "there was something to count: {}", taken.len());
    assert_eq!(tally.fired, taken);
    assert!(tally.is_whole && tally.conversations == HANDSETS);
    assert!(tally.at_night > 0 && tally.at_night < taken.len(), "{tally:?}");
    // The control: another ladder would not have done the same.
    let mut other = policy.clone();
    other.steps[0].after = TimeDelta::hours(3);
    assert_ne!(backtest(&app, &other).await.fired, taken);

    // The page keeps what was typed, and changes nothing; the API says the same.
    let page = format!("/settings/inboxes/{inbox}/escalation");
    let typed = [("hours", "always"), ("minutes_1", "61"), ("to_1", "team"), ("backtest", "1")];
    let admin = app.sign_in(ADMIN).await;
    let shown = admin.put(&page, &typed).await.expect(200);
    assert_eq!(shown.attribute("#minutes_1", "value"), Some("61".into()));
    let late = Step {
        after: TimeDelta::minutes(61),
        to: vec![Recipient::Team],
        ..step(Trigger::Unanswered, 0)
    };
    let would =
        backtest(&app, &Policy { always: true, steps: vec![late], ..Policy::default() }).await;
    let (told, all) = (shown.texts("#tally").concat(), would.fired.len());
    assert!(all > 0 && told.contains(&format!("過去7日なら{all}回")), "{told}");
    assert!(told.contains("22:00から7:00") && told.contains("Asia/Tokyo"), "{told}");
    let kept = admin.get(&page).await.expect(200);
    assert_eq!(kept.attribute("#minutes_1", "value"), Some("120".into()));
    let step = json!({"trigger": "unanswered", "after_seconds": 3660, "to": ["team"]});
    let asked = json!({"hours": "always", "steps": [step]});
    let path = format!("/inboxes/{inbox}/escalation_policy/backtest");
    let answer = app.api().post(&path, asked).await.expect(200).json();
    assert_eq!((&answer["fired"], &answer["complete"]), (&json!(all), &json!(true)));
    assert_eq!(answer["night"]["time_zone"], "Asia/Tokyo");
    app.leaves_work();
}
