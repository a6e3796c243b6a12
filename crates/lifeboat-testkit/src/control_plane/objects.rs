//! Objects of a control plane: made, changed, read, deleted, as an administrator.
//!
//! An object is JSON with `apiVersion`, `kind` and `metadata`, as Kubernetes has it. Where an
//! object is to be named, any JSON with these three will do.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::ControlPlane;
use super::client::ApiAnswer;

const MANAGER: &str = "lifeboat-testkit";
/// How many requests are under way when many objects are made.
const AT_A_TIME: usize = 8;

pub(super) const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";
const APPLY_PATCH: &str = "application/apply-patch+yaml";

/// What is needed of an object to address it.
struct Address<'a> {
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Address<'a> {
    fn of(object: &'a Value) -> Self {
        let text = |value: &'a Value| value.as_str();
        Self {
            api_version: text(&object["apiVersion"])
                .unwrap_or_else(|| panic!("an object has no apiVersion: {object}")),
            kind: text(&object["kind"])
                .unwrap_or_else(|| panic!("an object has no kind: {object}")),
            namespace: text(&object["metadata"]["namespace"]),
            name: text(&object["metadata"]["name"]).unwrap_or_default(),
        }
    }
}

impl ControlPlane {
    /// Sends any request as the administrator; `content` is a content type and a body.
    ///
    /// # Panics
    /// When there is no whole answer, with the log of the API server.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        content: Option<(&str, Bytes)>,
    ) -> ApiAnswer {
        self.client
            .request(method, path, content)
            .await
            .unwrap_or_else(|failure| {
                let what = format!("did not answer {method} {path}: {failure}");
                self.api_server.process().fail(&what)
            })
    }

    /// Makes an object, or changes it to be like this (server-side apply). A `status` is written
    /// too, as an operator does it: by a second request. Returns the object as it is then.
    pub async fn apply(&self, object: &Value) -> Value {
        let path = self.path_of(object).await;
        let path = format!("{path}?fieldManager={MANAGER}&force=true");
        let content = without_status(object);
        let applied = self.send("PATCH", &path, APPLY_PATCH, &content).await;
        self.with_status(applied, object).await
    }

    /// Applies every document of a YAML text.
    pub async fn apply_yaml(&self, text: &str) -> Vec<Value> {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text)
            .unwrap_or_else(|error| panic!("failed to read YAML: {error}\n{text}"));
        let mut applied = Vec::new();
        for document in documents {
            applied.push(self.apply(&document).await);
        }
        applied
    }

    /// Makes an object that isn't there yet, with its `status` if it has one; `generateName`
    /// works. Returns the object as it is then.
    pub async fn create(&self, object: &Value) -> Value {
        let address = Address::of(object);
        let resource = self.resource(address.api_version, address.kind).await;
        let path = resource.collection(address.namespace);
        let created = self
            .send("POST", &path, JSON, &without_status(object))
            .await;
        self.with_status(created, object).await
    }

    /// Makes many objects, several at a time, in no order. Returns them in the order given.
    pub async fn create_all(&self, objects: &[Value]) -> Vec<Value> {
        stream::iter(objects)
            .map(|object| self.create(object))
            .buffered(AT_A_TIME)
            .collect()
            .await
    }

    /// Makes a namespace with a name of its own that begins with `prefix`, and returns the name.
    pub async fn create_namespace(&self, prefix: &str) -> String {
        let object = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": { "generateName": format!("{prefix}-") },
        });
        let created = self.create(&object).await;
        let name = created["metadata"]["name"].as_str();
        name.unwrap_or_else(|| panic!("a new namespace has no name: {created}"))
            .to_owned()
    }

    /// Changes fields of an object (JSON merge patch: `null` removes). Returns the object.
    pub async fn patch(&self, object: &Value, change: &Value) -> Value {
        let path = self.path_of(object).await;
        self.send("PATCH", &path, MERGE_PATCH, change).await
    }

    /// Changes fields of an object's status (JSON merge patch: `null` removes). Returns the
    /// object.
    pub async fn patch_status(&self, object: &Value, status: &Value) -> Value {
        let path = format!("{}/status", self.path_of(object).await);
        let change = json!({ "status": status });
        self.send("PATCH", &path, MERGE_PATCH, &change).await
    }

    /// Deletes an object. It may stay for a moment, or for long if something holds it.
    pub async fn delete(&self, object: &Value) {
        let path = self.path_of(object).await;
        let options = json!({ "propagationPolicy": "Background" });
        self.send("DELETE", &path, JSON, &options).await;
    }

    /// An object as it is now, if it is there.
    pub async fn get(&self, object: &Value) -> Option<Value> {
        let path = self.path_of(object).await;
        let answer = self.request("GET", &path, None).await;
        match answer.status {
            404 => None,
            _ => Some(successful(&format!("GET {path}"), &answer)),
        }
    }

    /// The objects of a kind, such as `("batch/v1", "Job")`: of a namespace, or of all.
    pub async fn list(&self, api_version: &str, kind: &str, namespace: Option<&str>) -> Vec<Value> {
        let resource = self.resource(api_version, kind).await;
        let path = resource.collection(namespace);
        let answer = self.request("GET", &path, None).await;
        let mut list = successful(&format!("GET {path}"), &answer);
        match list["items"].take() {
            Value::Array(items) => items,
            other => panic!("GET {path} is answered with no list: {other}"),
        }
    }

    async fn with_status(&self, stored: Value, wanted: &Value) -> Value {
        match wanted.get("status") {
            Some(status) => self.patch_status(&stored, status).await,
            None => stored,
        }
    }

    async fn path_of(&self, object: &Value) -> String {
        let address = Address::of(object);
        assert!(!address.name.is_empty(), "an object has no name: {object}");
        let resource = self.resource(address.api_version, address.kind).await;
        resource.object(address.namespace, address.name)
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &Value,
    ) -> Value {
        let content = Some((content_type, Bytes::from(body.to_string())));
        let answer = self.request(method, path, content).await;
        successful(&format!("{method} {path} of {body:#}"), &answer)
    }
}

fn successful(what: &str, answer: &ApiAnswer) -> Value {
    assert!(
        answer.is_success(),
        "{what} is answered with {}: {}",
        answer.status,
        answer.text()
    );
    answer.json()
}

fn without_status(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    object
}
