//! `meta.json`: what Prometheus says about a block.

use serde::{Deserialize, Serialize};

use crate::block_id::{BlockId, BlockIdError};

/// A block's `meta.json`, as of Prometheus's `tsdb.BlockMeta`. Fields that this version does not know are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockMeta {
    /// The ULID of the block, the same as its folder's name.
    pub ulid: BlockId,
    /// The start of the block's time range, in milliseconds since the Unix epoch; part of the range.
    pub min_time: i64,
    /// The end of the block's time range, in milliseconds since the Unix epoch; **not** part of the range.
    pub max_time: i64,
    /// How much the block holds.
    #[serde(default)]
    pub stats: BlockStats,
    /// What the block was made from.
    #[serde(default)]
    pub compaction: Compaction,
    /// The version of the format; only 1 exists.
    pub version: i64,
}

/// The counts in `meta.json`. Prometheus leaves out those that are zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlockStats {
    /// Samples of every kind.
    pub num_samples: u64,
    /// Float samples; zero in blocks of old versions, which counted `num_samples` only.
    pub num_float_samples: u64,
    /// Native histogram samples; zero in blocks of old versions, which counted `num_samples` only.
    pub num_histogram_samples: u64,
    /// Series in the index.
    pub num_series: u64,
    /// Chunks in all segments.
    pub num_chunks: u64,
    /// Intervals in the tombstones file.
    pub num_tombstones: u64,
}

/// How a block came to be, as of Prometheus's `tsdb.BlockMetaCompaction`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Compaction {
    /// The most compactions that any source went through.
    pub level: i64,
    /// The blocks written from the head that went into this one.
    #[serde(deserialize_with = "null_as_default")]
    pub sources: Vec<String>,
    /// The blocks that this one was directly made from.
    #[serde(deserialize_with = "null_as_default")]
    pub parents: Vec<BlockDescription>,
    /// Whether a compaction of this block failed.
    pub failed: bool,
    /// Whether the block holds no sample and waits for its deletion.
    pub deletable: bool,
    /// How the block was made, for instance `from-out-of-order`.
    #[serde(deserialize_with = "null_as_default")]
    pub hints: Vec<String>,
}

/// A short description of a parent block, as of Prometheus's `tsdb.BlockDesc`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlockDescription {
    /// The ULID of the parent.
    pub ulid: String,
    /// The start of its time range, in milliseconds since the Unix epoch.
    pub min_time: i64,
    /// The end of its time range, in milliseconds since the Unix epoch; not part of the range.
    pub max_time: i64,
}

/// Why a `meta.json` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MetaError {
    /// Not JSON, or not with the fields that a block must have.
    #[error("failed to read meta.json as the description of a block")]
    Json(#[from] serde_json::Error),
    /// Only version 1 exists; another would mean other formats.
    #[error("meta.json has version {0}, only version 1 is known")]
    Version(i64),
    /// The ULID names the folder, so it must be one.
    #[error("meta.json has no valid block id")]
    BlockId(#[source] BlockIdError),
    /// A range that ends before it starts holds nothing.
    #[error("meta.json has a time range that ends before it starts: {min_time} to {max_time}")]
    TimeRange {
        /// The start, in milliseconds since the Unix epoch.
        min_time: i64,
        /// The end, in milliseconds since the Unix epoch.
        max_time: i64,
    },
}

/// Go writes an empty list as `null` when it isn't omitted.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Only what decides which error is given, so that a wrong version is not reported as a missing field.
#[derive(Deserialize)]
struct Versioned {
    version: i64,
    ulid: String,
}

impl BlockMeta {
    /// Reads a `meta.json`.
    pub fn parse(json: &[u8]) -> Result<Self, MetaError> {
        let Versioned { version, ulid } = serde_json::from_slice(json)?;
        if version != 1 {
            return Err(MetaError::Version(version));
        }
        ulid.parse::<BlockId>().map_err(MetaError::BlockId)?;
        let meta: Self = serde_json::from_slice(json)?;
        if meta.max_time < meta.min_time {
            return Err(MetaError::TimeRange {
                min_time: meta.min_time,
                max_time: meta.max_time,
            });
        }
        Ok(meta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = r#"{"version": 1, "ulid": "01DXXFZDYD1MQW6079WK0K6EDQ", "minTime": 0, "maxTime": 7200000,
        "stats": {"numSamples": 102, "numSeries": 101, "numChunks": 103},
        "compaction": {"level": 1, "sources": ["01DXXFZDYD1MQW6079WK0K6EDQ"], "hints": null}, "thanos": {"x": 1}}"#;

    #[test]
    fn a_meta_of_another_tool_is_read_and_its_own_fields_are_ignored() {
        let meta = BlockMeta::parse(META.as_bytes()).unwrap();
        assert_eq!(meta.ulid.as_str(), "01DXXFZDYD1MQW6079WK0K6EDQ");
        assert_eq!((meta.min_time, meta.max_time), (0, 7_200_000));
        assert_eq!(
            (
                meta.stats.num_samples,
                meta.stats.num_series,
                meta.stats.num_chunks
            ),
            (102, 101, 103)
        );
        assert_eq!(meta.stats.num_float_samples, 0);
        assert_eq!(meta.compaction.level, 1);
        assert_eq!(meta.compaction.hints, Vec::<String>::new());
    }

    #[test]
    fn another_version_is_refused_even_if_its_fields_differ() {
        let error = BlockMeta::parse(br#"{"version": 2, "ulid": "01DXXFZDYD1MQW6079WK0K6EDQ"}"#)
            .unwrap_err();
        assert!(matches!(error, MetaError::Version(2)), "{error}");
    }

    #[test]
    fn a_wrong_ulid_is_refused() {
        let error = BlockMeta::parse(META.replace("01DXX", "../..").as_bytes()).unwrap_err();
        assert!(matches!(error, MetaError::BlockId(_)), "{error}");
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_refused() {
        let error = BlockMeta::parse(META.replace("7200000", "-1").as_bytes()).unwrap_err();
        assert!(matches!(error, MetaError::TimeRange { .. }), "{error}");
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let meta = BlockMeta::parse(META.as_bytes()).unwrap();
        assert_eq!(
            BlockMeta::parse(&serde_json::to_vec(&meta).unwrap()).unwrap(),
            meta
        );
    }
}
