//! Real servers and hostile networks for the tests of every crate: nothing here is a mock, but for
//! the exporter of a CloudNativePG instance, which runs nowhere but in its pod.
//!
//! Servers run as child processes on loopback, each with its own folder, and die with the value
//! that stands for them. What is missing on the machine fails the test with the name of the tool
//! and the command that installs it.
#![expect(
    clippy::panic,
    reason = "a test library: a panic is a failed test, with its message"
)]
#![expect(
    clippy::missing_panics_doc,
    reason = "every function here panics when its server or tool fails, which is what a test wants"
)]

pub mod alertmanager;
pub mod barman;
pub mod blocks;
pub mod control_plane;
mod flush;
mod folder;
pub mod garage;
pub mod http;
pub mod http_server;
pub mod instance_exporter;
pub mod kopia;
pub mod kube_state_metrics;
pub mod kubernetes_objects;
pub mod moto;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod prometheus;
pub mod proxy;
pub mod s3;
mod server_thread;
pub mod tools;
pub mod tree;
