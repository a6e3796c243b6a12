//! Rates, sizes and storage classes.

use lifeboat_repository::{parse_rate, parse_size, parse_storage_class};

use super::Written;
use crate::custom_resources::Validation;

/// Bytes a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(pub u64);

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

/// A storage class whose objects can be read at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageClass(pub String);

impl Written for Rate {
    const TITLE: &'static str = "rate";
    const EXPECTED: &'static str = "a size a second, such as 50MiB/s";
    const LONGEST: usize = 50;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "self.matches('[1-9]') && self.matches(r'^(?i)\\s*([0-9]+[.]?[0-9]*|[.][0-9]+)\\s*[kmgtpe]?i?b?\\s*(/s)*$')",
        "this is no rate above 0: use a size a second, such as 50MiB/s",
    )
    .telling(
        "\"'\" + self + \"' is no rate above 0: use a size a second, such as \
                             50MiB/s\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        parse_rate(text)
            .map(Self)
            .map_err(|_| format!("'{text}' is no rate above 0"))
    }

    fn write(&self) -> String {
        format!("{}B/s", self.0)
    }
}

impl Written for Size {
    const TITLE: &'static str = "size";
    const EXPECTED: &'static str = "a size such as 500GiB or 2TB";
    const LONGEST: usize = 50;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "self.matches('[1-9]') && self.matches(r'^(?i)\\s*([0-9]+[.]?[0-9]*|[.][0-9]+)\\s*[kmgtpe]?i?b?\\s*$')",
        "this is no size above 0: use a size such as 500GiB or 2TB",
    )
    .telling(
        "\"'\" + self + \"' is no size above 0: use a size such as 500GiB or 2TB\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        parse_size(text)
            .map(Self)
            .map_err(|_| format!("'{text}' is no size above 0"))
    }

    fn write(&self) -> String {
        format!("{}B", self.0)
    }
}

impl Written for StorageClass {
    const TITLE: &'static str = "storage class";
    const EXPECTED: &'static str =
        "a class whose objects can be read at once, such as STANDARD_IA or GLACIER_IR";
    const LONGEST: usize = 100;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed("!(self in ['GLACIER', 'DEEP_ARCHIVE'])", "objects of this class must be thawed before they are read, so nothing could be \
                  verified or restored: use a class whose objects can be read at once, such as \
                  STANDARD_IA or GLACIER_IR").telling("\"objects of the class \" + self + \" must be thawed before they are read, \
                             so nothing could be verified or restored: use a class whose objects can \
                             be read at once, such as STANDARD_IA or GLACIER_IR\"")];

    fn read(text: &str) -> Result<Self, String> {
        parse_storage_class(text)
            .map(Self)
            .map_err(|_| format!("objects of the class {text} must be thawed before they are read, so nothing could be verified or restored"))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}
