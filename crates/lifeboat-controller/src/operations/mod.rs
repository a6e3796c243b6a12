//! Operations: what Lifeboat does with an asset, for the controller and the command line alike.
//!
//! A new kind of asset that Lifeboat itself operates is one file here that implements [`Operator`].

mod backup_prometheus;
mod error;
mod finding;
mod hint;
mod prometheus;

use std::sync::Arc;

use async_trait::async_trait;
use lifeboat_core::{Operation, OperationHistory, RecoveryPoint};
use lifeboat_repository::{Cancellation, Clock, Progress};

pub use backup_prometheus::{BackupSource, PreparedBackup};
pub use error::OperationError;
pub use finding::Finding;
pub use prometheus::{OpenRepository, PrometheusOperator};

/// Everything about one run that the operator can't know by itself.
pub struct Order<'a> {
    /// What to do.
    pub operation: Operation,
    /// What its runs came to so far, if there was any.
    pub history: Option<&'a OperationHistory>,
    /// Whether the repository is known to hold recovery points, or to have held them.
    pub has_recovery_points: bool,
    /// A random number, which keeps two runs in one second apart.
    pub random: u32,
    /// Counters for a display.
    pub progress: Arc<Progress>,
    /// The wish to stop.
    pub cancellation: Arc<Cancellation>,
    /// Says what time it is.
    pub clock: &'a Clock,
}

/// Carries out the operations of one asset.
#[async_trait(?Send)]
pub trait Operator: Send + Sync {
    /// Carries out one run. A damage that was found is a [`Finding`], not an error.
    async fn carry_out(&self, order: Order<'_>) -> Result<Finding, OperationError>;

    /// Looks which recovery points there are. This costs requests to the object store.
    /// `has_recovery_points` is as in an [`Order`]: where there never was one, a place that is not
    /// there yet holds none.
    async fn inventory(
        &self,
        has_recovery_points: bool,
    ) -> Result<Vec<RecoveryPoint>, OperationError>;
}
