//! Prepares what the binary carries inside: the static files, compressed, and
//! the texts of both languages, as functions.
//!
//! Works offline and calls no other program.

use std::env;
use std::path::PathBuf;

#[path = "src/web/assets/compile.rs"]
mod assets;
#[path = "src/locale/compile.rs"]
mod locale;

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the output folder"));
    for input in ["build.rs", "static", "src/locale", "src/web/assets/compile.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    locale::compile(&root.join("src/locale"), &out.join("locale.rs"));
    assets::compile(&root.join("static"), &out);
}
