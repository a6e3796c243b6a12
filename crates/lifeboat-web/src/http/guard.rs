//! Who may change anything: start runs, make and end silences.
//!
//! With a token, whoever shows it. Without one, programs on this machine: a page that a browser shows
//! there is none of them, so what browsers send is refused, whatever name the page was loaded under.

use std::net::SocketAddr;

use axum::http::{HeaderMap, StatusCode, header};

use super::error::ApiError;
use crate::state::ApiToken;

/// Whether somebody may send a body that changes something.
pub(super) fn may_send(
    token: Option<&ApiToken>,
    peer: SocketAddr,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    may_change(token, peer, headers)?;
    is_json(headers)
}

/// Whether somebody may change something by a request without a body, of a kind that no browser sends
/// to another site without asking that site first.
pub(super) fn may_change(
    token: Option<&ApiToken>,
    peer: SocketAddr,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    match token {
        Some(token) => shows(token, headers),
        None => is_here(peer, headers),
    }
}

fn shows(token: &ApiToken, headers: &HeaderMap) -> Result<(), ApiError> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, shown)| shown.trim());
    let hint =
        "send the server's api token as `Authorization: Bearer`, as --server-token-file does";
    match shown {
        Some(shown) if token.is(shown) => Ok(()),
        Some(_) => Err("the token is not the server's"),
        None => Err("this needs a token"),
    }
    .map_err(|error| ApiError::new(StatusCode::UNAUTHORIZED, error).hint(hint))
}

fn is_here(peer: SocketAddr, headers: &HeaderMap) -> Result<(), ApiError> {
    let refused = |error: &str, hint| Err(ApiError::new(StatusCode::FORBIDDEN, error).hint(hint));
    if !peer.ip().to_canonical().is_loopback() {
        return refused(
            "without an api token, only programs on Lifeboat's own machine may do this",
            "configure an api token, or use `lifeboat` there",
        );
    }
    if headers.contains_key(header::ORIGIN) {
        return refused(
            "without an api token, browsers may not do this",
            "configure an api token, or use `lifeboat`",
        );
    }
    Ok(())
}

/// A form in a browser can't send JSON to another site without asking that site first.
fn is_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim());
    if media.is_some_and(|media| media.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body must be JSON, and say so",
    )
    .hint("send the header `Content-Type: application/json`"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
    const HERE: &str = "127.0.0.1:1";
    const ELSEWHERE: &str = "192.0.2.7:1";

    #[rstest]
    #[case::from_here(None, HERE, &[JSON], true)]
    #[case::from_here_by_ipv6(None, "[::1]:1", &[JSON], true)]
    #[case::from_here_by_mapped_ipv4(None, "[::ffff:127.0.0.1]:1", &[JSON], true)]
    #[case::from_elsewhere(None, ELSEWHERE, &[JSON], false)]
    #[case::from_elsewhere_by_ipv6(None, "[2001:db8::1]:1", &[JSON], false)]
    #[case::from_a_browser(None, HERE, &[JSON, ("origin", "http://localhost:9780")], false)]
    #[case::a_form(None, HERE, &[("content-type", "text/plain")], false)]
    #[case::no_type(None, HERE, &[], false)]
    #[case::with_the_token(Some("t"), ELSEWHERE, &[JSON, ("authorization", "bearer t")], true)]
    #[case::with_another(Some("t"), HERE, &[JSON, ("authorization", "Bearer u")], false)]
    #[case::without_it(Some("t"), HERE, &[JSON], false)]
    #[case::with_a_password(Some("t"), HERE, &[JSON, ("authorization", "Basic t")], false)]
    #[case::a_form_with_the_token(Some("t"), HERE, &[("authorization", "Bearer t")], false)]
    fn things_are_changed_by_those_who_may(
        #[case] token: Option<&str>,
        #[case] peer: &str,
        #[case] sent: &[(&'static str, &str)],
        #[case] allowed: bool,
    ) {
        let token = token.and_then(ApiToken::new);
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.insert(*name, value.parse().unwrap());
        }
        let answer = may_send(token.as_ref(), peer.parse().unwrap(), &headers);
        assert_eq!(answer.is_ok(), allowed);
    }
}
