//! Recovery points: finished backups that one could restore from, or that only look so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One finished backup. There may be a hundred thousand: what only verified ones have is boxed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    /// Its name where it is kept, such as `backup-20261121-020000`.
    pub name: String,
    /// The moment whose state it holds.
    pub taken_at: Timestamp,
    /// What a restore would fetch, in bytes; none where nobody says.
    pub bytes: Option<u64>,
    /// Whether all of it was sound when it was made.
    pub integrity: Integrity,
    /// What the last verification of it found.
    pub verification: Option<Box<PointVerification>>,
    /// Whether somebody asked for it to be kept.
    pub pinned: bool,
}

impl RecoveryPoint {
    /// One that others made and say is good, and of which nobody says more.
    #[must_use]
    pub const fn of_others(name: String, taken_at: Timestamp) -> Self {
        Self {
            name,
            taken_at,
            bytes: None,
            integrity: Integrity::Whole,
            verification: None,
            pinned: false,
        }
    }

    /// Whether one could restore all of it, as far as is known.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let refuted = self
            .verification
            .as_ref()
            .is_some_and(|verification| !verification.good);
        self.integrity == Integrity::Whole && !refuted
    }
}

/// Whether a recovery point was sound when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "reason")]
pub enum Integrity {
    /// Everything was read, checked and stored.
    Whole,
    /// Something of the source was damaged or could not be read: what, in a sentence.
    Damaged(String),
}

/// What a verification found of one recovery point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointVerification {
    /// When it ended.
    pub at: Timestamp,
    /// How deep it looked, such as `quick`, `checksums` or `deep`.
    pub level: String,
    /// Whether everything it looked at was good.
    pub good: bool,
}
