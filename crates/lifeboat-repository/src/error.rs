//! What can go wrong with a repository, and the next step for each.

use std::{io, path::PathBuf};

use crate::{credentials::CredentialError, location::LocationError, names::NameError};

/// A failed operation on a repository. The source chain reads as one sentence; [`Error::hint`]
/// gives the next step, where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The repository's URL is refused.
    #[error("the repository's URL cannot be used")]
    Location(#[from] LocationError),
    /// An instance or backup name is refused.
    #[error("the name cannot be used")]
    Name(#[from] NameError),
    /// No credentials were found for S3.
    #[error("no credentials for {repository} were found")]
    MissingCredentials {
        /// The repository's URL.
        repository: String,
    },
    /// The credentials that were asked for can't be had.
    #[error("failed to get the credentials for {repository}")]
    Credentials {
        /// The repository's URL.
        repository: String,
        /// Why.
        source: CredentialError,
    },
    /// The server's URL is refused.
    #[error("the server's URL {endpoint:?} cannot be used: {reason}")]
    Endpoint {
        /// The text that was given, without a password.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// The connection's settings do not make a client.
    #[error("failed to set up the connection to {repository}")]
    Connect {
        /// The repository's URL.
        repository: String,
        /// What the client library refused.
        source: object_store::Error,
    },
    /// The file of certificate authorities is not usable.
    #[error("failed to read certificate authorities from {}", path.display())]
    CertificateAuthority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The repository's folder can't be used.
    #[error("failed to open the repository's folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A request to the store failed, after every retry.
    #[error("failed to {action} {key} in {repository}")]
    Request {
        /// What was tried: `read`, `write`, `list`, `delete`.
        action: &'static str,
        /// The object's key or the listed prefix.
        key: String,
        /// The repository's URL.
        repository: String,
        /// What the store answered.
        source: object_store::Error,
    },
    /// A document in the repository is damaged or of an unknown format.
    #[error("{key} in {repository} is not usable: {reason}")]
    Document {
        /// The document's key.
        key: String,
        /// The repository's URL.
        repository: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An object among the backups has a name that Lifeboat gives to nothing, or is listed twice.
    #[error("{key} in {repository} is no part of a backup, so nobody knows what it needs")]
    Foreign {
        /// The object's key.
        key: String,
        /// The repository's URL.
        repository: String,
    },
    /// A backup that a prune is to keep was listed once and then not any more.
    #[error("{repository} does not show {id} any more, so nobody knows what it needs")]
    Hidden {
        /// The backup's id.
        id: String,
        /// The repository's URL.
        repository: String,
    },
    /// A document could not be written as JSON.
    #[error("failed to write a document as JSON")]
    Serialize(#[source] serde_json::Error),
    /// A local file could not be read.
    #[error("failed to read {}", path.display())]
    ReadLocal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A local file could not be written.
    #[error("failed to write {}", path.display())]
    WriteLocal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder to back up holds no block.
    #[error("{} holds no TSDB block", path.display())]
    NoBlocks {
        /// The folder.
        path: PathBuf,
    },
    /// A file of the source changed while it was read, which a TSDB file never does.
    #[error("{} changed while it was read: {expected} bytes became {found}", path.display())]
    SourceChanged {
        /// The file.
        path: PathBuf,
        /// Its size when the backup was planned.
        expected: u64,
        /// Its size when it was read.
        found: u64,
    },
    /// What was written is not what the store holds.
    #[error("the store does not hold what was written: {what}")]
    WriteNotKept {
        /// Which object, and how it differs.
        what: String,
    },
    /// A run's progress record vanished, so that a prune may have taken its files.
    #[error("the progress record {key} of this backup is gone")]
    ProgressRecordGone {
        /// The record's key.
        key: String,
    },
    /// No backup answers to the selection.
    #[error("{repository} holds no backup of {instance:?} {wanted}")]
    NoSuchBackup {
        /// The repository's URL.
        repository: String,
        /// The instance.
        instance: String,
        /// What was asked for, such as `with the id backup-20261121-020000`.
        wanted: String,
    },
    /// The restored bytes are not the ones that were backed up.
    #[error("{key} does not hold what was backed up: {reason}")]
    Damaged {
        /// The object's key.
        key: String,
        /// How it differs.
        reason: String,
    },
    /// The folder to restore into can't be used.
    #[error("cannot restore into {}: {reason}", path.display())]
    Target {
        /// The folder.
        path: PathBuf,
        /// Why it is refused.
        reason: String,
        /// The next step.
        hint: String,
    },
    /// A retention policy is refused.
    #[error("the retention policy is refused")]
    Policy(#[from] lifeboat_core::retention::PolicyError),
    /// The operation was asked to stop.
    #[error("stopped on request")]
    Cancelled,
    /// A task of the operation died.
    #[error("an inner task of {action} ended without a result")]
    Task {
        /// The operation.
        action: &'static str,
        /// The join error.
        source: tokio::task::JoinError,
    },
}

impl Error {
    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Location(_) => Some(
                "use a folder's path, or file:///folder, s3://bucket/prefix, gs://bucket/prefix, \
                 az://container/prefix"
                    .to_owned(),
            ),
            Self::MissingCredentials { .. } => Some(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run under a service account \
                 with a role (IRSA or Pod Identity), or ask for the instance's own role with \
                 --s3-credentials instance"
                    .to_owned(),
            ),
            Self::Credentials { source, .. } => source.hint().map(str::to_owned),
            Self::Endpoint { .. } => Some(
                "use a URL such as https://s3.example.com; credentials go into variables or files"
                    .to_owned(),
            ),
            Self::Connect { repository, .. } if repository.starts_with("az://") => Some(
                "name the storage account with --az-account, and set AZURE_STORAGE_ACCOUNT_KEY or \
                 run under a workload identity"
                    .to_owned(),
            ),
            Self::Folder { source, .. } | Self::WriteLocal { source, .. } => folder_hint(source),
            Self::Request {
                source, repository, ..
            } => request_hint(source, repository),
            Self::ReadLocal { path, source }
                if source.kind() == io::ErrorKind::NotFound && path.is_relative() =>
            {
                Some("check the path, which counts from the present folder".to_owned())
            }
            Self::Hidden { .. } => Some(
                "nothing was swept. Another prune may have removed it, or the listing was altered \
                 on its way: try again"
                    .to_owned(),
            ),
            Self::Foreign { .. } => Some(
                "nothing is swept meanwhile. If the object is there, move it elsewhere; if not, \
                 the listing was altered on its way: try again"
                    .to_owned(),
            ),
            Self::Document { .. } => Some(
                "the object was changed or cut off; `lifeboat backups verify` names every backup \
                 that it hurts"
                    .to_owned(),
            ),
            Self::ReadLocal { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("run as the user that owns Prometheus's data, or as its group".to_owned())
            }
            Self::NoBlocks { .. } => Some(
                "a Prometheus that has just started has nothing to back up yet; in its first two \
                 to three hours, leave out --skip-head. Of another folder, give the one that the \
                 blocks' folders are in"
                    .to_owned(),
            ),
            Self::WriteNotKept { .. } => Some(
                "nothing was recorded as a backup; run it again, and look for another program \
                 that writes or deletes under the same prefix"
                    .to_owned(),
            ),
            Self::ProgressRecordGone { .. } => Some(
                "the run was paused for longer than the grace of `backups prune`; run it again"
                    .to_owned(),
            ),
            Self::NoSuchBackup { .. } => Some(
                "`lifeboat backups list` shows what is there; a backup that is not good is \
                     used only if its id is given"
                    .to_owned(),
            ),
            Self::Damaged { .. } => Some(
                "`lifeboat backups verify` names every backup that this object hurts; an older \
                 backup may still be whole"
                    .to_owned(),
            ),
            Self::Target { hint, .. } => Some(hint.clone()),
            Self::Policy(_) => {
                Some("give at least one of --keep-daily, --keep-last and so on".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the store says that the object is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Request {
                source: object_store::Error::NotFound { .. },
                ..
            }
        )
    }

    /// Whether a conditional write found the object there already.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        matches!(
            self,
            Self::Request {
                source: object_store::Error::AlreadyExists { .. }
                    | object_store::Error::Precondition { .. },
                ..
            }
        )
    }
}

fn folder_hint(source: &io::Error) -> Option<String> {
    match source.kind() {
        io::ErrorKind::StorageFull => Some("free some space, or choose another disk".to_owned()),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("the folder must be writable by the user that runs lifeboat".to_owned())
        }
        io::ErrorKind::NotFound => {
            Some("check the path; only `lifeboat backup` makes a new repository".to_owned())
        }
        _ => None,
    }
}

/// Servers say what is wrong in an error code inside the text; these are S3's.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn request_hint(source: &object_store::Error, repository: &str) -> Option<String> {
    let text = chain(source);
    let has = |code: &str| text.contains(code);
    let hint = if has("NoSuchBucket") || has("ContainerNotFound") {
        format!("there is no such bucket; check {repository}, or create it")
    } else if has("InvalidAccessKeyId") || has("No such key") && has("403") {
        "the server does not know this access key; check AWS_ACCESS_KEY_ID".to_owned()
    } else if has("SignatureDoesNotMatch") || has("Invalid signature") {
        "the secret does not belong to the access key; check AWS_SECRET_ACCESS_KEY".to_owned()
    } else if has("ExpiredToken") || has("TokenRefreshRequired") {
        "the temporary credentials have expired; get new ones".to_owned()
    } else if has("RequestTimeTooSkewed") {
        "this machine's clock and the server's differ by more than 15 minutes; set the clock"
            .to_owned()
    } else if has("InvalidStorageClass") {
        "the server does not have this storage class; leave out --s3-storage-class".to_owned()
    } else if has("NotImplemented") {
        "the server lacks a feature that was asked for; try --s3-conditional-writes off, \
         --s3-checksum none, or leave out encryption, tags and storage class"
            .to_owned()
    } else if has("AuthorizationHeaderMalformed") || has("BareRedirect") || has("redirect") {
        "the bucket is in another region; set --s3-region".to_owned()
    } else if has("QuotaExceeded")
        || has("quota is reached")
        || has("No space left")
        || has("StorageFull")
    {
        "the store is full; free some space, or prune".to_owned()
    } else if has("AuthenticationFailed") || has("AuthorizationFailure") {
        "the storage account refuses the key; check AZURE_STORAGE_ACCOUNT_KEY, and that the \
         account's network rules let this machine in"
            .to_owned()
    } else if has("Read-only file system") || has("Permission denied") {
        "the folder must be writable by the user that runs lifeboat".to_owned()
    } else if has("AccessDenied")
        || matches!(
            source,
            object_store::Error::PermissionDenied { .. }
                | object_store::Error::Unauthenticated { .. }
        )
    {
        "the credentials may not do this; the policy needs to get, put, list and delete objects \
         under the prefix"
            .to_owned()
    } else if has("/latest/api/token") || has("169.254.169.254") {
        "no credentials came from this machine's metadata service, as it has none or may not be \
         asked; give credentials of another kind"
            .to_owned()
    } else if has("dns error") || has("failed to lookup") {
        "the server's name cannot be resolved; check --s3-endpoint".to_owned()
    } else if has("Connection refused") || has("tcp connect error") {
        "nothing answers at the endpoint; check --s3-endpoint, and that the server runs".to_owned()
    } else if has("operation timed out") {
        "the server took the request and did not answer in time; check --s3-endpoint, or give it \
         more time with --request-timeout"
            .to_owned()
    } else if has("certificate") || has("UnknownIssuer") {
        "the server's certificate is not trusted; give its authority with \
         --certificate-authority FILE"
            .to_owned()
    } else if has("Error performing list request") && has("404 Not Found")
        || has("Got invalid list response")
        || has("Unable to extract metadata")
    {
        "this is not how S3 answers; check --s3-endpoint, and that nothing on the way answers \
         for the server"
            .to_owned()
    } else if matches!(source, object_store::Error::NotFound { .. }) {
        "the object is gone; `lifeboat backups verify` names every backup that it hurts, and the \
         next backup sends it again if Prometheus still has it"
            .to_owned()
    } else {
        return None;
    };
    Some(hint)
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
