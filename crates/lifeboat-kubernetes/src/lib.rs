//! What Lifeboat sees of a Kubernetes cluster.
//!
//! ```text
//! objects             the objects, with the fields that are used
//! event               what the watches tell
//! world               what follows from it: every object, and who belongs to whom
//! ```

mod event;
pub mod objects;
mod world;

use std::sync::Arc;

pub use event::{Contact, Event, Loss, LossReason, Watch};
use jiff::Timestamp;
pub use world::{Store, WatchState, World};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
