//! What carries an operation out on behalf of others, such as a `CronJob`, in the state it is in.

use serde::{Deserialize, Serialize};

/// An object that carries an operation out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name, such as `CronJob/kopia-maint-daily`.
    pub name: String,
    /// What tells it from a namesake that was there before: `metadata.uid`.
    pub uid: String,
    /// How often it was written, counted from 1: `metadata.generation`.
    pub generation: u64,
}
