//! The spine: observes, runs what is due, keeps the ledger, assesses, and raises alerts.
//!
//! ```text
//! source, fleet      what there is to care for; resource_folder is a source
//! operations         what can be done with it
//! runner, runs       doing it, within its deadline
//! recorder           writing it down, beside everything else
//! trigger            starting what others operate, when somebody asks
//! carrying_over      what was remembered before clusters had names
//! mandate            whether it may do any of this, beside other Lifeboats
//! alerting           what people are to be told
//! outbox, delivery   telling them
//! controller         the loop that holds all of these; declarations and ending are parts of it
//! view, handle       what others see of it, and what they may ask
//! glance             a view without any of this but a source
//! ```

mod alert_changes;
mod alerting;
mod carrying_over;
mod controller;
mod covering;
mod declarations;
mod delivery;
mod ending;
mod error;
mod fleet;
mod glance;
mod handle;
mod mandate;
pub mod operations;
mod outbox;
mod recorder;
mod requests;
mod resource_folder;
mod runner;
mod runs;
mod service_levels;
mod silencing;
mod source;
mod spec;
mod trigger;
mod view;

pub use controller::{Controller, ControllerSettings};
pub use error::ControllerError;
pub use glance::Glance;
pub use handle::{Begun, Handle, Refusal, Request, RunRequest, SilenceRefusal};
pub use mandate::Mandate;
pub use resource_folder::{ResourceFolderSource, Variable, prometheus_asset};
pub use silencing::{SilenceWish, Silenced};
pub use source::{Declared, Source};
pub use spec::{AssetSpec, Care, Operated};
pub use trigger::{Obstacle, Trigger, TriggerError, Wish};
pub use view::{AssetView, Health, View};
