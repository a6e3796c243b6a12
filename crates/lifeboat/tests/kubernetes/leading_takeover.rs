//! Stories of two replicas, one of which goes: killed, ended in order, or stopped for a while.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use serde_json::json;

use crate::leading_scene::{Replicas, leads, start_leading, start_standing_by, wait_until_leads};
use crate::scene::{apply_all, name_of, newest};
use crate::served::{ONCE, Setup};

/// How long a message may take; far longer than it does.
const SOON: Duration = Duration::from_secs(30);

/// A Prometheus whose backups fail at once: nobody listens there.
fn declare_unreachable(setup: &Setup, more: &str) {
    let document = setup.document("http://127.0.0.1:1", "/nowhere", more);
    setup.resource("main.yaml", &document);
}

#[tokio::test]
async fn after_a_kill_the_standby_leads_and_every_backup_is_counted_once() {
    let replicas = Replicas::new().await;
    let (scene, control_plane) = (&replicas.scene, &replicas.control_plane);
    apply_all(control_plane, &scene.sound()).await;
    let (one, two) = (replicas.replica("one", ""), replicas.replica("two", ""));
    let leader = start_leading(&one).await;
    let standby = start_standing_by(&two).await;
    scene.tells(&leader, &[]).await;
    assert_eq!(replicas.counted(&leader, "succeeded").await, "2");
    leader.wait_until_told().await;

    leader.kill_9();
    // What ends while nobody looks is counted as well.
    let at = scene.minutes(-5);
    control_plane.apply(&scene.completed(at).object()).await;
    wait_until_leads(&standby).await;
    let is_newest = |asset: &serde_json::Value| newest(asset) == name_of(at);
    scene.tells_that(&standby, &[], is_newest).await;
    assert_eq!(replicas.counted(&standby, "succeeded").await, "3");

    // Who was killed comes back, stands by, and counts nothing.
    let back = start_standing_by(&one).await;
    assert_eq!(scene.lines(&back, &[""]).await, [""; 0]);
    standby.wait_for_evaluation().await;
    assert_eq!(replicas.counted(&standby, "succeeded").await, "3");
    assert_eq!(leads(&standby).await, Some(true));
    let record = replicas.record().await;
    assert_eq!(record["leaseTransitions"], 1, "{record:#}");
}

/// Sets the clocks so that the next hour begins in so many seconds. Whatever a test does until it sets
/// them again, it takes less than an hour.
fn approach_next_hour(setups: &[&Setup], offset: &mut u64, seconds: u64) {
    const HOUR: u64 = 3600;

    let now = Timestamp::now().as_second().cast_unsigned() + *offset;
    let left = HOUR - now % HOUR;
    *offset += (left + HOUR - seconds) % HOUR;
    for setup in setups {
        setup.set_clock(&format!("+{offset}s"));
    }
}

#[tokio::test]
async fn no_scheduled_run_is_lost_or_doubled_when_the_leader_is_killed_just_before_it() {
    let replicas = Replicas::new().await;
    let (one, two) = (replicas.replica("one", ""), replicas.replica("two", ""));
    for setup in [&one, &two] {
        declare_unreachable(setup, "schedule: \"0 * * * *\"\nretries: {limit: 0}");
    }
    let runs = || -> u32 {
        replicas
            .query("SELECT COUNT(ended_at) FROM runs WHERE operation = 'backup'")
            .parse()
            .unwrap()
    };
    let mut offset = 0;
    approach_next_hour(&[&one, &two], &mut offset, 1800);
    let leader = start_leading(&one).await;
    let standby = start_standing_by(&two).await;
    approach_next_hour(&[&one, &two], &mut offset, 3);
    let has_run = async |served: &crate::served::Served<'_>, count: u32| {
        let what = format!("there are {count} runs");
        let ask = async || json!(runs());
        served.wait_for(&what, ask, |ran| *ran == count).await;
    };
    has_run(&leader, 1).await;

    approach_next_hour(&[&one, &two], &mut offset, 5);
    leader.kill_9();
    wait_until_leads(&standby).await;
    has_run(&standby, 2).await;
    approach_next_hour(&[&one, &two], &mut offset, 3);
    has_run(&standby, 3).await;

    // One an hour, hour after hour, and each of them has ended.
    let one_an_hour = "SELECT COUNT(DISTINCT scheduled_for), \
         (MAX(scheduled_for) - MIN(scheduled_for)) / 3600000000, COUNT(ended_at) \
         FROM runs WHERE operation = 'backup'";
    assert_eq!(replicas.query(one_an_hour), "3|2|3");
}

