//! Who is asked for the status: a running server, or the cluster itself.

use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use lifeboat_controller::{Glance, View};
use lifeboat_core::AssetId;
use lifeboat_kubernetes::{
    Connection, ConnectionSettings, CustomResources, KubernetesSource, Scope,
};
use lifeboat_web::api::{
    AsOf, AssetDetail, AssetList, FindingList, FindingReport, RunQuery, RunReport,
};

use crate::{
    api_client::{ApiClient, ApiClientError},
    cli::{StatusOptions, variable},
};

/// How long a cluster may take to list everything.
const LISTS_WITHIN: Duration = Duration::from_mins(1);

/// Who is asked.
pub(super) enum Asked {
    /// A running server.
    Server(ApiClient),
    /// The cluster, without any history of it.
    Cluster(Box<Glance>),
}

impl Asked {
    pub(super) async fn of(options: &StatusOptions) -> anyhow::Result<Self> {
        if options.kubernetes.is_wanted() != Some(true) {
            return Ok(Self::Server(options.server.client()?));
        }
        let connection = Connection::open(&ConnectionSettings {
            kubeconfig: options.kubernetes.kubeconfig.clone(),
            context: options.kubernetes.context.clone(),
        })
        .await?;
        // A clear error is worth a request: the watches would go on trying.
        connection.check().await?;
        let scope = Scope {
            namespaces: options.namespace.iter().cloned().collect(),
            // From outside, pods can't be reached.
            instance_exporters: None,
        };
        let resources = CustomResources {
            variable,
            requests: std::sync::Arc::default(),
        };
        let clock: lifeboat_kubernetes::Clock = std::sync::Arc::new(Timestamp::now);
        let mut source = KubernetesSource::start(&connection, &scope, resources, &clock)?;
        if !source.settle(LISTS_WITHIN).await {
            anyhow::bail!(
                "the cluster at {} has not listed everything within a minute",
                connection.url()
            );
        }
        Ok(Self::Cluster(Box::new(Glance::new(Box::new(source)))))
    }

    pub(super) async fn assets(&mut self) -> anyhow::Result<AssetList> {
        match self {
            Self::Server(client) => Ok(client.assets().await?),
            Self::Cluster(glance) => {
                let view = look(glance)?;
                Ok(AssetList::new(&view, AsOf::new(view.at, view.at)))
            }
        }
    }

    /// What somebody should look at, though it concerns none of the assets.
    pub(super) async fn findings(&mut self) -> anyhow::Result<Vec<FindingReport>> {
        let list = match self {
            Self::Server(client) => client.findings().await?,
            Self::Cluster(glance) => {
                let view = look(glance)?;
                FindingList::new(&view, AsOf::new(view.at, view.at))
            }
        };
        let findings = list.findings.into_iter();
        Ok(findings.filter(|finding| finding.asset.is_none()).collect())
    }

    pub(super) async fn asset(&mut self, id: &AssetId) -> anyhow::Result<Option<AssetDetail>> {
        match self {
            Self::Server(client) => Ok(client.asset(id).await?),
            Self::Cluster(glance) => {
                let view = look(glance)?;
                let asset = view.asset(id);
                let as_of = AsOf::new(view.at, view.at);
                Ok(asset.map(|asset| AssetDetail::new(&view, asset, as_of)))
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

fn look(glance: &mut Glance) -> anyhow::Result<View> {
    glance
        .look(Timestamp::now())
        .map_err(anyhow::Error::msg)
        .context("failed to look at the cluster")
}
