//! Is this folder really the one that this Prometheus writes to? What the folder shows is compared with what Prometheus says.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::{client::Client, error::Error, exposition::value};

/// A folder that was found to be a Prometheus's data directory.
#[derive(Debug, Clone)]
pub struct DataDirectory {
    path: PathBuf,
    evidence: Evidence,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// What Prometheus says of its blocks and its write-ahead log is what the folder shows.
    Matched,
    /// Prometheus's own metrics can't be read. The snapshot will tell.
    NotComparable,
}

/// Comparisons made before the folder counts as another one: a compaction or a new segment of the
/// write-ahead log may fall between the two looks.
const ATTEMPTS: u32 = 5;

/// What the folder and Prometheus both know.
#[derive(Debug, PartialEq)]
struct View {
    /// Blocks.
    blocks: u64,
    /// The highest segment of the write-ahead log.
    segment: u64,
    /// The oldest block's first sample, in milliseconds since 1970; none without blocks.
    oldest: Option<i64>,
}

impl DataDirectory {
    /// Compares a folder with what the Prometheus says.
    pub async fn check(path: &Path, client: &Client) -> Result<Self, Error> {
        let mut difference = String::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            let here = View::of_folder(path)?;
            let Some(there) = View::of_prometheus(client).await else {
                return Ok(Self {
                    path: path.to_owned(),
                    evidence: Evidence::NotComparable,
                });
            };
            match here.difference(&there) {
                None => {
                    return Ok(Self {
                        path: path.to_owned(),
                        evidence: Evidence::Matched,
                    });
                }
                Some(found) => difference = found,
            }
        }
        Err(Error::OtherDataDirectory {
            path: path.to_owned(),
            url: client.url(),
            reason: difference,
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How sure it is that the folder is the right one.
    #[must_use]
    pub const fn evidence(&self) -> Evidence {
        self.evidence
    }
}

impl View {
    fn of_folder(path: &Path) -> Result<Self, Error> {
        let refused = |reason: String| Error::NotADataDirectory {
            path: path.to_owned(),
            reason,
        };
        let names = names_in(path).map_err(|error| refused(error.to_string()))?;
        if !names.iter().any(|name| name == "wal") {
            return Err(refused("it holds no wal folder".to_owned()));
        }
        let segments = names_in(&path.join("wal"))
            .map_err(|error| refused(format!("its wal folder cannot be read: {error}")))?;
        // Checkpoints are folders named checkpoint.NNNNNNNN.
        let segment = segments.iter().filter_map(|name| name.parse().ok()).max();
        let oldest_samples: Vec<i64> = names
            .iter()
            .filter_map(|name| min_time(&path.join(name).join("meta.json")))
            .collect();
        Ok(Self {
            blocks: oldest_samples.len() as u64,
            segment: segment.unwrap_or(0),
            oldest: oldest_samples.into_iter().min(),
        })
    }

    async fn of_prometheus(client: &Client) -> Option<Self> {
        let text = match client.metrics().await {
            Ok(text) => text,
            Err(error) => {
                tracing::debug!(%error, "Prometheus's own metrics cannot be read");
                return None;
            }
        };
        let blocks = whole(value(&text, "prometheus_tsdb_blocks_loaded")?);
        Some(Self {
            blocks,
            segment: whole(value(&text, "prometheus_tsdb_wal_segment_current")?),
            // Without blocks it speaks of the head.
            oldest: (blocks > 0)
                .then(|| value(&text, "prometheus_tsdb_lowest_timestamp"))
                .flatten()
                .map(milliseconds),
        })
    }

    fn difference(&self, there: &Self) -> Option<String> {
        if self.segment != there.segment {
            return Some(format!(
                "its write-ahead log is at segment {}, Prometheus's is at {}",
                self.segment, there.segment
            ));
        }
        if self.blocks != there.blocks {
            return Some(format!(
                "it holds {} blocks, Prometheus has {}",
                self.blocks, there.blocks
            ));
        }
        (self.oldest != there.oldest).then(|| {
            let show = |time: Option<i64>| {
                time.and_then(|time| jiff::Timestamp::from_millisecond(time).ok())
                    .map_or_else(|| "unknown".to_owned(), |time| time.to_string())
            };
            format!(
                "its oldest sample is of {}, Prometheus's of {}",
                show(self.oldest),
                show(there.oldest)
            )
        })
    }
}

fn names_in(path: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(path)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

fn min_time(meta: &Path) -> Option<i64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Meta {
        min_time: i64,
    }
    let meta: Meta = serde_json::from_slice(&fs::read(meta).ok()?).ok()?;
    Some(meta.min_time)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of blocks and segments are far below 2^53; a nonsensical value compares as different"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far below 2^53; a nonsensical value compares as different"
)]
fn milliseconds(value: f64) -> i64 {
    value as i64
}
