//! What can go wrong in an operation: the errors of the crates that carry it out, with their hints.

use lifeboat_core::Operation;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// Prometheus was asked for something.
    #[error(transparent)]
    Prometheus(#[from] lifeboat_prometheus::Error),
    /// Something was asked that isn't done with such an asset.
    #[error("there is no {0} of such an asset")]
    NoSuchOperation(Operation),
    /// The repository was asked for something.
    #[error(transparent)]
    Repository(#[from] lifeboat_repository::Error),
}

impl OperationError {
    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Prometheus(error) => error.hint().map(str::to_owned),
            Self::Repository(error) => error.hint(),
            Self::NoSuchOperation(_) => {
                Some("ask for a backup, a verification or a prune".to_owned())
            }
        }
    }

    /// Whether the operation was stopped on purpose, so that nothing can be said of its object.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Repository(lifeboat_repository::Error::Cancelled)
        )
    }
}
