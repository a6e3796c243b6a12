//! `lifeboat run`: starts an operation on an asset, and follows it to its end if asked to.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use jiff::Timestamp;
use lifeboat_core::{AssetId, Operation, Outcome, RunId};
use lifeboat_web::api::{AssetDetail, Progress, RunQuery, RunReport};
use serde::Serialize;

use super::{run_in_cluster, status::selection};
use crate::{
    api_client::{ApiClient, ApiClientError},
    cli::RunOptions,
    commands::exit_code,
    output::{Printer, RemoteBar, Report, alert, fine, note, seconds},
};

/// How often a run is asked after.
pub(super) const EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn run(options: &RunOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    if options.kubernetes.is_wanted() == Some(true) {
        return run_in_cluster::run(options, printer).await;
    }
    let client = options.server.client()?;
    let list = client.assets().await?;
    let asset = selection::select(&options.asset, list.assets.iter().map(|asset| &asset.asset))?;
    let operation = operation(options, &asset);
    let run = client
        .start(asset.clone(), operation, options.force)
        .await?;
    let started = Started {
        run: run.clone(),
        asset: asset.clone(),
    };
    if !options.wait {
        printer.print(&started)?;
        return Ok(ExitCode::SUCCESS);
    }
    if printer.is_for_people() {
        printer.print(&started)?;
    }
    let ended = wait(&client, &asset, &run, operation.name()).await?;
    let succeeded = ended.outcome == Some(Outcome::Succeeded);
    printer.print(&Ended(ended))?;
    Ok(exit_code(succeeded))
}

/// What is to be done: what was asked for, else what assets of this kind are there for.
pub(super) fn operation(options: &RunOptions, asset: &AssetId) -> Operation {
    let operation = options.operation.or(asset.kind.operation());
    operation.unwrap_or(Operation::Backup)
}

/// Contact was lost with a run that was started.
#[derive(Debug, thiserror::Error)]
#[error("lost sight of the run {run}, which may go on")]
pub(crate) struct LostRun {
    run: RunId,
    asset: AssetId,
    #[source]
    source: Option<ApiClientError>,
}

impl LostRun {
    /// The next step for the person who reads the error.
    pub(crate) fn hint(&self) -> String {
        format!(
            "`lifeboat status {}` lists the asset's last runs",
            self.asset
        )
    }
}

/// Asks after a run until it has ended.
async fn wait(
    client: &ApiClient,
    asset: &AssetId,
    run: &RunId,
    what: &'static str,
) -> Result<RunReport, LostRun> {
    let lost = |source| LostRun {
        run: run.clone(),
        asset: asset.clone(),
        source,
    };
    let bar = RemoteBar::show(what);
    loop {
        let detail = client
            .asset(asset)
            .await
            .map_err(|error| lost(Some(error)))?;
        let detail = detail.ok_or_else(|| lost(None))?;
        if let Some(ended) = ended(&detail, run) {
            return Ok(ended);
        }
        match progress(&detail, run) {
            Some(progress) => {
                let Progress {
                    done_bytes,
                    total_bytes,
                    ..
                } = progress;
                bar.set(done_bytes, total_bytes);
            }
            // Not in the view yet, or no longer, since others ran after it: the ledger knows.
            None => {
                if let Some(ended) = recorded(client, run)
                    .await
                    .map_err(|error| lost(Some(error)))?
                {
                    return Ok(ended);
                }
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn ended(detail: &AssetDetail, run: &RunId) -> Option<RunReport> {
    let mut last = detail
        .operations
        .iter()
        .filter_map(|operation| operation.last_run.as_ref());
    last.find(|last| last.run == *run).cloned()
}

/// How far a run has come that is under way.
fn progress(detail: &AssetDetail, run: &RunId) -> Option<Progress> {
    let mut running = detail.summary.running.iter();
    let running = running.find(|running| running.run == *run)?;
    Some(running.progress.unwrap_or_default())
}

/// The run's end as the ledger has it. A ledger that can't be read says nothing either way.
async fn recorded(client: &ApiClient, run: &RunId) -> Result<Option<RunReport>, ApiClientError> {
    let query = RunQuery {
        run: Some(run.clone()),
        ..RunQuery::default()
    };
    match client.runs(&query).await {
        Ok(runs) => Ok(runs.into_iter().find(|run| run.outcome.is_some())),
        Err(ApiClientError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[derive(Serialize)]
pub(super) struct Started {
    pub(super) run: RunId,
    pub(super) asset: AssetId,
}

impl Report for Started {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        match self.run.object() {
            Some((kind, name)) => writeln!(out, "Started {kind}/{name} for {}.", self.asset),
            None => writeln!(out, "Started {} on {}.", self.run, self.asset),
        }
    }
}

#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Ended(pub(super) RunReport);

impl Report for Ended {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let run = &self.0;
        let word = match run.outcome {
            Some(Outcome::Succeeded) => fine("succeeded"),
            Some(Outcome::Failed) => alert("failed"),
            Some(Outcome::Inconclusive) | None => note("was cut short"),
        };
        let took = Duration::from_secs_f64(run.duration_seconds.unwrap_or_default().max(0.0));
        writeln!(out, "The {} {word} after {}.", run.operation, seconds(took))?;
        for text in [&run.summary, &run.error].into_iter().flatten() {
            writeln!(out, "  {text}")?;
        }
        if let Some(hint) = &run.hint {
            writeln!(out, "hint: {hint}")?;
        }
        Ok(())
    }
}
