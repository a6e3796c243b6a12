//! What can go wrong when an object store is looked into, and the next step for each.

use lifeboat_core::readable_causes;
use lifeboat_repository::LocationError;

use crate::settings::SettingsError;

/// A failed look; [`Error::hint`] gives the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// How the store is reached isn't known.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Where the backups are is told in a way that can't be used.
    #[error("the backups' destination {url} can't be used")]
    Destination {
        /// As it is told.
        url: String,
        /// Why.
        source: LocationError,
    },
    /// The store can't be asked, or doesn't answer with what was asked for.
    #[error(transparent)]
    Store(#[from] lifeboat_repository::Error),
}

/// Words by which stores say that keys are wrong or may too little.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AuthenticationFailed",
    "AuthorizationFailure",
    "Forbidden",
    "InvalidAccessKeyId",
    "Invalid signature",
    "SignatureDoesNotMatch",
    "403",
    "401",
];
/// Words by which stores say that there is no such place.
const NO_BUCKET: &[&str] = &["NoSuchBucket", "ContainerNotFound", "bucket does not exist"];
/// How networks fail.
const UNREACHABLE: &[&str] = &[
    "Connection refused",
    "Connection reset",
    "certificate",
    "dns error",
    "failed to lookup",
    "error sending request",
    "operation timed out",
    "tcp connect error",
];

impl Error {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        if let Self::Settings(error) = self {
            return error.hint();
        }
        let causes = readable_causes(self).join(": ");
        let says = |words: &[&str]| words.iter().any(|word| causes.contains(word));
        let hint = if matches!(self, Self::Destination { .. }) {
            "backups on S3, Google Cloud Storage and Azure can be looked at; take the Cluster out \
             of spec.postgresObjectStores"
        } else if says(NO_BUCKET) {
            "the bucket is gone, or has another name: see it with the store's own tools, since \
             backups and WAL go there too"
        } else if says(DENIED) {
            "try the same key with the store's own tools: if it is that of the backups, these fail \
             as well; Lifeboat's own only has to list and read"
        } else if says(UNREACHABLE) {
            "see that the store runs and can be reached from where Lifeboat runs; if the database's \
             own backups fail as well, mend that first"
        } else {
            "list the bucket with the store's own tools and the same key"
        };
        hint.to_owned()
    }
}
