//! Which cluster to look at, for `serve` and `status`.

use std::path::PathBuf;

use clap::Args;

/// Which cluster to look at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Kubernetes")]
pub(crate) struct KubernetesOptions {
    /// Look at the cluster: the one that this runs in, else the kubeconfig's
    #[arg(
        long,
        env = "LIFEBOAT_KUBERNETES",
        hide_env_values = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL"
    )]
    pub(crate) kubernetes: Option<bool>,
    /// The kubeconfig; else $KUBECONFIG, else ~/.kube/config
    #[arg(
        long,
        env = "LIFEBOAT_KUBECONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(
        long,
        env = "LIFEBOAT_CONTEXT",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub(crate) context: Option<String>,
}

impl KubernetesOptions {
    /// Whether a cluster is wanted; naming one is asking for it. None leaves it to the file.
    pub(crate) fn is_wanted(&self) -> Option<bool> {
        let is_named = self.kubeconfig.is_some() || self.context.is_some();
        self.kubernetes.or(is_named.then_some(true))
    }
}
