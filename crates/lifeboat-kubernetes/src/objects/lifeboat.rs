//! Lifeboat's own custom resources: kept as they are, for the strict reader that files go through too.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::metadata::Metadata;

macro_rules! documents {
    ($($name:ident),+) => {$(
        #[doc = concat!("`lifeboat.dev/v1alpha1` `", stringify!($name), "`.")]
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            /// Name, labels.
            pub metadata: Metadata,
            /// The whole object, but for its status, which Lifeboat writes itself.
            pub document: Value,
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let (metadata, document) = parts(Value::deserialize(deserializer)?)
                    .map_err(D::Error::custom)?;
                Ok(Self { metadata, document })
            }
        }
    )+};
}

documents!(PrometheusBackup, BackupPolicy);

fn parts(mut document: Value) -> Result<(Metadata, Value), serde_json::Error> {
    let metadata = Metadata::deserialize(&document["metadata"])?;
    if let Value::Object(fields) = &mut document {
        fields.remove("status");
        if let Some(Value::Object(metadata)) = fields.get_mut("metadata") {
            // These change with every write, also with those of the status.
            metadata.remove("managedFields");
            metadata.remove("resourceVersion");
        }
    }
    Ok((metadata, document))
}
