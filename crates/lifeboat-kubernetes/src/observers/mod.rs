//! Observers: each translates the objects of one backup system into assets, and nothing more.
//!
//! A new backup system is one file or folder here, and one line in [`all`].

use jiff::Timestamp;
use lifeboat_controller::AssetSpec;
use lifeboat_core::{AssetId, AssetKind, Finding, Policy};

use crate::{instance_exporter::Readings, objects::ObjectRef, world::World};
pub use resources::CustomResources;

pub(crate) mod cnpg;
pub(crate) mod cron_job;
#[cfg(test)]
mod decoded;
pub(crate) mod operator;
pub(crate) mod resources;
pub(crate) mod volsync;

/// Everything that an observer may look at.
pub(crate) struct Sight<'a> {
    /// The objects of the cluster.
    pub(crate) world: &'a World,
    /// What the exporters of database instances said last; none where nobody is to read them.
    pub(crate) readings: Option<&'a Readings>,
    /// The policies of the cluster and of files: they can select assets.
    pub(crate) policies: &'a [Policy],
    /// What time it is.
    pub(crate) now: Timestamp,
}

/// Translates the objects of one backup system.
pub(crate) trait Observer: Send + Sync {
    /// Every asset that is seen.
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId>;

    /// The assets that a change of this object may concern; they need not exist.
    fn concerned(&self, sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId>;

    /// A number that is another whenever any asset of a kind may be concerned by what changed, for
    /// observers whose objects are many to many.
    fn arrangement(&self, _sight: &Sight<'_>) -> Option<(AssetKind, u64)> {
        None
    }

    /// What is seen of an asset; none if there is none, or it is none of this observer's.
    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec>;

    /// The policies that are declared.
    fn policies(&self, _sight: &Sight<'_>) -> Vec<Policy> {
        Vec::new()
    }

    /// What somebody should look at, though it concerns no asset.
    fn findings(&self, _sight: &Sight<'_>) -> Vec<Finding> {
        Vec::new()
    }
}

/// Every observer.
pub(crate) fn all(resources: CustomResources) -> Vec<Box<dyn Observer>> {
    vec![
        Box::new(resources::ResourceObserver(resources)),
        Box::new(cnpg::CnpgObserver),
        Box::new(cron_job::CronJobObserver),
        Box::new(volsync::ReplicationObserver),
        Box::new(volsync::KopiaMaintenanceObserver),
        Box::new(operator::OperatorObserver),
    ]
}
