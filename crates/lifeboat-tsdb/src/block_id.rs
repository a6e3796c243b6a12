//! The ULID that names a block's folder.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A syntactically valid ULID: 26 characters of Crockford's base 32, the first at most `7` (128 bits).
///
/// Compares by its text, which orders block ids by the time they were made. Lower case is refused because Prometheus
/// writes upper case only and names folders with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlockId(String);

/// Why a text is not a block id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockIdError {
    /// A ULID has 26 characters.
    #[error("a block id has 26 characters, \"{text}\" has {length}")]
    Length {
        /// The text that was given.
        text: String,
        /// How many characters it has.
        length: usize,
    },
    /// Crockford's alphabet leaves out I, L, O and U.
    #[error(
        "a block id has only the digits and the capital letters without I, L, O and U, \"{text}\" has '{character}'"
    )]
    Character {
        /// The text that was given.
        text: String,
        /// The first character that does not belong.
        character: char,
    },
    /// 26 characters of 5 bits are 130 bits, a ULID has 128.
    #[error("a block id starts with a digit from 0 to 7, \"{text}\" does not")]
    Overflow {
        /// The text that was given.
        text: String,
    },
}

impl BlockId {
    const LENGTH: usize = 26;

    /// Whether `text` is a valid block id, for telling block folders from others.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        check(text).is_ok()
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str) -> Result<(), BlockIdError> {
    let length = text.chars().count();
    if length != BlockId::LENGTH {
        return Err(BlockIdError::Length {
            text: text.to_owned(),
            length,
        });
    }
    let allowed = |character: char| {
        character.is_ascii_digit() || character.is_ascii_uppercase() && !"ILOU".contains(character)
    };
    if let Some(character) = text.chars().find(|&character| !allowed(character)) {
        return Err(BlockIdError::Character {
            text: text.to_owned(),
            character,
        });
    }
    if !matches!(text.as_bytes().first(), Some(b'0'..=b'7')) {
        return Err(BlockIdError::Overflow {
            text: text.to_owned(),
        });
    }
    Ok(())
}

impl FromStr for BlockId {
    type Err = BlockIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check(text).map(|()| Self(text.to_owned()))
    }
}

impl TryFrom<String> for BlockId {
    type Error = BlockIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        check(&text).map(|()| Self(text))
    }
}

impl From<BlockId> for String {
    fn from(id: BlockId) -> Self {
        id.0
    }
}

impl AsRef<str> for BlockId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ulid_is_a_block_id() {
        assert!(BlockId::is_valid("01DXXFZDYD1MQW6079WK0K6EDQ"));
        assert!(BlockId::is_valid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
    }

    #[test]
    fn other_folders_are_not_block_ids() {
        for name in [
            "wal",
            "chunks_head",
            "",
            "01DXXFZDYD1MQW6079WK0K6EDQ.tmp-for-creation",
        ] {
            assert!(
                matches!(name.parse::<BlockId>(), Err(BlockIdError::Length { .. })),
                "{name}"
            );
        }
        for name in [
            "01DXXFZDYD1MQW6079WK0K6EDU",
            "01dxxfzdyd1mqw6079wk0k6edq",
            "01DXXFZDYD1MQW6079WK0K6ED/",
            "01DXXFZDYD1MQW6079WK0K6EDé",
        ] {
            assert!(
                matches!(name.parse::<BlockId>(), Err(BlockIdError::Character { .. })),
                "{name}"
            );
        }
        assert!(matches!(
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<BlockId>(),
            Err(BlockIdError::Overflow { .. })
        ));
    }
}
