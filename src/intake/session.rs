//! What is said before a mail: who speaks, who it is from and whom it is for.

use super::data::MOST;
use crate::domain::mail_reply::address::parts;

/// Of one mail; answers have one.
const RECIPIENTS: usize = 10;
/// Commands that make no sense, before the line is cut.
const PATIENCE: u32 = 10;

/// What is said to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Say(String),
    /// The mail may come.
    Data,
    /// The last word.
    Leave(String),
}

#[derive(Debug, Default)]
pub struct Session {
    /// Ours: everything behind the `@`.
    domain: String,
    /// Whether they greeted, and as LMTP does.
    lmtp: Option<bool>,
    /// To whom answers are returned; nobody, for a bounce.
    sender: Option<Option<String>>,
    /// What is before the `@`.
    recipients: Vec<String>,
    mistakes: u32,
}

impl Session {
    pub fn new(domain: String) -> Self {
        Self { domain, ..Self::default() }
    }

    pub fn is_lmtp(&self) -> bool {
        self.lmtp == Some(true)
    }

    /// Who the mail is from and for; the next one begins anew.
    pub fn envelope(&mut self) -> (Option<String>, Vec<String>) {
        (self.sender.take().flatten(), std::mem::take(&mut self.recipients))
    }

    pub fn command(&mut self, line: &str) -> Answer {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let answer = match word.to_ascii_uppercase().as_str() {
            "LHLO" => self.greeted(true),
            "EHLO" => self.greeted(false),
            "HELO" => {
                self.greeted(false);
                say(format_args!("250 {}", self.domain))
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" if self.recipients.is_empty() => say("503 5.5.1 nobody to take it for"),
            "DATA" => Answer::Data,
            "RSET" => {
                self.envelope();
                say("250 2.0.0 forgotten")
            }
            "NOOP" => say("250 2.0.0 yes"),
            "VRFY" => say("252 2.1.5 try it"),
            "QUIT" => Answer::Leave("221 2.0.0 bye".to_owned()),
            _ => say("502 5.5.2 not known here"),
        };
        let is_mistake = matches!(&answer, Answer::Say(words) if words.starts_with('5'));
        self.mistakes += u32::from(is_mistake);
        match self.mistakes {
            ..=PATIENCE => answer,
            _ => Answer::Leave("421 4.7.0 too many mistakes".to_owned()),
        }
    }

    fn greeted(&mut self, lmtp: bool) -> Answer {
        self.envelope();
        self.lmtp = Some(lmtp);
        let lines = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"];
        let extensions: String = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
        say(format_args!("250-{}\r\n{extensions}250 SIZE {MOST}", self.domain))
    }

    fn mail(&mut self, rest: &str) -> Answer {
        if self.lmtp.is_none() || self.sender.is_some() {
            return say("503 5.5.1 not now");
        }
        let Some((path, parameters)) = path(rest, "FROM:") else {
            return say("501 5.5.4 MAIL FROM:<address>");
        };
        let sizes = parameters.split(' ').filter_map(|said| {
            let (name, size) = said.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| size.parse().unwrap_or(usize::MAX))
        });
        if sizes.into_iter().any(|size| size > MOST) {
            return say("552 5.3.4 too much");
        }
        self.sender = Some((!path.is_empty()).then(|| path.to_owned()));
        say("250 2.1.0 go on")
    }

    /// Whoever stands before our `@` is taken: what is none of our addresses is
    /// refused where nobody is answered.
    fn recipient(&mut self, rest: &str) -> Answer {
        if self.sender.is_none() {
            return say("503 5.5.1 not now");
        }
        let Some((path, _)) = path(rest, "TO:") else {
            return say("501 5.5.4 RCPT TO:<address>");
        };
        let ours = parts(path).filter(|(_, domain)| domain.eq_ignore_ascii_case(&self.domain));
        match ours {
            None => say("550 5.1.2 not our domain"),
            Some(_) if self.recipients.len() >= RECIPIENTS => say("452 4.5.3 too many"),
            Some((local_part, _)) => {
                self.recipients.push(local_part.to_owned());
                say("250 2.1.5 go on")
            }
        }
    }
}

fn say(words: impl ToString) -> Answer {
    Answer::Say(words.to_string())
}

/// The address in `FROM:<…> …`, and what is said behind it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (word, behind) = rest.trim_start().split_at_checked(keyword.len())?;
    let behind = behind.trim_start().strip_prefix('<')?;
    let (path, parameters) = behind.split_once('>')?;
    word.eq_ignore_ascii_case(keyword).then_some((path, parameters.trim()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(commands: &[&str]) -> Vec<String> {
        let mut session = Session::new("reply.example.jp".to_owned());
        let answer = |command: &&str| match session.command(command) {
            Answer::Say(words) | Answer::Leave(words) => words[..3].to_owned(),
            Answer::Data => "354".to_owned(),
        };
        commands.iter().map(answer).collect()
    }

    #[test]
    fn a_mail_is_taken_for_our_domain_alone_and_in_order() {
        for (commands, answers) in [
            (
                vec![
                    "LHLO mx",
                    "MAIL FROM:<a@b.jp> SIZE=99 BODY=8BITMIME",
                    "RCPT TO:<r-x@REPLY.example.jp>",
                    "DATA",
                ],
                "250 250 250 354",
            ),
            (
                vec!["ehlo mx", "mail from:<>", "rcpt to:<x@reply.example.jp>", "data"],
                "250 250 250 354",
            ),
            (
                vec!["HELO mx", "MAIL FROM:<a@b>", "RCPT TO:<x@example.jp>", "DATA"],
                "250 250 550 503",
            ),
            (
                vec!["HELO mx", "MAIL FROM:<a@b>", "RCPT TO:<x@reply.example.jp.evil.jp>"],
                "250 250 550",
            ),
            (vec!["MAIL FROM:<a@b>", "DATA", "RCPT TO:<x@reply.example.jp>"], "503 503 503"),
            (vec!["EHLO mx", "MAIL FROM:<a@b> SIZE=99999999999", "MAIL FROM:a@b"], "250 552 501"),
            (
                vec!["EHLO mx", "MAIL FROM:<a@b>", "MAIL FROM:<a@b>", "RSET", "MAIL FROM:<a@b>"],
                "250 250 503 250 250",
            ),
            (vec!["NOOP", "VRFY x", "AUTH PLAIN x", "STARTTLS", "QUIT"], "250 252 502 502 221"),
        ] {
            assert_eq!(said(&commands).join(" "), answers, "{commands:?}");
        }
    }

    #[test]
    fn nobody_goes_on_for_ever() {
        assert_eq!(said(&["x"; 12]).last().unwrap(), "421");
        let mut many = vec!["LHLO mx", "MAIL FROM:<a@b>"];
        many.extend([&"RCPT TO:<x@reply.example.jp>"; 11]);
        assert_eq!(said(&many).last().unwrap(), "452");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(lines in prop::collection::vec("(LHLO|MAIL|RCPT|DATA|)[ -~ぁ]{0,30}", 0..9)) {
            let mut session = Session::new("reply.example.jp".to_owned());
            for line in lines {
                session.command(&line);
            }
        }
    }
}
