//! Custom resources against a real API server: it must judge as the strict reader does, wherever its own rules reach.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic in a helper is a failed test"
)]

mod agreement;
mod kubectl;
mod objects;
mod server;
mod values;
