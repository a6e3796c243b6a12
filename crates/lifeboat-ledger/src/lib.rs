//! History in SQLite or PostgreSQL: runs, recovery points, alert states, incidents, and what is still to be told.
//!
//! ```text
//! location, error              which ledger; what can go wrong, and the next step
//! connect, schema, claim       a connection, its tables, and the right to write
//! ledger                       open, read, write in one transaction, check
//! assets, histories            what there is, and all that start-up wants to know of it
//! runs, recovery_points        what happened
//! news                         much of all this in one transaction
//! alerts, outbox               what people are told, and whether they were
//! silences                     what they don't want to be told
//! coverage                     since when what holds data is covered
//! service_levels               what was kept over thirty days
//! renaming                     assets that get the name of their cluster
//! forget                       retention of history
//! columns, select              values and conditions in SQL
//! ```
//!
//! **One writer.** A [`Ledger`] is claimed when it is opened, and every write goes over the one
//! connection that holds the claim. See [`Ledger::open`] for what happens when that one is lost.
//!
//! **All or nothing.** Every write is one transaction. It may be repeated: a write whose answer
//! was lost on its way is safe to do again.
//!
//! **Time.** Moments are kept to the microsecond. What is given with that precision comes back
//! equal; finer fractions are cut off.

mod alerts;
mod assets;
mod claim;
mod columns;
mod connect;
mod coverage;
mod error;
mod forget;
mod histories;
mod ledger;
mod location;
mod news;
mod outbox;
mod recovery_points;
mod renaming;
mod runs;
mod schema;
mod select;
mod service_levels;
mod silences;

pub use alerts::{AlertChanges, IncidentFilter};
pub use error::{Error, Problem};
pub use forget::Forgotten;
pub use ledger::{Ledger, TIME_LIMIT};
pub use location::{LedgerLocation, LocationError};
pub use news::News;
pub use outbox::{MessageEvent, MessageKey, OutboxMessage};
pub use recovery_points::KnownPoint;
pub use runs::RunFilter;
