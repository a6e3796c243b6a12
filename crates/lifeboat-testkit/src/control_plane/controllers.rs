//! What acts on objects: kube-controller-manager, and kwok in place of nodes.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::ControlPlane;
use super::builder::READY_WITHIN;
use crate::process::Process;
use crate::tools::tool;

/// The node that kwok keeps: pods that name it in `spec.nodeName` run there.
pub const NODE: &str = "kwok";

const STAGES: &str = include_str!("kwok.yaml");

const CONTROLLERS: [&str; 6] = [
    "cronjob-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "ttl-after-finished-controller",
];

pub(super) async fn controller_manager(control_plane: &ControlPlane) -> Process {
    let mut command = Command::new(tool("kube-controller-manager"));
    command
        .arg("--kubeconfig")
        .arg(control_plane.administrators_kubeconfig())
        .arg(format!("--controllers={}", CONTROLLERS.join(",")))
        .args(["--leader-elect=false", "--secure-port=0"])
        .args(["--kube-api-qps=1000", "--kube-api-burst=2000"]);
    let log = control_plane.path("kube-controller-manager.log");
    let process = Process::spawn_shared("kube-controller-manager", &command, &log);
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "namespace": "default", "name": "default" },
    });
    process
        .wait_until("make a service account", READY_WITHIN, async || {
            control_plane.get(&account).await.is_some()
        })
        .await;
    process
}

pub(super) async fn kwok(control_plane: &ControlPlane) -> Process {
    let stages = control_plane.path("kwok.yaml");
    fs::write(&stages, STAGES)
        .unwrap_or_else(|error| panic!("failed to write {}: {error}", stages.display()));
    let mut command = Command::new(tool("kwok"));
    command
        .arg("--kubeconfig")
        .arg(control_plane.administrators_kubeconfig())
        .arg("--config")
        .arg(&stages)
        .arg("--manage-all-nodes=true")
        // Settings of this machine play no part.
        .env("HOME", control_plane.folder.path());
    let log = control_plane.path("kwok.log");
    let process = Process::spawn_shared("kwok", &command, &log);
    let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": NODE } });
    control_plane.create(&node).await;
    process
        .wait_until("make its node ready", READY_WITHIN, async || {
            let node = control_plane.get(&node).await.unwrap_or_default();
            let conditions = node["status"]["conditions"].as_array();
            conditions.is_some_and(|conditions| {
                conditions
                    .iter()
                    .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
            })
        })
        .await;
    process
}
