//! The HTTP side: metrics, health, and the API that the command line speaks to.

pub mod api;
pub mod metrics;
