//! What is wrong with a node, in words for people: which field, what was expected, what to write instead.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::problem::Position;

/// Why a node doesn't decode into a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeError {
    /// Where; filled in by the innermost node that knows.
    pub(crate) position: Option<Position>,
    /// The names above it, innermost first.
    path: Vec<String>,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    UnknownField {
        name: String,
        known: &'static [&'static str],
    },
    MissingField(&'static str),
    UnknownVariant {
        text: String,
        known: &'static [&'static str],
    },
    WrongType {
        found: String,
        expected: String,
    },
    WrongValue {
        message: String,
        expected: String,
    },
    Other(String),
}

impl DecodeError {
    const fn new(reason: Reason) -> Self {
        Self {
            position: None,
            path: Vec::new(),
            reason,
        }
    }

    /// Where it is, unless something further inside knew better.
    pub(crate) fn at(mut self, position: Position) -> Self {
        self.position.get_or_insert(position);
        self
    }

    /// Below which name it is.
    pub(crate) fn below(mut self, name: &str) -> Self {
        self.path.push(name.to_owned());
        self
    }

    /// The names from the top down, such as `spec.prometheus`; empty for the document as a whole.
    pub(crate) fn path(&self) -> String {
        let mut names: Vec<&str> = self.path.iter().map(String::as_str).collect();
        names.reverse();
        names.join(".")
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> String {
        let path = self.path();
        let owner = if path.is_empty() {
            "the document"
        } else {
            &path
        };
        match &self.reason {
            Reason::UnknownField { name, .. } => match secret_file(name) {
                Some(_) => format!("{owner} holds a secret in '{name}', which is not allowed"),
                None => format!("{owner} has no field '{name}'"),
            },
            Reason::MissingField(name) => format!("{owner} lacks '{name}'"),
            Reason::UnknownVariant { text, .. } => {
                format!("{owner} can't be '{text}'")
            }
            Reason::WrongType { found, expected } => {
                format!("{owner} must be {expected}, not {found}")
            }
            Reason::WrongValue { message, .. } | Reason::Other(message) => {
                format!("{owner}: {message}")
            }
        }
    }

    /// The next step.
    pub(crate) fn hint(&self) -> Option<String> {
        match &self.reason {
            Reason::UnknownField { name, known } => Some(match secret_file(name) {
                Some(field) => format!(
                    "write the secret into a file, such as a mounted Secret's, and name the file in \
                     '{field}'"
                ),
                None => suggestion(name, known, "the fields are"),
            }),
            Reason::MissingField(name) => Some(format!("add '{name}: ...' here")),
            Reason::UnknownVariant { text, known } => Some(suggestion(text, known, "use one of")),
            Reason::WrongType { found, .. } if found == NOTHING => {
                Some("give it a value, or leave it out".to_owned())
            }
            Reason::WrongType { expected, .. } if expected == TEXT => {
                Some("put it in quotes".to_owned())
            }
            Reason::WrongType { expected, .. } if expected == FIELDS => {
                Some("write its fields below it, each on a line of its own".to_owned())
            }
            Reason::WrongType { expected, .. } if expected == LIST => Some(
                "write it as [one, two], or each item on a line that begins with '- '".to_owned(),
            ),
            Reason::WrongType { found, .. } if found.ends_with(IN_QUOTES) => {
                Some("leave out the quotes".to_owned())
            }
            Reason::WrongType { expected, .. } | Reason::WrongValue { expected, .. } => {
                Some(format!("use {expected}"))
            }
            Reason::Other(_) => None,
        }
    }
}

const TEXT: &str = "a text";
const FIELDS: &str = "a group of fields";
const LIST: &str = "a list";
const NOTHING: &str = "nothing";
const IN_QUOTES: &str = " in quotes";

/// Names that people give to secrets, and the field that takes the secret's file instead.
fn secret_file(name: &str) -> Option<&'static str> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    Some(match plain.as_str() {
        "password" => "passwordFile",
        "bearertoken" | "token" => "bearerTokenFile",
        "accesskeyid" | "awsaccesskeyid" => "accessKeyIdFile",
        "secretaccesskey" | "awssecretaccesskey" | "secretkey" => "secretAccessKeyFile",
        "accesskey" | "accountkey" | "storageaccountkey" => "accessKeyFile",
        "serviceaccountkey" | "serviceaccountjson" => "serviceAccountFile",
        _ => return None,
    })
}

fn suggestion(text: &str, known: &[&str], otherwise: &str) -> String {
    match (nearest(text, known), known) {
        (Some(name), _) => format!("did you mean '{name}'?"),
        (None, [only]) => format!("use {only}"),
        (None, _) => format!("{otherwise} {}", known.join(", ")),
    }
}

/// The known name that a person most likely meant.
pub(crate) fn nearest<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    // Above this, what is suggested is rarely what was meant.
    const ENOUGH: f64 = 0.75;
    let lower = text.to_ascii_lowercase();
    known
        .iter()
        .map(|name| {
            let similarity = strsim::jaro_winkler(&name.to_ascii_lowercase(), &lower);
            (similarity, *name)
        })
        .filter(|(similarity, _)| *similarity >= ENOUGH)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name)
}

/// What was found, without what it says: it could be a secret in the wrong place.
fn kind_of(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str("true" | "false") => format!("true or false{IN_QUOTES}"),
        Unexpected::Str(text) if text.parse::<f64>().is_ok() => format!("a number{IN_QUOTES}"),
        Unexpected::Str(_) => TEXT.to_owned(),
        Unexpected::Unit | Unexpected::Option => NOTHING.to_owned(),
        Unexpected::Seq => LIST.to_owned(),
        Unexpected::Map => FIELDS.to_owned(),
        other => other.to_string(),
    }
}

/// What Rust's own types say they expect, as people say it.
fn expectation(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "u16" => format!("a whole number from 0 to {}", u16::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "i32" => format!("a whole number from {} to {}", i32::MIN, i32::MAX),
        "a boolean" => "true or false".to_owned(),
        "a string" | "string" | "path string" => TEXT.to_owned(),
        "a sequence" => LIST.to_owned(),
        "a map" => FIELDS.to_owned(),
        other if other.starts_with("struct ") => FIELDS.to_owned(),
        _ => text,
    }
}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Reason::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Reason::WrongType {
            found: kind_of(&found),
            expected: expectation(expected),
        })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let message = match &found {
            // Our own values say what is wrong with them.
            Unexpected::Other(reason) => (*reason).to_owned(),
            found => format!("{} is not possible here", kind_of(found)),
        };
        Self::new(Reason::WrongValue {
            message,
            expected: expectation(expected),
        })
    }

    fn unknown_variant(text: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownVariant {
            text: text.to_owned(),
            known,
        })
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownField {
            name: name.to_owned(),
            known,
        })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(Reason::MissingField(name))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message())
    }
}

impl std::error::Error for DecodeError {}
