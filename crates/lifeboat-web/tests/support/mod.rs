//! A fleet made by hand and a server that shows it, for the tests of the server and of its clients.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![allow(
    dead_code,
    unused_imports,
    reason = "each of the test programs that share this file uses a part of it"
)]

mod coverage;
mod fleet;
mod observed;
mod server;

pub(crate) use coverage::*;
pub(crate) use fleet::*;
pub(crate) use observed::*;
pub(crate) use server::*;
