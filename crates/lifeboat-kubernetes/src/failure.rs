//! What a failed request to the API server means.

use std::{error::Error as StdError, io};

use kube::core::Status;

use crate::event::{Loss, LossReason};

/// Judges an error of a request. `permission` names what the request needs, such as
/// `list jobs.batch`.
pub(crate) fn judge(error: &kube::Error, permission: &str) -> Loss {
    match error {
        kube::Error::Api(status) => judge_status(status, permission),
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => Loss {
            reason: LossReason::Garbled,
            error: chain(error),
        },
        _ => Loss {
            reason: transport(error),
            error: without_wrappers(error),
        },
    }
}

/// Judges an answer that is not a success, or an error within a watch.
pub(crate) fn judge_status(status: &Status, permission: &str) -> Loss {
    let said = if status.message.is_empty() {
        &status.reason
    } else {
        &status.message
    };
    let (reason, error) = match status.code {
        401 => (
            LossReason::Unauthenticated,
            format!("the API server answered 401: {said}"),
        ),
        403 => (
            LossReason::Forbidden,
            format!("missing permission: {permission} (the API server answered 403: {said})"),
        ),
        404 => (
            LossReason::NotServed,
            format!("the API server answered 404 to: {permission}"),
        ),
        410 => (
            LossReason::Outdated,
            format!("the API server answered 410: {said}"),
        ),
        code => (
            LossReason::Refused,
            format!("the API server answered {code}: {said}"),
        ),
    };
    Loss { reason, error }
}

fn transport(error: &kube::Error) -> LossReason {
    // rustls's error lies within an `io::Error` at a depth that depends on three crates; its text
    // is what stays the same.
    if chain(error).contains("invalid peer certificate") {
        LossReason::Untrusted
    } else {
        LossReason::Unreachable
    }
}

/// The chain of causes without the outer links, which only name types of libraries.
fn without_wrappers(error: &kube::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        if cause.is::<io::Error>() {
            break;
        }
        cause = source;
    }
    let text = chain(cause);
    // What tokio says of a time limit, whose type hides within kube's client.
    if text.ends_with("deadline has elapsed") {
        "no answer in time".to_owned()
    } else {
        text
    }
}

/// An error and its causes in one line; a cause whose text the link before has is left out.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let next = source.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_is_told_in_plain_words() {
        let elapsed = io::Error::new(io::ErrorKind::TimedOut, "deadline has elapsed");
        let loss = judge(&kube::Error::Service(Box::new(elapsed)), "list pods");
        assert_eq!(loss.reason, LossReason::Unreachable);
        assert_eq!(loss.error, "no answer in time");
    }

    #[test]
    fn a_missing_permission_is_named() {
        let status = Status {
            code: 403,
            message: "no".to_owned(),
            ..Status::default()
        };
        let loss = judge_status(&status, "list jobs.batch");
        assert_eq!(loss.reason, LossReason::Forbidden);
        assert!(loss.error.contains("list jobs.batch"), "{}", loss.error);
    }

    #[test]
    fn a_certificate_that_is_not_trusted_is_told_from_a_dead_server() {
        let untrusted = io::Error::other("invalid peer certificate: UnknownIssuer");
        let loss = judge(&kube::Error::Service(Box::new(untrusted)), "get version");
        assert_eq!(loss.reason, LossReason::Untrusted);
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let loss = judge(&kube::Error::Service(Box::new(refused)), "get version");
        assert_eq!(loss.reason, LossReason::Unreachable);
        assert_eq!(loss.error, "connection refused");
    }
}
