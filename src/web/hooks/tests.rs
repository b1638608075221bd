use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App as ActixApp, web};
use chrono::TimeDelta;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::clock::{Clock, fresh_id};
use crate::config::Config;
use crate::providers::simulator::webhook::{SIGNATURE, TIMESTAMP, sign};
use crate::server::{Purpose, assemble};
use crate::store::provider_accounts::{self, ProviderAccount};

const OLD: &str = "the-first-secret";
const NEW: &str = "the-second-secret";

struct Rig {
    app: Arc<App>,
    throttle: Data<Throttle>,
    accounts: Data<HookAccounts>,
    account: ProviderAccount,
    _folder: TempDir,
}

impl Rig {
    /// A house with one account, which no sender belongs to.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_str().unwrap().to_owned();
        let settings = [("HENJI_DATA_DIR".to_owned(), data_dir)];
        let config = Config::from_sources(settings.into_iter(), None).unwrap();
        let now = "2026-11-22T09:00:00Z".parse().unwrap();
        let clock = Clock::fixed_at(now);
        let app = assemble(config, clock.clone(), Purpose::Command).await.unwrap();
        let account = ProviderAccount {
            id: fresh_id(),
            kind: "simulator".to_owned(),
            settings: [("secret".to_owned(), OLD.to_owned())].into(),
            hook_token: "t0ken".to_owned(),
            listed_until: now,
        };
        let stored = account.clone();
        app.store.write(move |tx| provider_accounts::insert(tx, &stored, now)).await.unwrap();
        let throttle = Data::new(Throttle::new(clock));
        Self { app, throttle, accounts: Data::default(), account, _folder: folder }
    }

    async fn change_secret(&self, secret: &str) {
        let mut account = self.account.clone();
        account.settings.insert("secret".to_owned(), secret.to_owned());
        let work =
            move |tx: &mut crate::store::Tx| provider_accounts::update_settings(tx, &account);
        self.app.store.write(work).await.unwrap();
    }

    /// What a text signed with `secret` is answered with.
    async fn post(&self, secret: &str) -> HttpResponse {
        let service = ActixApp::new()
            .app_data(Data::from(self.app.clone()))
            .app_data(self.throttle.clone())
            .app_data(self.accounts.clone())
            .route("/hooks/{provider}/{token}/inbound", web::post().to(inbound));
        let service = init_service(service).await;
        let (path, now) = ("/hooks/simulator/t0ken/inbound", self.app.clock.now());
        let body = json!({"id": "1", "from": "+819012345678", "to": "+815012345678", "body": "2"});
        let body = body.to_string();
        let request = TestRequest::post()
            .uri(path)
            .insert_header((SIGNATURE, sign(secret, now, path, body.as_bytes())))
            .insert_header((TIMESTAMP, now.timestamp().to_string()))
            .set_payload(body);
        call_service(&service, request.to_request()).await.into_parts().1
    }

    async fn kept(&self) -> Vec<String> {
        let kept = self.app.store.read(|db| crate::store::quarantine::page(db, None, 100)).await;
        kept.unwrap().into_iter().map(|item| item.problem).collect()
    }
}

#[actix_web::test]
async fn a_new_secret_works_at_once_and_the_old_one_no_more() {
    let rig = Rig::new().await;
    assert_eq!(rig.post(OLD).await.status(), StatusCode::OK);
    rig.change_secret(NEW).await;
    assert_eq!(rig.post(NEW).await.status(), StatusCode::OK);
    assert_eq!(rig.post(OLD).await.status(), StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn what_no_inbox_wants_is_kept_and_acknowledged() {
    let rig = Rig::new().await;
    assert_eq!(rig.post(OLD).await.status(), StatusCode::OK);
    assert_eq!(rig.kept().await, ["to: is not known"]);
}

#[actix_web::test]
async fn a_forged_request_is_kept_before_it_is_refused() {
    let rig = Rig::new().await;
    assert_eq!(rig.post("a-guessed-secret").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(rig.kept().await, ["the signature does not match"]);
}

#[actix_web::test]
async fn who_has_filled_their_share_is_told_to_come_back() {
    let rig = Rig::new().await;
    for _ in 0..1_000 {
        rig.throttle.hook_failed(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    }
    // The minute's count is over, the day's is not.
    rig.app.clock.advance(TimeDelta::minutes(2));
    let answer = rig.post("a-guessed-secret").await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), "60");
    assert_eq!(rig.kept().await, [""; 0]);
    // A genuine one still gets in.
    assert_eq!(rig.post(OLD).await.status(), StatusCode::OK);
}
