//! The spine: observes, runs what is due, keeps the ledger, assesses, and raises alerts.

pub mod operations;
