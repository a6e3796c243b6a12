//! `lifeboat alerts`: what a person reads, and what becomes of what they want.

use std::sync::Arc;

use insta::assert_snapshot;
use lifeboat_controller::View;
use lifeboat_core::{AlertInstance, AlertState, Severity, Silence, Suppressor};
use rstest::rstest;

use super::{
    asking,
    hand_made::{DAY, HOUR, Server, ago, alert, mixed},
    support::run,
    tables::shows,
};

fn warning(name: &str) -> AlertInstance {
    let mut warning = alert(name, AlertState::Firing);
    "BackupRunMissed".clone_into(&mut warning.key.alert);
    warning.severity = Severity::Warning;
    warning.summary = format!("A backup of {} was due and has not run", warning.key.asset);
    warning
}

/// Alerts in every state.
fn alerts() -> View {
    let mut explained = warning("edge");
    let worse = Suppressor::WorseAlert(alert("edge", AlertState::Firing).key);
    explained.suppressed_by = Some(Arc::new(worse));
    explained.withheld = true;
    let mut silenced = warning("main");
    let silence = Suppressor::Silence("silence-20261121-080000".to_owned());
    silenced.suppressed_by = Some(Arc::new(silence));
    View {
        alerts: Arc::new(vec![
            warning("west"),
            alert("edge", AlertState::Firing),
            explained,
            silenced,
            alert("new", AlertState::Pending),
            alert("old", AlertState::Resolved),
        ]),
        ..mixed()
    }
}

fn silence(id: &str, from: i64, until: i64) -> Silence {
    Silence {
        id: id.to_owned(),
        matchers: vec![
            "alertname=\"BackupRunMissed\"".parse().unwrap(),
            "name=~\"main|west\"".parse().unwrap(),
        ],
        starts_at: ago(from),
        ends_at: ago(until),
        comment: "the disk of the repository is being changed, which takes until the evening"
            .to_owned(),
        created_by: "ada".to_owned(),
        created_at: ago(3 * DAY),
    }
}

#[test]
fn alerts_are_listed_with_what_suppresses_them() {
    let server = Server::of(alerts()).start();
    assert_snapshot!("alerts_list", shows(&server, "alerts list", 0));
    assert_snapshot!(
        "alerts_none",
        shows(&Server::of(mixed_without()).start(), "alerts list", 0)
    );
}

fn mixed_without() -> View {
    View {
        alerts: Arc::default(),
        ..mixed()
    }
}

#[rstest]
#[case("--state firing", 2)]
#[case("--state suppressed", 2)]
#[case("--state pending", 1)]
#[case("--state resolved", 1)]
#[case("--severity critical", 3)]
#[case("--severity info", 0)]
#[case("--cluster east", 0)]
fn alerts_are_selected(#[case] options: &str, #[case] count: usize) {
    let server = Server::of(alerts()).start();
    let words = format!("alerts list {options} --output json");
    let ran = run(&mut asking(&server, &words)).exits(0);
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(list["alerts"].as_array().unwrap().len(), count);
}

#[test]
fn an_alert_is_shown_in_full() {
    let server = Server::of(alerts()).start();
    let all = shows(&server, "alerts show BackupRunMissed", 0);
    assert_snapshot!("alerts_show", all);
    let one = shows(&server, "alerts show PrometheusBackupMissing edge", 0);
    assert_snapshot!("alerts_show_one", one);
}

#[rstest]
#[case(
    "alerts show Nonsense",
    "these do: BackupRunMissed, PrometheusBackupMissing"
)]
#[case("alerts show BackupRunMissed nobody", "there is no asset nobody")]
#[case("alerts silence pod=x --comment a", "the labels are alertname")]
#[case("alerts silence --comment a", "MATCHER")]
#[case("alerts silence name=main", "--comment")]
#[case("alerts silence name=main --comment a --for soon", "soon")]
#[case(
    "alerts silence name=main --comment a --for 1h --until 2026-11-22",
    "--until"
)]
#[case("alerts list --state broken", "suppressed")]
#[case("alerts incidents --limit 0", "--limit")]
fn wrong_usage_is_explained(#[case] words: &str, #[case] complaint: &str) {
    let server = Server::of(alerts()).start();
    run(&mut asking(&server, words))
        .exits(2)
        .complains(&[complaint]);
}

#[rstest]
#[case(
    "alerts silence name=main --comment a --until 2020-01-01",
    "would be over before"
)]
#[case(
    "alerts silence name=main --comment a --for 31d",
    "longer than 30 days"
)]
#[case(
    "alerts silence name=~.* --comment a --for 999d",
    "would silence everything"
)]
#[case(
    "alerts silence name=~( --comment a --until 2026-11-21T12:00:00Z",
    "regular expression"
)]
#[case("alerts unsilence another", "there is no silence another")]
fn what_the_server_refuses_is_told_with_the_way_out(#[case] words: &str, #[case] complaint: &str) {
    let server = Server::of(alerts()).start();
    run(&mut asking(&server, words))
        .exits(1)
        .complains(&[complaint, "hint:"]);
}

#[test]
fn a_silence_is_made_listed_and_ended() {
    let server = Server::of(alerts()).start();
    let words = "alerts silence BackupRunMissed name=~main|west --comment moving \
                 --until 2026-11-21T12:00:00Z --creator ada";
    assert_snapshot!("silence_made", shows(&server, words, 0));
    let listed = shows(&server, "alerts silences --state active --output json", 0);
    let list: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let silence = &list["silences"][0];
    assert_eq!(silence["created_by"], "ada");
    assert_eq!(silence["ends_at"], "2026-11-21T12:00:00Z");
    assert_eq!(silence["matchers"][1], "name=~\"main|west\"");
    let words = "alerts unsilence silence-20261121-100000";
    assert_snapshot!("silence_ended", shows(&server, words, 0));
}

#[test]
fn silences_are_listed_with_who_and_why() {
    let mut view = alerts();
    view.silences = Arc::new(vec![
        silence("silence-20261118-100000", 3 * DAY, DAY / 2),
        silence("silence-20261121-080000", 2 * HOUR, -HOUR),
        silence("silence-20261121-080000-2", -2 * HOUR, -3 * HOUR),
    ]);
    let server = Server::of(view).start();
    let ran = shows(&server, "alerts silences", 0);
    assert_snapshot!("silences", ran);
    let none = Server::of(alerts()).start();
    assert_eq!(shows(&none, "alerts silences", 0), "No silences.\n");
}

#[test]
fn incidents_are_listed_with_their_times_and_the_means() {
    let server = Server::of(alerts()).start();
    assert_snapshot!("incidents", shows(&server, "alerts incidents", 0));
    let unresolved = shows(&server, "alerts incidents --unresolved", 0);
    assert!(unresolved.contains("goes on"), "{unresolved}");
    assert!(
        !unresolved.contains("Mean time to resolution"),
        "{unresolved}"
    );
    let none = shows(&server, "alerts incidents --alert Nonsense", 0);
    assert_eq!(none, "No incidents.\n");
}

#[test]
fn without_the_token_nothing_is_silenced() {
    let server = Server::of(alerts()).token("secret").start();
    for words in [
        "alerts silence name=main --comment moving",
        "alerts unsilence silence-20261121-080000",
    ] {
        run(&mut asking(&server, words))
            .exits(1)
            .complains(&["this needs a token", "--server-token-file"]);
    }
    shows(&server, "alerts list", 0);
}
