//! Whether what somebody got is from us, as far as a number and a link can tell.

use url::Url;

use super::Ours;
use crate::domain::sender::SenderAddress;
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

/// An address stands for its host, and its port where ours has one; one that names a user
/// wants to be taken for another.
fn is_our_link(ours: &Ours, typed: &str) -> bool {
    let typed = typed.trim();
    let address = if typed.contains("://") { typed } else { &format!("https://{typed}") };
    let Ok(url) = Url::parse(address) else { return false };
    let Some(host) = url.host_str() else { return false };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let authority = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    let leads_there = url.port().is_none() && ours.hosts.iter().any(|one| one == host);
    let is_web = matches!(url.scheme(), "http" | "https");
    is_web && is_plain && (authority == ours.link_host || leads_there)
}
