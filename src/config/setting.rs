//! The table of settings: names and what each expects.

/// Every name of ours starts with this.
pub(super) const PREFIX: &str = "HENJI_";

/// One setting, as the README and error messages describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name in the environment. In `henji.toml` it is written without the
    /// prefix and in lower case: `HENJI_PUBLIC_URL` is `public_url`.
    pub name: &'static str,
    pub expected: &'static str,
    /// May hold a password: never echoed, and readable from `<name>_FILE`.
    pub secret: bool,
}

impl Setting {
    /// The key in `henji.toml`.
    pub fn key(&self) -> String {
        self.name.trim_start_matches(PREFIX).to_ascii_lowercase()
    }

    /// The name of the setting that says which file holds this secret.
    pub fn file_name(&self) -> Option<String> {
        self.secret.then(|| format!("{}_FILE", self.name))
    }
}

/// All settings there are, in the order of the README.
pub const SETTINGS: &[Setting] = &[
    plain("HENJI_LISTEN", "a socket address such as 127.0.0.1:8080"),
    plain(
        "HENJI_PUBLIC_URL",
        "an http or https address without path and query, such as https://sms.example.jp",
    ),
    plain(
        "HENJI_LINK_URL",
        "an http or https address without path and query, such as https://s.example.jp",
    ),
    plain(
        "HENJI_TRUSTED_PROXY",
        "networks of reverse proxies, separated by commas, such as 10.0.0.0/8, fd00::/8",
    ),
    plain("HENJI_DATA_DIR", "a directory"),
    plain("HENJI_KEY_FILE", "a file"),
    secret("HENJI_DATABASE_URL", "sqlite:<file>, postgres://… or postgresql://…"),
    plain("HENJI_DATABASE_CONNECTIONS", "a number from 1 to 100"),
    secret("HENJI_NATS_URL", "nats://host[:port]"),
    secret("HENJI_SMTP_URL", "smtp://[user:password@]host[:port] or smtps://…"),
    plain("HENJI_SMTP_CA", "a file with certificates in PEM"),
    plain("HENJI_SMTP_PATIENCE", "seconds from 1 to 300"),
    plain("HENJI_MAIL_FROM", "a mail address, such as henji@example.jp or 返事 <henji@example.jp>"),
    plain("HENJI_REPLY_LISTEN", "a socket address such as 127.0.0.1:8024"),
    plain(
        "HENJI_REPLY_DOMAIN",
        "a domain that your mail server hands to henji, such as reply.example.jp",
    ),
    plain(
        "HENJI_REPLY_AUTHSERV",
        "the name your mail server gives itself in Authentication-Results, such as mx.example.jp",
    ),
    plain(
        "HENJI_REPLY_NETWORKS",
        "networks of your own mail servers, separated by commas, such as 127.0.0.0/8, 10.0.0.5",
    ),
    plain("HENJI_PUSH", "on or off"),
    plain(
        "HENJI_PUSH_NETWORKS",
        "networks of your own push services, separated by commas, such as 10.0.0.0/8",
    ),
    plain(
        "HENJI_CALENDAR_NETWORKS",
        "networks of your own calendar servers, separated by commas, such as 10.0.0.0/8",
    ),
    plain(
        "HENJI_WEBHOOK_NETWORKS",
        "networks of your own programs, separated by commas, such as 10.0.0.0/8",
    ),
    plain(
        "HENJI_LOG",
        "off, error, warn, info, debug or trace, then module=level pairs separated by commas",
    ),
    plain("HENJI_LOCALE", "ja or en"),
    plain("HENJI_TIME_ZONE", "a name of the IANA time zone database, such as Asia/Tokyo"),
];

pub(super) fn named(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.name == name).expect("areas read only what is listed")
}

const fn plain(name: &'static str, expected: &'static str) -> Setting {
    Setting { name, expected, secret: false }
}

const fn secret(name: &'static str, expected: &'static str) -> Setting {
    Setting { name, expected, secret: true }
}
