//! `lifeboat crds`: the definitions of the custom resources.

use clap::{Args, ValueEnum};
use lifeboat_resources::custom_resources::CustomResource;

#[derive(Debug, Args)]
pub(crate) struct CrdsOptions {
    /// The kind whose definition is printed; without it, all of them
    #[arg(value_name = "KIND", ignore_case = true)]
    pub(crate) kind: Option<Kind>,
}

/// A kind of custom resource, as people name it: by its kind or as kubectl lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Objectives for the assets that a selector fits
    #[value(name = "BackupPolicy", alias = "backuppolicies")]
    BackupPolicy,
    /// Backs up a Prometheus's own database, on a schedule
    #[value(name = "PrometheusBackup", alias = "prometheusbackups")]
    PrometheusBackup,
}

impl From<Kind> for CustomResource {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::BackupPolicy => Self::BackupPolicy,
            Kind::PrometheusBackup => Self::PrometheusBackup,
        }
    }
}
