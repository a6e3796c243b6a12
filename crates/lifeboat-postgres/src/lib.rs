//! Backups of `PostgreSQL` as barman-cloud keeps them in an object store, read there and not taken on
//! trust: does the store answer, which backups are whole, and is any WAL missing?
//!
//! ```text
//! destination, settings         where a database's backups are, and how that is reached
//! layout, segment, backup_info  what lies there, and what it says of itself
//! lineage, continuity           from which WAL to which, and whether any is missing
//! catalogue, reading            all of it together
//! watcher, source               looks at their intervals, as a source of the controller
//! ```
//!
//! Nothing here knows of Kubernetes: which databases there are and where their backups go is told by
//! other sources, and which of them are looked at by policies.

mod backup_info;
mod catalogue;
mod continuity;
mod destination;
mod error;
mod layout;
mod lineage;
mod reading;
mod segment;
mod settings;
mod source;
mod watcher;

use std::sync::Arc;

pub use destination::Destination;
pub use error::Error;
use jiff::Timestamp;
pub use reading::{Reader, Scope};
pub use settings::{SettingsError, StoreName, StoreSettings, Variable};
pub use source::PostgresSource;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
