//! Whether what somebody got is from us, as far as a number and a link can tell.

use super::Ours;
use crate::domain::sender::SenderAddress;
use crate::domain::short_link::parse_host;
use crate::web::form::Fields;
use crate::web::views::SmsCheckView;

/// Compares what was typed with what the page says.
pub fn checked(ours: &Ours, fields: &Fields) -> SmsCheckView {
    let (number, link) = (fields.filled("number"), fields.filled("link"));
    SmsCheckView {
        number: number.map(|number| (number.to_owned(), is_our_number(ours, number))),
        link: link.map(|link| (link.to_owned(), is_our_link(ours, link))),
        is_empty: number.is_none() && link.is_none(),
    }
}

fn is_our_number(ours: &Ours, typed: &str) -> bool {
    let Ok(typed) = SenderAddress::parse(typed) else { return false };
    let shown = ours.senders.iter().flat_map(|(_, notice)| notice.iter());
    let shown = shown.flat_map(|notice| notice.shown_by().map(|(_, number)| number));
    let ours = ours.senders.iter().map(|(one, _)| one.address.as_str());
    let is_it = |known: &str| SenderAddress::parse(known).is_ok_and(|one| one.key() == typed.key());
    ours.chain(shown).any(is_it)
}

/// An address stands for its host; what stands before an `@` does not.
fn is_our_link(ours: &Ours, typed: &str) -> bool {
    let typed = typed.strip_prefix("http://").unwrap_or(typed);
    let host = if typed.contains("://") { typed } else { &format!("https://{typed}") };
    let Some(host) = parse_host(host) else { return false };
    host == ours.link_host || ours.hosts.contains(&host)
}
