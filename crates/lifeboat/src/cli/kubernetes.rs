//! Which cluster to look at, for `serve` and `status`.

use std::{path::PathBuf, str::FromStr};

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
    /// A context of the kubeconfig, once for each cluster; in-cluster is the one that this runs in. Of
    /// several, each cluster has the name of its context unless NAME gives it another
    #[arg(
        long,
        env = "LIFEBOAT_CONTEXT",
        hide_env_values = true,
        value_name = "[NAME=]CONTEXT",
        value_delimiter = ','
    )]
    pub(crate) context: Vec<ClusterContext>,
}

/// A context, and what its cluster is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClusterContext {
    pub(crate) name: Option<String>,
    pub(crate) context: String,
}

impl FromStr for ClusterContext {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Of a context whose name holds an equals sign, its cluster must be named.
        let (name, context) = match text.split_once('=') {
            Some((name, context)) => (Some(cluster_name(name)?), context),
            None => (None, text),
        };
        Ok(Self {
            name,
            context: cluster_name(context)?,
        })
    }
}

/// The name of a cluster. It stands in labels and before a colon, so it may hold nearly anything.
pub(crate) fn cluster_name(text: &str) -> Result<String, String> {
    if text.trim() != text || text.is_empty() || text.chars().any(char::is_control) {
        return Err("use a name, such as east or east=CONTEXT".to_owned());
    }
    Ok(text.to_owned())
}

impl KubernetesOptions {
    /// Whether a cluster is wanted; naming one is asking for it. None leaves it to the file.
    pub(crate) fn is_wanted(&self) -> Option<bool> {
        let is_named = self.kubeconfig.is_some() || !self.context.is_empty();
        self.kubernetes.or(is_named.then_some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_may_come_with_a_name() {
        let read = |text: &str| text.parse::<ClusterContext>().ok();
        let named = |name: Option<&str>, context: &str| {
            Some(ClusterContext {
                name: name.map(str::to_owned),
                context: context.to_owned(),
            })
        };
        let arn = "arn:aws:eks:eu-west-1:1:cluster/prod";
        assert_eq!(read(arn), named(None, arn));
        assert_eq!(read(&format!("prod={arn}")), named(Some("prod"), arn));
        for wrong in ["", "=", "a=", "=b", " a", "a\nb"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
