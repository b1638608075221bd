//! The list of customers.

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, AUDITOR, RECRUITING_NUMBER, SATO, YAMADA};

use super::HANDSET;

fn names(page: &Answer) -> Vec<String> {
    page.texts("ul.found .nm")
}

#[tokio::test]
async fn everybody_is_listed_once_to_whoever_may_see_them() {
    let app = TestApp::start().await;
    let first = app.handset(HANDSET).sends("受付へ").await;
    app.handset(HANDSET).sends_to(RECRUITING_NUMBER, "採用へ", None).await;
    app.handset("+818011112222").sends_to(RECRUITING_NUMBER, "応募します", None).await;
    app.index().await;
    let sato = app.sign_in(SATO).await;
    sato.put(&format!("/conversations/{first}/contact"), &[("name", "山田 花子")])
        .await
        .expect(303);
    app.index().await;
    let (admin, yamada) = (app.sign_in(ADMIN).await, app.sign_in(YAMADA).await);
    for (reader, path, listed) in [
        (&sato, "/contacts", vec!["山田 花子"]),
        (&admin, "/contacts", vec!["080-1111-2222", "山田 花子"]),
        (&yamada, "/contacts", vec!["080-1111-2222", "山田 花子"]),
        (&sato, "/contacts?q=花子", vec!["山田 花子"]),
        (&admin, "/contacts?q=花子", vec!["山田 花子"]),
        (&admin, "/contacts?q=1111-2222", vec!["080-1111-2222"]),
        (&sato, "/contacts?q=1111-2222", vec![]),
        (&sato, "/contacts?q=花子&cursor=7-7", vec!["山田 花子"]),
    ] {
        assert_eq!(names(&reader.get(path).await.expect(200)), listed, "{path}");
    }
    let auditor = app.sign_in(AUDITOR).await.get("/contacts").await.expect(200);
    assert_eq!(names(&auditor), Vec::<String>::new());
    assert_eq!(auditor.texts(".empty").len(), 1, "and what to do about it");
    let too_long = format!("/contacts?q={}", "x".repeat(201));
    assert_eq!(sato.get(&too_long).await.expect(422).texts("#q-error").len(), 1);
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_nobody_is_left_out() {
    let app = TestApp::start().await;
    for n in 0..120 {
        app.handset(&format!("+8190{n:08}")).sends("はい").await;
    }
    app.index().await;
    let sato = app.sign_in(SATO).await;
    for first in ["/contacts", "/contacts?q=0000"] {
        let (mut seen, mut path, mut pages) = (Vec::new(), Some(first.to_owned()), 0);
        while let Some(next) = path {
            let page = sato.get(&next).await.expect(200);
            seen.extend(names(&page));
            path = page.attribute("#more-contacts", "href");
            pages += 1;
        }
        assert_eq!(seen.len(), 120, "{first}");
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), pages), (120, 3), "{first}");
    }
}
