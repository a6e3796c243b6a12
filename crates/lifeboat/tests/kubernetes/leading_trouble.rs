//! Stories of a Lease that can't be had: an API server that is away, missing permissions, other holders.

use serde_json::{Value, json};

use crate::leading_scene::{Replicas, leads, start_leading, start_standing_by, wait_until_leads};
use crate::scene::apply_all;
use crate::served::Served;
use crate::support::run;

/// Waits until `/readyz` answers like this, and returns the text.
async fn wait_for_readiness(served: &Served<'_>, status: u16, text: &str) -> String {
    let answer = served
        .wait_for(
            &format!("/readyz answers {status} with {text:?}"),
            async || match served.answer("/readyz").await {
                Some((status, text)) => json!({ "status": status, "text": text }),
                None => Value::Null,
            },
            |answer| {
                answer["status"] == status
                    && answer["text"]
                        .as_str()
                        .is_some_and(|told| told.contains(text))
            },
        )
        .await;
    crate::support::text(&answer["text"])
}

#[tokio::test]
async fn a_standby_answers_for_itself_and_names_the_leader() {
    let replicas = Replicas::new().await;
    apply_all(&replicas.control_plane, &replicas.scene.sound()).await;
    let (one, two) = (replicas.replica("one", ""), replicas.replica("two", ""));
    let leader = start_leading(&one).await;
    replicas.scene.tells(&leader, &[]).await;
    let standby = start_standing_by(&two).await;

    assert_eq!(
        standby.answer("/healthz").await,
        Some((200, "ok\n".to_owned()))
    );
    wait_for_readiness(&standby, 200, "this Lifeboat is a standby: one leads").await;
    let metrics = standby.metrics().await;
    let names: Vec<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap())
        .filter(|name| !name.starts_with("process_"))
        .collect();
    assert_eq!(names, ["lifeboat_build_info", "lifeboat_leader"]);
    for path in [
        "assets",
        "alerts",
        "findings",
        "runs",
        "assets/CNPGCluster/shop/db",
    ] {
        let (status, text) = standby.answer(&format!("/api/v1/{path}")).await.unwrap();
        assert_eq!(status, 503, "{path}: {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["error"], "this Lifeboat is a standby: one leads");
        assert!(body["hint"].as_str().unwrap().contains("pod/one"), "{body}");
    }
    two.ask("status")
        .exits(1)
        .complains(&["this Lifeboat is a standby: one leads", "hint: ask one"]);
    two.ask("run main")
        .exits(1)
        .complains(&["this Lifeboat is a standby"]);
    let (status, page) = standby.answer("/").await.unwrap();
    assert_eq!(status, 200);
    assert!(page.contains("one leads"), "{page}");
}

#[tokio::test]
async fn a_leader_without_an_api_server_steps_down_and_one_leads_when_it_is_back() {
    let mut replicas = Replicas::new().await;
    apply_all(&replicas.control_plane, &replicas.scene.sound()).await;
    let (one, two) = (replicas.replica("one", ""), replicas.replica("two", ""));
    let leader = start_leading(&one).await;
    replicas.scene.tells(&leader, &[]).await;
    let standby = start_standing_by(&two).await;

    replicas.control_plane.kill_api_server();
    let (status, log) = leader.wait().await;
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("was not renewed within 8 seconds"), "{log}");
    // As Kubernetes starts it again. Neither could lead now, and both say so.
    let back = one.spawn();
    for served in [&standby, &back] {
        wait_for_readiness(served, 503, "could not take over").await;
    }
    assert_eq!(leads(&standby).await, Some(false));

    replicas.control_plane.start_api_server().await;
    for served in [&standby, &back] {
        wait_for_readiness(served, 200, "").await;
    }
    let who = standby
        .wait_for(
            "one of them leads",
            async || json!([leads(&standby).await, leads(&back).await]),
            |who| *who == json!([true, false]) || *who == json!([false, true]),
        )
        .await;
    let leader = if who[0] == true { &standby } else { &back };
    replicas.scene.tells(leader, &[]).await;
    assert_eq!(replicas.counted(leader, "succeeded").await, "2");
}

