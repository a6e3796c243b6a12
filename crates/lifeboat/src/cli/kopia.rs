//! Kopia: which program reads the repositories that policies name, and where their Secrets are.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct KopiaOptions {
    /// The folder of Kopia repositories: NAMESPACE/NAME in it is a mounted Secret, as VolSync has it
    #[arg(
        long,
        env = "LIFEBOAT_KOPIA_REPOSITORIES",
        hide_env_values = true,
        value_name = "DIR",
        help_heading = "Kopia"
    )]
    pub(crate) kopia_repositories: Option<PathBuf>,
    /// The program that reads them, 0.22.3 or newer [default: kopia]
    #[arg(
        long,
        env = "LIFEBOAT_KOPIA",
        hide_env_values = true,
        value_name = "PROGRAM",
        help_heading = "Kopia"
    )]
    pub(crate) kopia: Option<PathBuf>,
}
