//! The way to an API server: where it is, who asks, and how a dead connection is noticed.
//!
//! Watches are silent for as long as nothing happens, so silence alone proves nothing. What does is
//! HTTP/2's own ping: every connection asks the server each [`PING_INTERVAL`] for a sign of life
//! and is given up if none comes within [`PING_TIMEOUT`]. That costs a frame of 17 bytes, needs no
//! request to the API, and finds a stopped process as well as a cut cable, within
//! `PING_INTERVAL + PING_TIMEOUT`. (client-go does the same, with 30 s and 15 s.) kube's own stack
//! speaks HTTP/1.1 only, which has no such thing, so the stack is put together here. A server or
//! proxy in between that doesn't offer HTTP/2 is spoken to in HTTP/1.1; there a cut cable is found
//! by TCP's keepalive in about the same time, and a stopped process only by the missing bookmarks
//! (see `watching`).

use std::{path::PathBuf, time::Duration};

use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_timeout::TimeoutConnector;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use kube::{
    Client, Config,
    client::{Body, ConfigExt},
    config::{KubeConfigOptions, Kubeconfig, KubeconfigError},
};
use reqwest::header::{HeaderValue, USER_AGENT};
use tower::{BoxError, ServiceBuilder};

use crate::{
    error::Error,
    event::{Loss, LossReason},
    failure,
};

/// How often a connection asks for a sign of life.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(10);
/// How long it waits for one.
pub(crate) const PING_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a connection may take, TLS included. A stopped process still accepts connections (the
/// kernel does), so this is what ends the attempt to reach it anew.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
/// How long the one request of [`Connection::check`] may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(15);
/// What is said in place of a context for the cluster that this runs in, by its pod's service account.
pub const IN_CLUSTER: &str = "in-cluster";
/// In a pod, the API server's address.
const IN_CLUSTER_HOST: &str = "KUBERNETES_SERVICE_HOST";

/// Which API server, and who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// A kubeconfig file. Absent: in a pod its service account, elsewhere the files of
    /// `KUBECONFIG`, or else `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig; absent: its current one. Given in a pod, a kubeconfig is used,
    /// but for [`IN_CLUSTER`].
    pub context: Option<String>,
}

/// A way to an API server. Making one asks the server nothing.
#[derive(Clone, Debug)]
pub struct Connection {
    config: Config,
    is_of_pod: bool,
}

impl Connection {
    /// Reads what the settings name.
    pub async fn open(settings: &ConnectionSettings) -> Result<Self, Error> {
        let mut config = configuration(settings).await?;
        // So that audit logs tell who asked.
        let name = HeaderValue::from_static(concat!("lifeboat/", env!("CARGO_PKG_VERSION")));
        config.headers.push((USER_AGENT, name));
        if let Some(proxy) = &config.proxy_url {
            return Err(Error::Proxy {
                // Without a user and password that it may hold.
                proxy: format!(
                    "{}://{}",
                    proxy.scheme_str().unwrap_or("http"),
                    proxy.host().unwrap_or_default()
                ),
            });
        }
        let is_of_pod = is_of_pod(settings);
        let connection = Self { config, is_of_pod };
        // Certificates and keys that can't be used should be found here, not by a watch.
        connection.client()?;
        Ok(connection)
    }

    /// The API server's URL, for people.
    #[must_use]
    pub fn url(&self) -> String {
        let url = self.config.cluster_url.to_string();
        url.trim_end_matches('/').to_owned()
    }

