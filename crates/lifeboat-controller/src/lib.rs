//! The spine: observes, runs what is due, keeps the ledger, assesses, and raises alerts.

mod fleet;
mod handle;
pub mod operations;
mod runner;
mod view;

pub use fleet::AssetSpec;
pub use handle::{Handle, Refusal, Request};
pub use view::{AssetView, Health, View};
