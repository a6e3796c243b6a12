//! What can go wrong on the way to an API server, and the next step for each.

use std::path::PathBuf;

use crate::event::LossReason;

/// A failed attempt to reach an API server; [`Error::hint`] gives the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no kubeconfig file in any of the usual places.
    #[error("no kubeconfig was found")]
    NoKubeconfig(#[source] Box<kube::config::KubeconfigError>),
    /// The kubeconfig file can't be read.
    #[error("failed to read the kubeconfig {}", path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<kube::config::KubeconfigError>,
    },
    /// The kubeconfig has no such context.
    #[error("the kubeconfig has no context {context:?}")]
    UnknownContext {
        /// The name that was asked for.
        context: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The kubeconfig says something that can't be used.
    #[error("the kubeconfig cannot be used")]
    UnusableKubeconfig(#[source] Box<kube::config::KubeconfigError>),
    /// The pod's service account can't be read.
    #[error("failed to read the pod's service account")]
    ServiceAccount(#[source] Box<kube::config::InClusterError>),
    /// The kubeconfig asks for a proxy.
    #[error("the kubeconfig asks for the proxy {proxy}, and proxies are not supported")]
    Proxy {
        /// The proxy's URL.
        proxy: String,
    },
    /// The exporters of instances can't be read.
    #[error(transparent)]
    Scraper(#[from] crate::instance_exporter::ScraperError),
    /// Certificates or keys can't be used.
    #[error("failed to set up the connection to {url}")]
    Setup {
        /// The API server.
        url: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// The API server doesn't answer, or not with success.
    #[error("the API server at {url} can't be asked: {error}")]
    Server {
        /// The API server.
        url: String,
        /// What kind of failure it is.
        reason: LossReason,
        /// What happened.
        error: String,
    },
}

impl Error {
    /// The next step, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoKubeconfig(_) => Some(
                "name a file with --kubeconfig or KUBECONFIG, or run Lifeboat in the cluster"
                    .to_owned(),
            ),
            Self::Kubeconfig { source, .. } => match **source {
                kube::config::KubeconfigError::ReadConfig(..) => {
                    Some("check that the file exists, and that you may read it".to_owned())
                }
                _ => Some("`kubectl config view` shows whether the file can be read".to_owned()),
            },
            Self::UnknownContext { known, .. } if known.is_empty() => {
                Some("the file names no contexts at all".to_owned())
            }
            Self::UnknownContext { known, .. } => {
                Some(format!("it has these contexts: {}", known.join(", ")))
            }
            Self::UnusableKubeconfig(_) => {
                Some("see whether `kubectl get namespaces` works with it".to_owned())
            }
            Self::ServiceAccount(_) => Some(
                "the pod needs a service account, with automountServiceAccountToken not false"
                    .to_owned(),
            ),
            Self::Proxy { .. } => Some("use a context without proxy-url".to_owned()),
            Self::Scraper(_) => None,
            Self::Setup { .. } => {
                Some("check the certificates and keys that the kubeconfig names".to_owned())
            }
            Self::Server { reason, .. } => reason.hint().map(str::to_owned),
        }
    }
}

impl LossReason {
    /// The next step, if there is one.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Unreachable => {
                Some("check that the API server runs, and that its address is right")
            }
            Self::Untrusted => Some(
                "the kubeconfig's certificate-authority must be the one that signed the server's certificate",
            ),
            Self::Unauthenticated => {
                Some("the token or certificate has expired, or is for another cluster")
            }
            Self::Forbidden => Some("give Lifeboat's account the permission that is named"),
            Self::NotServed => Some("check that the address is that of a Kubernetes API server"),
            Self::Outdated | Self::Refused | Self::Garbled => None,
        }
    }
}
