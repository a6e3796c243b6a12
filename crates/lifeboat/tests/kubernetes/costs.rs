//! What watching a cluster costs: no request to an object store, whatever happens.

use lifeboat_testkit::http;
use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::kubernetes_objects::{Backup, Cluster, KubernetesObject, ScheduledBackup};
use serde_json::json;

use crate::scene::Scene;

/// Sums up the requests that Lifeboat says it has sent.
fn requests_told(metrics: &str) -> Vec<&str> {
    let lines = metrics.lines();
    lines
        .filter(|line| line.starts_with("lifeboat_object_store_requests_total{"))
        .collect()
}

#[tokio::test]
async fn no_request_goes_to_an_object_store_whatever_happens_to_backups_in_it() {
    let store = HttpServer::start();
    let (control_plane, scene) = Scene::new().await;
    let [cluster, _, schedule, yesterday, newest] = scene.sound();
    let object_store = scene
        .store(Some(scene.minutes(-1490)), Some(scene.minutes(-50)))
        .endpoint(&store.url());
    let object_store = object_store.object();
    for object in [&object_store, &cluster, &schedule, &yesterday, &newest] {
        control_plane.apply(object).await;
    }
    let in_tree = Cluster::new(&scene.namespace, "old")
        .backed_up_in_tree("s3://backups/old")
        .archiving(true, scene.hours(-720))
        .field("/spec/backup/barmanObjectStore/endpointURL", store.url());
    let of_old = ScheduledBackup::new(&scene.namespace, "old", "old", "0 0 3 1 1 *");
    let backup = Backup::new(&scene.namespace, "old-1", "old");
    let backup = backup.completed(scene.hours(-2), scene.hours(-1));
    let url = store.url();
    let command = json!([{
        "name": "sync",
        "image": "amazon/aws-cli",
        "args": ["s3", "sync", "/media", "s3://backups/media", "--endpoint-url", url],
    }]);
    let container = "/spec/jobTemplate/spec/template/spec/containers";
    let cron_job = scene.rarely().field(container, command);
    let cron_job = cron_job.last_successful(scene.hours(-1)).object();
    for object in [in_tree.object(), of_old.object(), backup.object(), cron_job] {
        control_plane.apply(&object).await;
    }

    let served = scene.setup.start().await;
    let old = ("CNPGCluster", "old");
    scene.tells(&served, &[]).await;
    scene.tells_of_dump(&served, &[]).await;
    scene.tells_of(&served, old, &[], |_| true).await;
    // A backup fails, points vanish, and everything grows old.
    let failed = scene.failed(scene.minutes(-15), "the bucket can't be reached");
    control_plane.apply(&failed.object()).await;
    scene.tells(&served, &["last_run failing"]).await;
    control_plane.delete(&newest).await;
    control_plane.delete(&object_store).await;
    scene.setup.set_clock("+40h");
    scene.tells_of_dump(&served, &["fresh failing"]).await;
    scene
        .tells_of(&served, old, &["fresh failing"], |_| true)
        .await;
    served
        .wait_for(
            "the cluster is in trouble",
            async || scene.db(&served).await,
            |db| db["status"] == "failing",
        )
        .await;

    let metrics = served.metrics().await;
    let told = requests_told(&metrics);
    assert!(!told.is_empty(), "nothing is told of requests:\n{metrics}");
    assert!(told.iter().all(|line| line.ends_with(" 0")), "{told:?}");
    let received = store.received();
    assert!(received.is_empty(), "{received:?}");
    // It would have been seen.
    http::request("GET", &store.url(), &[], "").await.unwrap();
    assert_eq!(store.received().len(), 1);
}
