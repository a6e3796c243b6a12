//! Documents: what `kopia` prints, as far as it is used.
//!
//! Fields that are used must be there and of their form; others may come and go with versions.

mod blobs;
mod contents;
mod list;
mod maintenance;
mod snapshots;

use jiff::Timestamp;
use serde::Deserialize;

pub(crate) use blobs::BlobTotals;
pub(crate) use contents::ContentTotals;
pub(crate) use maintenance::{Maintenance, TaskRun};
pub(crate) use snapshots::SnapshotList;

/// What `kopia repository status` says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepositoryStatus {
    /// The repository's own identity.
    #[serde(rename = "uniqueIDHex")]
    pub(crate) unique_id_hex: String,
}

/// A moment; none for the one that stands for no moment in Go, the first of the year 1.
fn moment(moment: Timestamp) -> Option<Timestamp> {
    (moment > Timestamp::UNIX_EPOCH).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_without_an_identity_is_refused() {
        assert!(serde_json::from_str::<RepositoryStatus>("{}").is_err());
    }

    #[test]
    fn the_identity_is_read() {
        let status: RepositoryStatus =
            serde_json::from_str(include_str!("../../tests/captured/status.json")).unwrap();
        assert_eq!(status.unique_id_hex.len(), 64);
    }
}
