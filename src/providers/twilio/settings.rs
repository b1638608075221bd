//! What a Twilio account must be told.

use url::{Host, Url};

use crate::providers::{Account, Setting, SettingError, Settings};

pub const ALL: &[Setting] = &[
    Setting { name: "account_sid", required: true, secret: false },
    Setting { name: "auth_token", required: true, secret: true },
    // Still verifies while the token is being changed at Twilio.
    Setting { name: "previous_auth_token", required: false, secret: true },
    Setting { name: "messaging_service_sid", required: false, secret: false },
    Setting { name: "shared_key_id", required: false, secret: false },
    Setting { name: "shared_key_secret", required: false, secret: true },
    Setting { name: "base_url", required: false, secret: false },
];

const BASE_URL: &str = "https://api.twilio.com";

pub fn check(settings: &Settings) -> Result<(), SettingError> {
    for name in settings.keys() {
        if ALL.iter().all(|setting| setting.name != name) {
            return Err(problem(name, "is not a setting of Twilio: remove it"));
        }
    }
    check_sid(settings, "account_sid", "AC", true)?;
    check_sid(settings, "messaging_service_sid", "MG", false)?;
    if get(settings, "auth_token").is_none() {
        return Err(problem(
            "auth_token",
            "is missing: copy it from Account Info in the Twilio console",
        ));
    }
    for setting in ALL.iter().filter(|setting| setting.secret) {
        if get(settings, setting.name).is_some_and(|secret| secret.contains(char::is_whitespace)) {
            return Err(problem(setting.name, "contains a space or line break: copy it again"));
        }
    }
    match (get(settings, "shared_key_id"), get(settings, "shared_key_secret")) {
        (Some(_), None) => return Err(problem("shared_key_secret", NEED_BOTH)),
        (None, Some(_)) => return Err(problem("shared_key_id", NEED_BOTH)),
        _ => {}
    }
    base_url(settings).map(|_| ())
}

const NEED_BOTH: &str = "is missing: a shared key needs its id and its secret, or leave both out";

fn check_sid(
    settings: &Settings,
    name: &str,
    prefix: &str,
    required: bool,
) -> Result<(), SettingError> {
    let valid = match get(settings, name) {
        Some(sid) => sid
            .strip_prefix(prefix)
            .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit())),
        None => !required,
    };
    if valid {
        Ok(())
    } else {
        let cure = format!("must be {prefix} and 32 hexadecimal digits, as the console shows it");
        Err(problem(name, &cure))
    }
}

/// The setting's value; one left empty counts as not set.
pub fn get<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    settings.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

/// Where the API is; plain HTTP never leaves this machine, because the auth
/// token travels with every call.
pub fn base_url(settings: &Settings) -> Result<Url, SettingError> {
    let text = get(settings, "base_url").unwrap_or(BASE_URL);
    let url = Url::parse(text).map_err(|error| {
        problem("base_url", &format!("is no URL ({error}): leave it out for {BASE_URL}"))
    })?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(problem("base_url", "must begin with https:// unless it is on this machine"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(problem("base_url", "must be scheme, host and port only"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// `<base>/2010-04-01/Accounts/<sid>/Messages.json`: sends and lists.
pub fn messages_url(account: &Account) -> Result<Url, SettingError> {
    let mut url = base_url(&account.settings)?;
    let sid = get(&account.settings, "account_sid")
        .ok_or_else(|| problem("account_sid", "is missing"))?;
    url.path_segments_mut().expect("an http URL has a path").pop_if_empty().extend([
        "2010-04-01",
        "Accounts",
        sid,
        "Messages.json",
    ]);
    Ok(url)
}

fn problem(setting: &str, problem: &str) -> SettingError {
    SettingError { setting: setting.to_owned(), problem: problem.to_owned() }
}
