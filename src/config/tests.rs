use std::net::SocketAddr;
use std::path::Path;

use super::*;

fn from_environment(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_sources(pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())), None)
}

fn from_file(text: &str) -> Result<Config, ConfigError> {
    Config::from_sources(std::iter::empty(), Some(text))
}

fn shown(config: &Config, name: &str) -> (String, Origin) {
    let effective = config.effective().iter().find(|e| e.name == name).expect(name);
    (effective.value.clone(), effective.origin)
}

#[test]
fn without_settings_the_defaults_of_the_contract_hold() {
    let config = from_environment(&[]).unwrap();
    assert_eq!(config.web.listen, "127.0.0.1:8080".parse::<SocketAddr>().unwrap());
    assert_eq!(config.web.public_url.origin(), "http://127.0.0.1:8080");
    assert!(config.web.trusted_proxies.is_empty());
    assert_eq!((&config.web.link_url, config.web.links()), (&None, &config.web.public_url));
    assert_eq!(config.files.data_dir, Path::new("./data"));
    assert_eq!(config.files.key_file, Path::new("./data/henji.key"));
    assert_eq!(config.database.url, DatabaseUrl::Sqlite("./data/henji.db".into()));
    assert_eq!(config.live.nats_url, None);
    assert_eq!(config.mail.smtp_url, None);
    assert_eq!(config.mail.folder, Path::new("./data/mail"));
    assert!(config.push.on && config.push.allowed.is_empty());
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.language.language, Language::Japanese);
    assert_eq!(config.language.time_zone, chrono_tz::Asia::Tokyo);
}

#[test]
fn files_lie_in_the_data_directory_unless_told_otherwise() {
    let config = from_environment(&[("HENJI_DATA_DIR", "/var/lib/henji")]).unwrap();
    assert_eq!(config.files.key_file, Path::new("/var/lib/henji/henji.key"));
    assert_eq!(config.database.url.expose(), "sqlite:/var/lib/henji/henji.db");
    assert_eq!(config.mail.folder, Path::new("/var/lib/henji/mail"));
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = [("HENJI_LOCALE".to_owned(), "en".to_owned())];
    let file = "locale = \"ja\"\ndatabase_connections = 7\n";
    let config = Config::from_sources(environment.into_iter(), Some(file)).unwrap();
    assert_eq!(shown(&config, "HENJI_LOCALE"), ("en".to_owned(), Origin::Environment));
    assert_eq!(shown(&config, "HENJI_DATABASE_CONNECTIONS"), ("7".to_owned(), Origin::File));
    assert_eq!(shown(&config, "HENJI_LOG"), ("info".to_owned(), Origin::Default));
}

#[test]
fn every_setting_is_in_force_once_and_in_order() {
    let config = from_environment(&[]).unwrap();
    let listed: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    let effective: Vec<_> = config.effective().iter().map(|e| e.name).collect();
    assert_eq!(effective, listed);
}

#[test]
fn unknown_names_stop_the_start() {
    for name in ["HENJI_LISTN", "HENJI_TEST_CLOCK", "HENJI_LISTEN_FILE", "HENJI_", "HENJI_listen"] {
        let error = from_environment(&[(name, "1")]).unwrap_err();
        assert_eq!(error, ConfigError::Unknown { name: name.to_owned() });
    }
    let error = from_file("listn = \"127.0.0.1:1\"").unwrap_err();
    assert!(error.to_string().starts_with("listn is not a setting"), "{error}");
}

#[test]
fn names_of_other_programs_are_left_alone() {
    assert!(from_environment(&[("PATH", "/bin"), ("TEST_DATABASE_URL", "x")]).is_ok());
}

#[test]
fn malformed_values_are_refused_by_name() {
    for (name, values) in [
        ("HENJI_LISTEN", &["8080", "localhost:8080", "127.0.0.1", "127.0.0.1:99999", ""][..]),
        ("HENJI_PUBLIC_URL", &["example.jp", "https://example.jp/a", "ws://example.jp", ""]),
        ("HENJI_TRUSTED_PROXY", &["10.0.0.1/8", "any", "10.0.0.0/8,", ""]),
        ("HENJI_DATA_DIR", &[""]),
        ("HENJI_KEY_FILE", &[""]),
        ("HENJI_DATABASE_CONNECTIONS", &["0", "101", "-1", "four", ""]),
        ("HENJI_MAIL_FROM", &["henji", "@b", "a@", "a@b@c", "a@b\r\nBcc: c@d", "Name a@b>", ""]),
        ("HENJI_SMTP_CA", &[""]),
        ("HENJI_SMTP_PATIENCE", &["0", "301", "-1", "1.5", "30s", ""]),
        ("HENJI_PUSH", &["yes", "ON", "true", ""]),
        ("HENJI_PUSH_NETWORKS", &["10.0.0.1/8", "fcm.googleapis.com", "127.0.0.1:80", ""]),
        ("HENJI_CALENDAR_NETWORKS", &["10.0.0.1/8", "cloud.example.jp", ""]),
        ("HENJI_WEBHOOK_NETWORKS", &["10.0.0.1/8", "crm.example.jp", ""]),
        ("HENJI_LOG", &["loud", "inof", "henji=loud", "info,,debug", "info,henji", ""]),
        ("HENJI_LOCALE", &["JA", "fr", "ja-JP", ""]),
        ("HENJI_TIME_ZONE", &["JST-9", "Tokyo", "+09:00", ""]),
    ] {
        for value in values {
            let error = from_environment(&[(name, value)]).unwrap_err();
            assert!(
                matches!(&error, ConfigError::Malformed { name: n, value: v, .. } if n == name && v == value),
                "{name}={value:?}: {error}"
            );
        }
    }
}