    /// The namespace of the context or of the pod.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        &self.config.default_namespace
    }

    /// The namespace of the pod that this runs in, if it is the pod's account that asks.
    #[must_use]
    pub fn pod_namespace(&self) -> Option<&str> {
        self.is_of_pod.then(|| self.default_namespace())
    }

    /// A client with connections of its own. Over HTTP/2 all requests of a client share one
    /// connection, on which servers allow about a hundred watches at a time.
    pub fn client(&self) -> Result<Client, Error> {
        self.build().map_err(|source| Error::Setup {
            url: self.url(),
            source: Box::new(source),
        })
    }

    /// Asks the server for its version: whether it is there, trusted, and knows who asks. Gives
    /// the version, such as `v1.34.1`.
    pub async fn check(&self) -> Result<String, Error> {
        let client = self.client()?;
        let failed = |loss: Loss| Error::Server {
            url: self.url(),
            reason: loss.reason,
            error: loss.error,
        };
        match tokio::time::timeout(CHECK_TIMEOUT, client.apiserver_version()).await {
            Ok(Ok(version)) => Ok(version.git_version),
            Ok(Err(error)) => Err(failed(failure::judge(&error, "get /version"))),
            Err(_) => Err(failed(Loss {
                reason: LossReason::Unreachable,
                error: format!("no answer within {} seconds", CHECK_TIMEOUT.as_secs()),
            })),
        }
    }

    fn build(&self) -> kube::Result<Client> {
        let config = &self.config;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(PING_INTERVAL));
        tcp.set_keepalive_interval(Some(Duration::from_secs(5)));
        tcp.set_keepalive_retries(Some(3));
        let mut tls = HttpsConnectorBuilder::new()
            .with_tls_config(config.rustls_client_config()?)
            .https_or_http();
        if let Some(name) = &config.tls_server_name {
            let name = name
                .clone()
                .try_into()
                .map_err(|error| kube::Error::Service(Box::new(error)))?;
            tls = tls.with_server_name_resolver(FixedServerNameResolver::new(name));
        }
        let tls = tls.enable_http1().enable_http2().wrap_connector(tcp);
        let mut connector = TimeoutConnector::new(tls);
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_write_timeout(Some(Duration::from_mins(1)));
        let http: HttpClient<_, Body> = HttpClient::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .http2_keep_alive_interval(PING_INTERVAL)
            .http2_keep_alive_timeout(PING_TIMEOUT)
            .http2_keep_alive_while_idle(true)
            .http2_adaptive_window(true)
            .build(connector);
        let service = ServiceBuilder::new()
            .layer(config.base_uri_layer())
            .option_layer(config.auth_layer()?)
            .layer(config.extra_headers_layer()?)
            .map_err(BoxError::from)
            .service(http);
        Ok(Client::new(service, config.default_namespace.clone()))
    }
}

/// Whether the pod's own account is used.
fn is_of_pod(settings: &ConnectionSettings) -> bool {
    let in_pod = std::env::var_os(IN_CLUSTER_HOST).is_some();
    let is_named = settings.context.as_deref() == Some(IN_CLUSTER);
    is_named || (in_pod && *settings == ConnectionSettings::default())
}

async fn configuration(settings: &ConnectionSettings) -> Result<Config, Error> {
    if is_of_pod(settings) {
        return Config::incluster().map_err(|source| Error::ServiceAccount(Box::new(source)));
    }
    let kubeconfig = match &settings.kubeconfig {
        Some(path) => Kubeconfig::read_from(path).map_err(|source| Error::Kubeconfig {
            path: path.clone(),
            source: Box::new(source),
        })?,
        None => Kubeconfig::read().map_err(|source| match source {
            KubeconfigError::ReadConfig(ref reason, ref path)
                if reason.kind() != std::io::ErrorKind::NotFound =>
            {
                Error::Kubeconfig {
                    path: path.clone(),
                    source: Box::new(source),
                }
            }
            KubeconfigError::ReadConfig(..) | KubeconfigError::FindPath => {
                Error::NoKubeconfig(Box::new(source))
            }
            source => Error::UnusableKubeconfig(Box::new(source)),
        })?,
    };
    if let Some(context) = &settings.context {
        let contexts = kubeconfig.contexts.iter();
        let known: Vec<String> = contexts.map(|context| context.name.clone()).collect();
        if !known.contains(context) {
            let context = context.clone();
            return Err(Error::UnknownContext { context, known });
        }
    }
    let options = KubeConfigOptions {
        context: settings.context.clone(),
        ..KubeConfigOptions::default()
    };
    Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|source| Error::UnusableKubeconfig(Box::new(source)))
}
