//! Keeps the layers honest: who may name whom (style.md 7), where SQL is
//! written, and what no template may hold.

use std::path::{Path, PathBuf};

mod templates;

const WEB_FRAMEWORK: &[&str] = &["actix_web", "actix_ws", "askama"];
const HOUSE: &[&str] = &["crate::app", "crate::server", "crate::cli"];

/// (layer under src, what its files must never name)
const RULES: &[(&str, &[&[&str]])] = &[
    (
        "domain",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "tokio", "reqwest", "serde", "serde_json", "async"],
            &["crate::store", "crate::web", "crate::providers", "crate::live", "crate::jobs"],
            &["crate::actions", "crate::mail", "crate::clock", "crate::config", "crate::locale"],
            &["std::fs", "std::net", "std::env", "Utc::now", "SystemTime"],
        ],
    ),
    (
        "store",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["lettre", "reqwest", "crate::web", "crate::providers", "crate::live"],
            &["crate::actions", "crate::jobs", "crate::mail", "crate::config"],
        ],
    ),
    (
        "providers",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "crate::store", "crate::web", "crate::actions", "crate::live"],
            &["crate::jobs", "crate::config"],
        ],
    ),
    (
        "live",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "reqwest", "crate::store", "crate::web", "crate::providers"],
            &["crate::actions", "crate::jobs", "crate::config"],
        ],
    ),
    (
        "journal",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "reqwest", "crate::web", "crate::providers", "crate::live"],
            &["crate::actions", "crate::jobs", "crate::config"],
        ],
    ),
    (
        "push",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "crate::store", "crate::web", "crate::actions", "crate::live"],
            &["crate::jobs", "crate::mail"],
        ],
    ),
    (
        "calendars",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "crate::store", "crate::web", "crate::actions", "crate::live"],
            &["crate::jobs", "crate::mail"],
        ],
    ),
    (
        "outside",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "lettre", "crate::store", "crate::web", "crate::actions", "crate::live"],
            &["crate::jobs", "crate::mail", "crate::domain", "crate::providers", "crate::push"],
        ],
    ),
    (
        "actions",
        &[
            WEB_FRAMEWORK,
            &["diesel", "lettre", "reqwest", "crate::web", "crate::server", "crate::cli"],
        ],
    ),
    (
        "intake",
        &[
            WEB_FRAMEWORK,
            &["diesel", "lettre", "mail_parser", "reqwest", "crate::store", "crate::web"],
            &["crate::providers", "crate::server", "crate::cli", "crate::jobs"],
        ],
    ),
    ("jobs", &[WEB_FRAMEWORK, &["diesel", "lettre", "crate::web", "crate::server", "crate::cli"]]),
    (
        "web",
        &[
            &["diesel", "lettre", "reqwest", "crate::server", "crate::cli", "crate::jobs"],
            &["crate::providers::twilio", "crate::providers::http"],
            // Every write goes through an action.
            &["store.write", "Tx"],
        ],
    ),
    (
        "config",
        &[
            WEB_FRAMEWORK,
            HOUSE,
            &["diesel", "tokio", "crate::store", "crate::web", "crate::providers", "crate::live"],
            &["crate::actions", "crate::jobs", "crate::domain", "crate::clock"],
        ],
    ),
];

/// What the domain may bring in; everything else is a dependency it has no use for.
const DOMAIN_MAY_USE: &[&str] = &[
    "std",
    "core",
    "chrono",
    "chrono_tz",
    "uuid",
    "thiserror",
    "unicode_normalization",
    "unicode_segmentation",
    "rlibphonenumber",
    // Tables as spreadsheets write them: both reckon on bytes they are given.
    "csv",
    "encoding_rs",
    // Addresses as browsers read them.
    "url",
    // Calendars as others write them: it reads what it is given, and no clock.
    "calcard",
    "crate",
    "self",
    "super",
];

/// SQL written as text outside files named after their database, and why it
/// cannot be written otherwise.
const WRITTEN_SQL: &[(&str, &str)] = &[
    ("src/store/events.rs", "PostgreSQL's advisory lock has no other name"),
    ("src/store/applications/report.rs", "the first of what exists elsewhere, for each row"),
    ("src/store/conversations/list.rs", "a partial index fits literals only"),
    ("src/store/conversations/numbers.rs", "a partial index fits literals only"),
    ("src/store/handoff_reports.rs", "sums of what exists elsewhere, and an hour of the day"),
    ("src/store/migrations.rs", "an advisory lock, as in events.rs"),
];

/// Programs that are started, and why nothing from outside can reach them.
const STARTS_PROGRAMS: &[&str] = &[
    // `henji doctor` asks `df` about our own folder: std has no statvfs.
    "src/cli/doctor/machine.rs",
    // `henji bench` measures a server of its own: this very binary.
    "src/cli/bench/stage.rs",
    // `henji torture` kills, stops and wakes children of its own: this very binary.
    "src/cli/torture/node.rs",
];

/// The edges may read the environment; nobody else.
const READS_ENVIRONMENT: &[&str] = &["src/config.rs", "src/config/", CRASHES];

/// In debug builds a test may say where the process dies.
const CRASHES: &str = "src/crash.rs";

#[test]
fn layers_only_look_inward() {
    let mut broken = Vec::new();
    for (layer, forbidden) in RULES {
        let files = files_of(layer);
        for file in &files {
            broken.extend(violations(file, &code_of(file), &forbidden.concat()));
        }
    }
    assert!(broken.is_empty(), "layer rules broken:\n{}", broken.join("\n"));
}

