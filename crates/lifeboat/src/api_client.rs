//! A client for the API of a running `lifeboat serve`.

use std::{fs, path::PathBuf, time::Duration};

use lifeboat_core::{AssetId, Operation, RunId};
use lifeboat_web::api::{
    AlertList, AlertQuery, AssetDetail, AssetList, ChangedSilence, CoverageList, CoverageQuery,
    ErrorBody, FindingList, IncidentList, IncidentQuery, MakeSilence, RunList, RunQuery, RunReport,
    SilenceList, SilenceQuery, StartRun, StartedRun,
};
use reqwest::{RequestBuilder, StatusCode, header};
use serde::de::DeserializeOwned;
use url::{Host, Url};

/// How long any answer may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);

/// Behind one address there may be several replicas, of which one leads and the others have nothing to
/// tell. So often one is asked, each time over a new connection, which may lead to another.
const REPLICAS_ASKED: u32 = 8;
/// The pause before the next one is asked.
const BETWEEN_REPLICAS: Duration = Duration::from_millis(100);

/// Why the server's answer could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiClientError {
    /// The URL is none that could be asked.
    #[error("{0} is not a server's URL")]
    Url(String),
    /// The token can't be read.
    #[error("failed to read the server's token from {path}")]
    Token {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The token can't be sent.
    #[error("the server's token in {path} is not one line of plain characters")]
    TokenForm { path: PathBuf },
    /// The HTTP client can't be made.
    #[error("failed to prepare an HTTP client")]
    Client(#[source] reqwest::Error),
    /// Nobody answers.
    #[error("failed to reach Lifeboat at {url}")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// The answer is not Lifeboat's.
    #[error("what answers at {url} is not Lifeboat, or another version of it")]
    Answer {
        url: String,
        #[source]
        source: serde_json::Error,
    },
    /// The server said no.
    #[error("{error}")]
    Refused {
        status: StatusCode,
        error: String,
        hint: Option<String>,
    },
}

impl ApiClientError {
    /// The next step for the person who reads the error.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Url(_) => Some("use one such as http://127.0.0.1:9780".to_owned()),
            Self::Unreachable { .. } => {
                Some("start it with `lifeboat serve`, or give --server".to_owned())
            }
            Self::Answer { .. } => Some("give the URL of `lifeboat serve` as --server".to_owned()),
            Self::Refused { hint, .. } => hint.clone(),
            _ => None,
        }
    }

    /// Whether the command line, and not the server, is to be mended.
    pub(crate) const fn is_wrong_usage(&self) -> bool {
        matches!(self, Self::Url(_))
    }

    fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == StatusCode::NOT_FOUND)
    }
}

/// A client of one server.
#[derive(Debug)]
pub(crate) struct ApiClient {
    base: Url,
    http: reqwest::Client,
}

