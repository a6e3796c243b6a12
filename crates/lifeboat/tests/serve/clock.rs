//! Clocks that jump: what lies in the future never looks fresh, and never silences a schedule.

use crate::prometheus;
use crate::served::{Setup, report};
use crate::support::text;

const HOURLY: &str = "immediate: true\nschedule: \"0 * * * *\"\nverification: {suspend: true}\nprune: {suspend: true}";

#[tokio::test]
async fn a_clock_that_was_ahead_and_is_set_right_leaves_no_false_green_and_no_silence() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.set_clock("+30h");
    setup.declare(&prometheus, HOURLY);
    let served = setup.start().await;
    served.wait_for_backups(1).await;

    setup.set_clock("+0");
    let asset = served
        .wait_for_asset("the future is noticed", |asset| {
            report(asset, "clock")["status"] == "failing"
        })
        .await;
    let said = text(&report(&asset, "clock")["text"]);
    assert!(said.contains("in the future"), "{said}");
    // The schedule doesn't wait for the clock to catch up.
    let asset = served.wait_for_backups(2).await;
    let newest = text(&asset["newest_good_recovery_point"]["name"]);
    let points = asset["recovery_points"].as_array().unwrap();
    assert_eq!(
        points[1]["name"],
        newest.as_str(),
        "the one in the future doesn't count"
    );
    setup.ask("status").exits(1).says(&["FAILING clock"]);
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_makes_one_backup_for_all_that_were_missed() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, HOURLY);
    let served = setup.start().await;
    served.wait_for_backups(1).await;
    setup.set_clock("+30h");
    served.wait_for_backups(2).await;
    served.wait_for_evaluation().await;
    assert_eq!(
        served.api("runs").await["runs"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn a_lifeboat_that_was_down_over_night_catches_up_once() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, HOURLY);
    let served = setup.start().await;
    served.wait_for_backups(1).await;
    served.kill_9();
    setup.set_clock("+9h");
    let served = setup.start().await;
    served.wait_for_backups(2).await;
    let runs = served.api("runs").await;
    assert_eq!(runs["runs"][0]["trigger"], "catch_up");
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2);
}
