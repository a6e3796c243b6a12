//! Tries again what may pass: the client's own retries end at an answer it takes for final, such as a 400 for a body that was damaged on its way.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use object_store::retry::{RetryContext, RetryFailure, RetryPolicy};

const ATTEMPTS: usize = 5;

/// Whether asking again could help: not where the answer is about who asks, or for what.
pub(crate) fn may_pass(error: &object_store::Error) -> bool {
    use object_store::Error as E;
    !matches!(
        error,
        E::NotFound { .. }
            | E::InvalidPath { .. }
            | E::NotSupported { .. }
            | E::AlreadyExists { .. }
            | E::Precondition { .. }
            | E::NotModified { .. }
            | E::NotImplemented { .. }
            | E::PermissionDenied { .. }
            | E::Unauthenticated { .. }
            | E::UnknownConfigurationKey { .. }
    ) && !is_local(error)
}

/// A folder's errors, such as a full disk, stay as they are.
fn is_local(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::Generic { store, .. } if *store == "LocalFileSystem")
}

pub(crate) fn pause(attempt: usize) -> Duration {
    Duration::from_millis(100 << (2 * attempt.min(4)))
}

/// Runs an operation until it succeeds, fails for good, or has failed [`ATTEMPTS`] times.
pub(crate) async fn retried<T>(
    mut operation: impl FnMut() -> BoxFuture<'static, object_store::Result<T>> + Send,
) -> object_store::Result<T> {
    let mut attempt = 0;
    loop {
        match operation().await {
            Err(error) if may_pass(&error) && attempt + 1 < ATTEMPTS => {
                tracing::debug!(%error, attempt, "trying again");
                tokio::time::sleep(pause(attempt)).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// The same rule for the parts of a multipart upload, which the client repeats itself.
#[derive(Debug)]
pub(crate) struct PartRetry;

impl PartRetry {
    pub(crate) fn policy() -> Arc<dyn RetryPolicy> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl RetryPolicy for PartRetry {
    async fn retry(&self, context: RetryContext) -> bool {
        let about_the_caller = matches!(
            context.failure,
            RetryFailure::Status(status) if [401, 403, 404, 412, 501].contains(&status.as_u16())
        );
        if about_the_caller || context.attempt >= ATTEMPTS {
            return false;
        }
        tokio::time::sleep(pause(context.attempt)).await;
        true
    }
}
