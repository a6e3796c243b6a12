//! Triggers: how what others operate is started when somebody asks for it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use lifeboat_core::{AssetId, Operation, RunId, SmallMap};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The asset to work on.
    pub asset: AssetId,
    /// What to do.
    pub operation: Operation,
    /// Also while another run is under way beside which its owner wants no other.
    pub force: bool,
    /// Where the asset is, as its source says.
    pub places: Arc<SmallMap<&'static str, String>>,
}

/// Starts what others operate. It may take its time: nobody but the person who asks waits for it.
#[async_trait]
pub trait Trigger: fmt::Debug + Send + Sync {
    /// Starts it, and gives the identity by which the run will be observed.
    async fn start(&self, wish: Wish) -> Result<RunId, TriggerError>;
}

/// Why a run that others would carry out is not started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TriggerError {
    /// What kind of obstacle it is.
    pub obstacle: Obstacle,
    /// What stands in the way, in a sentence.
    pub message: String,
    /// The next step, if there is one.
    pub hint: Option<String>,
}

/// What kind of obstacle is in the way of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Lifeboat may not do it.
    NotAllowed,
    /// It is not for Lifeboat to do, or makes no sense.
    NotPossible,
    /// Something is under way.
    Busy,
    /// Nobody can be asked, or the answer was no success.
    OutOfReach,
}
