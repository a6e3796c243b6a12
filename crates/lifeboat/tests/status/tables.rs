//! What a person reads, in every state of the fleet, and the exit code that goes with it.

use std::sync::Arc;

use insta::assert_snapshot;
use lifeboat_testkit::ports::free_port;
use lifeboat_web::api::{AssetDetail, AssetList};
use rstest::rstest;

use super::{
    asking,
    hand_made::{
        DAY, HOUR, Server, ago, alert, busy, coverage, failing, kopia_maintenance,
        kopia_repository, kopia_source, mixed, now, paused, sound, sound_asset, unknown, view,
        viewed,
    },
    support::{Ran, lifeboat, run},
};

/// Runs it and looks at every line's width.
pub(crate) fn shows(server: &Server, words: &str, code: i32) -> String {
    let ran: Ran = run(&mut asking(server, words)).exits(code);
    assert_eq!(ran.stderr, "");
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 80, "too wide: {line}");
    }
    ran.stdout
}

#[test]
fn all_is_well() {
    let server = Server::of(view(vec![sound("main"), busy("edge")])).start();
    assert_snapshot!("all_is_well", shows(&server, "status", 0));
}

#[test]
fn one_is_failing_and_the_way_out_is_told() {
    let mut view = view(vec![sound("main"), failing("edge"), sound("west")]);
    view.alerts = Arc::new(vec![alert("edge", lifeboat_core::AlertState::Firing)]);
    let server = Server::of(view).start();
    assert_snapshot!("one_failing", shows(&server, "status", 1));
}

#[test]
fn unknown_is_not_green() {
    let server = Server::of(view(vec![unknown("new")])).start();
    assert_snapshot!("unknown", shows(&server, "status", 1));
}

#[test]
fn paused_is_told_with_its_age() {
    let server = Server::of(view(vec![paused("old"), sound("main")])).start();
    assert_snapshot!("paused", shows(&server, "status", 0));
}

#[test]
fn nothing_is_there_and_the_way_to_the_first_is_told() {
    let server = Server::of(view(Vec::new())).start();
    assert_snapshot!("nothing", shows(&server, "status", 0));
}

#[test]
fn a_stale_view_is_not_trusted() {
    let server = Server::of(view(vec![sound("main")])).stale().start();
    assert_snapshot!("stale", shows(&server, "status", 1));
    shows(&server, "status main", 1);
}

#[test]
fn long_names_are_folded() {
    let mut asset = sound_asset("a-name-of-a-prometheus-that-someone-had-to-make-very-long-indeed");
    asset.id.namespace = "a-namespace-that-is-long-as-well".to_owned();
    let server = Server::of(view(vec![viewed(asset), sound("main")])).start();
    assert_snapshot!("long_names", shows(&server, "status", 0));
}

#[test]
fn lifeboats_own_troubles_come_last() {
    let mut view = view(vec![sound("main")]);
    let health = &mut view.health;
    health.ledger_error = Some("no space left on device".to_owned());
    health.resources_error = Some("main.yaml:7: unknown field 'shedule'".to_owned());
    health.messages_waiting = 2;
    let errors = &mut health.notifier_errors;
    errors.insert("alertmanager".to_owned(), "connection refused".to_owned());
    let server = Server::of(view).start();
    assert_snapshot!("lifeboats_own", shows(&server, "status", 0));
}

#[test]
fn the_upkeep_of_repositories_is_shown() {
    let name = "kopia-config";
    let upkeep = kopia_maintenance(now(), "volsync-system", name)
        .completed(4 * DAY, 20)
        .failed(8 * HOUR);
    let repository = kopia_repository(now(), "volsync-system", name).completed(4 * DAY, 20);
    let source = kopia_source(now(), "volsync-system", "photos", name).completed(2 * HOUR, 9);
    let assets = vec![upkeep.build(), repository.build(), source.build()];
    let server = Server::of(view(assets)).start();
    assert_snapshot!("upkeep", shows(&server, "status", 1));
    let maintenance = "status KopiaMaintenance/volsync-system/kopia-config";
    assert_snapshot!("upkeep_maintenance", shows(&server, maintenance, 1));
    let repository = "status KopiaRepository/volsync-system/kopia-config";
    assert_snapshot!("upkeep_repository", shows(&server, repository, 1));
    assert_snapshot!("upkeep_source", shows(&server, "status photos", 0));
}

