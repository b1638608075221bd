//! Packs `static/` into the binary: joined, compressed, under one hash.
//!
//! Runs in the build script. Readable sources go in and stay readable: nothing
//! is minified, only joined, so that a cold page needs few requests. Lines that
//! are comments stay behind, a fifth of the packed scripts, and so does what rules
//! are indented with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

/// The order of the layers; later ones win.
const CSS: [&str; 15] = [
    "tokens",
    "base",
    "buttons",
    "forms",
    "layout",
    "inbox",
    "thread",
    "message",
    "search",
    "composer",
    "pages",
    "setup",
    "simulator",
    "menus",
    "state",
];

/// Stylesheets of their own, each for the few pages that want it: the joined one
/// has 8 KB to keep within (ui.md 11.11).
const APART: [&str; 4] = ["menus", "search", "setup", "simulator"];

/// Modules of their own, fetched when they are first wanted. They import nothing.
const LATER: [&str; 5] = ["lines", "palette", "push", "sim", "sound"];

/// The module every page with scripts loads; what it imports is joined to it.
const ENTRY: &str = "app";

pub fn compile(folder: &Path, out: &Path) {
    let mut files = BTreeMap::new();
    files.insert("app.css".to_owned(), join_css(&folder.join("css")));
    for name in APART.map(|name| format!("{name}.css")) {
        let sheet = read(&folder.join("css").join(&name));
        files.insert(name, sheet.into_bytes());
    }
    files.insert("app.js".to_owned(), join_js(&folder.join("js")));
    for name in LATER.map(|name| format!("{name}.js")) {
        let source = read(&folder.join("js").join(&name));
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let module: String = lines.map(|line| format!("{line}\n")).collect();
        assert!(!module.contains("import "), "static/js/{name} is loaded alone");
        files.insert(name, module.into_bytes());
    }
    for path in files_below(folder) {
        let name =
            path.strip_prefix(folder).expect("found below it").to_string_lossy().replace('\\', "/");
        if !["css/", "js/", "_build/"].iter().any(|joined| name.starts_with(joined)) {
            files.insert(name, fs::read(&path).expect("a readable file"));
        }
    }
    let build = hash(&files);
    let mut table =
        format!("pub const BUILD: &str = {build:?};\n\npub static FILES: &[Asset] = &[\n");
    for (name, raw) in &files {
        let stored = out.join(name.replace('/', "_"));
        let [plain, br, gz] =
            ["raw", "br", "gz"].map(|kind| format!("{}.{kind}", stored.display()));
        fs::write(&plain, raw).expect("the output folder takes files");
        fs::write(&br, brotli(raw)).expect("the output folder takes files");
        fs::write(&gz, gzip(raw)).expect("the output folder takes files");
        writeln!(
            table,
            "    Asset {{ path: {name:?}, mime: {:?}, raw: include_bytes!({plain:?}), \
             br: include_bytes!({br:?}), gz: include_bytes!({gz:?}) }},",
            mime(name)
        )
        .ok();
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table).expect("the output folder takes files");
}

fn join_css(folder: &Path) -> Vec<u8> {
    let known = BTreeSet::from(CSS);
    for path in files_below(folder) {
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        assert!(known.contains(name.as_str()), "static/css/{name}.css has no place in the order");
    }
    let mut sheet = format!("@layer {};\n", CSS.join(", "));
    for name in CSS.iter().filter(|name| !APART.contains(name)) {
        for line in read(&folder.join(format!("{name}.css"))).lines() {
            sheet.push_str(line.trim_start());
            sheet.push('\n');
        }
    }
    sheet.into_bytes()
}

/// Joins the entry module and everything it imports into one module.
///
/// Each source keeps a scope of its own: its exports become the members of a
/// constant named after it. Understands what our modules use and refuses the
/// rest: `import { a, b } from './x.js'` on one line, and `export` before
/// `function`, `async function`, `class` or `const`.
fn join_js(folder: &Path) -> Vec<u8> {
    let mut done = Vec::new();
    let mut joined = String::new();
    join_module(folder, ENTRY, &mut Vec::new(), &mut done, &mut joined);
    joined.into_bytes()
}

fn join_module(
    folder: &Path,
    name: &str,
    above: &mut Vec<String>,
    done: &mut Vec<String>,
    joined: &mut String,
) {
    assert!(!above.iter().any(|module| module == name), "static/js: {name}.js imports itself");
    if done.iter().any(|module| module == name) {
        return;
    }
    above.push(name.to_owned());
    let source = read(&folder.join(format!("{name}.js")));
    let mut body = String::new();
    let mut exports = Vec::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        if line.starts_with("import ") {
            let (names, module) = import(line)
                .unwrap_or_else(|| panic!("static/js/{name}.js: an import not understood: {line}"));
            join_module(folder, module, above, done, joined);
            writeln!(body, "const {{{names}}} = ${}", identifier(module)).ok();
        } else if let Some(rest) = line.strip_prefix("export ") {
            exports.push(exported(rest).unwrap_or_else(|| {
                panic!("static/js/{name}.js: an export not understood: {line}")
            }));
            writeln!(body, "{rest}").ok();
        } else {
            writeln!(body, "{line}").ok();
        }
    }
    writeln!(
        joined,
        "// {name}.js\nconst ${} = (() => {{\n{body}return {{ {} }}\n}})()\n",
        identifier(name),
        exports.join(", ")
    )
    .ok();
    above.pop();
    done.push(name.to_owned());
}

fn import(line: &str) -> Option<(&str, &str)> {
    let (names, rest) = line.strip_prefix("import {")?.split_once('}')?;
    let module = rest.trim().strip_prefix("from './")?.strip_suffix(".js'")?;
    (!names.contains(" as ")).then_some((names, module))
}

fn exported(declaration: &str) -> Option<&str> {
    let rest = ["function ", "async function ", "class ", "const "]
        .iter()
        .find_map(|keyword| declaration.strip_prefix(keyword))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

fn identifier(module: &str) -> String {
    module.replace(['-', '/'], "_")
}

fn hash(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut digest = Sha256::new();
    for (name, raw) in files {
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name);
        digest.update((raw.len() as u64).to_be_bytes());
        digest.update(raw);
    }
    digest.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

fn brotli(raw: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &raw[..], &mut packed, &parameters).expect("memory takes all");
    packed
}

fn gzip(raw: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(raw).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "ogg" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        other => panic!("static/{name}: no MIME type is known for .{other}"),
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        match path.file_name().map(|name| name.to_string_lossy().into_owned()) {
            Some(name) if name == "node_modules" || name.starts_with('.') => {}
            _ if path.is_dir() => found.extend(files_below(&path)),
            _ => found.push(path),
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
