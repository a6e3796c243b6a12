//! Reads custom resources as an API server has them: the same rules as for files, told by field instead of line.

use std::fmt;

use serde_json::Value as Json;

use crate::{
    backup::PrometheusBackup,
    document::{self, API_VERSION, Document, Fault},
    policy::BackupPolicy,
    problem::Position,
    yaml::{Key, Node, Value},
};

/// Everything that is wrong with an object. Others are read without regard to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentences(.0))]
pub struct ObjectError(pub Vec<ObjectProblem>);

/// Something wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectProblem {
    /// The field, such as `spec.prometheus.url`; empty if it is about the object as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
}

impl ObjectError {
    /// Everything that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[ObjectProblem] {
        &self.0
    }
}

fn sentences(problems: &[ObjectProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

impl fmt::Display for ObjectProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Most messages name the field themselves.
        if !self.path.is_empty() && !self.message.contains(&self.path) {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl From<Fault> for ObjectProblem {
    fn from(fault: Fault) -> Self {
        Self {
            path: fault.path,
            message: fault.message,
            hint: fault.hint,
        }
    }
}

impl PrometheusBackup {
    /// Reads an object as the API server returns it. Items of a list carry neither their version
    /// nor their kind, so these may be left out.
    pub fn from_object(object: &Json) -> Result<Self, ObjectError> {
        match read(object, Self::KIND)? {
            Document::Backup(backup) => Ok(*backup),
            Document::Policy(_) => Err(of_another_kind(BackupPolicy::KIND, Self::KIND)),
        }
    }
}

impl BackupPolicy {
    /// Reads an object as the API server returns it. Items of a list carry neither their version
    /// nor their kind, so these may be left out.
    pub fn from_object(object: &Json) -> Result<Self, ObjectError> {
        match read(object, Self::KIND)? {
            Document::Policy(policy) => Ok(*policy),
            Document::Backup(_) => Err(of_another_kind(PrometheusBackup::KIND, Self::KIND)),
        }
    }
}

fn of_another_kind(found: &str, expected: &str) -> ObjectError {
    ObjectError(vec![ObjectProblem {
        path: "kind".to_owned(),
        message: format!("the object is a {found}, not a {expected}"),
        hint: None,
    }])
}

fn read(object: &Json, kind: &str) -> Result<Document, ObjectError> {
    let mut node = node(object);
    if let Value::Map(entries) = &mut node.value {
        for (name, value) in [("apiVersion", API_VERSION), ("kind", kind)] {
            if !entries.iter().any(|(key, _)| key.name == name) {
                entries.push((key(name), text(value)));
            }
        }
    }
    document::read(&node)
        .map_err(|faults| ObjectError(faults.into_iter().map(Into::into).collect()))
}

/// An object has no lines.
const NOWHERE: Position = Position { line: 0, column: 0 };

fn key(name: &str) -> Key {
    Key {
        position: NOWHERE,
        name: name.to_owned(),
    }
}

fn text(value: &str) -> Node {
    Node {
        position: NOWHERE,
        value: Value::Text(value.to_owned()),
    }
}

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Nothing,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => Value::Unsigned(value),
            (None, Some(value)) => Value::Signed(value),
            (None, None) => Value::Fraction(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(value) => Value::Text(value.clone()),
        Json::Array(values) => Value::List(values.iter().map(node).collect()),
        Json::Object(fields) => Value::Map(
            fields
                .iter()
                .map(|(name, value)| (key(name), node(value)))
                .collect(),
        ),
    };
    Node {
        position: NOWHERE,
        value,
    }
}
