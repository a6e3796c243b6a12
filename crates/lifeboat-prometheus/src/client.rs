//! A client for the few calls of Prometheus's HTTP API that Lifeboat needs.
//!
//! <https://prometheus.io/docs/prometheus/latest/querying/api/>

use std::{collections::HashMap, fs, path::PathBuf, time::Duration};

use reqwest::{RequestBuilder, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use crate::error::Error;

/// How a client finds its Prometheus, and how it logs in.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Prometheus's URL, with its route prefix, without a user.
    pub url: String,
    /// How to log in.
    pub authentication: Authentication,
    /// A PEM file of certificate authorities to trust beside the system's.
    pub certificate_authority: Option<PathBuf>,
}

/// How to log in.
#[derive(Debug, Clone, Default)]
pub enum Authentication {
    /// Not at all.
    #[default]
    None,
    /// With a user's name and the password in a file.
    Basic {
        /// The user's name.
        username: String,
        /// The file that holds the password.
        password_file: PathBuf,
    },
    /// With the bearer token in a file.
    Bearer {
        /// The file that holds the token.
        token_file: PathBuf,
    },
}

impl ClientSettings {
    /// Refuses a URL that can't work, without asking anything of anybody.
    pub fn check_url(url: &str) -> Result<(), Error> {
        parse_url(url).map(drop)
    }
}

/// What a Prometheus says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its version, such as `3.14.0`.
    pub version: String,
    /// `--storage.tsdb.path`, as Prometheus sees it.
    pub data_path: Option<String>,
    /// `--storage.tsdb.retention.time`, if one was given.
    pub retention_time: Option<String>,
}

/// A client of one Prometheus.
#[derive(Debug, Clone)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
    authentication: Authentication,
}

/// The envelope of every answer.
#[derive(Deserialize)]
struct Envelope {
    status: String,
    data: Option<serde_json::Value>,
    #[serde(rename = "errorType")]
    error_type: Option<String>,
    error: Option<String>,
}

