//! `lifeboat serve`: the options of the process. Each may also stand in `lifeboat.yaml`, and is stronger here.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use jiff::SignedDuration;

use super::{
    KopiaOptions, KubernetesOptions, LeaderElectionOptions, PostgresOptions,
    kubernetes::cluster_name, values,
};

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// The file of settings; without it, only options and variables count
    #[arg(
        long,
        env = "LIFEBOAT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(crate) config: Option<PathBuf>,
    /// The folder of PrometheusBackup and BackupPolicy documents
    #[arg(
        long,
        env = "LIFEBOAT_RESOURCES",
        hide_env_values = true,
        value_name = "DIR"
    )]
    pub(crate) resources: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) kubernetes: KubernetesOptions,
    /// The name of the cluster, where only one is watched
    #[arg(
        long,
        env = "LIFEBOAT_CLUSTER",
        hide_env_values = true,
        value_name = "NAME",
        value_parser = cluster_name,
        help_heading = "Kubernetes"
    )]
    pub(crate) cluster: Option<String>,
    /// Watch only this namespace; all of them if left out
    #[arg(
        long,
        env = "LIFEBOAT_WATCH_NAMESPACES",
        hide_env_values = true,
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = values::namespace,
        help_heading = "Kubernetes"
    )]
    pub(crate) watch_namespace: Vec<String>,
    /// Whether the exporters of PostgreSQL instances are read, on port 9187 of their pods
    /// [default: true]
    #[arg(
        long,
        env = "LIFEBOAT_INSTANCE_EXPORTERS",
        hide_env_values = true,
        value_name = "BOOL",
        help_heading = "Kubernetes"
    )]
    pub(crate) instance_exporters: Option<bool>,
    /// How often each of these exporters is read [default: 30s]
    #[arg(
        long,
        env = "LIFEBOAT_INSTANCE_EXPORTER_INTERVAL",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Kubernetes"
    )]
    pub(crate) instance_exporter_interval: Option<SignedDuration>,
    #[command(flatten)]
    pub(crate) leader_election: LeaderElectionOptions,
    #[command(flatten)]
    pub(crate) kopia: KopiaOptions,
    #[command(flatten)]
    pub(crate) postgres: PostgresOptions,
    /// Whether `lifeboat run` and the API may make Jobs of CronJobs; needs deploy/kubernetes/run-jobs
    /// [default: false]
    #[arg(
        long,
        env = "LIFEBOAT_ALLOW_RUN_JOBS",
        hide_env_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL",
        help_heading = "Kubernetes"
    )]
    pub(crate) allow_run_jobs: Option<bool>,
    /// Where history is kept: a file, or postgres://user@host/database [default: lifeboat.db]
    #[arg(
        long,
        env = "LIFEBOAT_LEDGER",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) ledger: Option<String>,
    /// The address for /metrics and the API [default: 127.0.0.1:9780]
    #[arg(
        long,
        env = "LIFEBOAT_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub(crate) listen: Option<SocketAddr>,
    /// Whether /metrics also has the names of CloudNativePG's and kube-state-metrics' exporters
    /// [default: true]
    #[arg(
        long,
        env = "LIFEBOAT_COMPATIBILITY_METRICS",
        hide_env_values = true,
        value_name = "BOOL"
    )]
    pub(crate) compatibility_metrics: Option<bool>,
    /// The file that holds the token for starting runs; without it, only this machine may
    #[arg(
        long,
        env = "LIFEBOAT_API_TOKEN_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(crate) api_token_file: Option<PathBuf>,
    /// An Alertmanager to tell, once for each of its replicas
    #[arg(
        long,
        env = "LIFEBOAT_ALERTMANAGER",
        hide_env_values = true,
        value_name = "URL",
        value_delimiter = ',',
        help_heading = "Alerts"
    )]
    pub(crate) alertmanager: Vec<String>,
    /// A webhook to call; beside an Alertmanager, only when that one can't be told
    #[arg(
        long,
        env = "LIFEBOAT_WEBHOOK",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Alerts"
    )]
    pub(crate) webhook: Option<String>,
    /// A label for every alert, such as cluster=home
    #[arg(
        long,
        env = "LIFEBOAT_EXTERNAL_LABELS",
        hide_env_values = true,
        value_name = "KEY=VALUE",
        value_delimiter = ',',
        value_parser = values::tag,
        help_heading = "Alerts"
    )]
    pub(crate) external_label: Vec<(String, String)>,
    /// Where people reach this Lifeboat, for links in alerts
    #[arg(
        long,
        env = "LIFEBOAT_EXTERNAL_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Alerts"
    )]
    pub(crate) external_url: Option<String>,
    /// Where the runbooks are, for links in alerts
    #[arg(
        long,
        env = "LIFEBOAT_RUNBOOK_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Alerts"
    )]
    pub(crate) runbook_url: Option<String>,
    /// How long an alert waits for others of its group before a webhook is called [default: 10s]
    #[arg(
        long,
        env = "LIFEBOAT_GROUP_WAIT",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Alerts"
    )]
    pub(crate) group_wait: Option<SignedDuration>,
    /// How soon after a call a webhook is called again for the same group [default: 30s]
    #[arg(
        long,
        env = "LIFEBOAT_GROUP_INTERVAL",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Alerts"
    )]
    pub(crate) group_interval: Option<SignedDuration>,
    /// How often everything is assessed while nothing happens [default: 15s]
    #[arg(
        long,
        env = "LIFEBOAT_EVALUATION_INTERVAL",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Working"
    )]
    pub(crate) evaluation_interval: Option<SignedDuration>,
    /// How often the resources are looked at for changes [default: 5s]
    #[arg(
        long,
        env = "LIFEBOAT_RELOAD_INTERVAL",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Working"
    )]
    pub(crate) reload_interval: Option<SignedDuration>,
    /// How many scheduled runs may be under way at once [default: 2]
    #[arg(
        long,
        env = "LIFEBOAT_MAXIMUM_RUNS",
        hide_env_values = true,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=1000),
        help_heading = "Working"
    )]
    pub(crate) maximum_runs: Option<u16>,
    /// How long runs may go on after SIGTERM; less than the pod's grace period [default: 25s]
    #[arg(
        long,
        env = "LIFEBOAT_SHUTDOWN_GRACE",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Working"
    )]
    pub(crate) shutdown_grace: Option<SignedDuration>,
    /// How long runs and incidents are remembered one by one [default: 400d]
    #[arg(
        long,
        env = "LIFEBOAT_HISTORY_RETENTION",
        hide_env_values = true,
        value_name = "TIME",
        value_parser = values::duration,
        help_heading = "Working"
    )]
    pub(crate) history_retention: Option<SignedDuration>,
}
