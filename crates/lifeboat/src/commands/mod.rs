//! The commands: each opens what it needs, carries out one operation, and reports.

mod alerts;
mod backup_prometheus;
mod backup_report;
mod crds;
mod list;
mod pin;
mod prune;
mod resources_check;
mod restore;
mod rules;
mod run;
mod run_in_cluster;
mod show;
mod status;
mod verify;

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    cli::{Arguments, BackupCommand, BackupsCommand, ResourcesCommand},
    interrupt::stoppable,
    output::Printer,
};

pub(crate) async fn backup(command: BackupCommand, printer: &Printer) -> anyhow::Result<ExitCode> {
    match command {
        BackupCommand::Prometheus(options) => {
            stoppable(async |wish| backup_prometheus::run(&options, printer, wish).await).await
        }
    }
}

pub(crate) async fn backups(
    command: BackupsCommand,
    printer: &Printer,
) -> anyhow::Result<ExitCode> {
    match command {
        BackupsCommand::List(options) => list::run(&options, printer).await,
        BackupsCommand::Show(options) => show::run(&options, printer).await,
        BackupsCommand::Pin(options) => pin::pin(&options, printer).await,
        BackupsCommand::Unpin(options) => pin::unpin(&options, printer).await,
        BackupsCommand::Verify(options) => {
            stoppable(async |wish| verify::run(&options, printer, wish).await).await
        }
        BackupsCommand::Prune(options) => {
            stoppable(async |wish| prune::run(&options, printer, wish).await).await
        }
        BackupsCommand::Restore(options) => {
            stoppable(async |wish| restore::run(&options, printer, wish).await).await
        }
    }
}

pub(crate) use alerts::run as alerts;
pub(crate) use crds::run as crds;
pub(crate) use rules::run as rules;
pub(crate) use run::{LostRun, run};
pub(crate) use status::run as status;

pub(crate) fn resources(command: ResourcesCommand, printer: &Printer) -> anyhow::Result<ExitCode> {
    match command {
        ResourcesCommand::Check(options) => resources_check::run(&options, printer),
    }
}

pub(crate) fn completions(shell: Shell) {
    let mut command = Arguments::command();
    clap_complete::generate(shell, &mut command, "lifeboat", &mut std::io::stdout());
}

/// Success, or the code for a failing verdict.
fn exit_code(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
