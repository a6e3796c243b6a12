//! Speaks to a running Prometheus: is it the right one, is its admin API on, take a snapshot and leave none behind.

mod client;
mod data_directory;
mod error;
mod exposition;
mod note;
mod snapshot;

pub use client::{Authentication, Client, ClientSettings, Description};
pub use data_directory::{DataDirectory, Evidence};
pub use error::Error;
pub use snapshot::{Removal, Snapshot};
