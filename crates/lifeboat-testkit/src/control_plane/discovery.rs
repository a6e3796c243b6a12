//! From the kind of an object to its address: asked of the API server, as clients do.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::ControlPlane;

/// A definition is served a moment after it was made.
const SERVED_WITHIN: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);

/// What a kind is called in addresses.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    base: String,
    plural: String,
    namespaced: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Discovery {
    known: Mutex<HashMap<(String, String), Resource>>,
}

impl Resource {
    /// The path of the collection: of a namespace, or of all.
    pub(crate) fn collection(&self, namespace: Option<&str>) -> String {
        let Self { base, plural, .. } = self;
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{base}/namespaces/{namespace}/{plural}"),
            None => format!("{base}/{plural}"),
        }
    }

    /// The path of an object.
    ///
    /// # Panics
    /// When the object is of a namespace and doesn't say which.
    pub(crate) fn object(&self, namespace: Option<&str>, name: &str) -> String {
        assert!(
            namespace.is_some() || !self.namespaced,
            "{} {name} needs a namespace",
            self.plural
        );
        format!("{}/{name}", self.collection(namespace))
    }
}

impl ControlPlane {
    /// Looks a kind up, and waits for it if it is not served yet.
    pub(super) async fn resource(&self, api_version: &str, kind: &str) -> Resource {
        let key = (api_version.to_owned(), kind.to_owned());
        let known = || {
            let known = self.discovery.known.lock();
            known
                .unwrap_or_else(PoisonError::into_inner)
                .get(&key)
                .cloned()
        };
        let start = Instant::now();
        loop {
            if let Some(resource) = known() {
                return resource;
            }
            self.discover(api_version).await;
            assert!(
                known().is_some() || start.elapsed() < SERVED_WITHIN,
                "the API server doesn't serve {api_version} {kind}: is its definition installed?"
            );
            if known().is_none() {
                tokio::time::sleep(POLL).await;
            }
        }
    }

    async fn discover(&self, api_version: &str) {
        let base = if api_version.contains('/') {
            format!("/apis/{api_version}")
        } else {
            format!("/api/{api_version}")
        };
        let answer = self.request("GET", &base, None).await;
        if !answer.is_success() {
            return;
        }
        let list = answer.json()["resources"].take();
        let resources = list.as_array().into_iter().flatten();
        let mut known = self
            .discovery
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for resource in resources {
            let text = |field: &str| resource[field].as_str().unwrap_or_default().to_owned();
            // Those with a slash are parts of others, such as pods/log.
            if text("name").contains('/') {
                continue;
            }
            let found = Resource {
                base: base.clone(),
                plural: text("name"),
                namespaced: resource["namespaced"] == Value::Bool(true),
            };
            known.insert((api_version.to_owned(), text("kind")), found);
        }
    }
}
