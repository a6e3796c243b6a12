//! Where assets and policies come from: a folder of resources, a cluster.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use lifeboat_core::{
    AssetId, AssetKind, Coverage, Finding, ObjectStoreFacts, Policy, SmallMap, assess::Blind,
};
use tokio::sync::Notify;

use crate::{spec::AssetSpec, trigger::Trigger};

/// What a source declares that it didn't declare like this before.
#[derive(Default)]
pub struct Declared {
    /// Assets that are new, or that changed.
    pub assets: Vec<AssetSpec>,
    /// Assets that are declared no more.
    pub gone: Vec<AssetId>,
    /// Kinds of which `assets` has all there are: others that this source declared before are gone.
    pub complete: BTreeSet<AssetKind>,
    /// All policies of this source; none leaves those from before in force.
    pub policies: Option<Vec<Policy>>,
    /// What somebody should look at, though it concerns no asset; none leaves it as before.
    pub findings: Option<Vec<Finding>>,
    /// What is known by asking of the object stores that other sources' assets are backed up to; none
    /// for those that nobody asks any more.
    pub object_stores: Vec<(AssetId, Option<Box<ObjectStoreFacts>>)>,
    /// What holds data there and whether it is covered; none leaves it as before.
    pub coverage: Option<Arc<Coverage>>,
}

/// Declares assets and policies.
pub trait Source: Send {
    /// What people call it, such as `the cluster`.
    fn name(&self) -> &str;

    /// The cluster that all its assets lie in, if that has a name.
    fn cluster(&self) -> Option<&str> {
        None
    }

    /// Whether it is this source that would declare the asset, if it were there. Until it has spoken,
    /// what is remembered of the asset is in its care.
    fn may_declare(&self, _asset: &AssetId) -> bool {
        true
    }

    /// What changed since the last call.
    ///
    /// An error is a text for people. What was declared before stays in force.
    fn changes(&mut self, now: Timestamp) -> Result<Option<Declared>, String>;

    /// Of which kinds of assets nobody can see how they are, and why.
    fn blind(&self) -> BTreeMap<AssetKind, Blind> {
        BTreeMap::new()
    }

    /// What starts a run of an asset that others operate, if anything can.
    fn trigger(&self) -> Option<Arc<dyn Trigger>> {
        None
    }

    /// Takes in the policies of all sources: they may decide what is an asset.
    fn heed(&mut self, _policies: &[Policy]) {}

    /// Takes in where an asset of any source is and where its backups go; none for one that is gone.
    fn notice(&mut self, _asset: &AssetId, _places: Option<&SmallMap<&'static str, String>>) {}

    /// Hands over what is to be told when there may be changes. A source that has no use of it is
    /// asked from time to time.
    fn tell_news(&mut self, _news: Arc<Notify>) {}
}
