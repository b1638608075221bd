//! Where a mail came from, in the words of our own mail server (RFC 8601).
//!
//! Anybody can write `Authentication-Results` into a mail. Ours are those with our
//! server's name that stand where only it can have put them: above the topmost
//! `Received`, or, where there are none, the first one between that and the next.

use super::fields::{Field, without_comments};

const FIELD: &str = "authentication-results";

/// What one field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// Which server says so (`authserv-id`), in lower case.
    pub server: String,
    pub outcomes: Vec<Outcome>,
}

/// `dkim=pass header.d=example.jp`; words in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub method: String,
    pub result: String,
    pub properties: Vec<(String, String)>,
}

/// Whether `server` vouches for a mail from `domain`: that it was signed in its name
/// (DKIM), or came from a machine that sends for it (SPF).
pub fn is_vouched_for(fields: &[Field], server: &str, domain: &str) -> bool {
    let Some(said) = ours(fields, server) else { return false };
    let of = |method: &'static str| {
        let first = said.iter().find(|results| results.speaks_of(method));
        first.into_iter().flat_map(|results| &results.outcomes).filter(move |o| o.method == method)
    };
    if of("dmarc").any(|outcome| outcome.result == "fail") {
        return false;
    }
    let passed = |method: &'static str, property: &'static str| {
        of(method).any(|outcome| {
            let mut domains = outcome.values(property).map(domain_of).peekable();
            outcome.result == "pass"
                && domains.peek().is_some()
                && domains.all(|signed| stands_for(signed, domain))
        })
    };
    passed("dkim", "header.d")
        || passed("spf", "smtp.mailfrom")
        || of("dmarc").any(|outcome| {
            let mut from = outcome.values("header.from").map(domain_of).peekable();
            outcome.result == "pass"
                && from.peek().is_some()
                && from.all(|from| from.eq_ignore_ascii_case(domain))
        })
}

/// What our server put on top. `None` where it said nothing, or nothing that can be read.
fn ours(fields: &[Field], server: &str) -> Option<Vec<Results>> {
    let hop = |field: &Field| field.name == "received";
    let is_ours = |field: &&Field| field.name == FIELD && names(&field.value, server);
    // No server takes a mail without saying so: where none did, nobody knows who wrote what.
    let first = fields.iter().position(hop)?;
    let (above, below) = fields.split_at(first);
    let on_top: Vec<&Field> = above.iter().filter(is_ours).collect();
    let counted = match on_top.is_empty() {
        false => on_top,
        true => {
            let until = below.iter().skip(1).position(hop).map_or(below.len(), |n| n + 1);
            below[..until].iter().find(is_ours).into_iter().collect()
        }
    };
    let read: Option<Vec<Results>> = counted.iter().map(|field| parse(&field.value)).collect();
    read.filter(|read| !read.is_empty())
}

/// Whether a field is `server`'s, readable or not.
fn names(value: &str, server: &str) -> bool {
    let Some(bare) = without_comments(value) else { return value.contains(server) };
    let id = bare.split(';').next().unwrap_or_default().split_whitespace().next();
    id.is_some_and(|id| id.trim_matches('"').eq_ignore_ascii_case(server))
}

impl Results {
    fn speaks_of(&self, method: &str) -> bool {
        self.outcomes.iter().any(|outcome| outcome.method == method)
    }
}

impl Outcome {
    fn values<'a>(&'a self, property: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.properties.iter().filter(move |(name, _)| name == property);
        named.map(|(_, value)| value.as_str())
    }
}

/// `example.jp` of `x@example.jp`, `@example.jp` or itself.
fn domain_of(value: &str) -> &str {
    value.rsplit_once('@').map_or(value, |(_, domain)| domain)
}

/// Whoever speaks for a domain speaks for what is under it, but not for its top
/// alone: nobody speaks for `jp`.
fn stands_for(signed: &str, domain: &str) -> bool {
    let (signed, domain) = (signed.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let is_above = domain.strip_suffix(&signed).is_some_and(|below| below.ends_with('.'));
    signed == domain || is_above && signed.contains('.')
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Equals,
    Semicolon,
}

/// Reads the value of a field; `None` where it is not as RFC 8601 2.2 has it.
pub fn parse(value: &str) -> Option<Results> {
    let tokens = tokens(&without_comments(value)?)?;
    let mut parts = tokens.split(|token| *token == Token::Semicolon);
    let server = match parts.next()? {
        [Token::Word(server)] => server,
        [Token::Word(server), Token::Word(version)] if is_number(version) => server,
        _ => return None,
    };
    let mut outcomes = Vec::new();
    for part in parts {
        match part {
            [] => {}
            [Token::Word(none)] if none.eq_ignore_ascii_case("none") => {}
            part => outcomes.push(outcome(part)?),
        }
    }
    Some(Results { server: server.to_ascii_lowercase(), outcomes })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn outcome(mut tokens: &[Token]) -> Option<Outcome> {
    let mut outcome = Outcome::default();
    while !tokens.is_empty() {
        let equals = tokens.iter().position(|token| *token == Token::Equals)?;
        let name = joined(&tokens[..equals])?.to_ascii_lowercase();
        // An address may be in two pieces, the first of them quoted.
        let [Token::Word(value), rest @ ..] = &tokens[equals + 1..] else { return None };
        let (value, rest) = match rest {
            [Token::Word(domain), rest @ ..] if domain.starts_with('@') => {
                (format!("{value}{domain}"), rest)
            }
            rest => (value.clone(), rest),
        };
        tokens = rest;
        if outcome.method.is_empty() {
            outcome.method = name.split('/').next()?.to_owned();
            outcome.result = value.to_ascii_lowercase();
        } else {
            outcome.properties.push((name, value));
        }
    }
    (!outcome.method.is_empty()).then_some(outcome)
}

/// `header . d` is `header.d`; two words are no name.
fn joined(tokens: &[Token]) -> Option<String> {
    let mut name = String::new();
    for token in tokens {
        let Token::Word(word) = token else { return None };
        let goes_on = name.is_empty()
            || [".", "/"].iter().any(|dot| name.ends_with(dot) || word.starts_with(dot));
        if !goes_on {
            return None;
        }
        name.push_str(word);
    }
    (!name.is_empty()).then_some(name)
}

fn tokens(bare: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = bare.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '=' => tokens.push(Token::Equals),
            ';' => tokens.push(Token::Semicolon),
            '"' => {
                let mut word = String::new();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => word.push(chars.next()?),
                        c => word.push(c),
                    }
                }
                tokens.push(Token::Word(word));
            }
            c if c.is_whitespace() => {}
            c => {
                let mut word = String::from(c);
                // A value may hold "=" where it is behind one: signatures do.
                let is_value = tokens.last() == Some(&Token::Equals);
                while let Some(c) = chars.next_if(|c| {
                    !c.is_whitespace() && !matches!(c, ';' | '"') && (is_value || *c != '=')
                }) {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Some(tokens)
}

#[cfg(test)]
mod tests;
