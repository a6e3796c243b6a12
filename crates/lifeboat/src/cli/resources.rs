//! `lifeboat resources`: the documents that say what to back up, and what is promised.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ResourcesCommand {
    /// Check documents, and show what they come to
    #[command(long_about = "\
Check documents, and show what they come to.

Reads every PrometheusBackup and BackupPolicy in a folder as the server would, and shows each with \
its next runs, or everything that is wrong: with file, line, column and the next step. Asks \
nothing of any server, and reads no credentials.")]
    #[command(after_help = "\
Examples:
  lifeboat resources check /etc/lifeboat/resources
  Before it is committed:
    lifeboat resources check resources/ || exit 1
  For machines:
    lifeboat resources check resources/ --output json")]
    Check(CheckOptions),
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// A folder whose .yaml, .yml and .json files are read, or a file; may be given several times
    #[arg(value_name = "DIR", required = true)]
    pub(crate) paths: Vec<PathBuf>,
}
