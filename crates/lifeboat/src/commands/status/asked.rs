//! Who is asked for the status: a running server, or clusters themselves.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::Context;
use jiff::Timestamp;
use lifeboat_controller::{Glance, Source, View};
use lifeboat_core::{AssetId, Finding, readable_causes};
use lifeboat_kubernetes::CLUSTER_NOT_SEEN;
use lifeboat_web::api::{
    AsOf, AssetDetail, AssetList, CoverageList, CoverageQuery, FindingList, FindingReport,
    RunQuery, RunReport,
};

use crate::{
    api_client::{ApiClient, ApiClientError},
    cli::{KubernetesOptions, StatusOptions, UsageError},
    clusters::Cluster,
    failure,
};

/// How long it may take to see what is covered, once everything is listed.
const COVERAGE_WITHIN: Duration = Duration::from_secs(30);
/// How often that is looked for.
const COVERAGE_EVERY: Duration = Duration::from_millis(20);

/// Who is asked.
pub(super) enum Asked {
    /// A running server.
    Server(ApiClient),
    /// The clusters, without any history of them.
    Clusters(Box<Clusters>),
}

impl Asked {
    pub(super) async fn of(options: &StatusOptions) -> anyhow::Result<Self> {
        if options.kubernetes.is_wanted() != Some(true) {
            return Ok(Self::Server(options.server.client()?));
        }
        let clusters = clusters(options)?;
        let is_only = clusters.len() == 1;
        let namespaces: BTreeSet<String> = options.namespace.iter().cloned().collect();
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        let mut unseen = Vec::new();
        for cluster in &clusters {
            match cluster.look(namespaces.clone(), false).await {
                Ok(source) => sources.push(Box::new(source)),
                // One that is away hides nothing of the others.
                Err(error) if !is_only => unseen.push(not_seen(cluster, &error)),
                Err(error) => return Err(error),
            }
        }
        Ok(Self::Clusters(Box::new(Clusters {
            count: sources.len(),
            glance: Glance::new(sources),
            unseen,
        })))
    }

    pub(super) async fn assets(&mut self) -> anyhow::Result<AssetList> {
        match self {
            Self::Server(client) => Ok(client.assets().await?),
            Self::Clusters(clusters) => {
                let view = clusters.look()?;
                Ok(AssetList::new(&view, AsOf::new(view.at, view.at)))
            }
        }
    }

    /// What somebody should look at, though it concerns none of the assets.
    pub(super) async fn findings(&mut self) -> anyhow::Result<Vec<FindingReport>> {
        let list = match self {
            Self::Server(client) => client.findings().await?,
            Self::Clusters(clusters) => {
                let view = clusters.look()?;
                FindingList::new(&view, AsOf::new(view.at, view.at))
            }
        };
        let findings = list.findings.into_iter();
        Ok(findings.filter(|finding| finding.asset.is_none()).collect())
    }

    pub(super) async fn asset(&mut self, id: &AssetId) -> anyhow::Result<Option<AssetDetail>> {
        match self {
            Self::Server(client) => Ok(client.asset(id).await?),
            Self::Clusters(clusters) => {
                let view = clusters.look()?;
                let asset = view.asset(id);
                let as_of = AsOf::new(view.at, view.at);
                Ok(asset.map(|asset| AssetDetail::new(&view, asset, as_of)))
            }
        }
    }

    /// What holds data, and what covers it.
    pub(super) async fn coverage(&mut self, query: &CoverageQuery) -> anyhow::Result<CoverageList> {
        match self {
            Self::Server(client) => Ok(client.coverage(query).await?),
            Self::Clusters(clusters) => {
                let view = clusters.look_at_coverage().await?;
                let as_of = AsOf::new(view.at, view.at);
                Ok(CoverageList::selected(&view, query, as_of))
            }
        }
    }

    /// The runs that fit, or why they can't be had. Without a ledger the rest is worth the more.
    pub(super) async fn runs(
        &self,
        query: &RunQuery,
    ) -> anyhow::Result<(Vec<RunReport>, Option<String>)> {
        let Self::Server(client) = self else {
            let why = "they stand in the ledger of a running `lifeboat serve`";
            return Ok((Vec::new(), Some(why.to_owned())));
        };
        match client.runs(query).await {
            Ok(runs) => Ok((runs, None)),
            Err(ApiClientError::Refused { error, .. }) => Ok((Vec::new(), Some(error))),
            Err(error) => Err(error.into()),
        }
    }
}

/// Clusters that are looked at.
pub(super) struct Clusters {
    glance: Glance,
    /// How many of them there are.
    count: usize,
    /// Those that can't be looked at.
    unseen: Vec<Finding>,
}

impl Clusters {
    fn look(&mut self) -> anyhow::Result<View> {
        let mut view = self
            .glance
            .look(Timestamp::now())
            .map_err(anyhow::Error::msg)
            .context("failed to look at the cluster")?;
        view.findings.extend(self.unseen.iter().cloned());
        Ok(view)
    }

    /// Looks until every cluster has told what is covered there: policies that were only just read
    /// may decide it.
    async fn look_at_coverage(&mut self) -> anyhow::Result<View> {
        let limit = Instant::now() + COVERAGE_WITHIN;
        loop {
            let view = self.look()?;
            if view.coverage.len() >= self.count {
                return Ok(view);
            }
            if Instant::now() >= limit {
                anyhow::bail!("the cluster does not tell what is covered there");
            }
            tokio::time::sleep(COVERAGE_EVERY).await;
        }
    }
}

/// The clusters that are asked for.
fn clusters(options: &StatusOptions) -> anyhow::Result<Vec<Cluster>> {
    let KubernetesOptions {
        kubeconfig,
        context,
        ..
    } = &options.kubernetes;
    let wanted = options.cluster.as_deref();
    // Of several it is a filter, else a name.
    let name = wanted.filter(|_| context.len() < 2);
    let mut clusters = Cluster::all(kubeconfig.as_ref(), context, name)?;
    if let Some(wanted) = wanted {
        let known: Vec<String> = clusters
            .iter()
            .filter_map(|cluster| cluster.name.get().map(str::to_owned))
            .collect();
        clusters.retain(|cluster| cluster.name.get() == Some(wanted));
        if clusters.is_empty() {
            let error = UsageError::new(
                format!("there is no cluster {wanted}"),
                format!("the clusters are {}", known.join(", ")),
            );
            return Err(error.into());
        }
    }
    Ok(clusters)
}

fn not_seen(cluster: &Cluster, error: &anyhow::Error) -> Finding {
    let name = cluster.name.get().unwrap_or_default();
    Finding {
        code: CLUSTER_NOT_SEEN,
        message: format!(
            "the cluster {name} can't be looked at: {}",
            readable_causes(error.as_ref()).join(": ")
        ),
        hint: failure::next_step(error),
    }
}
