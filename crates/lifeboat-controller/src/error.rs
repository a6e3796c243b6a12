//! What keeps the controller from starting.

/// Why the controller doesn't start.
#[derive(Debug, thiserror::Error)]
pub enum ControllerError {
    /// The ledger was asked for what happened so far.
    #[error("failed to read what happened so far")]
    Ledger(#[from] lifeboat_ledger::Error),
    /// There is nothing to go by yet, and what there is can't be read.
    #[error("the resources can't be used:\n{0}")]
    Resources(String),
}

impl ControllerError {
    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Ledger(error) => error.hint().map(Into::into),
            Self::Resources(_) => {
                Some("`lifeboat resources check DIR` reads them the same way".to_owned())
            }
        }
    }
}
