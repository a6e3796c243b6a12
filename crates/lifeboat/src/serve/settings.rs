//! The settings in force: an option or its variable, else the file, else the default.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use jiff::SignedDuration;
use lifeboat_alerts::{
    NotificationSettings,
    settings::{AlertmanagerSettings, NotifierSettings, SecretUrl, WebhookSettings},
};
use lifeboat_controller::{ControllerSettings, Mandate};
use lifeboat_kubernetes::{ConnectionSettings, Scope, instance_exporter::ScraperSettings};
use lifeboat_ledger::LedgerLocation;

use super::kopia::Kopia;
use super::object_stores::ObjectStores;
use super::settings_file::{KubernetesFile, SettingsFile};
use crate::{
    cli::{ClusterContext, ServeOptions, UsageError},
    clusters::Cluster,
};

/// The Lease without a setting.
const DEFAULT_LEASE: &str = "lifeboat";

/// The ledger without a setting: a file in the working directory.
const DEFAULT_LEDGER: &str = "lifeboat.db";

/// Everything that `serve` goes by.
pub(super) struct Settings {
    pub(super) resources: Option<PathBuf>,
    pub(super) kubernetes: Option<KubernetesSettings>,
    pub(super) election: Option<LeaseSettings>,
    pub(super) kopia: Kopia,
    pub(super) object_stores: ObjectStores,
    pub(super) ledger: LedgerLocation,
    pub(super) listen: SocketAddr,
    pub(super) compatibility_metrics: bool,
    pub(super) api_token_file: Option<PathBuf>,
    pub(super) alerts: NotificationSettings,
    pub(super) controller: ControllerSettings,
}

impl Settings {
    pub(super) fn of(options: &ServeOptions) -> anyhow::Result<Self> {
        let file = match &options.config {
            Some(path) => SettingsFile::read(path)?,
            None => SettingsFile::default(),
        };
        let kopia = Kopia::of(&options.kopia, &file);
        let object_stores = ObjectStores::of(&options.postgres, &file);
        let resources = options.resources.clone().or(file.resources);
        let lease = lease(options, &file.kubernetes);
        let kubernetes = kubernetes(options, file.kubernetes)?;
        if resources.is_none() && kubernetes.is_none() {
            let error = UsageError::new(
                "there is nothing to serve: neither a folder of resources nor a cluster is given",
                "give --resources DIR (docs/examples/prometheus-backup.yaml is a document to begin \
                 with), or --kubernetes to watch a cluster",
            );
            return Err(error.into());
        }
        let ledger = options.ledger.clone().or(file.ledger);
        let ledger = ledger.as_deref().unwrap_or(DEFAULT_LEDGER).parse()?;
        let election = election(lease, kubernetes.as_ref(), &ledger)?;
        let listen = options.listen.or(file.listen);
        let default_listen = (Ipv4Addr::LOCALHOST, lifeboat_web::DEFAULT_PORT).into();
        let grace = options.shutdown_grace.or(file.shutdown_grace);
        let maximum_runs = options.maximum_runs.or(file.maximum_runs).unwrap_or(2);
        Ok(Self {
            resources,
            kubernetes,
            election,
            kopia,
            object_stores,
            ledger,
            listen: listen.unwrap_or(default_listen),
            compatibility_metrics: options
                .compatibility_metrics
                .or(file.compatibility_metrics)
                .unwrap_or(true),
            api_token_file: options.api_token_file.clone().or(file.api_token_file),
            controller: ControllerSettings {
                evaluation_interval: options
                    .evaluation_interval
                    .or(file.evaluation_interval)
                    .unwrap_or(SignedDuration::from_secs(15)),
                reload_interval: options
                    .reload_interval
                    .or(file.reload_interval)
                    .unwrap_or(SignedDuration::from_secs(5)),
                maximum_runs: usize::from(maximum_runs.max(1)),
                shutdown_grace: Duration::try_from(grace.unwrap_or(SignedDuration::from_secs(25)))
                    .context("the shutdown grace must not be negative")?,
                requests: Arc::default(),
                mandate: Mandate::default(),
                history_retention: options
                    .history_retention
                    .or(file.history_retention)
                    .unwrap_or(SignedDuration::from_hours(400 * 24)),
            },
            alerts: alerts(options, file.alerts),
        })
    }
}

/// Which clusters are watched, and what of each.
pub(super) struct KubernetesSettings {
    pub(super) clusters: Vec<(ConnectionSettings, Scope)>,
    /// The way to the one that keeps the Lease: the one that this runs in, if that is among them, else
    /// the first.
    pub(super) home: ConnectionSettings,
}

