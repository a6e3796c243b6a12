//! `lifeboat backup`: what to back up, and how.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::RepositoryOptions;

#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Back up a Prometheus's database
    #[command(long_about = "\
Back up a Prometheus's database.

Asks Prometheus for a snapshot, reads each new block once while checking every checksum, sends only \
what the repository lacks, and removes the snapshot again. A backup is there once its metadata.json \
is written, which happens last; after an interruption the next run goes on where this one stopped.")]
    #[command(after_help = "\
Examples:
  Into a folder:
    lifeboat backup prometheus --url http://localhost:9090 \\
        --data-dir /prometheus --repository /var/backups/prometheus
  To S3, finished blocks only, at 50 MiB/s at most:
    lifeboat backup prometheus --url http://localhost:9090 \\
        --data-dir /prometheus --repository s3://backups/prometheus \\
        --skip-head --bandwidth-limit 50MiB/s
  A snapshot that is there already:
    lifeboat backup prometheus --repository s3://backups/prometheus \\
        --from-snapshot /prometheus/snapshots/20261121T020000Z-2be650b6")]
    Prometheus(Box<PrometheusOptions>),
}

#[derive(Debug, Args)]
pub(crate) struct PrometheusOptions {
    /// Prometheus's URL, with its route prefix if it has one
    #[arg(
        long,
        env = "LIFEBOAT_PROMETHEUS_URL",
        hide_env_values = true,
        value_name = "URL",
        required_unless_present = "from_snapshot"
    )]
    pub(crate) url: Option<String>,
    /// The folder that Prometheus was started with as --storage.tsdb.path
    #[arg(
        long,
        env = "LIFEBOAT_PROMETHEUS_DATA_DIR",
        hide_env_values = true,
        value_name = "DIR",
        required_unless_present = "from_snapshot"
    )]
    pub(crate) data_dir: Option<PathBuf>,
    /// Back up the blocks of this folder instead of taking a snapshot
    #[arg(long, value_name = "DIR", conflicts_with = "skip_head")]
    pub(crate) from_snapshot: Option<PathBuf>,
    /// Leave out samples that are still in memory, about the last three hours
    ///
    /// They become a block of their own in each snapshot, which is sent anew every time.
    #[arg(long, env = "LIFEBOAT_PROMETHEUS_SKIP_HEAD", hide_env_values = true)]
    pub(crate) skip_head: bool,
    /// Say what would be sent, and send nothing
    ///
    /// Without --from-snapshot a snapshot is taken all the same, and removed again.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The user to log in to Prometheus as
    #[arg(
        long,
        env = "LIFEBOAT_PROMETHEUS_USERNAME",
        hide_env_values = true,
        value_name = "NAME",
        requires = "prometheus_password_file",
        help_heading = "Prometheus login"
    )]
    pub(crate) prometheus_username: Option<String>,
    /// The file that holds the user's password
    #[arg(
        long,
        env = "LIFEBOAT_PROMETHEUS_PASSWORD_FILE",
        hide_env_values = true,
        value_name = "FILE",
        requires = "prometheus_username",
        help_heading = "Prometheus login"
    )]
    pub(crate) prometheus_password_file: Option<PathBuf>,
    /// The file that holds a bearer token
    #[arg(
        long,
        env = "LIFEBOAT_PROMETHEUS_BEARER_TOKEN_FILE",
        hide_env_values = true,
        value_name = "FILE",
        conflicts_with = "prometheus_username",
        help_heading = "Prometheus login"
    )]
    pub(crate) prometheus_bearer_token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) repository: RepositoryOptions,
}
