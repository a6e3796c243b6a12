//! Sealed documents: JSON that carries the SHA-256 of its own text, so that a changed byte never passes unseen.
//!
//! The seal is the first field. Its value is the SHA-256 of the whole text with the value replaced
//! by 64 zeros, which any reader can check without knowing the other fields:
//!
//! ```text
//! sed -E '0,/"seal": "[0-9a-f]{64}"/s//"seal": "000…0"/' metadata.json | sha256sum
//! ```

use serde::{Serialize, de::DeserializeOwned};

use crate::digest::sha256;

const OPENING: &str = "{\n  \"seal\": \"";
const SEAL_LENGTH: usize = 64;

/// Why a document is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("it is not UTF-8")]
    NotText,
    #[error("it does not begin with a seal; it was not written by Lifeboat, or cut off")]
    NoSeal,
    #[error("its text does not match its seal; it was changed after it was written")]
    Broken,
    #[error("its JSON is not of the expected form: {0}")]
    Form(serde_json::Error),
}

#[derive(Serialize)]
struct Sealed<'a, T> {
    seal: String,
    #[serde(flatten)]
    document: &'a T,
}

/// Writes a document as indented JSON with its seal.
pub(crate) fn seal(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let blank = "0".repeat(SEAL_LENGTH);
    let sealed = Sealed {
        seal: blank.clone(),
        document,
    };
    let mut text = serde_json::to_string_pretty(&sealed)?;
    text.push('\n');
    let digest = sha256(text.as_bytes());
    Ok(text.replacen(&blank, &digest, 1).into_bytes())
}

/// Reads a document and checks its seal.
pub(crate) fn open<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SealError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SealError::NotText)?;
    let digest = text
        .strip_prefix(OPENING)
        .and_then(|rest| rest.get(..SEAL_LENGTH))
        .ok_or(SealError::NoSeal)?;
    let blank = text.replacen(digest, &"0".repeat(SEAL_LENGTH), 1);
    if sha256(blank.as_bytes()) != digest {
        return Err(SealError::Broken);
    }
    serde_json::from_str(text).map_err(SealError::Form)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Example {
        name: String,
        size: u64,
    }

    fn example() -> Example {
        Example {
            name: "index".to_owned(),
            size: 12,
        }
    }

    #[test]
    fn what_was_sealed_opens_again() {
        let bytes = seal(&example()).unwrap();
        assert_eq!(open::<Example>(&bytes).unwrap(), example());
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes() {
        let bytes = seal(&example()).unwrap();
        for position in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[position] ^= 1 << bit;
                assert!(
                    open::<Example>(&changed).is_err(),
                    "byte {position}, bit {bit}"
                );
            }
            assert!(
                open::<Example>(&bytes[..position]).is_err(),
                "cut at {position}"
            );
        }
    }
}