impl Client {
    /// Makes a client. Nothing is asked yet.
    pub fn new(settings: &ClientSettings) -> Result<Self, Error> {
        let base = parse_url(&settings.url)?;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("lifeboat/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &settings.certificate_authority {
            let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::SecretFile {
                what: "certificate authorities",
                path: path.clone(),
                source,
            };
            let pem = fs::read(path).map_err(|error| failed(error.into()))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem)
                .map_err(|error| failed(error.into()))?;
            if certificates.is_empty() {
                return Err(failed("it holds no certificate in PEM form".into()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        Ok(Self {
            base,
            http: builder.build().map_err(Error::Client)?,
            authentication: settings.authentication.clone(),
        })
    }

    /// The Prometheus's URL. It holds no password.
    #[must_use]
    pub fn url(&self) -> String {
        self.base.to_string().trim_end_matches('/').to_owned()
    }

    /// Asks Prometheus what it is, and refuses one that takes no snapshots.
    pub async fn describe(&self) -> Result<Description, Error> {
        #[derive(Deserialize)]
        struct BuildInfo {
            version: String,
        }
        let build: BuildInfo = self.get("api/v1/status/buildinfo").await?;
        let mut flags: HashMap<String, String> = self.get("api/v1/status/flags").await?;
        let is_agent = flags.get("agent").is_some_and(|value| value == "true")
            || flags
                .get("enable-feature")
                .is_some_and(|features| features.split(',').any(|feature| feature == "agent"));
        if is_agent {
            return Err(Error::AgentMode { url: self.url() });
        }
        if flags
            .get("web.enable-admin-api")
            .is_none_or(|value| value != "true")
        {
            return Err(Error::AdminApiOff { url: self.url() });
        }
        Ok(Description {
            version: build.version,
            data_path: flags.remove("storage.tsdb.path"),
            retention_time: flags
                .remove("storage.tsdb.retention.time")
                .filter(|time| time != "0s"),
        })
    }

    /// Takes a snapshot and gives its name, which is its folder's below `snapshots/`. It may wait
    /// for a compaction, so there is no time limit.
    pub(crate) async fn snapshot(&self, skip_head: bool) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Snapshot {
            name: String,
        }
        let path = format!("api/v1/admin/tsdb/snapshot?skip_head={skip_head}");
        let url = self.join(&path);
        let request = self.authenticated(self.http.post(url.clone()))?;
        let failed = match self.send::<Snapshot>(&url, request).await {
            Ok(snapshot) => return Ok(snapshot.name),
            Err(failed) => failed,
        };
        Err(match failed {
            // The status is 500 in old versions and 503 in new ones; the text is the same.
            Error::Refused { answer, .. } if answer.contains("admin APIs disabled") => {
                Error::AdminApiOff { url: self.url() }
            }
            Error::Refused { answer, .. } => Error::SnapshotFailed {
                url: self.url(),
                reason: answer,
            },
            other => other,
        })
    }

    /// Prometheus's own metrics, in the text format.
    pub(crate) async fn metrics(&self) -> Result<String, Error> {
        let url = self.join("metrics");
        let request = self.authenticated(self.http.get(url.clone()))?;
        let (status, text) = self.text(&url, request).await?;
        if status.is_success() {
            Ok(text)
        } else {
            Err(refused(&url, status, &text))
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let url = self.join(path);
        let request = self.authenticated(self.http.get(url.clone()))?;
        self.send(&url, request.timeout(Duration::from_secs(30)))
            .await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        url: &Url,
        request: RequestBuilder,
    ) -> Result<T, Error> {
        let (status, text) = self.text(url, request).await?;
        let Ok(envelope) = serde_json::from_str::<Envelope>(&text) else {
            return Err(if status.is_success() {
                not_prometheus(url, "the answer is not JSON of its API")
            } else {
                refused(url, status, &text)
            });
        };
        if envelope.status != "success" {
            let kind = envelope.error_type.unwrap_or_default();
            let error = envelope.error.unwrap_or_default();
            return Err(refused(url, status, &format!("{kind}: {error}")));
        }
        serde_json::from_value(envelope.data.unwrap_or_default())
            .map_err(|error| not_prometheus(url, &error.to_string()))
    }

    async fn text(
        &self,
        url: &Url,
        request: RequestBuilder,
    ) -> Result<(StatusCode, String), Error> {
        let unreachable = |source: reqwest::Error| Error::Unreachable {
            url: url.to_string(),
            source: source.without_url(),
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let text = response.text().await.map_err(unreachable)?;
        Ok((status, text))
    }

    fn join(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/{path}"));
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    /// Reads the secret anew each time, since mounted secrets are rotated.
    fn authenticated(&self, request: RequestBuilder) -> Result<RequestBuilder, Error> {
        let read = |what, path: &PathBuf| {
            fs::read_to_string(path)
                .map(|text| text.trim_end().to_owned())
                .map_err(|error| Error::SecretFile {
                    what,
                    path: path.clone(),
                    source: error.into(),
                })
        };
        Ok(match &self.authentication {
            Authentication::None => request,
            Authentication::Basic {
                username,
                password_file,
            } => request.basic_auth(username, Some(read("the password", password_file)?)),
            Authentication::Bearer { token_file } => {
                request.bearer_auth(read("the token", token_file)?)
            }
        })
    }
}

fn parse_url(text: &str) -> Result<Url, Error> {
    // Not even in an error may a password be shown.
    let shown = match text.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => text.to_owned(),
    };
    let refused = |reason: &str| Error::Url {
        url: shown.clone(),
        reason: reason.to_owned(),
    };
    if !text.contains("://") {
        return Err(refused("it lacks http:// or https:// at its beginning"));
    }
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err(refused("it is neither http:// nor https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "it holds a user or a password, and URLs are printed",
        ));
    }
    Ok(url)
}

fn refused(url: &Url, status: StatusCode, answer: &str) -> Error {
    Error::Refused {
        url: url.to_string(),
        status: status.as_u16(),
        answer: answer.trim().chars().take(300).collect(),
    }
}

fn not_prometheus(url: &Url, reason: &str) -> Error {
    Error::NotPrometheus {
        url: url.to_string(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn client(url: &str) -> Result<Client, Error> {
        Client::new(&ClientSettings {
            url: url.to_owned(),
            authentication: Authentication::None,
            certificate_authority: None,
        })
    }

    #[rstest]
    #[case("http://host:9090", "http://host:9090/api/v1/x?a=b")]
    #[case("http://host/prometheus/", "http://host/prometheus/api/v1/x?a=b")]
    fn the_route_prefix_stays(#[case] base: &str, #[case] expected: &str) {
        assert_eq!(
            client(base).unwrap().join("api/v1/x?a=b").as_str(),
            expected
        );
    }

    #[rstest]
    #[case("host:9090")]
    #[case("ftp://host")]
    #[case("http://user:s3cret@host")]
    #[case("user:s3cret@host")]
    fn a_url_that_cannot_work_is_refused_without_showing_a_password(#[case] url: &str) {
        let error = client(url).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}
