//! Takes one request through the proxy.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName};
use hyper::{Request, Response, Uri};

use crate::flush::Flushed;
use crate::server_thread::{Body, Reset, full};

use super::body::{Shape, shaped};
use super::fault::{ErrorAnswer, Fault, RequestSummary};
use super::log::Entry;
use super::{Moment, Shared};

/// Fields about one connection and not about the request, left out on the way (RFC 9110, 7.6.1).
/// Everything else stays, Host first of all: S3 signatures cover it.
const OF_THE_CONNECTION: [HeaderName; 2] = [CONNECTION, HeaderName::from_static("keep-alive")];

/// Handles one request: decides its fault, forwards it, and answers or cuts the connection.
pub(super) async fn exchange(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Reset> {
    let summary = summarize(&shared, &request);
    let number = summary.number;
    let flushed = request
        .extensions()
        .get::<Flushed>()
        .cloned()
        .unwrap_or_else(|| panic!("the server gives every request the flush signal"));
    let fault = shared.decide(&summary);
    let entry = shared.log.add(summary, fault);
    shared.act(number, Moment::BeforeForwarding).await;
    match fault {
        Fault::ResetBefore => return Err(Reset),
        Fault::Hang => std::future::pending().await,
        Fault::Delay(duration) => tokio::time::sleep(duration).await,
        Fault::Status(answer) => {
            discard(request.into_body()).await;
            return error_answer(&entry, answer);
        }
        _ => {}
    }

    // A task of its own, because a real server finishes a request whose client is gone.
    let forwarded = tokio::spawn(forward(
        Arc::clone(&shared),
        request,
        Arc::clone(&entry),
        fault,
    ));
    let response = forwarded.await.map_err(|_panicked| Reset)??;
    shared.act(number, Moment::AfterAnswer).await;
    match fault {
        Fault::ResetAfterForwarding => {
            discard(response.into_body()).await;
            Err(Reset)
        }
        Fault::StatusAfterForwarding(answer) => {
            discard(response.into_body()).await;
            error_answer(&entry, answer)
        }
        _ => {
            entry.set_status(response.status().as_u16());
            let passed = Arc::clone(&entry.response_body_bytes);
            Ok(response.map(|body| shaped(body, Shape::of_response(fault), passed, flushed)))
        }
    }
}

fn summarize(shared: &Shared, request: &Request<Incoming>) -> RequestSummary {
    RequestSummary {
        number: shared.next_number(),
        method: request.method().to_string(),
        path_and_query: request.uri().to_string(),
        headers: request.headers().clone(),
        content_length: request.body().size_hint().exact(),
    }
}

/// Sends the request on and waits for the head of the server's answer. A server that cannot be
/// reached or breaks off looks to the client like what it is: a connection that ends.
async fn forward(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    entry: Arc<Entry>,
    fault: Fault,
) -> Result<Response<Incoming>, Reset> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = Uri::builder()
        .scheme("http")
        .authority(shared.upstream.as_str())
        .path_and_query(path)
        .build()
        .map_err(|_invalid| Reset)?;
    for name in &OF_THE_CONNECTION {
        head.headers.remove(name);
    }
    let passed = Arc::clone(&entry.request_body_bytes);
    let body = shaped(body, Shape::of_request(fault), passed, Flushed::default());
    let mut response = shared
        .client
        .request(Request::from_parts(head, body))
        .await
        .map_err(|_unreachable| Reset)?;
    entry.set_server_status(response.status().as_u16());
    for name in &OF_THE_CONNECTION {
        response.headers_mut().remove(name);
    }
    Ok(response)
}

/// Reads a body to its end, or to where it breaks off: nobody wants it.
async fn discard(mut body: Incoming) {
    while let Some(Ok(_)) = body.frame().await {}
}

fn error_answer(entry: &Entry, answer: ErrorAnswer) -> Result<Response<Body>, Reset> {
    entry.set_status(answer.status);
    Response::builder()
        .status(answer.status)
        .header(CONTENT_TYPE, "application/xml")
        .body(full(answer.xml()))
        .map_err(|_not_a_status| Reset)
}
