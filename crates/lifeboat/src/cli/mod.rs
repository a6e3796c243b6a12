//! The shape of the command line: commands, options and their help.

mod alerts;
mod backup;
mod backups;
mod crds;
mod kopia;
mod kubernetes;
mod leader_election;
mod postgres;
mod repository;
mod resources;
mod rules;
mod s3;
mod s3_credentials;
mod serve;
mod status;
mod values;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use alerts::{
    AlertListOptions, AlertShowOptions, AlertsCommand, IncidentsOptions, SilenceOptions,
    SilencesOptions, UnsilenceOptions,
};
pub(crate) use backup::{BackupCommand, PrometheusOptions};
pub(crate) use backups::{
    BackupsCommand, ListOptions, PinOptions, PruneOptions, RestoreOptions, ShowOptions,
    UnpinOptions, VerifyOptions,
};
pub(crate) use crds::CrdsOptions;
pub(crate) use kopia::KopiaOptions;
pub(crate) use kubernetes::{ClusterContext, KubernetesOptions};
pub(crate) use leader_election::LeaderElectionOptions;
pub(crate) use postgres::PostgresOptions;
pub(crate) use repository::RepositoryOptions;
pub(crate) use resources::{CheckOptions, ResourcesCommand};
pub(crate) use rules::{GenerateOptions, RulesCommand};
pub(crate) use serve::ServeOptions;
pub(crate) use status::{RunOptions, StatusOptions};

use crate::{logging::LoggingOptions, output::Format};

/// Knows every backup, says when one could no longer save you, and proves by rehearsal that it can
#[derive(Debug, Parser)]
#[command(name = "lifeboat", version, max_term_width = 100)]
#[command(after_help = "\
Examples:
  export LIFEBOAT_REPOSITORY=s3://backups/prometheus
  lifeboat backup prometheus --url http://localhost:9090 --data-dir /prometheus
  lifeboat backups list
  lifeboat backups restore latest --target /restored

Every option with [env: NAME] may be set as that environment variable instead.

Exit codes: 0 fine, 1 a failed operation or a bad backup, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How to print data
    #[arg(
        long,
        short,
        global = true,
        env = "LIFEBOAT_OUTPUT",
        hide_env_values = true,
        value_name = "FORMAT",
        default_value = "table",
        display_order = 900
    )]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) logging: LoggingOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Back up on schedule, watch over every backup, and raise alerts
    #[command(long_about = "\
Back up on schedule, watch over every backup, and raise alerts.

Reads PrometheusBackup and BackupPolicy documents from a folder and follows their changes. Serves \
/metrics, /healthz, /readyz and the API that `lifeboat status` and `lifeboat run` speak to. What \
happened is kept in a ledger, so that a restart forgets nothing. SIGTERM lets runs finish, or stops \
them safely, within the grace.")]
    #[command(after_help = "\
Examples:
  lifeboat serve --resources /etc/lifeboat/resources
  lifeboat serve --config /etc/lifeboat/lifeboat.yaml
  lifeboat serve --resources resources --ledger postgres://lifeboat@db/lifeboat \\
      --alertmanager http://alertmanager-0:9093 --alertmanager http://alertmanager-1:9093")]
    Serve(Box<ServeOptions>),
    /// Take a backup now
    #[command(subcommand)]
    Backup(BackupCommand),
    /// List, show, pin, verify, prune and restore backups
    #[command(subcommand)]
    Backups(BackupsCommand),
    /// Say how every asset is, or all that is known of one
    #[command(long_about = "\
Say how every asset is, or all that is known of one.

Asks a running `lifeboat serve`, or with --kubernetes the cluster itself, which has no memory of \
what is gone. Below the table stands what is wrong, since when, and what to do about it. Exits with \
1 if anything shown is failing or unknown, or if the server's own view is older than a minute.")]
    #[command(after_help = "\
Examples:
  lifeboat status
  lifeboat status main
  lifeboat status --failing --watch
  lifeboat status --kubernetes --namespace postgresql --kind CNPGCluster
  lifeboat status --output json | jq '.assets[] | {asset, status}'")]
    Status(Box<StatusOptions>),
    /// Start a backup, or another operation, of an asset now
    #[command(long_about = "\
Start a backup, or another operation, of an asset now.

The running `lifeboat serve` carries it out, beside its schedule. Of a CronJob, and for the \
maintenance of a Kopia repository, it makes a Job, as `kubectl create job --from` does; it must have \
been started with --allow-run-jobs. Without a server, this command can make the Job itself, with your \
own rights. Ending this command does not end the run.")]
    #[command(after_help = "\
Examples:
  lifeboat run main
  lifeboat run Prometheus/monitoring/main --operation verification --wait
  lifeboat run CronJob/immich/nightly-dump --wait
  lifeboat run CronJob/immich/nightly-dump --kubernetes")]
    Run(Box<RunOptions>),
    /// List alerts, silence them, and see how long what was wrong took
    #[command(subcommand)]
    Alerts(AlertsCommand),
    /// Check the documents that say what to back up, and what is promised
    #[command(subcommand)]
    Resources(ResourcesCommand),
    /// Generate rules of Prometheus from the catalogue of alerts
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print the definitions of the custom resources of Kubernetes
    #[command(long_about = "\
Print the definitions of the custom resources of Kubernetes.

With them, PrometheusBackup and BackupPolicy documents can be kept in a cluster as well as in files. \
The API server then checks much of what `lifeboat resources check` does, and says it in the same \
words. With --output json or yaml, they are one list.")]
    #[command(after_help = "\
Examples:
  lifeboat crds | kubectl apply --server-side -f -
  lifeboat crds PrometheusBackup > prometheus-backup.yaml
  Before an update, to see what would change:
    lifeboat crds | kubectl diff -f -")]
    Crds(CrdsOptions),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  lifeboat completions bash > /etc/bash_completion.d/lifeboat"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Command {
    /// What is logged if nobody says otherwise. A server's log is read afterwards; that of a
    /// command stands between its output.
    pub(crate) const fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info",
            _ => "warn",
        }
    }

    /// How many threads answer and send, if not one for each core. A server waits nearly all the
    /// time, and what it computes for long has threads of its own. Each further thread would keep
    /// megabytes from run to run: the allocator keeps for each what it has freed.
    pub(crate) const fn worker_threads(&self) -> Option<usize> {
        match self {
            Self::Serve(_) => Some(1),
            _ => None,
        }
    }
}

/// Options that do not fit together, with the way out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UsageError {
    message: String,
    pub(crate) hint: String,
}

impl UsageError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// An environment variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_help_shows_a_value_from_the_environment() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments() {
                let shown = argument.get_env().is_some() && !argument.is_hide_env_values_set();
                assert!(!shown, "{} of {}", argument.get_id(), command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }
}
