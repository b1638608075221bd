//! Pictures in the reply form (F-18): taken once they are safe, seen by whoever sees the
//! conversation, gone when their time is over.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use henji::jobs::housekeeping;
use henji::store::reply_forms;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use super::headers;
use crate::backup::aftercare::restored;
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, AUDITOR, SATO, YAMADA};

const HANDSET: &str = "+819012345678";
const BOUNDARY: &str = "----WebKitFormBoundaryhenji";
const GPS: &[u8] = b"GPSLatitude 35.6812";

/// A form that was sent to a customer, and the customer's browser.
struct Form<'a> {
    app: &'a TestApp,
    thread: ConversationId,
    path: String,
}

impl<'a> Form<'a> {
    async fn offered(app: &'a TestApp) -> Self {
        app.leaves_work();
        let thread = app.handset(HANDSET).sends("壊れて届きました").await;
        let path = Self::another(app, thread).await;
        Self { app, thread, path }
    }

    async fn another(app: &TestApp, thread: ConversationId) -> String {
        let offered = app.store.write(move |tx| {
            let now = tx.now;
            reply_forms::offer(tx, thread, now, TimeDelta::days(14))
        });
        format!("/f/{}", offered.await.unwrap().as_str())
    }

    async fn sends(&self, body: &str, files: &[&[u8]]) -> Answer {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let form = multipart(body, files);
        let request = self.app.http.post(format!("{}{}", self.app.url, self.path));
        Answer::to(request.header("content-type", kind).header("origin", "null").body(form)).await
    }

    async fn texts(&self) -> Vec<String> {
        self.app.api().texts(self.thread).await
    }
}

/// As a browser sends it: a field without a file is an empty one.
fn multipart(body: &str, files: &[&[u8]]) -> Vec<u8> {
    let head = |name: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"").into_bytes()
    };
    let mut form = [head("body"), format!("\r\n\r\n{body}\r\n").into_bytes()].concat();
    let files = if files.is_empty() { &[&b""[..]] } else { files };
    for file in files {
        form.extend(head("photo"));
        form.extend(b"; filename=\"IMG_0001.JPG\"\r\nContent-Type: image/jpeg\r\n\r\n");
        form.extend(*file);
        form.extend(b"\r\n");
    }
    form.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    form
}

