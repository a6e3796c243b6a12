//! Which of several replicas of `serve` leads.

use clap::Args;

use super::values;

/// Which of several replicas leads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Replicas")]
pub(crate) struct LeaderElectionOptions {
    /// Stand by while another replica leads; needs --kubernetes and a ledger in PostgreSQL
    #[arg(
        long,
        env = "LIFEBOAT_LEADER_ELECTION",
        hide_env_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL"
    )]
    pub(crate) leader_election: Option<bool>,
    /// The Lease that decides who leads [default: lifeboat]
    #[arg(
        long,
        env = "LIFEBOAT_LEASE_NAME",
        hide_env_values = true,
        value_name = "NAME",
        value_parser = values::lease
    )]
    pub(crate) lease_name: Option<String>,
    /// The namespace of the Lease [default: that of the pod]
    #[arg(
        long,
        env = "LIFEBOAT_LEASE_NAMESPACE",
        hide_env_values = true,
        value_name = "NAME",
        value_parser = values::namespace
    )]
    pub(crate) lease_namespace: Option<String>,
}
