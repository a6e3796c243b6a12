//! The HTTP that all notifiers share: one POST of JSON, logged in, whose answer becomes a result.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{StatusCode, header, redirect};
use serde::Serialize;
use tokio::fs::read_to_string;

use super::{NotifyError, retry_after};

/// How much of an answer is kept.
const ANSWER_LENGTH: usize = 500;

/// How to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Login {
    /// Not at all.
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

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The certificate authorities can't be read.
    #[error("failed to read certificate authorities from {}", path.display())]
    CertificateAuthority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The HTTP client could not be made.
    #[error("failed to set up the HTTP client")]
    Client(#[source] reqwest::Error),
}

/// A client for one server.
#[derive(Clone)]
pub(crate) struct Poster {
    http: reqwest::Client,
    url: String,
    /// The server as errors show it.
    shown: String,
    login: Login,
}

/// Leaves out the URL, which may hold a secret.
impl std::fmt::Debug for Poster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Poster")
            .field("server", &self.shown)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

impl Poster {
    pub(crate) fn new(http: reqwest::Client, url: String, shown: String, login: Login) -> Self {
        Self {
            http,
            url,
            shown,
            login,
        }
    }

    /// Posts a document.
    pub(crate) async fn post(
        &self,
        body: &impl Serialize,
        idempotency_key: Option<&str>,
        now: jiff::Timestamp,
    ) -> Result<(), NotifyError> {
        let secret = self.secret().await?;
        let mut request = self.http.post(&self.url).json(body);
        request = match (&self.login, &secret) {
            (Login::Basic { username, .. }, secret) => {
                request.basic_auth(username, secret.as_deref())
            }
            (Login::Bearer { .. }, Some(secret)) => request.bearer_auth(secret),
            (Login::Bearer { .. } | Login::None, _) => request,
        };
        if let Some(key) = idempotency_key {
            let value = header::HeaderValue::from_bytes(key.as_bytes()).map_err(|error| {
                NotifyError::Request {
                    server: self.shown.clone(),
                    source: error.into(),
                }
            })?;
            request = request.header("Idempotency-Key", value);
        }
        let unreachable = |error: reqwest::Error| {
            let server = self.shown.clone();
            if error.is_builder() {
                NotifyError::Request {
                    server,
                    source: error.without_url().into(),
                }
            } else {
                NotifyError::Unreachable {
                    server,
                    source: error.without_url(),
                }
            }
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| retry_after::parse(value.to_str().ok()?, now));
        // The status decides; an answer that breaks off has only less to say.
        let answer = response.text().await.unwrap_or_default();
        let answer = shorten(&answer, secret.as_deref());
        let server = self.shown.clone();
        let code = status.as_u16();
        Err(if may_go_better(status) {
            NotifyError::Busy {
                server,
                status: code,
                answer,
                retry_after,
            }
        } else {
            NotifyError::Refused {
                server,
                status: code,
                answer,
            }
        })
    }

    /// The password or token, read anew each time, since mounted secrets are rotated.
    async fn secret(&self) -> Result<Option<String>, NotifyError> {
        let (what, path) = match &self.login {
            Login::None => return Ok(None),
            Login::Basic { password_file, .. } => ("the password", password_file),
            Login::Bearer { token_file } => ("the token", token_file),
        };
        let failed = |source: io::Error| NotifyError::SecretFile {
            what,
            path: path.clone(),
            source,
        };
        let text = read_to_string(path).await.map_err(failed)?;
        Ok(Some(text.trim_end().to_owned()))
    }
}

/// Makes the client of one notifier.
pub(crate) fn client(
    certificate_authority: Option<&Path>,
    timeout: Duration,
) -> Result<reqwest::Client, ClientError> {
    let mut builder = reqwest::Client::builder()
        .timeout(timeout)
        // A redirected POST may lose its body, or take a secret to somebody else.
        .redirect(redirect::Policy::none())
        .user_agent(concat!("lifeboat/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = certificate_authority {
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| ClientError::CertificateAuthority {
                path: path.to_owned(),
                source,
            };
        let pem = fs::read(path).map_err(|error| failed(error.into()))?;
        let certificates =
            reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| failed(error.into()))?;
        if certificates.is_empty() {
            return Err(failed("it holds no certificate in PEM form".into()));
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(ClientError::Client)
}

fn may_go_better(status: StatusCode) -> bool {
    status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status)
}

/// The beginning of an answer in one line, without the secret that the server may have repeated.
fn shorten(answer: &str, secret: Option<&str>) -> String {
    let answer = match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => answer.replace(secret, "…"),
        None => answer.to_owned(),
    };
    let words: Vec<&str> = answer.split_whitespace().collect();
    words.join(" ").chars().take(ANSWER_LENGTH).collect()
}
