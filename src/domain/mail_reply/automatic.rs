//! Mails that no person wrote: absences, bounces, lists. Whoever answers one is
//! answered again, so that nothing is done about them.

use super::fields::{Field, first};

/// What subjects of absences begin with, beside `Auto-Submitted`, which most carry.
const SUBJECTS: &[&str] = &[
    "auto:",
    "auto reply",
    "auto-reply",
    "autoreply",
    "automatic reply",
    "automated reply",
    "out of office",
    "out of the office",
    "on vacation",
    "vacation reply",
    "自動返信",
    "自動応答",
    "自動配信",
    "不在通知",
    "不在のお知らせ",
    "不在:",
    "不在：",
    "休暇中",
    "【自動返信】",
    "[自動返信]",
    "【自動応答】",
    "(自動返信)",
];
/// Programs that answer by themselves say so in one of these.
const MARKS: &[&str] = &[
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-failed-recipients",
    "x-loop",
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "mailing-list",
];
const MACHINES: &[&str] = &["mailer-daemon", "postmaster", "noreply", "no-reply"];

/// Whether a machine wrote it. `sender` is who answers are returned to, as the server
/// was told; `subject` is decoded.
pub fn is_automatic(fields: &[Field], sender: Option<&str>, subject: &str) -> bool {
    let lower = |name: &str| first(fields, name).map(str::to_ascii_lowercase);
    let returned = sender.is_none() || lower("return-path").is_some_and(|path| path == "<>");
    let submitted = lower("auto-submitted").is_some_and(|word| !word.starts_with("no"));
    let precedence = lower("precedence")
        .is_some_and(|word| ["bulk", "junk", "list", "auto_reply"].contains(&word.trim()));
    let report = lower("content-type").is_some_and(|kind| {
        kind.starts_with("multipart/report") || kind.starts_with("message/delivery-status")
    });
    let marked = MARKS.iter().any(|name| first(fields, name).is_some());
    let from = lower("from").unwrap_or_default();
    let machine = MACHINES.iter().any(|name| from.contains(&format!("{name}@")));
    returned || submitted || precedence || report || marked || machine || is_absence(subject)
}

fn is_absence(subject: &str) -> bool {
    let mut bare = subject.trim().to_lowercase();
    while let Some(rest) = ["re:", "re：", "aw:"].iter().find_map(|re| bare.strip_prefix(re)) {
        bare = rest.trim_start().to_owned();
    }
    SUBJECTS.iter().any(|start| bare.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::super::fields::fields;
    use super::*;

    const SENDER: Option<&str> = Some("sato@example.jp");

    fn automatic(head: &str, sender: Option<&str>, subject: &str) -> bool {
        let mail = format!("From: sato@example.jp\r\n{head}\r\n\r\n");
        is_automatic(&fields(mail.as_bytes()).unwrap(), sender, subject)
    }

    #[test]
    fn machines_are_told_from_people() {
        for head in [
            "Auto-Submitted: auto-replied",
            "auto-submitted: Auto-Generated (vacation)",
            "Precedence: bulk",
            "PRECEDENCE: List",
            "X-Autoreply: yes",
            "X-Autorespond: x",
            "List-Id: <a.example.jp>",
            "List-Unsubscribe: <mailto:x>",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
            "Return-Path: <>",
            "X-Failed-Recipients: a@b",
        ] {
            assert!(automatic(head, SENDER, "Re: x"), "{head}");
        }
        for subject in [
            "自動返信: お待ちです",
            "Re: 【自動返信】不在にしております",
            "不在通知",
            "Automatic reply: henji",
            "RE: Re: Out of Office",
            "Auto: x",
        ] {
            assert!(automatic("X: y", SENDER, subject), "{subject}");
        }
        assert!(automatic("X: y", None, "Re: x"), "a bounce returns to nobody");
        for (head, subject) in [
            ("Auto-Submitted: no", "Re: 返信待ち: 山田様(受付)"),
            ("Precedence: first-class", "本日は自動返信の件"),
            ("X-Auto-Response-Suppress: All", "Automatically yours"),
        ] {
            assert!(!automatic(head, SENDER, subject), "{head} {subject}");
        }
    }
}
