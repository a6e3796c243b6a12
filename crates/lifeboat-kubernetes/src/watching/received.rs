//! One object as it arrives: decoded as far as possible, with what the watch itself needs.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use crate::objects::{Decoded, ObjectKey, decode};

/// An object of a list or a watch. Reading one never fails, so that one odd object can't take the
/// whole list with it.
#[derive(Clone, Debug)]
pub(super) struct Received<K> {
    /// Its name, also if nothing else of it was understood.
    pub key: ObjectKey,
    /// The point from which a watch can go on after it.
    pub resource_version: Option<String>,
    /// The object.
    pub decoded: Result<Decoded<K>, String>,
}

impl<'de, K: DeserializeOwned> Deserialize<'de> for Received<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        let metadata = |field: &str| value["metadata"][field].as_str().map(str::to_owned);
        let key = ObjectKey {
            namespace: metadata("namespace").unwrap_or_default(),
            name: metadata("name").unwrap_or_default(),
        };
        let resource_version = metadata("resourceVersion");
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            // Often the larger part of an object; nothing here reads it.
            metadata.remove("managedFields");
        }
        Ok(Self {
            key,
            resource_version,
            decoded: decode(value),
        })
    }
}

/// One page of a list.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "K: DeserializeOwned"))]
pub(super) struct Page<K> {
    /// Of the list, not of the objects.
    pub metadata: PageMetadata,
    /// The objects; Go writes an empty list as null in places.
    #[serde(default = "Option::default")]
    pub items: Option<Vec<Received<K>>>,
}

/// `metav1.ListMeta`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PageMetadata {
    /// The point from which a watch can go on.
    pub resource_version: Option<String>,
    /// How to ask for the next page; absent or empty: this is the last.
    #[serde(rename = "continue")]
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::cnpg::Backup;

    #[test]
    fn an_object_that_makes_no_sense_does_not_take_the_list_with_it() {
        let text = r#"{"metadata": {"resourceVersion": "7", "continue": ""}, "items": [
            {"metadata": {"namespace": "shop", "name": "good", "resourceVersion": "5"}},
            {"metadata": {"namespace": "shop", "name": "odd", "labels": 3}, "status": "odd"},
            {"metadata": "none"}, 4
        ]}"#;
        let page: Page<Backup> = serde_json::from_str(text).unwrap();
        let items = page.items.unwrap();
        assert_eq!(items.len(), 4);
        assert_eq!(items[0].resource_version.as_deref(), Some("5"));
        assert!(items[0].decoded.as_ref().unwrap().problems.is_empty());
        assert_eq!(items[1].key.to_string(), "shop/odd");
        assert_eq!(items[1].decoded.as_ref().unwrap().problems.len(), 2);
        items[2].decoded.as_ref().unwrap_err();
        items[3].decoded.as_ref().unwrap_err();
        let empty: Page<Backup> = serde_json::from_str(r#"{"metadata":{},"items":null}"#).unwrap();
        assert!(empty.items.is_none());
    }
}
