//! Starts everything in order, and ends it in the opposite one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use lifeboat_alerts::Router;
use lifeboat_controller::{Controller, ResourceFolderSource, Source};
use lifeboat_kubernetes::{Connection, CustomResources, KubernetesSource, Reporter};
use lifeboat_ledger::Ledger;
use lifeboat_repository::RequestCounters;
use lifeboat_resources::ResourceFolder;
use lifeboat_web::ApiToken;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    error::ServeError,
    run_history::LedgerHistory,
    settings::{KubernetesSettings, Settings},
};
use crate::{
    cli::{ServeOptions, variable},
    interrupt::on_signal,
};

pub(crate) async fn run(options: &ServeOptions) -> anyhow::Result<ExitCode> {
    let settings = Settings::of(options)?;
    let router = Router::new(&settings.alerts, settings.controller.evaluation_interval)?;
    let api_token = settings
        .api_token_file
        .as_deref()
        .map(read_token)
        .transpose()?;
    // An address that is taken is better known before the ledger is claimed.
    let address = settings.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let ledger = Ledger::open(&settings.ledger).await?;
    let stop = stop_on_signal()?;
    let (sources, reporter) = sources(
        settings.resources,
        settings.kubernetes,
        &settings.controller.requests,
    )
    .await?;
    let history = LedgerHistory(Ledger::open_read_only(&settings.ledger).await?);
    let (controller, handle) =
        Controller::start(settings.controller, sources, ledger, router, Arc::new(now)).await?;
    tracing::info!(
        "lifeboat {} serves http://{}/ with the ledger {}",
        env!("CARGO_PKG_VERSION"),
        listener.local_addr().unwrap_or(address),
        settings.ledger,
    );
    let web_stop = CancellationToken::new();
    let reports = reporter.map(|reporter| {
        // Until the last run has ended there is something to report.
        tokio::spawn(reporter.run(handle.clone(), web_stop.clone()))
    });
    let state = lifeboat_web::State::new(handle, Arc::new(history), api_token, now)
        .compatibility_metrics(settings.compatibility_metrics);
    let web = tokio::spawn(lifeboat_web::serve(listener, state, web_stop.clone()));
    controller.run(stop).await;
    // Until here, whoever asks is told how the end goes.
    web_stop.cancel();
    web.await.context("the HTTP side was ended by a defect")??;
    if let Some(reports) = reports {
        reports
            .await
            .context("the reports to the cluster were ended by a defect")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A folder of resources, a cluster, or both; and what tells the cluster how its backups are.
async fn sources(
    resources: Option<PathBuf>,
    kubernetes: Option<KubernetesSettings>,
    requests: &Arc<RequestCounters>,
) -> anyhow::Result<(Vec<Box<dyn Source>>, Option<Reporter>)> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mut reporter = None;
    if let Some(folder) = resources {
        let folder = ResourceFolder::new(folder);
        let requests = Arc::clone(requests);
        sources.push(Box::new(ResourceFolderSource::new(
            folder, variable, requests,
        )));
    }
    if let Some(settings) = kubernetes {
        let connection = Connection::open(&settings.connection).await?;
        let resources = CustomResources {
            variable,
            requests: Arc::clone(requests),
        };
        let clock: lifeboat_kubernetes::Clock = Arc::new(now);
        let source = KubernetesSource::start(&connection, &settings.scope, resources, &clock)?;
        tracing::info!("watching the cluster at {}", connection.url());
        reporter = Some(source.reporter(&connection, &instance())?);
        sources.push(Box::new(source));
    }
    Ok((sources, reporter))
}

/// Which Lifeboat speaks, in events: in a pod its name is that of the host.
fn instance() -> String {
    variable("HOSTNAME").unwrap_or_else(|| "lifeboat".to_owned())
}

fn read_token(path: &Path) -> Result<ApiToken, ServeError> {
    let text = fs::read_to_string(path).map_err(|source| ServeError::Token {
        path: path.to_owned(),
        source,
    })?;
    ApiToken::new(&text).ok_or_else(|| ServeError::EmptyToken {
        path: path.to_owned(),
    })
}

/// The time, in the precision that the ledger keeps.
fn now() -> Timestamp {
    let now = Timestamp::now();
    let milliseconds = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Trunc);
    now.round(milliseconds).unwrap_or(now)
}

/// Is cancelled by SIGINT or SIGTERM; the next one ends the program at once.
fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let wish = on_signal()?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        wish.requested().await;
        stopping.cancel();
    });
    Ok(stop)
}
