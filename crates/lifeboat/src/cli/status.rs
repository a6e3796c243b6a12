//! `lifeboat status` and `lifeboat run`: what to ask of a running server.

use std::path::PathBuf;

use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser};
use lifeboat_core::{AssetKind, Operation};

use super::{KubernetesOptions, kubernetes::cluster_name};
use crate::api_client::{ApiClient, ApiClientError};

/// The address of a server on this machine that was told no other; its port is lifeboat-web's.
const DEFAULT_SERVER: &str = "http://127.0.0.1:9780";

/// Which server to ask.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerOptions {
    /// The URL of `lifeboat serve`
    #[arg(
        long,
        env = "LIFEBOAT_SERVER",
        hide_env_values = true,
        value_name = "URL",
        default_value = DEFAULT_SERVER
    )]
    server: String,
    /// The file that holds the server's API token
    #[arg(
        long,
        env = "LIFEBOAT_SERVER_TOKEN_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    server_token_file: Option<PathBuf>,
}

impl ServerOptions {
    pub(crate) fn client(&self) -> Result<ApiClient, ApiClientError> {
        ApiClient::new(&self.server, self.server_token_file.as_ref())
    }
}

#[derive(Debug, Args)]
pub(crate) struct StatusOptions {
    /// The asset: Kind/namespace/name, namespace/name, or its name alone; all if left out
    #[arg(value_name = "ASSET")]
    pub(crate) asset: Option<String>,
    /// Only assets of this kind
    #[arg(long, value_name = "KIND", conflicts_with = "asset")]
    pub(crate) kind: Option<AssetKind>,
    /// Only assets of this namespace
    #[arg(long, value_name = "NAMESPACE", conflicts_with = "asset")]
    pub(crate) namespace: Option<String>,
    /// Only assets of this cluster; where one is looked at that has no name, it gets this one
    #[arg(
        long,
        env = "LIFEBOAT_CLUSTER",
        hide_env_values = true,
        value_name = "NAME",
        value_parser = cluster_name
    )]
    pub(crate) cluster: Option<String>,
    /// Only assets that are failing or unknown
    #[arg(long, conflicts_with = "asset")]
    pub(crate) failing: bool,
    /// Everything that holds data, and which backup covers it, instead of assets
    #[arg(long, conflicts_with_all = ["asset", "kind", "failing"])]
    pub(crate) coverage: bool,
    /// Go on, and show every change; Ctrl-C ends it
    #[arg(long)]
    pub(crate) watch: bool,
    /// The cluster to look at instead of asking a server
    #[command(flatten)]
    pub(crate) kubernetes: KubernetesOptions,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// The asset: Kind/namespace/name, namespace/name, or its name alone
    #[arg(value_name = "ASSET")]
    pub(crate) asset: String,
    /// What to do; if left out, what the asset's kind is there for
    #[arg(
        long,
        value_name = "OPERATION",
        value_parser = PossibleValuesParser::new(Operation::ALL.map(Operation::name))
            .map(|name| named(&name))
    )]
    pub(crate) operation: Option<Operation>,
    /// Make a Job also while another is under way that a CronJob wants alone
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for the run's end, and exit with 1 if it did not succeed
    #[arg(long)]
    pub(crate) wait: bool,
    /// The cluster to make a Job in, with your own rights, instead of asking a server
    #[command(flatten)]
    pub(crate) kubernetes: KubernetesOptions,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

/// The operation of a name that is one of theirs.
fn named(name: &str) -> Operation {
    Operation::ALL
        .into_iter()
        .find(|operation| operation.name() == name)
        .unwrap_or(Operation::Backup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_server_has_the_port_that_servers_listen_on() {
        let port = format!(":{}", lifeboat_web::DEFAULT_PORT);
        assert!(DEFAULT_SERVER.ends_with(&port));
    }

    #[test]
    fn every_operation_is_found_by_its_name() {
        for operation in Operation::ALL {
            assert_eq!(named(operation.name()), operation);
        }
    }
}
