//! The furnished house every test copies, made once per process.

use std::path::PathBuf;
use std::sync::LazyLock;

use super::cast::Cast;
use super::raw::Raw;
use super::test_app::{self, house_of};
use super::test_db::{self, TestDb};

pub struct Template {
    pub cast: Cast,
    key_file: PathBuf,
    original: Original,
}

enum Original {
    File(PathBuf),
    Database(String),
}

static FURNISHED: LazyLock<Template> = LazyLock::new(|| {
    // A runtime of its own: the tests' must not be blocked by each other's.
    std::thread::spawn(|| actix_web::rt::System::new().block_on(Template::make())).join().unwrap()
});

/// A house with everybody in it, closed and ready to be copied.
pub fn furnished() -> &'static Template {
    &FURNISHED
}

impl Template {
    /// A copy with the key that opens it.
    pub fn copy(&self) -> TestDb {
        let db = match &self.original {
            Original::File(file) => TestDb::copy_of_file(file),
            Original::Database(name) => TestDb::copy_of_database(name),
        };
        std::fs::copy(&self.key_file, db.folder().join("henji.key")).unwrap();
        db
    }

    async fn make() -> Self {
        let folder = kept_folder();
        let db = TestDb::empty();
        let config = test_app::config(&db, "127.0.0.1:0");
        let app = house_of(config, String::new(), test_app::clock()).await;
        let cast = Cast::move_in(&app).await;
        drop(app);
        let key_file = folder.join("henji.key");
        std::fs::copy(db.folder().join("henji.key"), &key_file).unwrap();
        let original = match test_db::cluster() {
            None => {
                let file = folder.join("henji.db");
                // A consistent copy whoever still has the file open.
                db.raw().execute(&format!("vacuum into '{}'", file.display()));
                Original::File(file)
            }
            Some(cluster) => Original::Database(keep(&cluster, &db)),
        };
        Self { cast, key_file, original }
    }
}

/// Copies the database under a name that stays until the cluster goes.
fn keep(cluster: &str, db: &TestDb) -> String {
    let name = format!("tpl_{}", std::process::id());
    let original = db.url().rsplit('/').next().unwrap();
    let mut raw = Raw::open(cluster);
    let end = format!(
        "alter database {original} allow_connections false; \
         select pg_terminate_backend(pid) from pg_stat_activity where datname = '{original}'"
    );
    raw.execute(&end);
    // Ended is not yet gone.
    while raw.count("pg_stat_activity", &format!("where datname = '{original}'")) > 0 {
        std::thread::yield_now();
    }
    raw.execute(&format!("create database {name} template {original}"));
    name
}

/// A folder for this process; those of processes that are gone go now.
fn kept_folder() -> PathBuf {
    const PREFIX: &str = "template-";
    for entry in std::fs::read_dir(test_db::scratch()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let gone = name
            .strip_prefix(PREFIX)
            .is_some_and(|pid| !PathBuf::from(format!("/proc/{pid}")).exists());
        if gone {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
    let folder = test_db::scratch().join(format!("{PREFIX}{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
