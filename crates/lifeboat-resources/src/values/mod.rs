//! Values that documents write as texts, and that are read strictly: each says what it is and what to write instead.

mod address;
mod length_of_time;
mod name;
mod selection;
mod share;
mod time;
mod transfer;

use std::{borrow::Cow, fmt, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Unexpected, Visitor},
};

use crate::custom_resources::Validation;

pub use address::{ServerUrl, StoreUrl};
pub(crate) use length_of_time::LONGER_THAN_NOTHING;
pub use name::{NamespaceName, ObjectName};
pub use selection::LabelKey;
pub use transfer::{Rate, Size, StorageClass};

/// A value that documents write as a text.
pub trait Written: Sized {
    /// What it is, as the reference of documents names it.
    const TITLE: &'static str;
    /// What to write: the end of a sentence that begins with "use".
    const EXPECTED: &'static str;
    /// How many characters it may have. An API server only checks a text whose length is bounded.
    const LONGEST: usize;
    /// What an API server can tell to be wrong with it. It may overlook what [`Self::read`] refuses,
    /// but must never refuse what that reads.
    const VALIDATIONS: &'static [Validation];

    /// Reads it, or says what is wrong with it.
    fn read(text: &str) -> Result<Self, String>;

    /// Writes it, so that it reads back as the same.
    fn write(&self) -> String;
}

/// A value in a document that is written as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<T>(pub T);

impl<'de, T: Written> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

/// Reads a value whose text is no longer than such texts may be.
pub(crate) fn read_bounded<T: Written>(text: &str) -> Result<T, String> {
    if text.chars().count() > T::LONGEST {
        return Err(format!(
            "the {} has more than {} characters",
            T::TITLE,
            T::LONGEST
        ));
    }
    T::read(text)
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Written> TextVisitor<T> {
    /// A number is no text, and if it would do as one, quotes are all that is missing.
    fn refuse<E: de::Error>(number: &impl ToString, found: Unexpected<'_>) -> E {
        match T::read(&number.to_string()) {
            Ok(_) => de::Error::invalid_type(found, &"a string"),
            Err(reason) => de::Error::invalid_value(Unexpected::Other(&reason), &T::EXPECTED),
        }
    }
}

impl<T: Written> Visitor<'_> for TextVisitor<T> {
    type Value = Text<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<T>, E> {
        read_bounded(text)
            .map(Text)
            .map_err(|reason| E::invalid_value(Unexpected::Other(&reason), &T::EXPECTED))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text<T>, E> {
        Err(Self::refuse(&number, Unexpected::Unsigned(number)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text<T>, E> {
        Err(Self::refuse(&number, Unexpected::Signed(number)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Text<T>, E> {
        Err(Self::refuse(&number, Unexpected::Float(number)))
    }
}

impl<T: Written> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

impl<T: Written> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::TITLE.into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": T::TITLE,
            "maxLength": T::LONGEST,
            "x-kubernetes-validations": T::VALIDATIONS,
        })
    }
}
