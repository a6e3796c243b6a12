//! Lifeboat's command line: parses the arguments, runs one command, and ends with 0 (fine), 1 (failed or failing) or 2 (wrong usage).

mod api_client;
#[expect(
    clippy::doc_markdown,
    reason = "these comments become help texts, which are not Markdown"
)]
mod cli;
mod clusters;
mod commands;
mod failure;
mod interrupt;
mod logging;
mod output;
mod serve;

use std::process::ExitCode;

use clap::Parser;
use tikv_jemallocator::Jemalloc;

use crate::cli::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(&arguments.logging, arguments.command.log_level());
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = arguments.command.worker_threads() {
        builder.worker_threads(threads);
    }
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(&error.into()),
    };
    let outcome = runtime.block_on(run(arguments));
    // A request that hangs must not keep a finished program alive.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}

/// Of millions of short strings that come and go with every look, glibc's allocator keeps what is free
/// scattered among what is not: nearly a third of what `serve` takes for ten thousand assets. How soon this one
/// gives back is set where it is built, in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let printer = output::Printer::new(arguments.output);
    match arguments.command {
        Command::Serve(options) => serve::run(&options).await,
        Command::Backup(command) => commands::backup(command, &printer).await,
        Command::Backups(command) => commands::backups(command, &printer).await,
        Command::Status(options) => commands::status(&options, &printer).await,
        Command::Run(options) => commands::run(&options, &printer).await,
        Command::Alerts(command) => commands::alerts(command, &printer).await,
        Command::Resources(command) => commands::resources(command, &printer),
        Command::Rules(command) => commands::rules(&command, &printer),
        Command::Crds(options) => commands::crds(&options, &printer),
        Command::Completions { shell } => {
            commands::completions(shell);
            Ok(ExitCode::SUCCESS)
        }
    }
}
