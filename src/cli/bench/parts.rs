//! `segments` and `seal`: what every text pays before it is stored.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use super::histogram::rounded;
use super::marks;
use super::report;
use crate::domain::id::{ContactId, MessageId};
use crate::domain::segment::{LengthProfile, normalise_body};
use crate::store::seal::{Vault, place};

const LONG: Duration = Duration::from_secs(1);

pub fn segments() -> anyhow::Result<()> {
    let japanese = marks::body(1);
    let english = "Hi, could you tell me when my order will be delivered? ".repeat(6);
    for (name, text) in [("short Japanese", japanese), ("long English", english)] {
        let micros = micros_each(|| {
            let body = normalise_body(black_box(&text));
            black_box(LengthProfile::STANDARD.measure(&body));
        });
        report(json!({
            "bench": "segments",
            "text": name,
            "characters": text.chars().count(),
            "us_each": rounded(micros),
        }))?;
    }
    Ok(())
}

pub fn seal() -> anyhow::Result<()> {
    let contact = ContactId(Uuid::now_v7());
    let (key, _) = Vault::new([7; 32]).new_contact_key(contact);
    let here = place("messages", "body_sealed", MessageId(Uuid::now_v7()));
    let text = marks::body(1);
    let sealed = key.seal_text(here, &text);
    let sealing = micros_each(|| drop(black_box(key.seal_text(here, black_box(&text)))));
    let opening = micros_each(|| drop(black_box(key.open_text(here, black_box(&sealed)))));
    report(json!({
        "bench": "seal",
        "bytes": text.len(),
        "seal_us": rounded(sealing),
        "open_us": rounded(opening),
    }))
}

fn micros_each(mut work: impl FnMut()) -> f64 {
    const AT_ONCE: u32 = 100;
    let (mut done, started) = (0_u64, Instant::now());
    while started.elapsed() < LONG {
        (0..AT_ONCE).for_each(|_| work());
        done += u64::from(AT_ONCE);
    }
    started.elapsed().as_secs_f64() * 1_000_000.0 / done as f64
}
