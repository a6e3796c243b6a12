//! Values in columns: moments, names and JSON, written and read back.

use std::{error, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, any::AnyRow};

/// A stored value that nothing here is called.
#[derive(Debug, thiserror::Error)]
#[error("the column {column} holds {value:?}")]
struct Unreadable {
    column: &'static str,
    value: String,
    #[source]
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

/// A moment, in microseconds since 1970.
pub(crate) fn moment(moment: Timestamp) -> i64 {
    moment.as_microsecond()
}

/// The same for one that may be absent.
pub(crate) fn moment_or_none(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::as_microsecond)
}

/// A text from elsewhere, such as an error's. PostgreSQL stores no NUL, and a strange message must
/// not keep a run from being recorded.
pub(crate) fn foreign_text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A structured value.
pub(crate) fn json(value: &impl Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Columns by name, as what they stand for.
pub(crate) trait Columns {
    fn text(&self, column: &'static str) -> Result<String, sqlx::Error>;
    fn text_or_none(&self, column: &'static str) -> Result<Option<String>, sqlx::Error>;
    fn number(&self, column: &'static str) -> Result<i64, sqlx::Error>;
    fn number_or_none(&self, column: &'static str) -> Result<Option<i64>, sqlx::Error>;

    /// A small count.
    fn count(&self, column: &'static str) -> Result<u32, sqlx::Error> {
        let number = self.number(column)?;
        u32::try_from(number).map_err(|error| unreadable(column, number, error))
    }

    fn moment(&self, column: &'static str) -> Result<Timestamp, sqlx::Error> {
        read_moment(column, self.number(column)?)
    }

    fn moment_or_none(&self, column: &'static str) -> Result<Option<Timestamp>, sqlx::Error> {
        self.number_or_none(column)?
            .map(|number| read_moment(column, number))
            .transpose()
    }

    /// A value that reads itself, such as an asset's identity.
    fn parsed<T>(&self, column: &'static str) -> Result<T, sqlx::Error>
    where
        T: FromStr<Err: error::Error + Send + Sync + 'static>,
    {
        let text = self.text(column)?;
        text.parse()
            .map_err(|error| unreadable(column, text, error))
    }

    /// One of a few values that have names.
    fn named<T: Copy>(
        &self,
        column: &'static str,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<T, sqlx::Error> {
        let text = self.text(column)?;
        all.iter()
            .copied()
            .find(|one| name(*one) == text)
            .ok_or_else(|| unknown(column, text))
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, sqlx::Error> {
        read_json(column, self.text(column)?)
    }

    fn json_or_none<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, sqlx::Error> {
        self.text_or_none(column)?
            .map(|text| read_json(column, text))
            .transpose()
    }
}

fn read_json<T: DeserializeOwned>(column: &'static str, text: String) -> Result<T, sqlx::Error> {
    serde_json::from_str(&text).map_err(|error| unreadable(column, text, error))
}

impl Columns for AnyRow {
    fn text(&self, column: &'static str) -> Result<String, sqlx::Error> {
        self.try_get(column)
    }

    fn text_or_none(&self, column: &'static str) -> Result<Option<String>, sqlx::Error> {
        self.try_get(column)
    }

    fn number(&self, column: &'static str) -> Result<i64, sqlx::Error> {
        self.try_get(column)
    }

    fn number_or_none(&self, column: &'static str) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(column)
    }
}

fn read_moment(column: &'static str, number: i64) -> Result<Timestamp, sqlx::Error> {
    Timestamp::from_microsecond(number).map_err(|error| unreadable(column, number, error))
}

fn unreadable(
    column: &'static str,
    value: impl fmt::Display,
    error: impl error::Error + Send + Sync + 'static,
) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(Unreadable {
        column,
        value: value.to_string(),
        source: Some(Box::new(error)),
    }))
}

fn unknown(column: &'static str, value: String) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(Unreadable {
        column,
        value,
        source: None,
    }))
}