#[test]
fn the_domain_brings_in_nothing_but_its_few_crates() {
    let mut broken = Vec::new();
    for file in files_of("domain") {
        for (n, line) in code_of(&file) {
            // Deeper in, names of the crate itself are made shorter.
            let top = line.strip_prefix("pub ").unwrap_or(&line);
            let Some(path) = top.strip_prefix("use ") else { continue };
            let root = path.split([':', ' ', ';']).next().unwrap_or_default();
            let is_own = file.with_extension("").join(format!("{root}.rs")).exists();
            if !DOMAIN_MAY_USE.contains(&root) && !is_own {
                broken.push(format!("{}:{n} brings in {root}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_check_finds_what_it_looks_for() {
    let planted = "use std::fmt;\n// diesel is only spoken of here\nuse diesel::prelude::*;\n";
    let found = violations(Path::new("src/domain/bad.rs"), &code(planted), &["diesel"]);
    assert_eq!(found, ["src/domain/bad.rs:3 names diesel"]);
    let innocent = "use crate::weasel;\nlet my_diesel_car = 1;\n";
    assert!(violations(Path::new("src/x.rs"), &code(innocent), &["diesel"]).is_empty());
    let tested = "fn a() {}\n#[cfg(test)]\nmod tests {\n    use diesel::x;\n}\n";
    assert!(violations(Path::new("src/x.rs"), &code(tested), &["diesel"]).is_empty());
    let deeper = violations(Path::new("x"), &code("crate::web::x()"), &["crate::web"]);
    assert_eq!(deeper.len(), 1);
}

#[test]
fn sql_is_written_as_text_only_where_it_must_be() {
    let mut broken = Vec::new();
    for file in rust_files(Path::new("src")) {
        let is_one_databases = file.ends_with("sqlite.rs") || file.ends_with("postgres.rs");
        let is_known = WRITTEN_SQL.iter().any(|(known, _)| Path::new(known) == file)
            || (is_one_databases && file.starts_with("src/store"));
        for (n, line) in code_of(&file) {
            let is_sql =
                ["sql_query", "dsl::sql", "batch_execute"].iter().any(|word| line.contains(word));
            let is_connection = file.ends_with("store/connection.rs");
            if is_sql && !is_known && !is_connection {
                broken.push(format!("{}:{n} {}", file.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "SQL as text:\n{}", broken.join("\n"));
}

#[test]
fn nothing_starts_another_program() {
    let broken = lines_with(&["process::Command", "Command::new", "libc::system"], STARTS_PROGRAMS);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_the_settings_read_the_environment() {
    let broken = lines_with(&["env::var", "env::vars"], READS_ENVIRONMENT);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nobody_names_the_edges() {
    let edges = ["src/server.rs", "src/main.rs", "src/cli.rs", "src/cli/", "src/lib.rs"];
    let broken = lines_with(&["crate::server", "crate::cli"], &edges);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_file_is_too_long_to_read() {
    const LONGEST: usize = 500;
    let mut broken = Vec::new();
    for file in rust_files(Path::new("src")).into_iter().chain(rust_files(Path::new("tests/it"))) {
        let lines = read(&file).lines().count();
        // Samples are data, and so is the list of tables.
        let is_data = file.ends_with("samples.rs") || file.ends_with("store/schema.rs");
        if lines > LONGEST && !is_data {
            broken.push(format!("{}: {lines} lines", file.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn lines_with(words: &[&str], except: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in rust_files(Path::new("src")) {
        let name = file.display().to_string();
        if except.iter().any(|known| name == *known || name.starts_with(known)) {
            continue;
        }
        for (n, line) in code_of(&file) {
            found.extend(
                words
                    .iter()
                    .filter(|word| line.contains(**word))
                    .map(|word| format!("{name}:{n} {word}")),
            );
        }
    }
    found
}

fn violations(file: &Path, code: &[(usize, String)], forbidden: &[&str]) -> Vec<String> {
    let named = |line: &str| {
        let names = forbidden.iter().filter(move |name| names(line, name));
        names.map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    code.iter()
        .flat_map(|(n, line)| named(line).into_iter().map(move |name| (n, name)))
        .map(|(n, name)| format!("{}:{n} names {name}", file.display()))
        .collect()
}

/// Whether `path` stands in the line as a path, and not inside another name.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + path.len()..].chars().next();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
            && after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    })
}

/// Numbered lines without comments and without the tests under them.
fn code(text: &str) -> Vec<(usize, String)> {
    let tests = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text[..tests]
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(n, line)| (n + 1, line.to_owned()))
        .collect()
}

fn code_of(file: &Path) -> Vec<(usize, String)> {
    code(&read(file))
}

/// A layer is a folder and the file beside it; either may be missing, not both.
fn files_of(layer: &str) -> Vec<PathBuf> {
    let beside = Path::new("src").join(format!("{layer}.rs"));
    assert!(beside.exists(), "src/{layer}.rs is not there: the rules name a layer that is not");
    let folder = Path::new("src").join(layer);
    assert!(folder.is_dir(), "src/{layer}/ is not there: the rules name a layer that is not");
    let mut files = rust_files(&folder);
    files.push(beside);
    files
}

/// Every source file below `folder`, tests of their own aside.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = files_below(folder, "rs");
    found.retain(|file| {
        let is_test = |part: &std::ffi::OsStr| part == "tests" || part == "tests.rs";
        folder.starts_with("tests") || !file.iter().any(is_test)
    });
    found
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| {
        panic!("{} cannot be read: {error}", folder.display());
    });
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files_below(&path, extension) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}
