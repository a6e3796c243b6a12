//! What Lifeboat sees of a Kubernetes cluster.
//!
//! ```text
//! objects             the objects, with the fields that are used
//! ```

pub mod objects;

use std::sync::Arc;

use jiff::Timestamp;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
