//! The HTTPS client of the test itself: as an administrator, and from any test's runtime.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Certificate, Method};
use serde_json::Value;
use tokio::runtime::Runtime;

const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// What an API server answered.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// The HTTP status code.
    pub status: u16,
    /// The body, complete.
    pub body: Bytes,
}

impl ApiAnswer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("an answer is not JSON: {error}: {}", self.text()))
    }
}

#[derive(Debug)]
pub(crate) struct Client {
    url: String,
    token: String,
    authority: String,
    http: Mutex<reqwest::Client>,
}

impl Client {
    pub(crate) fn new(url: String, token: String, authority: String) -> Self {
        let http = Mutex::new(new_http(&authority));
        Self {
            url,
            token,
            authority,
            http,
        }
    }

    /// Forgets connections to a server that is gone.
    pub(crate) fn reconnect(&self) {
        *self.http() = new_http(&self.authority);
    }

    fn http(&self) -> MutexGuard<'_, reqwest::Client> {
        self.http.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one request and reads the whole answer; the error is text for a failure message.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        content: Option<(&str, Bytes)>,
    ) -> Result<ApiAnswer, String> {
        let http = self.http().clone();
        let method = Method::from_bytes(method.as_bytes())
            .unwrap_or_else(|error| panic!("{method} is no method: {error}"));
        let mut request = http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .timeout(ANSWERS_WITHIN);
        if let Some((content_type, body)) = content {
            request = request.header("content-type", content_type).body(body);
        }
        let answer = runtime().spawn(async move {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let body = answer.bytes().await?;
            Ok::<_, reqwest::Error>(ApiAnswer { status, body })
        });
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(format!("{error:?}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Connections belong to the runtime in which they were opened, and each test has its own: those
/// of a client that several tests share need one that stays.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("control-plane-client")
            .enable_all()
            .build()
            .unwrap_or_else(|error| panic!("failed to build a runtime: {error}"))
    })
}

fn new_http(authority: &str) -> reqwest::Client {
    let certificate = Certificate::from_pem(authority.as_bytes())
        .unwrap_or_else(|error| panic!("the authority's certificate is none: {error}"));
    reqwest::Client::builder()
        .tls_certs_only([certificate])
        .no_proxy()
        .build()
        .unwrap_or_else(|error| panic!("failed to build an HTTPS client: {error}"))
}