#[tokio::test]
async fn a_lease_that_is_deleted_by_hand_stays_with_its_leader() {
    let replicas = Replicas::new().await;
    let (one, two) = (replicas.replica("one", ""), replicas.replica("two", ""));
    let leader = start_leading(&one).await;
    let standby = start_standing_by(&two).await;
    wait_for_readiness(&standby, 200, "one leads").await;
    for _ in 0..3 {
        replicas.control_plane.delete(&replicas.lease()).await;
        let record = leader
            .wait_for(
                "the Lease is there again",
                async || replicas.record().await,
                Value::is_object,
            )
            .await;
        let holder = record["holderIdentity"].as_str().unwrap();
        assert!(holder.starts_with("one_"), "{record:#}");
    }
    assert_eq!(leads(&leader).await, Some(true));
    assert_eq!(leads(&standby).await, Some(false));
}

#[tokio::test]
async fn a_leader_whose_lease_somebody_takes_ends_and_leaves_it_alone() {
    let replicas = Replicas::new().await;
    let one = replicas.replica("one", "");
    let leader = start_leading(&one).await;
    let lease = replicas.strangers_lease(600);
    replicas.control_plane.apply(&lease).await;
    let (status, log) = leader.wait().await;
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("stranger has taken the Lease"), "{log}");
    assert_eq!(replicas.record().await["holderIdentity"], "stranger");
}

#[tokio::test]
async fn a_strangers_lease_is_respected_for_as_long_as_it_says_and_no_longer() {
    let replicas = Replicas::new().await;
    let lease = replicas.strangers_lease(20);
    replicas.control_plane.apply(&lease).await;
    let one = replicas.replica("one", "");
    let standby = start_standing_by(&one).await;
    wait_for_readiness(&standby, 200, "stranger leads").await;
    assert_eq!(leads(&standby).await, Some(false));
    wait_until_leads(&standby).await;
    let record = replicas.record().await;
    assert_eq!(record["leaseTransitions"], 8, "{record:#}");
    assert_eq!(record["leaseDurationSeconds"], 12, "{record:#}");
}

#[tokio::test]
async fn without_permission_for_leases_it_ends_and_says_which_is_missing() {
    let replicas = Replicas::new().await;
    let nobody = replicas.control_plane.kubeconfig("nobody");
    let setup = replicas.replica_as(&nobody, "one", "");
    run(&mut setup.command()).exits(1).complains(&[
        "missing permission: get leases.coordination.k8s.io in namespace",
        "hint: give Lifeboat's account a Role",
    ]);
}

#[tokio::test]
async fn what_can_not_work_is_refused_at_once() {
    let replicas = Replicas::new().await;
    let on_a_file = replicas.replica("one", "").on_ledger("/tmp/ledger.db");
    run(&mut on_a_file.command()).exits(2).complains(&[
        "leader election needs a ledger that all replicas share, and /tmp/ledger.db is a file",
        "hint: give --ledger postgres://",
    ]);
    let url = replicas.postgres.url("ledger");
    let without_cluster = crate::served::Setup::new()
        .on_ledger(&url)
        .with("--leader-election");
    run(&mut without_cluster.command())
        .exits(2)
        .complains(&["leader election needs a cluster", "hint: add --kubernetes"]);
    let kubeconfig = replicas.control_plane.administrators_kubeconfig();
    let without_namespace = crate::served::Setup::new()
        .on_ledger(&url)
        .with(&format!("--kubeconfig {}", kubeconfig.display()))
        .with("--leader-election");
    run(&mut without_namespace.command())
        .exits(1)
        .complains(&["the namespace of its Lease", "hint: give --lease-namespace"]);
}

#[tokio::test]
async fn the_leader_ends_the_session_of_one_that_holds_the_ledger_without_a_lease() {
    let replicas = Replicas::new().await;
    apply_all(&replicas.control_plane, &replicas.scene.sound()).await;
    let url = replicas.postgres.url("ledger");
    let alone = crate::served::Setup::new().on_ledger(&url);
    let holder = alone.start().await;
    let one = replicas.replica("one", "");
    let leader = start_leading(&one).await;
    replicas.scene.tells(&leader, &[]).await;
    leader.wait_until_told().await;
    assert_eq!(replicas.query("SELECT generation FROM claim"), "2");
    drop(holder);
}
