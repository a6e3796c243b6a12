//! What is wrong with a document: where, what, and the next step.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

/// A place in a text. Lines and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

/// Something wrong in a file of resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Where in it; none if it is about the file as a whole.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of a file as a whole.
    pub(crate) fn of_file(file: &Path, message: impl Into<String>, hint: &str) -> Self {
        Self {
            file: file.to_owned(),
            position: None,
            message: message.into(),
            hint: Some(hint.to_owned()),
        }
    }

    /// Where it is: `file:line:column`, or the file alone.
    #[must_use]
    pub fn place(&self) -> String {
        place(&self.file, self.position)
    }
}

/// `file:line:column`, or the file alone.
pub(crate) fn place(file: &Path, position: Option<Position>) -> String {
    match position {
        Some(Position { line, column }) => format!("{}:{line}:{column}", file.display()),
        None => file.display().to_string(),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place(), self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
