//! The words of Lifeboat as pure types and functions: no I/O, no clock, no Kubernetes.
//!
//! Everything here can be tested with a table and simulated over years in a second, because time
//! always comes in as an argument.

pub mod retention;
