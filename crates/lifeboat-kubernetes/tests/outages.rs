//! What the watches tell of an API server that is gone, hangs, or refuses.

mod common;

use common::{Eyes, connection, contact, cron_job, has_cron_job, in_touch, lost};
use lifeboat_kubernetes::{
    Connection, ConnectionSettings, Contact, Error, LossReason, objects::Kind,
};
use lifeboat_testkit::control_plane::ControlPlane;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_noticed_and_so_is_its_return() {
    let mut control_plane = ControlPlane::start().await;
    let namespace = control_plane.create_namespace("killed").await;
    let mut eyes = Eyes::open(&control_plane.administrators_kubeconfig(), &[]).await;
    eyes.wait_until_synced().await;
    assert_eq!(
        contact(&eyes.world, Kind::Backup, ""),
        Some(Contact::NotServed)
    );
    control_plane.kill_api_server();
    eyes.wait("the loss is noticed", |world| lost(world, Kind::CronJob))
        .await;
    let Some(Contact::Lost { loss, .. }) = contact(&eyes.world, Kind::CronJob, "") else {
        unreachable!("it was lost just now");
    };
    assert_eq!(loss.reason, LossReason::Unreachable, "{}", loss.error);
    control_plane.start_api_server().await;
    control_plane.create(&cron_job(&namespace, "after")).await;
    eyes.wait("what came after is seen", |world| {
        in_touch(world, Kind::CronJob) && has_cron_job(world, &namespace, "after")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_noticed_although_its_connections_stay_open() {
    let control_plane = ControlPlane::start().await;
    let namespace = control_plane.create_namespace("hung").await;
    let mut eyes = Eyes::open(&control_plane.administrators_kubeconfig(), &[]).await;
    eyes.wait_until_synced().await;
    control_plane.hang_api_server();
    let hung = std::time::Instant::now();
    eyes.wait("the loss is noticed", |world| lost(world, Kind::CronJob))
        .await;
    println!("noticed after {:?}", hung.elapsed());
    control_plane.unhang_api_server();
    control_plane.create(&cron_job(&namespace, "after")).await;
    eyes.wait("what came after is seen", |world| {
        in_touch(world, Kind::CronJob) && has_cron_job(world, &namespace, "after")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_and_the_other_kinds_are_watched() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("rights").await;
    control_plane
        .apply(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": {"namespace": namespace, "name": "some"},
            "rules": [
                {"apiGroups": ["batch"], "resources": ["cronjobs"], "verbs": ["list", "watch"]},
                {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["list"]},
            ],
        }))
        .await;
    control_plane
        .apply(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"namespace": namespace, "name": "some"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "some"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User",
                "name": "half-blind"}],
        }))
        .await;
    control_plane.create(&cron_job(&namespace, "seen")).await;
    let kubeconfig = control_plane.kubeconfig("half-blind");
    let mut eyes = Eyes::open(&kubeconfig, &[&namespace]).await;
    let forbidden = |contact: Option<Contact>, permission: &str| {
        matches!(contact, Some(Contact::Lost { loss, .. })
            if loss.reason == LossReason::Forbidden && loss.error.contains(permission))
    };
    eyes.wait("each missing permission is named", |world| {
        // Definitions can't be read either, so the kind itself was asked for.
        forbidden(
            contact(world, Kind::Backup, &namespace),
            &format!("watch backups.postgresql.cnpg.io in namespace {namespace}"),
        ) && forbidden(contact(world, Kind::Job, &namespace), "watch jobs.batch")
            && contact(world, Kind::CronJob, &namespace) == Some(Contact::InTouch)
    })
    .await;
    eyes.wait("what may be read is read", |world| {
        has_cron_job(world, &namespace, "seen")
    })
    .await;
    assert!(!eyes.world.is_synced());
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_to_connect_say_what_to_do() {
    let control_plane = ControlPlane::shared().await;
    let kubeconfig = control_plane.administrators_kubeconfig();
    let version = connection(&kubeconfig).await.check().await.unwrap();
    assert!(version.starts_with('v'), "{version}");

    let open = async |kubeconfig: &std::path::Path, context: Option<&str>| {
        Connection::open(&ConnectionSettings {
            kubeconfig: Some(kubeconfig.to_owned()),
            context: context.map(str::to_owned),
        })
        .await
    };
    let error = open(&kubeconfig.with_extension("missing"), None).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Kubeconfig { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("exists"));

    let error = open(&kubeconfig, Some("elsewhere")).await.unwrap_err();
    assert!(matches!(error, Error::UnknownContext { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("contexts: "));

    let reason = async |path: &std::path::Path| match open(path, None)
        .await
        .unwrap()
        .check()
        .await
        .unwrap_err()
    {
        Error::Server { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    let url = control_plane.url();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("https://{}", closed.local_addr().unwrap());
    drop(closed);
    let path = common::redirected(&kubeconfig, &url, &nobody);
    assert_eq!(reason(&path).await, LossReason::Unreachable);

    let stranger = ControlPlane::start().await;
    let path = common::redirected(&kubeconfig, &url, &stranger.url());
    assert_eq!(reason(&path).await, LossReason::Untrusted);

    let token = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url,
            "certificate-authority": control_plane.certificate_authority()}}],
        "users": [{"name": "u", "user": {"token": "expired"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    });
    let path = kubeconfig.with_extension("token");
    std::fs::write(&path, token.to_string()).unwrap();
    assert_eq!(reason(&path).await, LossReason::Unauthenticated);
}
