//! What somebody wrote into a mail, without what their program quoted and signed.
//!
//! Programs set off what they quote in some dozen ways; the samples under
//! `tests/fixtures/mail_replies` are as they write it. What is no quote for certain
//! is none: too little is cut rather than too much, and who asks for the text looks
//! for what must not be in it.

/// Stands in our mails above what they say, in both languages, to be quoted with it.
pub const MARKER: &str =
    "##- この行より上に返信を書いてください / Write your reply above this line -##";
/// By which the marker is known, however lines were broken.
const MARKER_STARTS: &str = "##-";
/// Lines that a name and date may be broken into.
const INTRODUCTION: usize = 3;
/// Lines below a rule that are still a signature.
const SIGNATURE: usize = 14;

/// Whether answer and quote cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixed;

/// What was written above a quote or, where nothing was, below it.
///
/// # Errors
/// `Mixed` where words stand on both sides.
pub fn own_words(text: &str) -> Result<String, Mixed> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{feff}'], "");
    let lines: Vec<&str> = text.lines().collect();
    let Some(quote) = (0..lines.len()).find(|n| begins_quote(&lines[*n..])) else {
        return Ok(tidy(&unsigned(&lines)));
    };
    let above = unsigned(&lines[..begins_at(&lines, quote)]);
    let below = below(&lines[quote..]);
    match (above.is_empty(), below.is_empty()) {
        (false, true) => Ok(tidy(&above)),
        (true, _) => Ok(tidy(&below)),
        (false, false) => Err(Mixed),
    }
}

/// Where a quote begins with all that belongs to it: the rule above it as well.
fn begins_at(lines: &[&str], quote: usize) -> usize {
    match lines[..quote].iter().rposition(|line| !line.trim().is_empty()) {
        Some(last) if is_rule(lines[last], 8) => last,
        _ => quote,
    }
}

/// What stands below a quote whose lines are marked as such. Of one whose lines are
/// not, everything is quoted.
fn below<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut n = 0;
    while n < lines.len() && !is_quoted(lines[n]) {
        n += match introduction(&lines[n..]) {
            Some(length) => length,
            None if lines[n].trim().is_empty() || is_divider(lines[n].trim()) => 1,
            None => return Vec::new(),
        };
    }
    let mut said: Vec<&str> = Vec::new();
    while n < lines.len() {
        if is_quoted(lines[n]) {
            n += 1;
        } else if let Some(length) = introduction(&lines[n..]) {
            n += length;
        } else {
            said.push(lines[n]);
            n += 1;
        }
    }
    unsigned(&said)
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with(['>', '＞'])
}

fn begins_quote(lines: &[&str]) -> bool {
    let line = lines[0].trim();
    is_quoted(line)
        || line.starts_with(MARKER_STARTS)
        || is_divider(line)
        || introduction(lines).is_some()
        || is_head(lines)
}

/// `-----Original Message-----` and its like.
fn is_divider(line: &str) -> bool {
    const NAMES: &[&str] = &[
        "original message",
        "original",
        "forwarded message",
        "reply message",
        "元のメッセージ",
        "元のメール",
        "元メール",
        "返信元メッセージ",
        "転送されたメッセージ",
        "転送メッセージ",
    ];
    let is_dash = |c: char| matches!(c, '-' | '－' | '―' | '─' | '_' | '=' | '*');
    let name = line.trim_matches(|c: char| is_dash(c) || c.is_whitespace());
    let dashed = line.starts_with(is_dash) && line.ends_with(is_dash);
    dashed && NAMES.contains(&name.to_lowercase().as_str())
}

/// How many lines say who wrote what follows, and when.
fn introduction(lines: &[&str]) -> Option<usize> {
    if lines[0].trim().is_empty() {
        return None;
    }
    let of = |length: usize| {
        let some = &lines[..length];
        let is_one = some.iter().all(|line| !line.trim().is_empty() && !is_quoted(line));
        is_one && introduces(&some.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
    };
    let length = (1..=INTRODUCTION.min(lines.len())).find(|length| of(*length))?;
    // What somebody wrote right above it is no part of it.
    let begins = length == 1
        || lines[0].trim_start().starts_with("On ")
        || is_dated(lines[0]) && introduction(&lines[1..]).is_none();
    begins.then_some(length)
}

fn introduces(line: &str) -> bool {
    let Some(said) = line.strip_suffix([':', '：']).map(str::trim_end) else { return false };
    let has_address = said.contains('@');
    let has_date = is_dated(said);
    let english = said.starts_with("On ") && said.ends_with("wrote");
    let named = said.ends_with("wrote") && (has_address || has_date);
    let japanese = [
        "のメール",
        "からのメール",
        "さんのメール",
        "書きました",
        "書き込みました",
        "書いた",
        "writes",
    ]
    .iter()
    .any(|end| said.ends_with(end));
    english && said.contains(|c: char| c.is_ascii_digit())
        || named
        || japanese && (has_address || has_date)
        // Gmail: 2026年11月22日(日) 9:12 henji <henji@example.jp>:
        || has_date && has_address && said.ends_with('>')
}

/// Whether it has a day and a time: `2026年11月22日(日) 9:12`, `2026/11/22 9:12`, `Nov 22, 2026 at 9:12`.
fn is_dated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let digits = |n: usize, count: usize| {
        n + count <= chars.len() && chars[n..n + count].iter().all(char::is_ascii_digit)
    };
    let year = (0..chars.len()).any(|n| digits(n, 4) && (chars[n] == '2' && chars[n + 1] == '0'));
    let time = (0..chars.len()).any(|n| {
        matches!(chars[n], ':' | '時')
            && n > 0
            && chars[n - 1].is_ascii_digit()
            && (chars[n] == '時' || digits(n + 1, 2))
    });
    year && time
}

