//! How the world reaches us, and how our mails will leave.

use super::report::Report;
use crate::config::Config;
use crate::live::wake::nats::Broker;
use crate::mail::Mailer;

/// A broker that is away costs a quarter of a second and no text: no error.
pub async fn broker(config: &Config, report: &mut Report) {
    const CHECK: &str = "NATS";
    let Some(url) = &config.live.nats_url else { return };
    let shown = url.shown_as_address();
    if !config.database.url.is_postgres() {
        let message = format!("{shown} is not used: a SQLite database has one node");
        return report.warning(CHECK, message, "leave HENJI_NATS_URL away");
    }
    let answer = match Broker::new(url.expose(), "doctor") {
        Ok(broker) => broker.probe().await,
        Err(error) => Err(error.to_string()),
    };
    match answer {
        Ok(()) => report.ok(CHECK, format!("{shown} answers")),
        Err(error) => {
            let message =
                format!("{shown}: {error}; until it is back, nodes look four times a second");
            let cure = "start it, or correct host, port, user and password of HENJI_NATS_URL";
            report.warning(CHECK, message, cure);
        }
    }
}

pub async fn mail(config: &Config, report: &mut Report) {
    const CHECK: &str = "mail";
    let Some(url) = &config.mail.smtp_url else {
        let folder = config.mail.folder.display();
        return report.ok(CHECK, format!("no server is set: mails become files in {folder}"));
    };
    let (server, from) = (url.shown_as_address(), &config.mail.from);
    let outcome = match Mailer::new(&config.mail) {
        Ok(mailer) => mailer.check().await.map_err(|failure| failure.word().to_owned()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => report.ok(CHECK, format!("{server} as {from}")),
        Err(why) => {
            let cure = "start it, or correct host, port, user and password of HENJI_SMTP_URL; \
                        mails wait until then";
            report.warning(CHECK, format!("{server}: {why}"), cure);
        }
    }
}

/// Providers and browsers come by the public address alone.
pub fn public_url(config: &Config, report: &mut Report) {
    const CHECK: &str = "public URL";
    let (url, listen) = (&config.web.public_url, config.web.listen);
    if !url.is_https() && !url.is_loopback() {
        let cure = "put a reverse proxy with TLS in front and set HENJI_PUBLIC_URL to https://…";
        report.error(CHECK, format!("{url} carries passwords and texts in clear"), cure);
    } else if url.is_loopback() && !listen.ip().is_loopback() {
        let message = format!("{url} is this machine's alone, but henji listens on {listen}");
        let cure = "set HENJI_PUBLIC_URL to the address others use, \
                    or HENJI_LISTEN to 127.0.0.1 if there are none";
        report.warning(CHECK, message, cure);
    } else if url.is_loopback() {
        report.ok(CHECK, format!("{url}: only this machine reaches it, no provider does"));
    } else if !listen.ip().is_loopback() && config.web.trusted_proxies.is_empty() {
        let message = format!("{url} is https, but henji listens in clear on {listen}");
        let cure = "let only the reverse proxy reach it: HENJI_LISTEN=127.0.0.1:8080";
        report.warning(CHECK, message, cure);
    } else if config.web.trusted_proxies.is_empty() {
        let message = "every request seems to come from the reverse proxy's address";
        report.warning(CHECK, message, "set HENJI_TRUSTED_PROXY to its network");
    } else {
        report.ok(CHECK, format!("{url}, by way of a reverse proxy to {listen}"));
    }
}
