//! The HTTP side: metrics, health, and the API that the command line speaks to.
//!
//! Everything is read from the controller's newest view; nothing here computes a verdict.

pub mod api;
mod history;
mod http;
pub mod metrics;
mod standby;
mod state;

pub use history::{HistoryError, RunHistory};
pub use http::{DEFAULT_PORT, Error, serve};
pub use standby::Standby;
pub use state::{ApiToken, State};