/// Outlook and others: the fields of the mail that is quoted, each on a line.
fn is_head(lines: &[&str]) -> bool {
    const FROM: &[&str] = &["from", "差出人", "送信者", "発信者"];
    const OTHERS: &[&str] = &[
        "sent",
        "date",
        "to",
        "subject",
        "送信日時",
        "日時",
        "日付",
        "送信日",
        "宛先",
        "件名",
        "cc",
    ];
    let field = |line: &str| {
        let bare = line.trim().trim_matches('*').trim();
        let (name, _) = bare.split_once([':', '：'])?;
        Some(name.trim_matches(['*', ' ', '\u{3000}']).to_lowercase())
    };
    let Some(first) = field(lines[0]) else { return false };
    let filled: Vec<&&str> = lines.iter().filter(|line| !line.trim().is_empty()).collect();
    let others = filled.iter().skip(1).take(4).filter_map(|line| field(line));
    let named = others.filter(|name| OTHERS.contains(&name.as_str())).count();
    FROM.contains(&first.as_str()) && named >= 1
}

/// `lines` without the signature at their end, and without empty lines around.
fn unsigned<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut lines = stripped(lines);
    if let Some(n) = lines.iter().position(|line| matches!(line.trim_end(), "--" | "－－" | "---"))
    {
        lines = stripped(&lines[..n]);
    }
    while let Some(last) = lines.last()
        && is_of_a_device(last.trim())
    {
        lines = stripped(&lines[..lines.len() - 1]);
    }
    if let Some(n) = lines.iter().position(|line| is_rule(line, 8)) {
        let block = &lines[n + 1..];
        let signs = block.iter().any(|line| is_contact(line));
        if signs && block.len() <= SIGNATURE {
            lines = stripped(&lines[..n]);
        }
    }
    lines.to_vec()
}

fn stripped<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let filled = |line: &&str| !line.trim().is_empty();
    match (lines.iter().position(filled), lines.iter().rposition(filled)) {
        (Some(first), Some(last)) => lines[first..=last].to_vec(),
        _ => Vec::new(),
    }
}

/// A line of one sign over and over.
fn is_rule(line: &str, least: usize) -> bool {
    const SIGNS: &str = "-=_*+~#－＝＿＊―─━═～☆★◇◆・･.。";
    let signs: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
    signs.len() >= least && signs.iter().all(|c| SIGNS.contains(*c))
}

/// What signatures hold and answers seldom do.
fn is_contact(line: &str) -> bool {
    const WORDS: &[&str] = &[
        "@",
        "TEL",
        "Tel",
        "tel:",
        "電話",
        "FAX",
        "Fax",
        "http",
        "株式会社",
        "有限会社",
        "〒",
        "Mail:",
        "E-mail",
        "ＴＥＬ",
    ];
    WORDS.iter().any(|word| line.contains(word))
}

/// `iPhoneから送信`, `Sent from my iPhone`: where the program adds it at the end.
fn is_of_a_device(line: &str) -> bool {
    const DEVICES: &[&str] = &[
        "iPhone",
        "私のiPhone",
        "iPad",
        "私のiPad",
        "Android",
        "Xperia",
        "Galaxy",
        "AQUOS",
        "Pixel",
        "スマートフォン",
        "ドコモ",
        "docomo",
        "NTTドコモ",
        "au",
        "SoftBank",
        "ソフトバンク",
        "Y!mobile",
        "楽天モバイル",
        "らくらく",
        "Yahoo!メール",
        "Yahoo! メール",
        "Outlook",
        "Gmail",
        "Windows",
        "Mac",
    ];
    const STARTS: &[&str] = &[
        "Sent from my ",
        "Sent from Outlook",
        "Sent from Mail",
        "Sent from Yahoo",
        "Sent from Gmail",
        "Sent from Galaxy",
        "Sent via ",
        "Get Outlook for ",
        "Outlook for iOS を入手",
        "Outlook for Android を入手",
        "Outlook for iOSを入手",
        "Outlook for Androidを入手",
        "Yahoo Mail: ",
        "Yahoo!メール アプリ",
    ];
    let of_device = DEVICES.iter().any(|device| line.starts_with(device))
        && ["から送信", "から送信されました", "から送信しました", "より送信"]
            .iter()
            .any(|end| line.ends_with(end));
    let says = STARTS.iter().any(|start| line.starts_with(start));
    line.chars().count() <= 60 && (of_device || says)
}

/// No spaces at ends of lines, no more than one empty line in a row.
fn tidy(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut empty = 0;
    for line in lines {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests;
