//! Specs: assets as their sources describe them.

use std::{collections::BTreeMap, sync::Arc};

use lifeboat_core::{AssetId, ObjectiveOverrides, Observation, Operation, scheduling::RunPlan};

use crate::operations::Operator;

/// An asset as its resource describes it.
pub struct AssetSpec {
    /// Its identity.
    pub id: AssetId,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The objectives that it sets itself.
    pub own: ObjectiveOverrides,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Who cares for it.
    pub care: Care,
    /// Where it is and where its backups go, for people.
    pub places: BTreeMap<&'static str, String>,
}

/// Who cares for an asset.
pub enum Care {
    /// Lifeboat itself.
    Operated(Operated),
    /// Others: Lifeboat looks on, and this is what it sees.
    Observed(Box<Observation>),
}

/// An asset that Lifeboat operates.
pub struct Operated {
    /// Whether its first backup is due as soon as it is known.
    pub immediate: bool,
    /// What is planned for it.
    pub plans: BTreeMap<Operation, RunPlan>,
    /// Who carries it out.
    pub operator: Arc<dyn Operator>,
}
