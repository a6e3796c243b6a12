//! `lifeboat alerts`: what fires, what is silenced, and what there was.

mod incidents;
mod list;
mod show;
mod silence;
mod silences;

use std::process::ExitCode;

use lifeboat_core::AlertState;
use lifeboat_web::api::Alert;

use crate::{
    cli::AlertsCommand,
    output::{self, Printer, fine, note},
};

pub(crate) async fn run(command: AlertsCommand, printer: &Printer) -> anyhow::Result<ExitCode> {
    match command {
        AlertsCommand::List(options) => list::run(&options, printer).await?,
        AlertsCommand::Show(options) => show::run(&options, printer).await?,
        AlertsCommand::Silence(options) => silence::silence(options, printer).await?,
        AlertsCommand::Silences(options) => silences::run(&options, printer).await?,
        AlertsCommand::Unsilence(options) => silence::unsilence(&options, printer).await?,
        AlertsCommand::Incidents(options) => incidents::run(&options, printer).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Where an alert stands, in a word.
fn state(alert: &Alert) -> String {
    match alert.state {
        AlertState::Firing if alert.suppressed_by.is_none() => output::alert("firing"),
        AlertState::Firing => note("suppressed"),
        AlertState::Pending => note("pending"),
        AlertState::Resolved => fine("resolved"),
    }
}

/// Since when it stands so.
fn since(alert: &Alert) -> jiff::Timestamp {
    match alert.state {
        AlertState::Pending => alert.active_at,
        AlertState::Firing => alert.fired_at.unwrap_or(alert.active_at),
        AlertState::Resolved => alert.resolved_at.unwrap_or(alert.active_at),
    }
}
