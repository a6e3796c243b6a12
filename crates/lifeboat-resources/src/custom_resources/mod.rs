//! The documents as custom resources of Kubernetes: their definitions, their status, and reading them from an API server.

mod columns;
mod definition;
mod object;
mod schema;
mod status;
mod validation;

pub use definition::{CustomResource, GROUP, VERSION, definitions_yaml};
pub use object::{ObjectError, ObjectProblem};
pub use status::{
    BackupPolicyStatus, Condition, ConditionStatus, NewestRecoveryPoint, PrometheusBackupStatus,
    VerdictSpec, reason,
};
pub use validation::Validation;
