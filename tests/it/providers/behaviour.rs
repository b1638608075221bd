//! The switches of the simulated carrier, as JSON.

use henji::providers::simulator::{Behaviour, ReceiptKind};
use serde_json::{Value, json};

fn read(json: Value) -> Result<Behaviour, String> {
    Behaviour::read(&json).map_err(|error| error.to_string())
}

#[test]
fn what_is_left_out_is_a_day_without_trouble() {
    assert_eq!(read(json!({})), Ok(Behaviour::default()));
    assert_eq!(read(json!({"reject_code": null, "delay_ms": null})), Ok(Behaviour::default()));
    assert_eq!(Behaviour::default().receipt, ReceiptKind::Delivered);
}

#[test]
fn what_is_written_reads_back() {
    let behaviour = Behaviour {
        receipt: ReceiptKind::Undelivered,
        delay_ms: 250,
        duplicate: true,
        reorder: true,
        lose_response: true,
        throttle_every: 3,
        reject_code: Some("no_such_number".to_owned()),
    };
    let written = serde_json::to_value(&behaviour).unwrap();
    assert_eq!(
        written,
        json!({"receipt": "undelivered", "delay_ms": 250, "duplicate": true, "reorder": true,
            "lose_response": true, "throttle_every": 3, "reject_code": "no_such_number"})
    );
    assert_eq!(read(written.clone()), Ok(behaviour.clone()));
    assert_eq!(serde_json::from_value::<Behaviour>(written).unwrap(), behaviour);
    assert_eq!(read(json!({"reject_code": 30005})).unwrap().reject_code.unwrap(), "30005");
}

#[test]
fn a_wrong_switch_is_named() {
    for (json, expected) in [
        (json!([]), "behaviour: must be a JSON object"),
        (json!({"receipt": "maybe"}), "receipt: must be delivered, undelivered or none"),
        (json!({"delay_ms": -1}), "delay_ms: must be a number of milliseconds"),
        (json!({"delay_ms": 3_600_001}), "delay_ms: must be at most 3600000, one hour"),
        (json!({"duplicate": "yes"}), "duplicate: must be true or false"),
        (json!({"throttle_every": 1.5}), "throttle_every: must be a number of sends, 0 is never"),
        (json!({"reject_code": "a b"}), "reject_code: must be 1 to 40 letters, digits, - or _"),
        (json!({"reject_code": {}}), "reject_code: must be 1 to 40 letters, digits, - or _"),
        (json!({"recipt": "none"}), "recipt: is not a switch of the simulator"),
    ] {
        assert_eq!(read(json.clone()), Err(expected.to_owned()));
        let error = serde_json::from_value::<Behaviour>(json).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
