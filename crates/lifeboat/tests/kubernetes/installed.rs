//! A control plane on which Lifeboat is installed as the documentation says, and what it asked the API server.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_testkit::control_plane::{ApiRequest, ControlPlane};
use serde_json::Value;

use crate::scene::{Scene, whole_second};
use crate::served::Setup;
use crate::support::run;

/// How long anything may take that a test waits for; far longer than it does.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The service account of the manifests.
const ACCOUNT: &str = "system:serviceaccount:lifeboat:lifeboat";

/// The manifests.
pub(crate) fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kubernetes")
}

/// Every document of a manifest.
pub(crate) fn documents(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(manifests().join(file)).unwrap();
    serde_saphyr::from_multiple(&text).unwrap()
}

/// What Lifeboat may do in the whole cluster.
pub(crate) fn cluster_role() -> Value {
    let mut documents = documents("rbac.yaml").into_iter();
    let role = documents.find(|document| document["kind"] == "ClusterRole");
    role.unwrap()
}

/// Runs `kubectl` as an administrator, and returns what it prints.
pub(crate) fn kubectl(control_plane: &ControlPlane, arguments: &[&str]) -> String {
    let mut command = control_plane.kubectl();
    run(command.args(arguments)).exits(0).stdout
}

/// A control plane with the custom resource definitions of all operators and Lifeboat's namespace,
/// account, permissions and programs, and the namespace `shop`.
pub(crate) async fn install(kustomization: &Path) -> ControlPlane {
    let control_plane = ControlPlane::start().await;
    control_plane.install_custom_resource_definitions().await;
    kubectl(&control_plane, &["create", "namespace", "shop"]);
    let folder = kustomization.display().to_string();
    kubectl(
        &control_plane,
        &["apply", "--validate=strict", "-k", &folder],
    );
    let served = ["prometheusbackups", "backuppolicies"]
        .map(|kind| format!("--for=condition=Established crd/{kind}.lifeboat.dev --timeout=60s"));
    for words in served {
        let words: Vec<&str> = ["wait"].into_iter().chain(words.split(' ')).collect();
        kubectl(&control_plane, &words);
    }
    control_plane
}

/// A story in the namespace `shop`, told by a Lifeboat that is the account of the manifests.
pub(crate) async fn scene(control_plane: &ControlPlane, more: &str) -> Scene {
    let account = control_plane.kubeconfig_for_service_account("lifeboat", "lifeboat");
    let account = account.await.display().to_string();
    Scene {
        namespace: "shop".to_owned(),
        setup: Setup::new().with(&format!("--kubeconfig {account} {more}")),
        begin: whole_second(Timestamp::now()),
    }
}

/// What Lifeboat asked the API server for so far.
pub(crate) fn asked(control_plane: &ControlPlane) -> Vec<ApiRequest> {
    control_plane.requests_by(ACCOUNT)
}

/// Waits until what Lifeboat asked the API server for is as wanted.
pub(crate) async fn wait_until_asked(
    control_plane: &ControlPlane,
    wanted: impl Fn(&[ApiRequest]) -> bool,
) {
    let asked = control_plane.wait_for_requests(ACCOUNT, PATIENCE, wanted);
    asked.await;
}

/// Something that may be done: a verb, a group, a resource with its subresource, and the name of the
/// object where not every name will do.
pub(crate) type Permission = (String, String, String, Option<String>);

/// Everything that the rules of roles among these documents allow.
pub(crate) fn allowed(documents: &[Value]) -> BTreeSet<Permission> {
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items
            .map(|item| item.as_str().unwrap().to_owned())
            .collect()
    };
    let mut allowed = BTreeSet::new();
    let rules = documents.iter().filter_map(|role| role["rules"].as_array());
    for rule in rules.flatten() {
        let names = texts(&rule["resourceNames"]);
        let names: Vec<Option<String>> = if names.is_empty() {
            vec![None]
        } else {
            names.into_iter().map(Some).collect()
        };
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                for verb in texts(&rule["verbs"]) {
                    for name in &names {
                        let (group, resource) = (group.clone(), resource.clone());
                        allowed.insert((verb.clone(), group, resource, name.clone()));
                    }
                }
            }
        }
    }
    allowed
}

/// The permissions that these requests need. What isn't a resource, such as `/version`, needs none of
/// a role's. Where a watch begins with what is there, an older server has to be asked for a list.
pub(crate) fn needed(requests: &[ApiRequest]) -> BTreeSet<Permission> {
    let resources = requests
        .iter()
        .filter(|request| !request.resource.is_empty());
    resources
        .flat_map(|request| {
            let resource = match request.subresource.as_str() {
                "" => request.resource.clone(),
                subresource => format!("{}/{subresource}", request.resource),
            };
            let of_lease = request.group == "coordination.k8s.io" && request.verb != "create";
            let by_name = request.group == "apiextensions.k8s.io" || of_lease;
            let name = by_name.then(|| request.name.clone());
            let list = request.asks_for_all().then_some("list");
            let verbs = list.into_iter().chain([request.verb.as_str()]);
            let permission = |verb: &str| {
                (
                    verb.to_owned(),
                    request.group.clone(),
                    resource.clone(),
                    name.clone(),
                )
            };
            verbs.map(permission).collect::<Vec<_>>()
        })
        .collect()
}
