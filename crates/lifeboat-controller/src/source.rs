//! Where assets and policies come from: a folder of resources now, a cluster later.

use jiff::Timestamp;
use lifeboat_core::Policy;

use crate::fleet::AssetSpec;

/// Everything a source declares.
#[derive(Default)]
pub struct Declared {
    /// The assets.
    pub assets: Vec<AssetSpec>,
    /// The policies.
    pub policies: Vec<Policy>,
}

/// Declares assets and policies.
pub trait Source: Send {
    /// What is declared, if that has changed since the last call; the first call always says.
    ///
    /// An error is a text for people. What was declared before stays in force.
    fn changes(&mut self, now: Timestamp) -> Result<Option<Declared>, String>;
}
