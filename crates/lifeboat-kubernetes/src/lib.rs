//! What Lifeboat sees of a Kubernetes cluster.
//!
//! ```text
//! connect             the way to an API server; failure and error say why there is none
//! cluster_name        what tells one cluster's assets from those of another
//! objects             the objects, with the fields that are used
//! event               what the watches tell
//! instance_exporter   what each database instance says of archiving and replication
//! watching            the watches
//! world               what follows from it: every object, and who belongs to whom
//! observers           one for each backup system: from its objects to assets
//! translation         what changed is observed anew
//! coverage            what holds data, and which of these backups covers it
//! look_out, source    all of it at work, as a source of the controller
//! reporting           what became of it, told to the cluster: statuses and events
//! triggering          Jobs that somebody asks for
//! leading             which of several Lifeboats does all this
//! ```

mod cluster_name;
mod connect;
mod coverage;
mod error;
mod event;
mod failure;
pub mod instance_exporter;
mod leading;
mod look_out;
pub mod objects;
mod observers;
mod reporting;
mod source;
mod translation;
mod triggering;
mod unseen;
mod watching;
mod world;

use std::sync::Arc;

pub use cluster_name::ClusterName;
pub use connect::{Connection, ConnectionSettings, IN_CLUSTER};
pub use error::Error;
pub use event::{Contact, Event, Loss, LossReason, Watch};
use jiff::Timestamp;
pub use leading::{Candidate, ElectionSettings, Leadership, LeadingError, Standing, Term};
pub use observers::CustomResources;
pub use reporting::Reporter;
pub use source::{KubernetesSource, Scope};
pub use unseen::CLUSTER_NOT_SEEN;
pub use watching::Watches;
pub use world::{Store, WatchState, World};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