#[test]
fn one_asset_is_shown_in_full() {
    let server = Server::of(mixed()).start();
    assert_snapshot!("detail", shows(&server, "status monitoring/edge", 1));
    shows(&server, "status Prometheus/monitoring/main", 0);
    shows(&server, "status old", 0);
    shows(&server, "status new", 1);
}

#[rstest]
#[case("status --failing", &["edge", "new"], 1)]
#[case("status --kind prometheus", &["edge", "main", "new", "old"], 1)]
#[case("status --namespace monitoring", &["edge", "main", "new", "old"], 1)]
#[case("status --namespace other", &[], 0)]
fn filters_leave_out_the_others(#[case] words: &str, #[case] expected: &[&str], #[case] code: i32) {
    let server = Server::of(mixed()).start();
    let ran = run(&mut asking(&server, &format!("{words} --output json"))).exits(code);
    let list: AssetList = serde_json::from_str(&ran.stdout).unwrap();
    let names: Vec<&str> = list
        .assets
        .iter()
        .map(|asset| asset.name.as_str())
        .collect();
    assert_eq!(names, expected);
    assert_eq!(list.counts.total(), expected.len());
}

#[test]
fn what_nothing_covers_is_told_below_the_assets_and_breaks_no_promise() {
    let mut view = view(vec![sound("main")]);
    view.coverage = vec![coverage(&[])];
    let server = Server::of(view.clone()).start();
    assert_snapshot!("coverage", shows(&server, "status", 0));
    assert_snapshot!("coverage_in_full", shows(&server, "status --coverage", 0));
    let other = shows(&server, "status --namespace media", 0);
    assert!(other.contains("1 of 1 covered"), "{other}");
    // Nobody asked for what holds data.
    let failing = shows(&server, "status --failing", 0);
    assert!(!failing.contains("Coverage"), "{failing}");

    view.coverage = vec![coverage(&[
        lifeboat_core::CoverageKind::PersistentVolumeClaim,
    ])];
    let server = Server::of(view).start();
    assert_snapshot!("coverage_unseen", shows(&server, "status --coverage", 1));
}

#[test]
fn machines_get_what_the_api_says() {
    let server = Server::of(mixed()).start();
    let ran = run(&mut asking(&server, "status main --output json")).exits(0);
    let detail: AssetDetail = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(detail.summary.name, "main");
    run(&mut asking(&server, "status --output yaml"))
        .exits(1)
        .says(&["asset: Prometheus/monitoring/main"]);
}

#[test]
fn who_may_be_meant_is_listed() {
    let mut other = sound_asset("main");
    other.id.namespace = "staging".to_owned();
    let server = Server::of(view(vec![sound("main"), viewed(other)])).start();
    run(&mut asking(&server, "status main"))
        .exits(2)
        .complains(&["Prometheus/monitoring/main, Prometheus/staging/main"]);
    run(&mut asking(&server, "status other"))
        .exits(2)
        .complains(&["there is no asset other"]);
}

#[test]
fn without_a_ledger_the_rest_of_an_asset_is_still_shown() {
    let server = Server::of(mixed()).without_history().start();
    let shown = shows(&server, "status main", 0);
    assert!(
        shown.contains("No runs: failed to read from the ledger"),
        "{shown}"
    );
}

#[test]
fn a_server_that_is_not_there_is_told_apart_from_a_bad_address() {
    let address = format!("http://127.0.0.1:{}", free_port());
    run(&mut lifeboat(["status", "--server", &address]))
        .exits(1)
        .complains(&[
            "failed to reach Lifeboat at",
            "hint: start it with `lifeboat serve`, or give --server",
        ]);
    run(&mut lifeboat(["status", "--server", "nowhere"]))
        .exits(2)
        .complains(&["nowhere is not a server's URL"]);
}

#[test]
fn a_point_in_the_future_does_not_count_as_new() {
    let mut asset = sound_asset("main");
    let mut points = asset.history.recovery_points.clone();
    points[1].taken_at = ago(-600);
    asset.history.take_inventory(ago(1), Ok(points));
    let server = Server::of(view(vec![viewed(asset)])).start();
    let shown = shows(&server, "status", 1);
    assert!(shown.contains("1d 8h of 1d 1h"), "{shown}");
}
