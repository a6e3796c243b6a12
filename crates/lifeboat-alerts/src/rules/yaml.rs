//! YAML as people like to read it: queries over several lines, long sentences folded, comments where they belong.
//!
//! Written by hand rather than through a serialiser, because none of them writes comments.

use serde_json::Value;

/// How wide a folded sentence may become.
const WIDTH: usize = 110;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Number(f64),
    Flag(bool),
    List(Vec<Node>),
    Map(Map),
}

/// A map in its order, with a comment above it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Map {
    comment: Option<String>,
    entries: Vec<(String, Node)>,
}

impl Map {
    /// A map with nothing in it.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The same map with one more entry.
    #[must_use]
    pub(super) fn with(mut self, key: impl Into<String>, value: impl Into<Node>) -> Self {
        self.entries.push((key.into(), value.into()));
        self
    }

    /// The same map with one more entry if there is a value.
    #[must_use]
    pub(super) fn with_some(self, key: &str, value: Option<impl Into<Node>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// The same map with a comment: one line of it for each line of the text.
    #[must_use]
    pub(super) fn explained(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// The map as a document.
    pub(super) fn document(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, false);
        text
    }

    /// The map as machines want it: without comments.
    pub(super) fn json(&self) -> Value {
        let entries = self.entries.iter();
        Value::Object(
            entries
                .map(|(key, value)| (key.clone(), value.json()))
                .collect(),
        )
    }

    /// Writes the entries; the first one's line has begun already if the map is an item of a list.
    fn write(&self, text: &mut String, indent: usize, mut begun: bool) {
        if let (Some(comment), false) = (&self.comment, begun) {
            write_comment(text, comment, indent);
        }
        for (key, value) in &self.entries {
            if !std::mem::take(&mut begun) {
                pad(text, indent);
            }
            text.push_str(&scalar(key, indent));
            text.push(':');
            value.write_after_key(text, indent);
        }
    }
}

impl Node {
    fn json(&self) -> Value {
        match self {
            Self::Text(value) => Value::from(value.as_str()),
            // As it is written in YAML: whole numbers without a fraction.
            Self::Number(value) => value.to_string().parse().unwrap_or_default(),
            Self::Flag(value) => Value::from(*value),
            Self::List(values) => values.iter().map(Self::json).collect(),
            Self::Map(map) => map.json(),
        }
    }

    fn write_after_key(&self, text: &mut String, indent: usize) {
        match self {
            Self::Map(map) if !map.entries.is_empty() => {
                text.push('\n');
                map.write(text, indent + 2, false);
            }
            Self::List(items) if !items.is_empty() => {
                text.push('\n');
                for item in items {
                    item.write_item(text, indent + 2);
                }
            }
            other => {
                text.push(' ');
                text.push_str(&other.in_line(indent + 2));
                text.push('\n');
            }
        }
    }

    fn write_item(&self, text: &mut String, indent: usize) {
        if let Self::Map(map) = self {
            if let Some(comment) = &map.comment {
                write_comment(text, comment, indent);
            }
            pad(text, indent);
            text.push_str("- ");
            map.write(text, indent + 2, true);
        } else {
            pad(text, indent);
            text.extend(["- ", &self.in_line(indent + 2), "\n"]);
        }
    }

    fn in_line(&self, indent: usize) -> String {
        match self {
            Self::Text(value) => scalar(value, indent),
            Self::Number(value) => value.to_string(),
            Self::Flag(value) => value.to_string(),
            // Only empty ones come here.
            Self::List(_) => "[]".to_owned(),
            Self::Map(_) => "{}".to_owned(),
        }
    }
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_comment(text: &mut String, comment: &str, indent: usize) {
    for paragraph in comment.lines() {
        for line in wrapped(paragraph, WIDTH.saturating_sub(indent + 2)) {
            pad(text, indent);
            text.extend(["# ", &line, "\n"]);
        }
    }
}

/// A text in the plainest style that says it as it is.
fn scalar(text: &str, indent: usize) -> String {
    if text.contains('\n') {
        let mut block = String::from("|-");
        for line in text.trim_end_matches('\n').lines() {
            block.push('\n');
            if !line.is_empty() {
                pad(&mut block, indent);
            }
            block.push_str(line);
        }
        return block;
    }
    if is_plain(text) {
        return text.to_owned();
    }
    let single_blanks = !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ");
    if text.chars().count() + indent > WIDTH && single_blanks {
        let mut folded = String::from(">-");
        for line in wrapped(text, WIDTH.saturating_sub(indent)) {
            folded.push('\n');
            pad(&mut folded, indent);
            folded.push_str(&line);
        }
        return folded;
    }
    if text.contains('"') && !text.contains(['\'', '\\']) {
        return format!("'{text}'");
    }
    Value::from(text).to_string()
}

/// Whether a text is nothing but itself without quotes, whichever YAML reads it.
fn is_plain(text: &str) -> bool {
    const OTHERS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_duration = text.len() > 1
        && text.ends_with(['s', 'm', 'h', 'd', 'w'])
        && text[..text.len() - 1]
            .bytes()
            .all(|byte| byte.is_ascii_digit());
    let harmless =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b' ');
    (begins || is_duration)
        && text.bytes().all(harmless)
        && !text.ends_with(' ')
        && !OTHERS.contains(&text.to_ascii_lowercase().as_str())
}

/// The words of a text in lines of at most so many letters, where no word is longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_word("main")]
    #[case::words("A sentence of words")]
    #[case::a_duration("15m")]
    #[case::a_number("12")]
    #[case::a_hexadecimal_number("0x30")]
    #[case::a_sexagesimal_number("1:30")]
    #[case::a_truth("yes")]
    #[case::nothing("")]
    #[case::a_comment("what #not")]
    #[case::a_key("a: b")]
    #[case::a_template("{{ $labels.kind }} is 'here' and \"there\"")]
    #[case::quotes(r#"only "double" ones"#)]
    #[case::a_backslash(r#"a \ and a ""#)]
    #[case::lines("max by (a) (\n  b\n\n)")]
    #[case::blanks_around(" a ")]
    #[case::two_blanks_in_a_long_one(
        "two  blanks, and so many words that it would be folded if it could be, which takes more than a \
         hundred letters in all"
    )]
    #[case::a_long_one(
        "so many words # that it: is folded, with {{ $labels.kind }} and 'quotes' and \"quotes\", which takes \
         more than a hundred letters"
    )]
    fn what_is_written_is_read_back(#[case] text: &str) {
        let inner = Map::new().with("key", text).explained("why, in\ntwo lines");
        let map = Map::new()
            .with("list", vec![Node::from(inner.clone()), Node::from(text)])
            .with("map", inner)
            .with("none", Node::List(Vec::new()))
            .with("many", Node::Number(3.0))
            .with("few", Node::Number(0.75))
            .with("yes", Node::Flag(true));
        let read: Value = serde_saphyr::from_str(&map.document()).unwrap();
        assert_eq!(read, map.json(), "{}", map.document());
    }

    #[test]
    fn it_is_laid_out_for_people() {
        let rule = Map::new()
            .with("alert", "A")
            .with("expr", "max(\n  a\n)")
            .explained("What it is for");
        let groups = Map::new().with("groups", vec![Map::new().with("rules", vec![rule])]);
        assert_eq!(
            groups.document(),
            "groups:\n  - rules:\n      # What it is for\n      - alert: A\n        expr: |-\n          max(\n            \
             a\n          )\n"
        );
    }
}
