//! Lifeboat's own custom resources: kept as they are, for the strict reader that files go through too.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::metadata::Metadata;

macro_rules! documents {
    ($($name:ident),+) => {$(
        #[doc = concat!("`lifeboat.dev/v1alpha1` `", stringify!($name), "`.")]
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            /// Name, labels.
            pub metadata: Metadata,
            /// The whole object, but for its status.
            pub document: Value,
            /// The status, which Lifeboat writes itself; null if there is none. It is as of when
            /// anything else changed last.
            pub status: Value,
        }

        /// What Lifeboat writes itself is no change.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.metadata == other.metadata && self.document == other.document
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut document = Value::deserialize(deserializer)?;
                let (metadata, status) = parts(&mut document).map_err(D::Error::custom)?;
                Ok(Self { metadata, document, status })
            }
        }
    )+};
}

documents!(PrometheusBackup, BackupPolicy);

/// Takes out what is not to count as part of the document, and gives metadata and status.
fn parts(document: &mut Value) -> Result<(Metadata, Value), serde_json::Error> {
    let metadata = Metadata::deserialize(&document["metadata"])?;
    let mut status = Value::Null;
    if let Value::Object(fields) = document {
        status = fields.remove("status").unwrap_or_default();
        if let Some(Value::Object(metadata)) = fields.get_mut("metadata") {
            // These change with every write, also with those of the status.
            metadata.remove("managedFields");
            metadata.remove("resourceVersion");
        }
    }
    Ok((metadata, status))
}
