//! What travels over a socket, to the letter (ui.md 4.3).

use std::collections::BTreeMap;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A frame from us to the browser, tagged by `t`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum Frame {
    /// The first frame. `ev` is the newest event this node knows, not the
    /// client's cursor: what lies between is still to come.
    Hello {
        ev: i64,
        build: String,
        /// Seconds between heartbeats.
        hb: u64,
    },
    /// What event `id` changes on the screen. Moves the cursor.
    Ev {
        id: i64,
        /// The conversation, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        c: Option<String>,
        ops: Vec<Op>,
    },
    /// Moves the cursor when nothing visible happened.
    At { id: i64 },
    /// Too much was missed: fetch list and thread again. An `at` follows.
    Reset { why: Why },
    /// How many conversations there are, by inbox: this user's, nobody's, those
    /// that wait for an answer, those of them that are this user's, those where a
    /// note calls this user, snoozed ones, all that are not closed, and those of this user's teams. Numbers are
    /// added at the end: a page of the build before reads the first ones.
    Count {
        #[serde(rename = "in")]
        inboxes: BTreeMap<String, [i64; 8]>,
    },
    /// Nothing to say, but the line works.
    Hb,
    /// Who is in which conversation, drawn; `all` where whoever is not named is
    /// gone. Has no number and is never said again.
    Pres {
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        all: bool,
        of: BTreeMap<String, String>,
    },
}

/// Why a client must start again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It was away too long.
    Gap,
    /// It read too slowly.
    Lag,
}

/// One change of the page, keyed by element id, harmless when repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Op {
    /// Puts `html` in place of `#id`, or into `#into` in the order of `sort`.
    Put {
        id: String,
        html: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        into: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sort: Option<String>,
    },
    /// Removes `#id`.
    Del { id: String },
    /// Sets attributes of `#id`; `null` removes one.
    Attr { id: String, set: BTreeMap<String, Option<String>> },
    /// Sets the text of `#id`.
    Text { id: String, text: String },
    /// Says `text` to screen readers.
    Say { text: String, how: How },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    Polite,
    Assertive,
}

impl Frame {
    pub fn json(&self) -> ByteString {
        serde_json::to_string(self).expect("frames hold only text and numbers").into()
    }
}

/// What a browser may say; everything else is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum Word {
    /// The thread on the screen, drawn when event `after` was the newest.
    Watch { c: Uuid, after: i64 },
    /// It stands before its user, who may be typing; said again every few seconds.
    Here {
        c: Uuid,
        types: bool,
        /// The window is the one they work in.
        #[serde(default)]
        looks: bool,
    },
    /// Nobody looks at it any more.
    Away,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_what_the_browser_expects() {
        let hello = Frame::Hello { ev: 1240, build: "a1b2".into(), hb: 25 };
        assert_eq!(hello.json(), r#"{"t":"hello","ev":1240,"build":"a1b2","hb":25}"#);
        assert_eq!(Frame::At { id: 1300 }.json(), r#"{"t":"at","id":1300}"#);
        assert_eq!(Frame::Reset { why: Why::Gap }.json(), r#"{"t":"reset","why":"gap"}"#);
        assert_eq!(Frame::Reset { why: Why::Lag }.json(), r#"{"t":"reset","why":"lag"}"#);
        assert_eq!(Frame::Hb.json(), r#"{"t":"hb"}"#);
        let of = BTreeMap::from([("c1".to_owned(), "<i>".to_owned())]);
        let pres = |all| Frame::Pres { all, of: of.clone() }.json();
        assert_eq!(pres(false), r#"{"t":"pres","of":{"c1":"<i>"}}"#);
        assert_eq!(pres(true), r#"{"t":"pres","all":true,"of":{"c1":"<i>"}}"#);
        let inboxes = BTreeMap::from([("i1".to_owned(), [1, 2, 3, 0, 1, 4, 7, 2])]);
        assert_eq!(
            Frame::Count { inboxes }.json(),
            r#"{"t":"count","in":{"i1":[1,2,3,0,1,4,7,2]}}"#
        );
        assert_eq!(
            Frame::Ev { id: 7, c: None, ops: vec![] }.json(),
            r#"{"t":"ev","id":7,"ops":[]}"#
        );
    }

    #[test]
    fn operations_are_keyed_by_element() {
        let set = BTreeMap::from([("class".into(), Some("b".into())), ("hidden".into(), None)]);
        let ops = vec![
            Op::Put { id: "m-1".into(), html: "<li>".into(), into: None, sort: Some("0".into()) },
            Op::Del { id: "m-2".into() },
            Op::Attr { id: "m-3".into(), set },
            Op::Text { id: "n".into(), text: "3".into() },
            Op::Say { text: "新着".into(), how: How::Polite },
        ];
        assert_eq!(
            Frame::Ev { id: 1241, c: Some("c1".into()), ops }.json(),
            concat!(
                r#"{"t":"ev","id":1241,"c":"c1","ops":["#,
                r#"{"op":"put","id":"m-1","html":"<li>","sort":"0"},"#,
                r#"{"op":"del","id":"m-2"},"#,
                r#"{"op":"attr","id":"m-3","set":{"class":"b","hidden":null}},"#,
                r#"{"op":"text","id":"n","text":"3"},"#,
                r#"{"op":"say","text":"新着","how":"polite"}]}"#
            )
        );
    }

    #[test]
    fn a_browser_says_which_thread_it_shows_and_nothing_else() {
        let id = "0198c6a0-0000-7000-8000-000000000001";
        let said = format!(r#"{{"t":"watch","c":"{id}","after":7}}"#);
        let c = id.parse().unwrap();
        assert_eq!(serde_json::from_str::<Word>(&said).unwrap(), Word::Watch { c, after: 7 });
        let said = format!(r#"{{"t":"here","c":"{id}","types":true}}"#);
        let here = |looks| Word::Here { c, types: true, looks };
        assert_eq!(serde_json::from_str::<Word>(&said).unwrap(), here(false));
        let said = said.replace('}', r#","looks":true}"#);
        assert_eq!(serde_json::from_str::<Word>(&said).unwrap(), here(true));
        assert_eq!(serde_json::from_str::<Word>(r#"{"t":"away"}"#).unwrap(), Word::Away);
        for nonsense in ["", "{}", r#"{"t":"watch"}"#, r#"{"t":"close","c":"1","after":0}"#] {
            assert!(serde_json::from_str::<Word>(nonsense).is_err(), "{nonsense}");
        }
    }
}
