//! The backup repository on any object store or folder: plan, upload, verify, prune, restore.
//!
//! # What is kept where
//!
//! ```text
//! backups/<instance>/backup-YYYYMMDD-HHMMSS/metadata.json      the backup; written last
//!                                           pin.json           somebody wants it kept
//!                                           verification.json  what the last verification found
//! data/<instance>/<ULID>/<run>/index, chunks/NNNNNN, …         data files, written once
//! running/<instance>/<run>.json                                a run under way, or interrupted
//! dropped/<instance>/<name>.json                               what prune will remove after its grace
//! clock/<instance>                                             written to learn the store's time
//! ```
//!
//! # What always holds
//!
//! 1. A backup exists exactly if its `metadata.json` does, and then every object it names does.
//! 2. A data file's key holds the name of the run that wrote it, so no run can overwrite another's.
//! 3. An object is deleted only if no `metadata.json` names it, no running record names it or its
//!    block, and every dropped record that names it is older than the grace, as is the object.
//! 4. A run refers only to objects that some document named when it began. Because of 3 they stay
//!    for the grace after that, and for longer as long as the run keeps its record fresh.
//! 5. Ages are measured by the store's clock alone, so no other clock can shorten a grace.

mod backup;
mod block_scan;
mod catalogue;
mod connect;
mod credentials;
mod digest;
mod documents;
mod download;
mod error;
mod foreign_store;
mod location;
mod mask;
mod mounted_secret;
mod names;
mod progress;
mod prune;
mod repository;
mod requests;
mod restore;
mod retry;
mod sealed;
mod secret;
mod setting_values;
mod settings;
mod throttle;
mod verify;

pub use backup::{
    BackupPlan, BackupRun, Clock, PlannedBlock, PlannedFile, Source, SourceBlock, SourceFile,
};
pub use catalogue::{Backup, Catalogue, Selected, Selection};
pub use connect::{MissingFolder, check_endpoint};
pub use credentials::{
    AccessKeyFiles, CredentialChoice, CredentialError, Variables, read_credential,
};
pub use digest::Digests;
pub use documents::{
    BackupMetadata, Block, FORMAT_VERSION, Level, Origin, Outcome, Pin, StoredFile, Totals,
    Verification, VerificationResult, Volume,
};
pub use error::Error;
pub use foreign_store::{ForeignObject, ForeignStore};
pub use lifeboat_tsdb::{Finding, Severity};
pub use location::{Location, LocationError};
pub use mounted_secret::{MountedSecret, MountedSecretError};
pub use names::{BackupId, Instance, NameError, RunId};
pub use progress::{Cancellation, Progress};
pub use prune::{DEFAULT_GRACE, PruneDecision, PrunePlan, PruneRequest, Pruned};
pub use repository::Repository;
pub use requests::{RequestCounters, RequestKind};
pub use restore::{RestoreChecksum, RestorePlan, RestoreRun, TimeRange};
pub use secret::Secret;
pub use setting_values::{SettingError, parse_rate, parse_size, parse_storage_class};
pub use settings::{
    Addressing, AzureSettings, ConnectionSettings, CredentialSource, GoogleSettings, S3Settings,
    ServerSideEncryption, TransferSettings, UploadChecksum,
};
pub use verify::{BackupVerdict, BadObject, Sample, VerifyReport, VerifyRequest};
