//! How the world reaches us, and how our mails will leave.

use super::report::Report;
use crate::config::Config;
use crate::live::wake::nats::Broker;
use crate::mail::Mailer;

/// How long a door on a network of our own may take to greet.
const GREETING: std::time::Duration = std::time::Duration::from_secs(5);

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

/// Whether answers by mail find an open door. `doctor` may run beside the server or alone.
pub async fn mail_replies(config: &Config, report: &mut Report) {
    const CHECK: &str = "answers by mail";
    let Some(replies) = &config.replies else { return };
    let greeting = tokio::time::timeout(GREETING, greeting(replies.listen)).await;
    let (listen, domain) = (replies.listen, &replies.domain);
    match greeting {
        Ok(Ok(true)) => {
            let authserv = &replies.authserv;
            let message = format!("{listen} takes mail to {domain} that {authserv} vouches for");
            report.ok(CHECK, message);
        }
        Ok(Ok(false)) => {
            let cure = "let henji have the port, or set another HENJI_REPLY_LISTEN";
            report.warning(CHECK, format!("something else answers on {listen}"), cure);
        }
        Ok(Err(_)) | Err(_) => {
            let cure = "start henji; until then your mail server keeps them and comes again";
            report.warning(CHECK, format!("nobody answers on {listen}"), cure);
        }
    }
}

/// Whether it is henji that greets.
async fn greeting(address: std::net::SocketAddr) -> std::io::Result<bool> {
    use tokio::io::AsyncReadExt;

    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let mut said = Vec::new();
    while !said.ends_with(b"\n") && said.len() < 300 {
        let mut byte = [0];
        if stream.read(&mut byte).await? == 0 {
            break;
        }
        said.push(byte[0]);
    }
    let said = String::from_utf8_lossy(&said);
    Ok(said.starts_with("220 ") && said.contains("henji") || said.starts_with("421 4.3.2"))
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
