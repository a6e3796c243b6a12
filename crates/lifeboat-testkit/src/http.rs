//! A plain HTTP client for loopback: one connection a request, no retries, failures seen as they are.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, complete.
    pub body: Bytes,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header field as text, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("an answer is not JSON: {error}: {}", self.text()))
    }
}

/// A request without a complete answer.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was tried and what came of it.
    pub message: String,
    /// Whether the other side cut the connection with a TCP reset.
    pub reset: bool,
    /// The part of the body that arrived.
    pub received: Bytes,
}

/// Sends one request and reads the whole answer, whatever its status.
pub async fn request(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Answer, Failure> {
    let url = Url::parse(url).unwrap_or_else(|error| panic!("{url} is not a URL: {error}"));
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let mut request = Request::builder()
        .method(method)
        .uri(&url[url::Position::BeforePath..url::Position::AfterQuery])
        .header("host", format!("{host}:{port}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Full::new(body.into()))
        .unwrap_or_else(|error| panic!("{method} {url} cannot be a request: {error}"));

    let failure = |action: &str, error: &(dyn std::error::Error + 'static)| Failure {
        message: format!("failed to {action} of {method} {url}: {error}"),
        reset: is_reset(error),
        received: Bytes::new(),
    };
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(|error| failure("connect to the server", &error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| failure("open the connection", &error))?;
    let connection = tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| failure("get the answer", &error))?;
    let (head, mut incoming) = response.into_parts();
    let mut received = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| Failure {
            received: received.clone().freeze(),
            ..failure("read the answer", &error)
        })?;
        if let Some(data) = frame.data_ref() {
            received.extend_from_slice(data);
        }
    }
    connection.abort();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: received.freeze(),
    })
}

fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
    })
}
