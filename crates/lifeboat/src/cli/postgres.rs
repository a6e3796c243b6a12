//! PostgreSQL: where the Secrets of the object stores are that policies have looked into.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct PostgresOptions {
    /// The folder of databases' object stores: NAMESPACE/NAME in it is a mounted Secret
    #[arg(
        long,
        env = "LIFEBOAT_POSTGRES_OBJECT_STORES",
        hide_env_values = true,
        value_name = "DIR",
        help_heading = "PostgreSQL"
    )]
    pub(crate) postgres_object_stores: Option<PathBuf>,
}