#[test]
fn a_malformed_secret_is_refused_without_repeating_it() {
    for (name, values) in [
        (
            "HENJI_DATABASE_URL",
            &[
                "mysql://u:hunter2@db/x",
                "postgers://u:hunter2@db",
                "sqlite::memory:",
                "sqlite:",
                "",
            ][..],
        ),
        ("HENJI_DATABASE_URL", &["postgres:hunter2", "hunter2.db", "sqlite:a.db?key=hunter2"]),
        ("HENJI_DATABASE_URL", &["postgres://u:hunter2@a:5432,b:port/x"]),
        ("HENJI_NATS_URL", &["hunter2", "tls://u:hunter2@n", "nats://u:hunter2@n/path", ""]),
        ("HENJI_SMTP_URL", &["mail:25", "http://u:hunter2@m", "smtp:hunter2", ""]),
    ] {
        for value in values {
            let error = from_environment(&[(name, value)]).unwrap_err();
            assert!(
                matches!(error, ConfigError::MalformedSecret { .. }),
                "{name}={value:?}: {error}"
            );
            let said = format!("{error} {error:?}");
            assert!(said.contains(name) && !said.contains("hunter2"), "{said}");
        }
    }
}

#[test]
fn well_formed_values_are_taken() {
    for (name, value, expected) in [
        ("HENJI_LISTEN", "[::]:80", "[::]:80"),
        ("HENJI_PUBLIC_URL", "https://sms.example.jp/", "https://sms.example.jp"),
        ("HENJI_TRUSTED_PROXY", "10.0.0.0/8, ::1", "10.0.0.0/8, ::1/128"),
        ("HENJI_DATABASE_URL", "sqlite:///srv/a.db", "sqlite:/srv/a.db"),
        ("HENJI_DATABASE_URL", "postgresql://h:hunter2@db:6432/x", "postgresql://db:6432/…"),
        ("HENJI_DATABASE_URL", "postgres:///x?host=/run&password=hunter2", "postgres://…/…"),
        (
            "HENJI_DATABASE_URL",
            "postgres://h:hunter2@a:5432,b:5433/x?target_session_attrs=read-write",
            "postgres://a:5432/…, postgres://b:5433/…",
        ),
        ("HENJI_NATS_URL", "nats://u:hunter2@n:4222", "nats://n:4222/…"),
        ("HENJI_SMTP_URL", "smtps://u:hunter2@m:465", "smtps://m:465/…"),
        ("HENJI_SMTP_CA", "/etc/henji/ca.pem", "/etc/henji/ca.pem"),
        ("HENJI_SMTP_PATIENCE", "5", "5"),
        ("HENJI_MAIL_FROM", "返事 <a@example.jp>", "返事 <a@example.jp>"),
        ("HENJI_PUSH", "off", "off"),
        ("HENJI_PUSH_NETWORKS", "127.0.0.1,10.0.0.0/8", "127.0.0.1/32, 10.0.0.0/8"),
        ("HENJI_CALENDAR_NETWORKS", "10.0.0.0/8", "10.0.0.0/8"),
        ("HENJI_WEBHOOK_NETWORKS", "10.0.0.0/8", "10.0.0.0/8"),
        ("HENJI_LOG", "warn, henji::store=trace", "warn,henji::store=trace"),
        ("HENJI_LOCALE", "en", "en"),
        ("HENJI_TIME_ZONE", "Europe/Berlin", "Europe/Berlin"),
    ] {
        let config = from_environment(&[(name, value)]).expect(value);
        assert_eq!(shown(&config, name), (expected.to_owned(), Origin::Environment));
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("smtp");
    std::fs::write(&path, "smtp://u:hunter2@mail\n").unwrap();
    let path = path.to_str().unwrap();

    let config = from_environment(&[("HENJI_SMTP_URL_FILE", path)]).unwrap();
    assert_eq!(config.mail.smtp_url.unwrap().expose(), "smtp://u:hunter2@mail");
    let config = from_file(&format!("smtp_url_file = '{path}'")).unwrap();
    assert_eq!(config.mail.smtp_url.unwrap().expose(), "smtp://u:hunter2@mail");

    let twice = [("HENJI_SMTP_URL_FILE", path), ("HENJI_SMTP_URL", "smtp://m")];
    assert!(matches!(from_environment(&twice), Err(ConfigError::SetTwice { .. })));
    let missing = from_environment(&[("HENJI_SMTP_URL_FILE", "/nowhere")]).unwrap_err();
    assert!(missing.to_string().starts_with("HENJI_SMTP_URL_FILE: cannot read /nowhere"));
}

#[test]
fn a_broken_file_is_refused_with_its_line_and_without_its_text() {
    let error = from_file("locale = \"ja\"\nsmtp_url = \"smtp://u:hunter2@m\n").unwrap_err();
    assert!(matches!(error, ConfigError::Toml { line: 2, .. }), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let error = from_file("[web]\nlisten = \"127.0.0.1:1\"").unwrap_err();
    assert_eq!(error.to_string(), "web in henji.toml is not text; expected text in UTF-8");
}