impl ApiClient {
    /// Makes a client. Nothing is asked yet.
    pub(crate) fn new(server: &str, token_file: Option<&PathBuf>) -> Result<Self, ApiClientError> {
        let wrong = || ApiClientError::Url(server.to_owned());
        let mut base: Url = server.parse().map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(wrong());
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let mut headers = header::HeaderMap::new();
        if let Some(path) = token_file {
            headers.insert(header::AUTHORIZATION, authorization(path)?);
        }
        let mut builder = reqwest::Client::builder()
            .timeout(ANSWERS_WITHIN)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("lifeboat/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers);
        if is_here(&base) {
            // A proxy can't reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(ApiClientError::Client)?;
        Ok(Self { base, http })
    }

    /// All assets.
    pub(crate) async fn assets(&self) -> Result<AssetList, ApiClientError> {
        let url = self.url("assets");
        self.answer(self.http.get(url)).await
    }

    /// What somebody should look at.
    pub(crate) async fn findings(&self) -> Result<FindingList, ApiClientError> {
        let url = self.url("findings");
        self.answer(self.http.get(url)).await
    }

    /// What holds data, and what covers it.
    pub(crate) async fn coverage(
        &self,
        query: &CoverageQuery,
    ) -> Result<CoverageList, ApiClientError> {
        let request = self.http.get(self.url("coverage")).query(query);
        self.answer(request).await
    }

    /// One asset; none if it is gone.
    pub(crate) async fn asset(&self, id: &AssetId) -> Result<Option<AssetDetail>, ApiClientError> {
        let mut url = self.url("assets");
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([id.kind.name(), &id.namespace, &id.name]);
        }
        if let Some(cluster) = &id.cluster {
            url.query_pairs_mut().append_pair("cluster", cluster);
        }
        match self.answer(self.http.get(url)).await {
            Ok(detail) => Ok(Some(detail)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The runs that a query fits, newest first.
    pub(crate) async fn runs(&self, query: &RunQuery) -> Result<Vec<RunReport>, ApiClientError> {
        let request = self.http.get(self.url("runs")).query(query);
        let list: RunList = self.answer(request).await?;
        Ok(list.runs)
    }

    /// Starts a run.
    pub(crate) async fn start(
        &self,
        asset: AssetId,
        operation: Operation,
        force: bool,
    ) -> Result<RunId, ApiClientError> {
        let wanted = StartRun {
            asset,
            operation,
            force,
        };
        let request = self.http.post(self.url("runs")).json(&wanted);
        let started: StartedRun = self.answer(request).await?;
        Ok(started.run)
    }

    /// The alerts that a query fits.
    pub(crate) async fn alerts(&self, query: &AlertQuery) -> Result<AlertList, ApiClientError> {
        let request = self.http.get(self.url("alerts")).query(query);
        self.answer(request).await
    }

    /// The silences that a query fits.
    pub(crate) async fn silences(
        &self,
        query: &SilenceQuery,
    ) -> Result<SilenceList, ApiClientError> {
        let request = self.http.get(self.url("silences")).query(query);
        self.answer(request).await
    }

    /// Makes a silence.
    pub(crate) async fn silence(
        &self,
        wanted: &MakeSilence,
    ) -> Result<ChangedSilence, ApiClientError> {
        let request = self.http.post(self.url("silences")).json(wanted);
        self.answer(request).await
    }

    /// Ends a silence.
    pub(crate) async fn unsilence(&self, id: &str) -> Result<ChangedSilence, ApiClientError> {
        let mut url = self.url("silences");
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(id);
        }
        self.answer(self.http.delete(url)).await
    }

    /// The incidents that a query fits, newest first.
    pub(crate) async fn incidents(
        &self,
        query: &IncidentQuery,
    ) -> Result<IncidentList, ApiClientError> {
        let request = self.http.get(self.url("incidents")).query(query);
        self.answer(request).await
    }

    fn url(&self, name: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}api/v1/{name}", self.base.path()));
        url
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, ApiClientError> {
        let unreachable = |error: reqwest::Error| ApiClientError::Unreachable {
            url: self.base.to_string(),
            source: error.without_url(),
        };
        let mut request = request;
        let mut asked = 0;
        let response = loop {
            let again = request.try_clone();
            let response = request.send().await.map_err(unreachable)?;
            asked += 1;
            match again {
                // Whoever answers so has done nothing.
                Some(again)
                    if response.status() == StatusCode::SERVICE_UNAVAILABLE
                        && asked < REPLICAS_ASKED =>
                {
                    request = again;
                }
                _ => break response,
            }
            tokio::time::sleep(BETWEEN_REPLICAS).await;
        };
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        let odd = |source| ApiClientError::Answer {
            url: self.base.to_string(),
            source,
        };
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(odd);
        }
        let ErrorBody { error, hint } = serde_json::from_slice(&body).map_err(odd)?;
        Err(ApiClientError::Refused {
            status,
            error,
            hint,
        })
    }
}

fn authorization(path: &PathBuf) -> Result<header::HeaderValue, ApiClientError> {
    let token = fs::read_to_string(path).map_err(|source| ApiClientError::Token {
        path: path.clone(),
        source,
    })?;
    let mut value = header::HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| ApiClientError::TokenForm { path: path.clone() })?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
