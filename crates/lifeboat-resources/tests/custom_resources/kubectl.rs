//! As a person uses it: what kubectl prints can be read again as a file, and its columns are there.

use std::{fs, process::Output};

use lifeboat_resources::{PrometheusBackup, Resources, SourceFile};
use serde_json::json;

use super::{objects::backup, objects::policy, objects::with, server::server};

fn successful(output: Output) -> String {
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn what_kubectl_prints_is_read_again() {
    let server = server().await;
    let namespace = server.create_namespace("printed").await;
    let folder = tempfile::tempdir().unwrap();
    for (number, object) in [backup(), policy()].into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.json"));
        let object = with(object, "metadata.namespace", json!(namespace));
        fs::write(&path, object.to_string()).unwrap();
        let mut kubectl = server.kubectl();
        successful(
            kubectl
                .arg("apply")
                .arg("--filename")
                .arg(&path)
                .output()
                .unwrap(),
        );
    }
    let status = json!({"verdict": "ok", "conditions": [{
        "type": "Protected",
        "status": "True",
        "lastTransitionTime": "2026-11-21T02:00:00Z",
        "reason": "Fresh",
        "message": "the newest backup is 3 h old",
    }]});
    let object = with(backup(), "metadata.namespace", json!(namespace));
    let object = server.patch_status(&object, &status).await;
    assert!(object["metadata"]["uid"].is_string());
    let read = PrometheusBackup::from_object(&object).unwrap();
    assert_eq!(read.asset_id().name, "main");
    for name in ["prometheusbackup/main", "bpol/gold"] {
        let mut kubectl = server.kubectl();
        kubectl.args([
            "get",
            name,
            "--namespace",
            &namespace,
            "--show-managed-fields",
        ]);
        let printed = successful(kubectl.args(["--output", "yaml"]).output().unwrap());
        assert!(printed.contains("managedFields"));
        let file = SourceFile {
            path: "printed.yaml".into(),
            content: Ok(printed.clone().into_bytes()),
        };
        let resources = Resources::read(&[file]).unwrap();
        assert_eq!(
            resources.backups.len() + resources.policies.len(),
            1,
            "{printed}"
        );
    }
}

#[tokio::test]
async fn a_category_lists_both_kinds_with_their_columns() {
    let server = server().await;
    let namespace = server.create_namespace("listed").await;
    for object in [backup(), policy()] {
        server
            .create(&with(object, "metadata.namespace", json!(namespace)))
            .await;
    }
    let mut kubectl = server.kubectl();
    let listed = successful(
        kubectl
            .args(["get", "lifeboat", "--namespace", &namespace])
            .output()
            .unwrap(),
    );
    for column in [
        "ASSETS",
        "FAILING",
        "PRIORITY",
        "VERDICT",
        "NEWEST",
        "LAST BACKUP",
        "NEXT",
        "SUSPENDED",
    ] {
        assert!(listed.contains(column), "{listed}");
    }
}
