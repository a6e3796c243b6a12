//! What a repository takes in its store: the sum of `kopia blob list`.

use std::io::Read;

use jiff::Timestamp;
use serde::Deserialize;

use super::{list, moment};

#[derive(Deserialize)]
struct Blob {
    length: u64,
    timestamp: Timestamp,
}

/// All blobs of a repository together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BlobTotals {
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    /// When the oldest of them was written: the repository is no younger.
    pub(crate) oldest: Option<Timestamp>,
}

impl BlobTotals {
    pub(crate) fn read(input: &mut dyn Read) -> Result<Self, serde_json::Error> {
        let mut totals = Self::default();
        list::for_each(input, |blob: Blob| {
            totals.count += 1;
            totals.bytes = totals.bytes.saturating_add(blob.length);
            let oldest = totals
                .oldest
                .into_iter()
                .chain(moment(blob.timestamp))
                .min();
            totals.oldest = oldest;
        })?;
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_without_a_length_is_refused() {
        let text = r#"[{"id":"p1","timestamp":"2026-11-21T16:08:49Z"}]"#;
        assert!(BlobTotals::read(&mut text.as_bytes()).is_err());
    }

    #[test]
    fn blobs_are_counted_and_summed() {
        let text = include_str!("../../tests/captured/blobs.json");
        let totals = BlobTotals::read(&mut text.as_bytes()).unwrap();
        // By `jq 'length, (map(.length) | add), (map(.timestamp) | min)'`.
        let expected = BlobTotals {
            count: 24,
            bytes: 3_036_905,
            oldest: Some("2026-11-21T16:21:14.303645223Z".parse().unwrap()),
        };
        assert_eq!(totals, expected);
    }
}