/// A picture as a telephone writes it, with the place where it was taken.
fn camera(width: u32, height: u32) -> Vec<u8> {
    let drawn = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut plain = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut plain)
        .write_image(drawn.as_raw(), width, height, ExtendedColorType::Rgb8)
        .unwrap();
    let exif = [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0", GPS].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &length, &exif, &plain[2..]].concat()
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[tokio::test]
async fn a_picture_is_seen_by_those_who_see_the_conversation() {
    let app = TestApp::start().await;
    let form = Form::offered(&app).await;
    let file = camera(800, 600);
    assert!(holds(&file, GPS));
    let sent = form.sends("この傷です", &[&file, &camera(90, 120)]).await.expect(200);
    assert!(headers::missing(&sent, &form.path).is_empty());
    form.sends("もう一度", &[&file]).await.expect(200);
    assert_eq!(form.texts().await, ["壊れて届きました", "この傷です"], "once");

    let sato = app.sign_in(SATO).await;
    let page = sato.get(&format!("/conversations/{}", form.thread)).await.expect(200);
    let shown = ".m.in img";
    assert_eq!(page.attribute(shown, "alt").unwrap(), "お客様の写真 1");
    assert_eq!(page.attribute(shown, "loading").unwrap(), "lazy");
    assert_eq!(page.attribute(shown, "width").unwrap(), "160");
    assert_eq!(page.attribute(shown, "height").unwrap(), "120");
    let small = page.attribute(shown, "src").unwrap();
    let full = page.attribute(".m.in a[target=_blank]", "href").unwrap();
    for (path, width) in [(&small, 320), (&full, 800)] {
        let request = sato.request(reqwest::Method::GET, path);
        let response = request.send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/jpeg");
        assert!(header("content-disposition").starts_with("inline; filename=\"photo-"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").contains("sandbox"));
        assert_eq!(header("cache-control"), "no-store");
        let bytes = response.bytes().await.unwrap();
        assert!(!holds(&bytes, b"GPS") && !holds(&bytes, b"Exif"), "{path}");
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), width, "{path}");
    }
    // Who does not see the conversation sees no picture of it, nor that there is one.
    for (who, status) in [(YAMADA, 404), (AUDITOR, 404)] {
        app.sign_in(who).await.get(&full).await.expect(status);
    }
    Answer::to(app.http.get(format!("{}{full}", app.url))).await.expect(401);

    let timeline = app.api().timeline(form.thread).await;
    let typed = timeline.iter().find(|line| line["body"] == "この傷です").unwrap();
    assert_eq!(typed["photos"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&typed["photos"][0]["width"], &typed["photos"][0]["height"]),
        (&800.into(), &600.into())
    );
    let id = typed["photos"][0]["id"].as_str().unwrap();
    assert!(full.ends_with(id));
    let read = app.api().get(&format!("/photos/{id}")).await.expect(200);
    assert_eq!(read.header("content-type"), "image/jpeg");
    // What is kept is sealed.
    let mut raw = app.raw();
    let hex =
        if raw.is_postgres() { "encode(full_sealed, 'hex')" } else { "lower(hex(full_sealed))" };
    for kept in raw.texts(&format!("select {hex} as t from photos")) {
        assert!(kept.starts_with("01") && !kept.contains("ffd8ffe0"), "version 1 of the seal");
    }
}

#[tokio::test]
async fn pictures_alone_are_a_text_too() {
    let app = TestApp::start().await;
    let form = Form::offered(&app).await;
    form.sends("  ", &[]).await.expect(422);
    form.sends("", &[&camera(20, 20), &camera(20, 20)]).await.expect(200);
    assert_eq!(form.texts().await.last().unwrap(), "(写真 2枚)");
}

#[tokio::test]
async fn what_is_refused_leaves_the_form_as_good_as_before() {
    let app = TestApp::start().await;
    let form = Form::offered(&app).await;
    let good = camera(40, 30);
    let mut film = b"\0\0\0\x18ftypheic\0\0\0\0".to_vec();
    film.extend([0; 64]);
    let large = [&good[..], &vec![0; 8 * 1024 * 1024]].concat();
    let cut = &good[..good.len() / 4];
    let cases: [(&[&[u8]], &str); 6] = [
        (&[b"MZ\x90\0 renamed program"], "写真として読み取れない"),
        (&[&good, &film], "HEIC"),
        (&[&large], "大きすぎます"),
        (&[&good, &good, &good, &good], "3枚までです"),
        (&[&cut[..100]], "写真として読み取れない"),
        // More than is kept of a form at all.
        (&[&large, &large, &large, &large], "大きすぎます"),
    ];
    for (files, told) in cases {
        let page = form.sends("<b>この傷</b>です", files).await.expect(422);
        assert!(page.texts("#photo-wrong").join("").contains(told), "{told}: {}", page.text);
        let typed = page.texts("textarea").join("");
        assert_eq!(typed, "<b>この傷</b>です", "what was typed comes back");
        assert_eq!(form.texts().await.len(), 1, "{told}");
        assert_eq!(app.raw().count("photos", ""), 0, "{told}");
    }
    // Refused for the text, the pictures have to be chosen again, and the page says so.
    let long = form.sends(&"あ".repeat(661), &[&good]).await.expect(422);
    assert!(long.texts(".wrong").join("").contains("もう一度お選びください"));
    form.sends("この傷です", &[&good]).await.expect(200);
    assert_eq!(form.texts().await.last().unwrap(), "この傷です");
    assert_eq!(app.raw().count("photos", ""), 1);
}

/// Reading and drawing pictures is work: whoever sends refused ones over and over waits,
/// and keeps nobody else waiting.
#[tokio::test]
async fn one_form_does_not_keep_the_house_busy_with_pictures() {
    let app = TestApp::start().await;
    let form = Form::offered(&app).await;
    for _ in 0..10 {
        form.sends("?", &[b"no picture"]).await.expect(422);
    }
    form.sends("?", &[&camera(20, 20)]).await.expect(429);
    let path = Form::another(&app, form.thread).await;
    let other = Form { app: &app, thread: form.thread, path };
    other.sends("この傷です", &[&camera(20, 20)]).await.expect(200);
    app.advance(TimeDelta::minutes(11));
    form.sends("この傷です", &[&camera(20, 20)]).await.expect(200);
    assert_eq!(app.raw().count("photos", ""), 2);
}

#[tokio::test]
async fn nothing_is_read_of_a_form_that_nobody_waits_for() {
    let app = TestApp::start().await;
    let form = Form { path: "/f/xxxxxxxxxxx".into(), ..Form::offered(&app).await };
    form.sends("?", &[&camera(20, 20)]).await.expect(404);
    let form = Form::offered(&app).await;
    let foreign = app.http.post(format!("{}{}", app.url, form.path));
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let body = multipart("?", &[&camera(20, 20)]);
    let forged = foreign.header("content-type", kind).header("origin", "https://evil.example");
    Answer::to(forged.header("sec-fetch-site", "cross-site").body(body)).await.expect(403);
    assert_eq!(app.raw().count("photos", ""), 0);
}

#[tokio::test]
async fn when_its_time_is_over_a_picture_is_gone_and_the_thread_says_so() {
    let app = TestApp::start().await;
    let form = Form::offered(&app).await;
    form.sends("この傷です", &[&camera(40, 30)]).await.expect(200);
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/links").await.expect(200);
    assert_eq!(page.attribute("#days", "value").unwrap(), "90");
    for wrong in ["0", "3651", "", "x"] {
        admin.put("/settings/photos", &[("days", wrong)]).await.expect(422);
    }
    admin.put("/settings/photos", &[("days", "30")]).await.expect(303);
    admin.put("/settings/photos", &[("days", "30")]).await.expect(303);
    assert_eq!(app.raw().count("audit_entries", "where action = 'photo.keep'"), 1);

    app.advance(TimeDelta::days(30));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(app.raw().count("photos", "where full_sealed is not null"), 1, "not a day early");
    app.advance(TimeDelta::seconds(1));
    housekeeping::run_one(&app).await.unwrap();
    housekeeping::run_one(&app).await.unwrap();
    let left = "where full_sealed is not null or small_sealed is not null or purged_at is null";
    assert_eq!(app.raw().count("photos", left), 0);
    assert_eq!(app.raw().count("audit_entries", "where action = 'photo.purge'"), 1);

    let sato = app.sign_in(SATO).await;
    let page = sato.get(&format!("/conversations/{}", form.thread)).await.expect(200);
    assert!(page.texts(".m.in").join("").contains("写真は期限で削除されました"));
    assert!(page.texts(".m.in").join("").contains("この傷です"), "the text stays");
    assert!(page.attribute(".m.in img", "src").is_none());
    let timeline = app.api().timeline(form.thread).await;
    let typed = timeline.iter().find(|line| line["body"] == "この傷です").unwrap();
    assert!(typed["photos"][0]["purged_at"].is_string());
    let id = typed["photos"][0]["id"].as_str().unwrap();
    sato.get(&format!("/photos/{id}")).await.expect(404);
}

#[tokio::test]
async fn a_restored_house_has_its_pictures() {
    let app = TestApp::start().await;
    let form = Form::offered(&app).await;
    form.sends("この傷です", &[&camera(40, 30)]).await.expect(200);
    let second = TestApp::on(restored(&app).await).await;
    second.leaves_work();
    let sato = second.sign_in(SATO).await;
    let page = sato.get(&format!("/conversations/{}", form.thread)).await.expect(200);
    let small = page.attribute(".m.in img", "src").unwrap();
    let picture = sato.get(&small).await.expect(200);
    assert_eq!(picture.header("content-type"), "image/jpeg");
}