/// The clusters, if any are to be watched. What an option says takes the place of the file's.
fn kubernetes(
    options: &ServeOptions,
    file: KubernetesFile,
) -> anyhow::Result<Option<KubernetesSettings>> {
    let cluster = &options.kubernetes;
    let is_named = file.kubeconfig.is_some() || file.context.is_some() || !file.contexts.is_empty();
    let is_wanted = cluster
        .is_wanted()
        .or(file.enabled)
        .unwrap_or(is_named || !options.watch_namespace.is_empty());
    if !is_wanted {
        return Ok(None);
    }
    let namespaces = if options.watch_namespace.is_empty() {
        file.namespaces
    } else {
        options.watch_namespace.iter().cloned().collect()
    };
    let kubeconfig = cluster.kubeconfig.as_ref().or(file.kubeconfig.as_ref());
    let contexts = if cluster.context.is_empty() {
        let contexts = file.context.iter().chain(&file.contexts);
        contexts
            .map(|text| text.parse())
            .collect::<Result<Vec<ClusterContext>, String>>()
            .map_err(|error| UsageError::new("a context of the settings can't be used", error))?
    } else {
        cluster.context.clone()
    };
    let name = options.cluster.as_ref().or(file.cluster.as_ref());
    let clusters = Cluster::all(kubeconfig, &contexts, name.map(String::as_str))?;
    let are_read = options.instance_exporters.or(file.instance_exporters);
    let interval = options
        .instance_exporter_interval
        .or(file.instance_exporter_interval)
        .and_then(|interval| Duration::try_from(interval).ok());
    let may_run_jobs = options
        .allow_run_jobs
        .or(file.allow_run_jobs)
        .unwrap_or(false);
    let default = ScraperSettings::default();
    let exporters = ScraperSettings {
        interval: interval.unwrap_or(default.interval),
        ..default
    };
    let around = clusters.iter().find(|cluster| cluster.is_around());
    let home = around.or(clusters.first()).map(|home| &home.connection);
    let home = home.cloned().unwrap_or_default();
    let is_only = clusters.len() == 1;
    let clusters = clusters.into_iter().map(|cluster| {
        // Pods of another cluster can't be reached as a rule, and what answers at their address may
        // be a pod of this one.
        let are_read = are_read.unwrap_or(is_only || cluster.is_around());
        let scope = Scope {
            cluster: cluster.name,
            namespaces: namespaces.clone(),
            instance_exporters: are_read.then(|| exporters.clone()),
            may_run_jobs,
        };
        (cluster.connection, scope)
    });
    Ok(Some(KubernetesSettings {
        clusters: clusters.collect(),
        home,
    }))
}

/// The Lease that decides which of several replicas leads.
pub(super) struct LeaseSettings {
    pub(super) connection: ConnectionSettings,
    pub(super) name: String,
    /// None for that of the pod.
    pub(super) namespace: Option<String>,
}

/// The name and namespace of the Lease, if one is to decide.
fn lease(options: &ServeOptions, file: &KubernetesFile) -> Option<(String, Option<String>)> {
    let options = &options.leader_election;
    let is_wanted = options.leader_election.or(file.leader_election);
    let name = options.lease_name.as_ref().or(file.lease_name.as_ref());
    let namespace = options.lease_namespace.as_ref();
    let namespace = namespace.or(file.lease_namespace.as_ref());
    is_wanted.unwrap_or(false).then(|| {
        let name = name.cloned().unwrap_or_else(|| DEFAULT_LEASE.to_owned());
        (name, namespace.cloned())
    })
}

/// Leader election needs an API server, and a ledger that all replicas reach.
fn election(
    lease: Option<(String, Option<String>)>,
    kubernetes: Option<&KubernetesSettings>,
    ledger: &LedgerLocation,
) -> Result<Option<LeaseSettings>, UsageError> {
    let Some((name, namespace)) = lease else {
        return Ok(None);
    };
    let Some(kubernetes) = kubernetes else {
        return Err(UsageError::new(
            "leader election needs a cluster, which keeps the Lease",
            "add --kubernetes, or leave --leader-election out",
        ));
    };
    if !ledger.is_on_a_server() {
        return Err(UsageError::new(
            format!(
                "leader election needs a ledger that all replicas share, and {ledger} is a file"
            ),
            "give --ledger postgres://USER@HOST/DATABASE, or run one replica without \
             --leader-election",
        ));
    }
    Ok(Some(LeaseSettings {
        connection: kubernetes.home.clone(),
        name,
        namespace,
    }))
}

/// The notifiers of the options take the place of the file's.
fn alerts(options: &ServeOptions, file: NotificationSettings) -> NotificationSettings {
    let mut alerts = file;
    let with_alertmanager = !options.alertmanager.is_empty();
    if with_alertmanager || options.webhook.is_some() {
        alerts.notifiers.clear();
    }
    if with_alertmanager {
        let settings = AlertmanagerSettings {
            urls: options.alertmanager.clone(),
            ..AlertmanagerSettings::default()
        };
        let mut notifier = NotifierSettings::alertmanager("alertmanager", settings);
        notifier.fallback = options.webhook.as_ref().map(|_| "webhook".to_owned());
        alerts.notifiers.push(notifier);
    }
    if let Some(url) = &options.webhook {
        let settings = WebhookSettings::new(SecretUrl::new(url.clone()));
        let mut notifier = NotifierSettings::webhook("webhook", settings);
        notifier.only_as_fallback = with_alertmanager;
        alerts.notifiers.push(notifier);
    }
    alerts
        .external_labels
        .extend(options.external_label.iter().cloned());
    alerts.external_url = options.external_url.clone().or(alerts.external_url);
    alerts.runbook_url = options.runbook_url.clone().or(alerts.runbook_url);
    alerts.group_wait = options.group_wait.unwrap_or(alerts.group_wait);
    alerts.group_interval = options.group_interval.unwrap_or(alerts.group_interval);
    alerts
}
