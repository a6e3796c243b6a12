//! What a Lifeboat does that has a ledger: its sources, its controller, and what it tells the cluster.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use lifeboat_alerts::Router;
use lifeboat_controller::{Controller, ControllerSettings, Handle, ResourceFolderSource, Source};
use lifeboat_kubernetes::{Connection, CustomResources, KubernetesSource, Reporter};
use lifeboat_ledger::{Ledger, LedgerLocation};
use lifeboat_repository::RequestCounters;
use lifeboat_resources::ResourceFolder;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    kopia::Kopia, object_stores::ObjectStores, run::now, run_history::LedgerHistory,
    settings::KubernetesSettings, web::Web,
};
use crate::cli::variable;

/// What the work is to be about.
pub(super) struct Order {
    pub(super) resources: Option<PathBuf>,
    pub(super) kubernetes: Option<KubernetesSettings>,
    pub(super) kopia: Kopia,
    pub(super) object_stores: ObjectStores,
    pub(super) ledger: LedgerLocation,
    pub(super) controller: ControllerSettings,
    pub(super) router: Router,
}

/// The work, ready to begin.
pub(super) struct Work {
    controller: Controller,
    reporters: Vec<Reporter>,
    pub(super) handle: Handle,
    pub(super) history: Arc<LedgerHistory>,
}

impl Work {
    /// Takes up what the ledger remembers, which must have been claimed.
    pub(super) async fn prepare(order: Order, ledger: Ledger) -> anyhow::Result<Self> {
        let Order {
            resources,
            kubernetes,
            kopia,
            object_stores,
            controller: settings,
            router,
            ..
        } = order;
        let mandate = settings.mandate.clone();
        let (mut sources, reporters) = sources(resources, kubernetes, &settings.requests).await?;
        // Behind those that have policies: what they name is declared in the same round.
        sources.push(Box::new(kopia.source(&settings.requests)));
        sources.push(Box::new(object_stores.source(&settings.requests)));
        let history = LedgerHistory(Ledger::open_read_only(&order.ledger).await?);
        let (controller, handle) =
            Controller::start(settings, sources, ledger, router, Arc::new(now)).await?;
        Ok(Self {
            controller,
            reporters: reporters
                .into_iter()
                .map(|reporter| reporter.under(mandate.clone()))
                .collect(),
            handle,
            history: Arc::new(history),
        })
    }

    /// Works until it is asked to stop, and then ends the HTTP side too: until everything else has ended,
    /// whoever asks is told how the end goes.
    pub(super) async fn run(self, stop: CancellationToken, web: Web) -> anyhow::Result<()> {
        let ended = CancellationToken::new();
        let mut reports = JoinSet::new();
        for reporter in self.reporters {
            // Until the last run has ended there is something to report.
            reports.spawn(reporter.run(self.handle.clone(), ended.clone()));
        }
        self.controller.run(stop).await;
        ended.cancel();
        web.end().await?;
        while let Some(reports) = reports.join_next().await {
            reports.context("the reports to a cluster were ended by a defect")?;
        }
        Ok(())
    }
}

/// A folder of resources, clusters, or both; and what tells each cluster how its backups are.
async fn sources(
    resources: Option<PathBuf>,
    kubernetes: Option<KubernetesSettings>,
    requests: &Arc<RequestCounters>,
) -> anyhow::Result<(Vec<Box<dyn Source>>, Vec<Reporter>)> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    let mut reporters = Vec::new();
    if let Some(folder) = resources {
        let folder = ResourceFolder::new(folder);
        let requests = Arc::clone(requests);
        sources.push(Box::new(ResourceFolderSource::new(
            folder, variable, requests,
        )));
    }
    let clusters = kubernetes.map(|settings| settings.clusters);
    for (connection, scope) in clusters.into_iter().flatten() {
        let connection = Connection::open(&connection).await?;
        let resources = CustomResources {
            variable,
            requests: Arc::clone(requests),
        };
        let clock: lifeboat_kubernetes::Clock = Arc::new(now);
        let source = KubernetesSource::start(&connection, &scope, resources, &clock)?;
        tracing::info!("watching {} at {}", source.name(), connection.url());
        reporters.push(source.reporter(&connection, &instance())?);
        sources.push(Box::new(source));
    }
    Ok((sources, reporters))
}

/// Which Lifeboat speaks, in events and in a Lease: in a pod its name is that of the host.
pub(super) fn instance() -> String {
    variable("HOSTNAME").unwrap_or_else(|| "lifeboat".to_owned())
}
