//! One document: what it describes, or everything that is wrong with it.

use serde::{Deserialize, de::DeserializeOwned, de::Error as _};

use crate::{
    backup::PrometheusBackup,
    metadata::Metadata,
    policy::BackupPolicy,
    problem::Position,
    rules::Breach,
    yaml::{DecodeError, Node, Value, decode},
};

/// The version of the format, as documents have it.
pub const API_VERSION: &str = "lifeboat.dev/v1alpha1";

/// The fields of every document. Kubernetes adds the status.
const FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// What a document describes.
#[derive(Debug)]
pub(crate) enum Document {
    Backup(Box<PrometheusBackup>),
    Policy(Box<BackupPolicy>),
}

/// Something wrong with a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) position: Position,
    /// The field, such as `spec.prometheus.url`; empty for the document as a whole.
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

#[derive(Deserialize)]
enum ApiVersion {
    #[serde(rename = "lifeboat.dev/v1alpha1")]
    V1Alpha1,
}

#[derive(Deserialize)]
enum Kind {
    PrometheusBackup,
    BackupPolicy,
}

/// Reads a document.
pub(crate) fn read(node: &Node) -> Result<Document, Vec<Fault>> {
    let Value::Map(entries) = &node.value else {
        return Err(vec![Fault {
            position: node.position,
            path: String::new(),
            message: "the document is no group of fields".to_owned(),
            hint: Some(format!("begin it with 'apiVersion: {API_VERSION}'")),
        }]);
    };
    let ApiVersion::V1Alpha1 = required(node, "apiVersion").map_err(|fault| vec![fault])?;
    let kind: Kind = required(node, "kind").map_err(|fault| vec![fault])?;
    let unknown: Vec<Fault> = entries
        .iter()
        .filter(|(key, _)| !FIELDS.contains(&key.name.as_str()))
        .map(|(key, _)| {
            let error = DecodeError::unknown_field(&key.name, FIELDS);
            Fault::of(&error, key.position)
        })
        .collect();
    match kind {
        Kind::PrometheusBackup => assemble(node, unknown, PrometheusBackup::new)
            .map(|backup| Document::Backup(Box::new(backup))),
        Kind::BackupPolicy => assemble(node, unknown, BackupPolicy::new)
            .map(|policy| Document::Policy(Box::new(policy))),
    }
}

/// Decodes metadata and specification, and joins them unless something is wrong with either.
fn assemble<S: DeserializeOwned, T>(
    node: &Node,
    mut faults: Vec<Fault>,
    join: impl Fn(Metadata, S) -> Result<T, Vec<Breach>>,
) -> Result<T, Vec<Fault>> {
    let metadata = required(node, "metadata").map_err(|fault| faults.push(fault));
    let spec = required(node, "spec").map_err(|fault| faults.push(fault));
    if let (Ok(metadata), Ok(spec)) = (metadata, spec) {
        match join(metadata, spec) {
            Ok(joined) if faults.is_empty() => return Ok(joined),
            Ok(_) => {}
            Err(breaches) => faults.extend(breaches.into_iter().map(|breach| Fault {
                position: node.locate(&breach.path),
                path: breach.path.into_owned(),
                message: breach.message,
                hint: Some(breach.hint.to_owned()),
            })),
        }
    }
    faults.sort_by_key(|fault| fault.position);
    Err(faults)
}

fn required<T: DeserializeOwned>(node: &Node, name: &'static str) -> Result<T, Fault> {
    let decoded = match node.get(name) {
        Some(value) => decode(value, name),
        None => Err(DecodeError::missing_field(name)),
    };
    decoded.map_err(|error| Fault::of(&error, node.position))
}

impl Fault {
    fn of(error: &DecodeError, otherwise: Position) -> Self {
        Self {
            position: error.position.unwrap_or(otherwise),
            path: error.path(),
            message: error.message(),
            hint: error.hint(),
        }
    }
}
