//! `lifeboat run --kubernetes`: makes a Job in a cluster, with the rights of whoever asks and without a server.

use std::{collections::BTreeSet, process::ExitCode, sync::Arc};

use anyhow::Context;
use jiff::Timestamp;
use lifeboat_controller::{Glance, Source, View, Wish};
use lifeboat_core::{AssetId, Operation, Outcome, Run, RunId};

use super::{
    run::{EVERY, Ended, Started, operation},
    status::selection,
};
use crate::{cli::RunOptions, clusters::Cluster, commands::exit_code, output::Printer};

pub(super) async fn run(options: &RunOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let (kubeconfig, contexts) = (&options.kubernetes.kubeconfig, &options.kubernetes.context);
    let clusters = Cluster::all(kubeconfig.as_ref(), contexts, None)?;
    let named: Option<AssetId> = options.asset.parse().ok();
    // Whoever names it in full needs rights in its namespace alone.
    let namespaces: BTreeSet<String> = named.iter().map(|id| id.namespace.clone()).collect();
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    for cluster in &clusters {
        let is_meant = |id: &AssetId| id.cluster.as_deref() == cluster.name.get();
        if named.as_ref().is_none_or(is_meant) {
            sources.push(Box::new(cluster.look(namespaces.clone(), true).await?));
        }
    }
    let mut glance = Glance::new(sources);
    let view = look(&mut glance)?;
    let asset = selection::select(&options.asset, view.assets.iter().map(|one| &one.asset.id))?;
    let operation = operation(options, &asset);
    let places = view.asset(&asset).map(|one| Arc::clone(&one.places));
    let wish = Wish {
        asset: asset.clone(),
        operation,
        force: options.force,
        places: places.unwrap_or_default(),
    };
    let trigger = glance.trigger(&asset);
    let trigger = trigger.ok_or_else(|| selection::gone(&asset))?;
    let run = trigger.start(wish).await?;
    let started = Started {
        run: run.clone(),
        asset: asset.clone(),
    };
    if !options.wait || printer.is_for_people() {
        printer.print(&started)?;
    }
    if !options.wait {
        return Ok(ExitCode::SUCCESS);
    }
    loop {
        tokio::time::sleep(EVERY).await;
        let view = look(&mut glance)?;
        if let Some(ended) = ended(&view, &asset, operation, &run) {
            let outcome = ended.end.as_ref().map(|end| end.outcome);
            printer.print(&Ended(ended.into()))?;
            return Ok(exit_code(outcome == Some(Outcome::Succeeded)));
        }
    }
}

fn look(glance: &mut Glance) -> anyhow::Result<View> {
    glance
        .look(Timestamp::now())
        .map_err(anyhow::Error::msg)
        .context("failed to look at the cluster")
}

/// The run, once it has ended.
fn ended<'a>(
    view: &'a View,
    asset: &AssetId,
    operation: Operation,
    run: &RunId,
) -> Option<&'a Run> {
    let history = &view.asset(asset)?.asset.history;
    let runs = history.operation(operation)?;
    let last = [&runs.last, &runs.last_succeeded, &runs.last_failed];
    let mut last = last.into_iter().flatten().map(AsRef::as_ref);
    last.find(|last: &&Run| last.id == *run)
}
