//! `lifeboat run`: starts a run, and follows it to its end.

use std::sync::Arc;

use jiff::SignedDuration;
use lifeboat_controller::RunRequest;
use lifeboat_core::{AssetHistory, Outcome, Run, RunEnd, RunId, RunTrigger};
use lifeboat_web::api::RunReport;
use rstest::rstest;
use tempfile::NamedTempFile;

use super::{
    asking,
    hand_made::{Answer, DAY, Server, ago, busy, mixed, now, sound, sound_asset, view, viewed},
    support::run,
};

/// A controller that shows the run under way, and then its end.
fn ending(outcome: Outcome) -> Answer {
    Box::new(move |request, views| {
        let mut asset = sound_asset("main");
        let mut run = Run {
            id: RunId("backup-now".to_owned()),
            asset: request.asset.clone(),
            operation: request.operation,
            trigger: RunTrigger::Manual,
            scheduled_for: None,
            attempt: 1,
            started_at: now(),
            end: None,
        };
        asset.history.record(&run);
        views
            .send(Arc::new(view(vec![viewed(asset.clone())])))
            .unwrap();
        let mut end = RunEnd::plain(now() + SignedDuration::from_secs(90), outcome);
        if outcome != Outcome::Succeeded {
            end.error = Some("the bucket is gone".to_owned());
            end.hint = Some("make it".to_owned());
        }
        run.end = Some(end);
        asset.history.record(&run);
        let views = views.clone();
        tokio::spawn(async move {
            // The client has seen it under way by then, or not: both must come to the same.
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            let _ = views.send(Arc::new(view(vec![viewed(asset)])));
        });
        Ok(run.id)
    })
}

#[test]
fn a_run_is_started_and_named() {
    let server = Server::of(mixed()).start();
    run(&mut asking(&server, "run main"))
        .exits(0)
        .says(&["Started backup-20261121-100000-7f3a on Prometheus/monitoring/main."]);
}

#[test]
fn who_waits_is_told_of_the_success() {
    let server = Server::of(mixed())
        .answering(ending(Outcome::Succeeded))
        .start();
    let ran = run(&mut asking(&server, "run main --wait")).exits(0);
    assert!(
        ran.stdout.contains("The backup succeeded after 90.0 s."),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stderr, "");
}

#[rstest]
#[case(Outcome::Failed, "The verification failed after 90.0 s.")]
#[case(Outcome::Inconclusive, "The verification was cut short after 90.0 s.")]
fn who_waits_is_told_what_went_wrong(#[case] outcome: Outcome, #[case] told: &str) {
    let server = Server::of(mixed()).answering(ending(outcome)).start();
    let words = "run main --operation verification --wait";
    run(&mut asking(&server, words)).exits(1).says(&[
        told,
        "  the bucket is gone\n",
        "hint: make it\n",
    ]);
}

#[test]
fn machines_that_wait_get_the_run_alone() {
    let server = Server::of(mixed())
        .answering(ending(Outcome::Failed))
        .start();
    let ran = run(&mut asking(&server, "run main --wait --output json")).exits(1);
    let report: RunReport = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report.outcome, Some(Outcome::Failed));
}

#[test]
fn a_run_that_the_view_never_shows_is_found_in_the_ledger() {
    let finished = Box::new(|_: &RunRequest, _: &_| Ok(RunId("backup-20261121-020000".to_owned())));
    let server = Server::of(view(vec![sound("main")]))
        .answering(finished)
        .start();
    let mut later = sound_asset("main");
    later.history = AssetHistory::new(ago(DAY));
    server
        .views
        .send(Arc::new(view(vec![viewed(later)])))
        .unwrap();
    run(&mut asking(&server, "run main --wait"))
        .exits(0)
        .says(&["The backup succeeded after 240.0 s."]);
}

#[test]
fn a_second_run_is_refused_with_the_way_to_the_first() {
    let server = Server::of(view(vec![busy("main")])).start();
    run(&mut asking(&server, "run main")).exits(1).complains(&[
        "a backup of Prometheus/monitoring/main is running since",
        "hint: `lifeboat status Prometheus/monitoring/main` shows how far it has come",
    ]);
}

#[test]
fn the_token_opens_the_door() {
    let server = Server::of(mixed()).token("sesame").start();
    run(&mut asking(&server, "run main"))
        .exits(1)
        .complains(&["this needs a token", "--server-token-file"]);
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "sesame\n").unwrap();
    run(asking(&server, "run main")
        .arg("--server-token-file")
        .arg(file.path()))
    .exits(0);
    std::fs::write(file.path(), "simsim").unwrap();
    let ran = run(asking(&server, "run main")
        .arg("--server-token-file")
        .arg(file.path()))
    .exits(1)
    .complains(&["the token is not the server's"]);
    assert!(!ran.stderr.contains("simsim"));
}
