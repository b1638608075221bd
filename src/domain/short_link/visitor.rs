//! Whether a person opens a link, or a program that looks at it for them.

/// Who asks for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    Person,
    /// A preview, a scanner or a browser that loads ahead: never an open.
    Machine,
}

/// What programs call themselves that are no bots by name.
const PROGRAMS: [&str; 20] = [
    "facebookexternalhit",
    "whatsapp",
    "line-poker",
    "skypeuripreview",
    "bingpreview",
    "yahoo! slurp",
    "y!j-",
    "mediapartners-google",
    "google-safety",
    "googleother",
    "google-inspectiontool",
    "chrome-lighthouse",
    "headlesschrome",
    "phantomjs",
    "embedly",
    "iframely",
    "microsoft office",
    "proofpoint",
    "mimecast",
    "barracuda",
];

/// Words that every such program has in its name, sooner or later.
const KINDS: [&str; 6] = ["bot", "crawl", "spider", "preview", "scan", "fetch"];

/// Judges by what the request says of itself. A program that says it is a browser
/// is taken for one: that is why only a press of the button counts.
///
/// `purposes` are the values of `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz`.
pub fn visitor<'a>(
    purposes: impl IntoIterator<Item = &'a str>,
    user_agent: Option<&str>,
) -> Visitor {
    let loads_ahead = purposes.into_iter().any(|purpose| {
        let purpose = purpose.to_ascii_lowercase();
        ["prefetch", "prerender", "preview"].iter().any(|word| purpose.contains(word))
    });
    // CUBOT is a maker of telephones.
    let agent = user_agent.unwrap_or_default().to_ascii_lowercase().replace("cubot", "");
    let is_browser = agent.starts_with("mozilla/") || agent.starts_with("opera/");
    let is_named = PROGRAMS.iter().chain(&KINDS).any(|name| agent.contains(name));
    if loads_ahead || !is_browser || is_named { Visitor::Machine } else { Visitor::Person }
}
