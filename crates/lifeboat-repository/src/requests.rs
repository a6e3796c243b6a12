//! Counts the requests that go to an object store, retries included: they are what it charges for.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
        ReqwestConnector,
    },
};

/// The kinds of requests that stores charge for differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// A page of a listing.
    List,
    /// An object or a range of one.
    Read,
    /// An object's size and date alone.
    Head,
    /// An object, or a part of one, or the begin or end of an upload in parts.
    Write,
    /// A deletion of one object or of many. Free at most stores.
    Delete,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::List,
        Self::Read,
        Self::Head,
        Self::Write,
        Self::Delete,
    ];

    /// The kind's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Head => "head",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }

    /// By method and query, which the three protocols use alike: S3's and Google's deletion of many
    /// objects is a `POST ?delete`, Azure's a `POST ?comp=batch`, and all of them list by a query.
    fn of(method: &str, query: &str) -> Self {
        let has = |name: &str| {
            let parameters = query.split('&');
            let mut names = parameters.map(|parameter| parameter.split('=').next());
            names.any(|found| found == Some(name))
        };
        match method {
            "HEAD" => Self::Head,
            "DELETE" => Self::Delete,
            "POST" if has("delete") || query.contains("comp=batch") => Self::Delete,
            "GET" if has("list-type") || query.contains("comp=list") => Self::List,
            "GET" => Self::Read,
            _ => Self::Write,
        }
    }
}

impl fmt::Display for RequestKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// How many requests of each kind were sent. Shared by every repository that is to be counted.
#[derive(Debug, Default)]
pub struct RequestCounters([AtomicU64; RequestKind::ALL.len()]);

impl RequestCounters {
    /// How many requests of a kind were sent.
    #[must_use]
    pub fn count(&self, kind: RequestKind) -> u64 {
        self.0[kind as usize].load(Ordering::Relaxed)
    }

    /// Counts requests that were sent.
    pub fn add(&self, kind: RequestKind, requests: u64) {
        self.0[kind as usize].fetch_add(requests, Ordering::Relaxed);
    }
}

/// Makes clients that count.
#[derive(Debug)]
pub(crate) struct CountingConnector(pub(crate) Arc<RequestCounters>);

impl HttpConnector for CountingConnector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(CountingClient {
            client: ReqwestConnector::default().connect(options)?,
            counters: Arc::clone(&self.0),
        }))
    }
}

#[derive(Debug)]
struct CountingClient {
    client: HttpClient,
    counters: Arc<RequestCounters>,
}

#[async_trait]
impl HttpService for CountingClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let query = request.uri().query().unwrap_or_default();
        let kind = RequestKind::of(request.method().as_str(), query);
        self.counters.add(kind, 1);
        self.client.execute(request).await
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("GET", "list-type=2&prefix=backups", RequestKind::List)]
    #[case("GET", "restype=container&comp=list", RequestKind::List)]
    #[case("GET", "", RequestKind::Read)]
    #[case("HEAD", "", RequestKind::Head)]
    #[case("PUT", "partNumber=1&uploadId=x", RequestKind::Write)]
    #[case("POST", "uploads", RequestKind::Write)]
    #[case("POST", "delete", RequestKind::Delete)]
    #[case("POST", "delete=", RequestKind::Delete)]
    #[case("DELETE", "uploadId=x", RequestKind::Delete)]
    fn a_request_is_told_by_method_and_query(
        #[case] method: &str,
        #[case] query: &str,
        #[case] expected: RequestKind,
    ) {
        assert_eq!(RequestKind::of(method, query), expected);
    }
}
