//! Turns `ja.toml` and `en.toml` into one function per text.
//!
//! Runs in the build script, so a text missing in one language, or naming other
//! arguments there, stops the build with its key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const LANGUAGES: [(&str, &str); 2] = [("Ja", "ja"), ("En", "en")];

/// A text, or two where a language tells one from many.
enum Text {
    Plain(String),
    Counted { one: String, other: String },
}

pub fn compile(folder: &Path, output: &Path) {
    let [ja, en] = LANGUAGES.map(|(_, tag)| read(&folder.join(format!("{tag}.toml"))));
    for key in ja.keys().chain(en.keys()) {
        assert!(ja.contains_key(key), "src/locale/ja.toml lacks {key}");
        assert!(en.contains_key(key), "src/locale/en.toml lacks {key}");
        assert!(
            ja[key].arguments() == en[key].arguments(),
            "{key} has other {{arguments}} in ja.toml than in en.toml"
        );
    }
    let mut code = String::from("impl Locale {\n");
    for (key, japanese) in &ja {
        write_function(&mut code, key, japanese, &en[key]);
    }
    code.push_str("}\n");
    fs::write(output, code).expect("the output folder takes files");
}

fn read(path: &Path) -> BTreeMap<String, Text> {
    let source = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let table: toml::Table = source.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut texts = BTreeMap::new();
    collect(&mut texts, "", table, path);
    texts
}

/// `[setup] title = …` becomes `setup_title`.
fn collect(texts: &mut BTreeMap<String, Text>, prefix: &str, table: toml::Table, path: &Path) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}_{name}") };
        match value {
            toml::Value::String(text) => {
                texts.insert(key, Text::Plain(text));
            }
            toml::Value::Table(mut inner) => match (inner.remove("one"), inner.remove("other")) {
                (Some(toml::Value::String(one)), Some(toml::Value::String(other))) => {
                    texts.insert(key, Text::Counted { one, other });
                }
                (None, None) => collect(texts, &key, inner, path),
                _ => panic!("{}: {key} needs both one and other", path.display()),
            },
            _ => panic!("{}: {key} is not a text", path.display()),
        }
    }
}

/// Arguments are taken in the order of their names, so that a sentence may be
/// turned round in translation.
fn write_function(code: &mut String, key: &str, japanese: &Text, english: &Text) {
    let arguments = japanese.arguments();
    let counted = [japanese, english].iter().any(|text| matches!(text, Text::Counted { .. }));
    let parameters: String = arguments
        .iter()
        .map(|name| match name.as_str() {
            "n" if counted => ", n: impl Count".to_owned(),
            _ => format!(", {name}: impl std::fmt::Display"),
        })
        .collect();
    let result = if arguments.is_empty() { "&'static str" } else { "String" };
    let doc = match japanese {
        Text::Plain(text) | Text::Counted { other: text, .. } => text.replace('\n', " "),
    };
    writeln!(code, "    /// {doc}\n    pub fn {key}(self{parameters}) -> {result} {{").ok();
    code.push_str("        match self {\n");
    for ((variant, _), text) in LANGUAGES.iter().zip([japanese, english]) {
        writeln!(code, "            Self::{variant} => {},", text.expression()).ok();
    }
    code.push_str("        }\n    }\n");
}

impl Text {
    fn arguments(&self) -> BTreeSet<String> {
        match self {
            Self::Plain(text) => arguments(text),
            Self::Counted { one, other } => {
                let named: BTreeSet<String> =
                    arguments(one).union(&arguments(other)).cloned().collect();
                assert!(named.contains("n"), "a counted text counts {{n}}: {other}");
                named
            }
        }
    }

    fn expression(&self) -> String {
        match self {
            Self::Plain(text) => expression(text, false),
            Self::Counted { one, other } => format!(
                "if n.is_one() {{ {} }} else {{ {} }}",
                expression(one, true),
                expression(other, true)
            ),
        }
    }
}

fn expression(text: &str, owned: bool) -> String {
    if owned || !arguments(text).is_empty() {
        format!("format!({text:?})")
    } else {
        format!("{text:?}")
    }
}

fn arguments(text: &str) -> BTreeSet<String> {
    text.split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').unwrap_or_else(|| panic!("unclosed brace: {text}")).0)
        .map(str::to_owned)
        .collect()
}
