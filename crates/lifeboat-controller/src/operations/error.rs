//! What can go wrong in an operation: the errors of the crates that carry it out, with their hints.

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// Prometheus was asked for something.
    #[error(transparent)]
    Prometheus(#[from] lifeboat_prometheus::Error),
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