#[tokio::test]
async fn a_leader_that_is_asked_to_end_hands_over_at_once() {
    let replicas = Replicas::new().await;
    apply_all(&replicas.control_plane, &replicas.scene.sound()).await;
    let (one, two) = (replicas.replica("one", ""), replicas.replica("two", ""));
    let leader = start_leading(&one).await;
    let standby = start_standing_by(&two).await;
    replicas.scene.tells(&leader, &[]).await;

    let (status, log) = leader.terminate().await;
    assert!(status.success(), "{log}");
    assert!(log.contains("gave back the Lease"), "{log}");
    wait_until_leads(&standby).await;
    replicas.scene.tells(&standby, &[]).await;
    assert_eq!(replicas.counted(&standby, "succeeded").await, "2");
    let log = standby.log();
    assert!(log.contains("standing by: one leads"), "{log}");

    // A standby that is asked to end leaves the Lease alone.
    let back = start_standing_by(&one).await;
    let (status, log) = back.terminate().await;
    assert!(status.success(), "{log}");
    let record = replicas.record().await;
    let holder = record["holderIdentity"].as_str().unwrap();
    assert!(holder.starts_with("two_"), "{record:#}");
}

#[tokio::test]
async fn a_leader_that_was_frozen_ends_when_it_goes_on_and_doubles_nothing() {
    let replicas = Replicas::new().await;
    let webhook = HttpServer::start();
    let more = format!("--webhook {}/hook", webhook.url());
    let (one, two) = (
        replicas.replica("one", &more),
        replicas.replica("two", &more),
    );
    for setup in [&one, &two] {
        declare_unreachable(setup, ONCE);
    }
    let leader = start_leading(&one).await;
    leader
        .wait_for_alert("PrometheusBackupFailed", "pending")
        .await;
    leader.wait_until_told().await;
    let standby = start_standing_by(&two).await;

    leader.freeze();
    wait_until_leads(&standby).await;
    standby
        .wait_for_alert("PrometheusBackupFailed", "pending")
        .await;
    // Whoever looks at the clock now has news to tell.
    for setup in [&one, &two] {
        setup.set_clock("+6m");
    }
    webhook.wait_for(1, SOON).await;
    standby.wait_until_told().await;
    let written = "SELECT (SELECT COUNT(*) FROM runs WHERE operation = 'backup'), \
         (SELECT COUNT(*) FROM outbox), (SELECT generation FROM claim)";
    let before = replicas.query(written);

    leader.thaw();
    let (status, log) = leader.wait().await;
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("this Lifeboat leads no longer"), "{log}");
    assert!(log.contains("hint"), "{log}");
    standby.wait_for_evaluation().await;
    standby.wait_for_evaluation().await;
    assert_eq!(webhook.received().len(), 1);
    assert_eq!(replicas.query(written), before);
    assert_eq!(leads(&standby).await, Some(true));
    assert_eq!(replicas.record().await["leaseTransitions"], 1);
}

#[tokio::test]
async fn of_three_that_see_the_leader_go_one_leads() {
    let replicas = Replicas::new().await;
    let setups = ["one", "two", "three"].map(|host| replicas.replica(host, ""));
    let leader = start_leading(&setups[0]).await;
    let standbys = [
        start_standing_by(&setups[1]).await,
        start_standing_by(&setups[2]).await,
    ];
    leader.kill_9();
    let leading = async || {
        let mut count = 0;
        for standby in &standbys {
            count += u32::from(leads(standby).await == Some(true));
        }
        json!(count)
    };
    standbys[0]
        .wait_for("one of them leads", &leading, |count| *count == 1)
        .await;
    // The other one respects it, beyond the time for which the Lease is good.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(leading().await, 1);
    assert_eq!(replicas.record().await["leaseTransitions"], 1);
    let renewed = replicas.record().await["renewTime"].clone();
    let renewed: Timestamp = renewed.as_str().unwrap().parse().unwrap();
    let age = Timestamp::now().duration_since(renewed);
    assert!(age < SignedDuration::from_secs(12), "{age}");
}
