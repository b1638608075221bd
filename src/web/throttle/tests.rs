use chrono::{DateTime, TimeDelta};

use super::*;

const HOME: &str = "203.0.113.7";

fn at_noon() -> (Clock, Throttle) {
    let clock = Clock::fixed_at(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
    (clock.clone(), Throttle::new(clock))
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn sato() -> SignIn {
    SignIn::new("sato@example.jp", None, address(HOME))
}

fn seconds_to_wait(result: Result<(), Wait>) -> u64 {
    result.err().map_or(0, |wait| wait.retry_after.as_secs())
}

#[test]
fn the_wait_grows_with_each_wrong_password() {
    let (clock, throttle) = at_noon();
    let minutes = |minutes: u64| minutes * 60;
    let table = [0, 0, 1, 2, 4, 8, 16, 32, 64, minutes(15), minutes(30), minutes(60), minutes(60)];
    for (tries, wait) in table.into_iter().enumerate() {
        assert_eq!(throttle.try_sign_in(&sato()), Ok(()), "try {}", tries + 1);
        assert_eq!(
            throttle
                .lock()
                .accounts
                .at(sato().account, clock.now())
                .wait(clock.now())
                .map_or(0, |w| w.as_secs()),
            wait,
            "after try {}",
            tries + 1
        );
        if wait > 0 {
            assert_eq!(seconds_to_wait(throttle.try_sign_in(&sato())), wait);
        }
        clock.advance(TimeDelta::seconds(wait as i64));
    }
}

#[test]
fn hammering_at_a_locked_account_does_not_keep_it_locked() {
    let (clock, throttle) = at_noon();
    while throttle.try_sign_in(&sato()).is_ok() {}
    for _ in 0..10_000 {
        assert!(throttle.try_sign_in(&sato()).is_err());
    }
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(throttle.try_sign_in(&sato()), Ok(()));
}

#[test]
fn a_million_guesses_a_day_get_at_most_a_hundred_tries_at_an_account() {
    let (clock, throttle) = at_noon();
    let day = TimeDelta::days(1);
    let guesses = 1_000_000;
    let mut tries = 0;
    for n in 0..guesses {
        // From many networks, so that only the account's own limit holds.
        let from = IpAddr::from([10, (n >> 8) as u8, n as u8, 1]);
        let guess = SignIn::new("Sato@example.jp ", None, from);
        tries += u32::from(throttle.try_sign_in(&guess).is_ok());
        clock.advance(day / guesses);
    }
    assert!((10..=100).contains(&tries), "{tries} tries");
}

#[test]
fn the_right_password_starts_afresh() {
    let (clock, throttle) = at_noon();
    for _ in 0..3 {
        throttle.try_sign_in(&sato()).unwrap();
    }
    clock.advance(TimeDelta::seconds(1));
    throttle.try_sign_in(&sato()).unwrap();
    throttle.signed_in(&sato());
    assert_eq!(throttle.try_sign_in(&sato()), Ok(()));
    assert_eq!(throttle.try_sign_in(&sato()), Ok(()));
}

#[test]
fn a_day_of_rest_starts_afresh() {
    let (clock, throttle) = at_noon();
    for wait in [0, 0, 1, 2, 4, 8] {
        throttle.try_sign_in(&sato()).unwrap();
        clock.advance(TimeDelta::seconds(wait));
    }
    clock.advance(TimeDelta::days(1));
    assert_eq!(throttle.try_sign_in(&sato()), Ok(()));
    assert_eq!(throttle.try_sign_in(&sato()), Ok(()));
}

#[test]
fn strangers_cannot_lock_out_a_known_browser() {
    let (_, throttle) = at_noon();
    while throttle.try_sign_in(&sato()).is_ok() {}
    let known = SignIn::new("sato@example.jp", Some("device"), address("198.51.100.1"));
    assert_eq!(throttle.try_sign_in(&known), Ok(()));
}

#[test]
fn a_network_has_thirty_tries_a_minute_at_all_accounts_together() {
    let (clock, throttle) = at_noon();
    for (same, foreign) in [
        (["203.0.113.1", "203.0.113.254"], "203.0.114.1"),
        (["2001:db8::1", "2001:db8::ffff:0:0:1"], "2001:db8:0:1::1"),
        (["::ffff:192.0.2.1", "192.0.2.9"], "192.0.3.1"),
    ] {
        for n in 0..30 {
            let user = format!("user{n}@{foreign}");
            let guess = SignIn::new(&user, None, address(same[n % 2]));
            assert_eq!(throttle.try_sign_in(&guess), Ok(()), "{same:?} {n}");
        }
        let next = format!("next@{foreign}");
        let refused = throttle.try_sign_in(&SignIn::new(&next, None, address(same[0])));
        assert_eq!(seconds_to_wait(refused), 60);
        let elsewhere = SignIn::new(&next, None, address(foreign));
        assert_eq!(throttle.try_sign_in(&elsewhere), Ok(()));
        clock.advance(TimeDelta::minutes(1));
        let again = SignIn::new(&format!("again@{foreign}"), None, address(same[0]));
        assert_eq!(throttle.try_sign_in(&again), Ok(()));
    }
}

#[test]
fn an_office_that_signs_in_at_nine_is_not_held_up() {
    let (_, throttle) = at_noon();
    for n in 0..500 {
        let agent = SignIn::new(&format!("agent{n}@example.jp"), None, address(HOME));
        throttle.try_sign_in(&agent).unwrap();
        throttle.signed_in(&agent);
    }
}

#[test]
fn a_flood_of_forged_webhooks_is_slowed_then_no_longer_kept() {
    let (clock, throttle) = at_noon();
    let forger = address("198.51.100.9");
    let quick = HookVerdict { keep: true, delay: Duration::ZERO };
    let slow = HookVerdict { keep: true, delay: limits::TARPIT };
    let dropped = HookVerdict { keep: false, delay: limits::TARPIT };
    for n in 1..=1_001 {
        let expected = match n {
            ..=100 => quick,
            101..=1_000 => slow,
            _ => dropped,
        };
        assert_eq!(throttle.hook_failed(forger), expected, "request {n}");
    }
    assert_eq!(throttle.hook_failed(address("192.0.2.1")), quick);
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(throttle.hook_failed(forger), HookVerdict { keep: false, delay: Duration::ZERO });
    clock.advance(TimeDelta::days(1));
    assert_eq!(throttle.hook_failed(forger), quick);
}

#[tokio::test]
async fn whoever_guesses_links_shares_one_turn_and_nobody_else_waits() {
    let (clock, throttle) = at_noon();
    let (guesser, neighbour) = (address("198.51.100.9"), address("198.51.100.200"));
    for n in 0..60 {
        assert!(throttle.turn(guesser).await.is_none(), "try {n} needs no turn");
        assert_eq!(throttle.link_missed(guesser), Ok(()));
    }
    assert_eq!(seconds_to_wait(throttle.link_missed(guesser)), 60);
    let held = throttle.turn(guesser).await;
    assert!(held.is_some());
    assert!(throttle.guessers.try_acquire().is_err(), "others like them wait");
    // Of the same network, and of another.
    assert!(throttle.turn(address("203.0.113.7")).await.is_none());
    drop(held);
    assert!(throttle.turn(neighbour).await.is_some());
    clock.advance(TimeDelta::minutes(1));
    assert!(throttle.turn(guesser).await.is_none(), "a minute later it is forgotten");
}
