//! Stories of what lies in the object store, whatever Kubernetes says: real backups of a real
//! PostgreSQL by barman-cloud in a real bucket, and the objects that tell of them.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use lifeboat_testkit::barman::ArchivedServer;
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::garage::Garage;
use lifeboat_testkit::kubernetes_objects::{Backup, KubernetesObject};
use serde_json::Value;

use crate::scene::{Scene, apply_all, newest};
use crate::served::{Served, report};

/// A Cluster whose server archives for real, and a policy that has its store looked into.
struct Stored {
    control_plane: &'static ControlPlane,
    scene: Scene,
    garage: Garage,
    server: ArchivedServer,
}

impl Stored {
    async fn begin() -> Self {
        let (control_plane, mut scene) = Scene::new().await;
        let garage = Garage::start().await;
        let bucket = garage.bucket("backups").await;
        let server = ArchivedServer::start(&bucket, "shop", "db", Some("--gzip")).await;
        let secrets = scene.setup.path("stores");
        ArchivedServer::write_secret(&bucket, &secrets.join(&scene.namespace).join("bucket"));
        let arguments = format!("--postgres-object-stores {}", secrets.display());
        scene.setup = scene.setup.with(&arguments);
        let policy = format!(
            "apiVersion: lifeboat.dev/v1alpha1\n\
             kind: BackupPolicy\n\
             metadata: {{name: stores, namespace: {}}}\n\
             spec:\n  selector: {{kinds: [CNPGCluster]}}\n  \
             postgresObjectStores:\n    \
             - {{cluster: db, secret: bucket, every: 2s, probeEvery: 1s, capacity: 1GiB}}\n",
            scene.namespace
        );
        scene.setup.resource("policy.yaml", &policy);
        let store = scene.store(None, None).endpoint(&bucket.endpoint);
        let objects = [
            scene.cluster().object(),
            store.object(),
            scene.yearly().object(),
        ];
        apply_all(control_plane, &objects).await;
        Self {
            control_plane,
            scene,
            garage,
            server,
        }
    }

    /// A Backup that Kubernetes says is completed, of the folder with this id.
    fn completed(&self, id: &str) -> Backup {
        let began_at = began_at(id);
        let name = format!("backup-{}", id.to_lowercase());
        Backup::new(&self.scene.namespace, &name, "db")
            .method("plugin")
            .completed(began_at, began_at + SignedDuration::from_secs(1))
    }

    async fn complete(&self, id: &str) {
        self.control_plane.apply(&self.completed(id).object()).await;
    }

    async fn alerts(&self, served: &Served<'_>) -> Vec<String> {
        let alerts = served.api("alerts").await;
        let alerts = alerts["alerts"].as_array().unwrap().clone();
        let own = alerts
            .iter()
            .filter(|alert| alert.to_string().contains(&self.scene.namespace));
        own.map(|alert| alert["alert"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The folder of a backup is named after the moment at which it began.
fn began_at(id: &str) -> Timestamp {
    let moment = DateTime::strptime("%Y%m%dT%H%M%S", id).unwrap();
    moment.to_zoned(TimeZone::UTC).unwrap().timestamp()
}

fn is_ok(asset: &Value, check: &str) -> bool {
    report(asset, check)["status"] == "ok"
}

#[tokio::test]
async fn story_16_a_backup_that_is_not_whole_in_the_bucket_is_no_recovery_point() {
    let stored = Stored::begin().await;
    let sound = stored.server.back_up();
    stored.complete(&sound).await;
    let served = stored.scene.setup.start().await;
    // The sound twin.
    let asset = stored
        .scene
        .tells_that(&served, &[], |asset| is_ok(asset, "catalogued"))
        .await;
    assert_eq!(newest(&asset), format!("backup-{}", sound.to_lowercase()));
    assert_eq!(stored.alerts(&served).await, [""; 0]);

    let failed = stored.server.fail_to_back_up();
    stored.complete(&failed).await;
    let told = ["catalogued failing"];
    let asset = stored.scene.tells(&served, &told).await;
    let report = report(&asset, "catalogued");
    assert_eq!(report["reason"], "BackupNotRestorable", "{report:#}");
    assert_eq!(report["facts"]["folder"], failed.as_str());
    assert_eq!(report["facts"]["usable"], sound.as_str());
    let told = report.to_string();
    assert!(told.contains("says that it failed"), "{told}");
    assert_eq!(stored.alerts(&served).await, ["CNPGBackupNotRestorable"]);
    let name = format!("CNPGCluster/{}/db", stored.scene.namespace);
    let status = stored.scene.setup.ask(&format!("status {name}"));
    assert_eq!(status.code, Some(1));
    assert!(status.stdout.contains(&failed), "{}", status.stdout);
    served.terminate().await;

    // Without the one that failed, what is there would do; but its description is gone.
    let object = stored.completed(&failed).object();
    stored.control_plane.delete(&object).await;
    let served = stored.scene.setup.start().await;
    stored
        .scene
        .tells_that(&served, &[], |asset| is_ok(asset, "catalogued"))
        .await;
    stored.server.remove(&format!("base/{sound}/backup.info"));
    served
        .wait_for(
            "the backup without a backup.info is no recovery point",
            async || stored.scene.db(&served).await,
            |asset| {
                report_of(asset, "catalogued") == "failing" && report_of(asset, "fresh") != "ok"
            },
        )
        .await;
}

fn report_of(asset: &Value, check: &str) -> String {
    report(asset, check)["status"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn story_15_missing_wal_is_told_with_the_moment_up_to_which_one_can_recover() {
    let mut stored = Stored::begin().await;
    let id = stored.server.back_up();
    stored.complete(&id).await;
    let mut segments = Vec::new();
    for _ in 0..3 {
        segments.push(stored.server.write_wal().await);
    }
    let served = stored.scene.setup.start().await;
    // The sound twin.
    stored
        .scene
        .tells_that(&served, &[], |asset| is_ok(asset, "wal_continuous"))
        .await;
    let metric = async |name| stored.scene.metric(&served, name).await;
    assert_eq!(
        metric("cnpg_objectstore_connection_status").await,
        Some(1.0)
    );
    let total = metric("cnpg_objectstore_total_bytes").await;
    assert_eq!(total, Some(f64::from(1 << 30)));
    assert!(metric("cnpg_objectstore_free_bytes").await < total);
    assert!(metric("cnpg_backup_size_bytes").await > Some(1_000_000.0));
    assert!(metric("cnpg_backup_bytes_transferred").await.is_some());

    let key = stored.server.key_of(&segments[1]);
    stored.server.rename(&key, "kept-aside");
    let asset = stored
        .scene
        .tells(&served, &["wal_continuous failing"])
        .await;
    let told = report(&asset, "wal_continuous");
    assert_eq!(told["facts"]["segment"], segments[1].as_str(), "{told:#}");
    assert!(told["facts"]["recoverable_until"].is_string(), "{told:#}");
    assert_eq!(stored.alerts(&served).await, ["WALGap"]);

    stored.server.rename("kept-aside", &key);
    stored.scene.tells(&served, &[]).await;

    stored.garage.kill_9();
    stored
        .scene
        .tells(&served, &["store_reachable failing"])
        .await;
    let status = stored
        .scene
        .metric(&served, "cnpg_objectstore_connection_status");
    assert_eq!(status.await, Some(0.0));
    stored.garage.restart().await;
    stored.scene.tells(&served, &[]).await;
}
