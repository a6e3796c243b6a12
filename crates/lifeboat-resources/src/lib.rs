//! `PrometheusBackup` and `BackupPolicy` documents: strict reading with lines and hints, and a folder of them that is watched.
//!
//! ```text
//! yaml               YAML as a tree of nodes that know their line, and decoding that names it
//! values             what documents write as texts: lengths of time, schedules, URLs, names
//! metadata           what every document says of itself
//! backup, policy     the two kinds, and what they come to in the words of the other crates
//! kopia_repository   the Kopia repositories that a policy has read
//! annotations        what an observed object says of itself
//! custom_resources   the documents as custom resources: definitions, status, objects of an API server
//! document           one document, with everything that is wrong with it
//! resources          all documents together: no two may describe the same
//! folder             where they are read from
//! fingerprint        whether anything there has changed
//! ```

pub mod annotations;
mod backup;
pub mod custom_resources;
mod defaults;
mod document;
mod error;
mod fingerprint;
mod folder;
mod kopia_repository;
mod metadata;
mod object_store;
mod policy;
mod problem;
mod resources;
mod rules;
mod syntax;
pub mod values;
mod yaml;

pub use backup::{
    AddressingSpec, AzureSpec, ChecksumSpec, CredentialsSpec, EncryptionSpec, GoogleSpec,
    LevelSpec, ObjectivesSpec, PrometheusBackup, PrometheusBackupSpec, PrometheusSpec, PruneSpec,
    RepositorySettings, RepositorySpec, RetentionSpec, RetriesSpec, S3Spec, SeveritySpec,
    VerificationSpec,
};
pub use document::API_VERSION;
pub use error::LoadError;
pub use fingerprint::Fingerprint;
pub use folder::ResourceFolder;
pub use kopia_repository::KopiaRepositorySpec;
pub use metadata::Metadata;
pub use policy::{
    BackupPolicy, BackupPolicySpec, KindSpec, LabelRequirementSpec, OperatorSpec, SelectorSpec,
};
pub use problem::{Position, Problem};
pub use resources::{Resources, SourceFile};
