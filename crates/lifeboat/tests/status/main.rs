//! `lifeboat status` and `lifeboat run`: the real binary asks a real server about a fleet made by hand.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

#[path = "../../../lifeboat-web/tests/support/mod.rs"]
mod hand_made;
#[path = "../support/mod.rs"]
mod support;

mod alerts;
mod replicas;
mod run;
mod tables;
mod watch;

use std::process::Command;

use hand_made::Server;

/// The binary, told to ask this server.
fn asking(server: &Server, words: &str) -> Command {
    let mut command = support::lifeboat(words.split_whitespace());
    command.env("LIFEBOAT_SERVER", server.url(""));
    command
}
