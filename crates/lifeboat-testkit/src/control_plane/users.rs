//! Users of a control plane: files by which other programs log in to it.

use std::fs;
use std::path::PathBuf;
use std::sync::PoisonError;

use serde_json::{Value, json};

use super::ControlPlane;
use super::objects::JSON;

impl ControlPlane {
    /// A kubeconfig that makes a program the user `name`, by a certificate. A user needs no
    /// account, only a role binding; without one it may do next to nothing.
    #[must_use]
    pub fn kubeconfig(&self, name: &str) -> PathBuf {
        self.kubeconfig_by_certificate(name, None)
    }

    /// A kubeconfig that makes a program a user who may do everything.
    #[must_use]
    pub fn administrators_kubeconfig(&self) -> PathBuf {
        self.kubeconfig_by_certificate("administrator", Some("system:masters"))
    }

    /// A kubeconfig that makes a program a service account, which must be there, by a token in a
    /// file: `system:serviceaccount:<namespace>:<name>`.
    pub async fn kubeconfig_for_service_account(&self, namespace: &str, name: &str) -> PathBuf {
        let token = self.service_account_token(namespace, name).await;
        let file = self.path(&format!("token-{namespace}-{name}"));
        write(&file, &token);
        let user = json!({ "tokenFile": file });
        self.write_kubeconfig(&format!("serviceaccount-{namespace}-{name}"), &user)
    }

    /// A token of a service account, which must be there, for a day (`TokenRequest`).
    pub async fn service_account_token(&self, namespace: &str, name: &str) -> String {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
        let request = json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": { "expirationSeconds": 86_400 },
        });
        let answer = self.send("POST", &path, JSON, &request).await;
        let token = answer["status"]["token"].as_str();
        token
            .unwrap_or_else(|| panic!("there is no token in {answer}"))
            .to_owned()
    }

    /// The certificate authority that signed the API server's certificate: a PEM file.
    #[must_use]
    pub fn certificate_authority(&self) -> PathBuf {
        self.authority.certificate()
    }

    fn kubeconfig_by_certificate(&self, name: &str, group: Option<&str>) -> PathBuf {
        let mut written = self
            .kubeconfigs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Written once: another test's program may be reading it.
        let kubeconfig = written.entry(name.to_owned()).or_insert_with(|| {
            let signed = self.authority.user(name, group);
            let user = json!({
                "client-certificate": signed.certificate,
                "client-key": signed.key,
            });
            self.write_kubeconfig(&name.replace([':', '/'], "-"), &user)
        });
        kubeconfig.clone()
    }

    fn write_kubeconfig(&self, name: &str, user: &Value) -> PathBuf {
        let configuration = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{
                "name": "test",
                "cluster": {
                    "server": self.url(),
                    "certificate-authority": self.certificate_authority(),
                },
            }],
            "users": [{ "name": "test", "user": user }],
            "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "test" } }],
            "current-context": "test",
        });
        let path = self.path(&format!("kubeconfig-{name}"));
        write(&path, &configuration.to_string());
        path
    }
}

fn write(path: &PathBuf, text: &str) {
    fs::write(path, text)
        .unwrap_or_else(|error| panic!("failed to write {}: {error}", path.display()));
}
