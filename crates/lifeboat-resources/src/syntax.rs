//! What is wrong with a file that is no YAML at all, and the next step for the usual slips.

use crate::{
    problem::Position,
    yaml::{Node, SyntaxError, SyntaxErrorKind, read},
};

/// Files are written by people; one larger than this is something else.
pub(crate) const LARGEST_FILE: u64 = 1 << 20;

/// Why a file can't be read as YAML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) position: Option<Position>,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

/// The documents of a file, up to the place where it can't be read.
pub(crate) fn documents(content: &[u8]) -> (Vec<Node>, Option<Complaint>) {
    let text = match std::str::from_utf8(content) {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(error) => {
            let complaint = Complaint {
                position: Some(position_after(&content[..error.valid_up_to()])),
                message: "the file is not UTF-8 text".to_owned(),
                hint: "save it as UTF-8",
            };
            return (Vec::new(), Some(complaint));
        }
    };
    let (documents, error) = read(text);
    (documents, error.map(|error| explain(text, error)))
}

fn position_after(text: &[u8]) -> Position {
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let last = lines.last().copied().unwrap_or_default();
    Position {
        line: lines.len() as u64,
        column: String::from_utf8_lossy(last).chars().count() as u64 + 1,
    }
}

fn explain(text: &str, error: SyntaxError) -> Complaint {
    let (message, hint) = match error.kind {
        SyntaxErrorKind::SameKeyTwice(key) => (
            format!("'{key}' stands twice in the same place"),
            "take one of the two out",
        ),
        SyntaxErrorKind::TooMuch => (
            "with every alias written out, this is larger or deeper than what Lifeboat reads"
                .to_owned(),
            "write things out instead of referring to them, and split the file",
        ),
        SyntaxErrorKind::NotYaml(reason) => (
            format!("this is not YAML: {reason}"),
            hint(text, error.position),
        ),
    };
    Complaint {
        position: error.position,
        message,
        hint,
    }
}

/// The next step for the usual slips.
fn hint(text: &str, position: Option<Position>) -> &'static str {
    let number = position.map_or(0, |position| position.line);
    let index = usize::try_from(number).unwrap_or(0).saturating_sub(1);
    // What is wrong is often seen only on the line after it.
    let near: Vec<&str> = text.lines().skip(index.saturating_sub(1)).take(2).collect();
    if near.iter().any(|line| is_indented_with_tab(line)) {
        "indent with blanks: YAML allows no tabs there"
    } else if near.iter().any(|line| begins_with_sign(line)) {
        "put the value in quotes, such as \"*/15 * * * *\" or \"@daily\""
    } else {
        "look at the indentation, and whether every quote and bracket is closed"
    }
}

fn is_indented_with_tab(line: &str) -> bool {
    let indentation = line.len() - line.trim_start().len();
    line[..indentation].contains('\t')
}

/// Whether a value begins with a sign that means something to YAML, as that of a schedule may.
fn begins_with_sign(line: &str) -> bool {
    let value = line.split_once(": ").map_or("", |(_, value)| value.trim());
    value.starts_with(['*', '&', '@', '`', '%', '!'])
}
