//! What can go wrong with a request on its way through the proxy.

use std::time::Duration;

use hyper::HeaderMap;

/// One request as the proxy sees it arrive, before any of its body is read.
#[derive(Clone, Debug)]
pub struct RequestSummary {
    /// Its number in the order of arrival; the first is 1.
    pub number: u64,
    /// Such as `PUT`.
    pub method: String,
    /// Such as `/bucket/key?partNumber=1`.
    pub path_and_query: String,
    /// Its header fields.
    pub headers: HeaderMap,
    /// The length of its body, if the client said; 0 when there is none.
    pub content_length: Option<u64>,
}

/// What the proxy does to one request. Bytes of bodies are counted from 0, without the framing of
/// HTTP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing.
    Pass,
    /// Answers with an error. The request's body is read, and nothing of it reaches the server.
    Status(ErrorAnswer),
    /// Lets the server do the request, drops its answer and answers with an error.
    StatusAfterForwarding(ErrorAnswer),
    /// Cuts the connection (TCP reset) without reading the body; the server sees nothing.
    ResetBefore,
    /// Lets the server do the request, then cuts the connection without any answer.
    ResetAfterForwarding,
    /// Passes this many bytes of the answer's body and closes the connection. A shorter body
    /// passes whole.
    TruncateResponse(u64),
    /// Flips the lowest bit of one byte of the answer's body. A shorter body passes as it is.
    CorruptResponse {
        /// Which byte.
        offset: u64,
    },
    /// Flips the lowest bit of one byte of the request's body. A shorter body passes as it is.
    CorruptRequest {
        /// Which byte.
        offset: u64,
    },
    /// Waits before the request is forwarded.
    Delay(Duration),
    /// Never answers, and forwards nothing, until the client gives up.
    Hang,
    /// Passes both bodies at no more than this many bytes a second, each.
    Throttle(u32),
}

/// An error as S3 words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The HTTP status code.
    pub status: u16,
    /// The error code in the XML body.
    pub code: &'static str,
}

impl ErrorAnswer {
    /// 503: the client is to slow down.
    pub const SLOW_DOWN: Self = Self {
        status: 503,
        code: "SlowDown",
    };
    /// 500: the store failed.
    pub const INTERNAL_ERROR: Self = Self {
        status: 500,
        code: "InternalError",
    };
    /// 403: the credentials are not enough.
    pub const ACCESS_DENIED: Self = Self {
        status: 403,
        code: "AccessDenied",
    };
    /// 429: too many requests, as some stores say it instead of 503.
    pub const TOO_MANY_REQUESTS: Self = Self {
        status: 429,
        code: "TooManyRequests",
    };

    /// The body of the answer.
    #[must_use]
    pub fn xml(&self) -> String {
        let Self { code, status } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>a fault of the test proxy ({status})</Message>\
             <Resource>/</Resource><RequestId>lifeboat-testkit</RequestId></Error>"
        )
    }
}
