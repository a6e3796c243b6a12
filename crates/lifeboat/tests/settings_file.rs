//! `lifeboat.yaml`: the example in the documentation works, is complete, and a slip in it is named.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{fs, time::Duration};

use lifeboat_testkit::{http, ports::free_port, process::Process};
use rstest::rstest;
use support::{LIFEBOAT, clean, lifeboat, run};
use tempfile::TempDir;

const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/examples/lifeboat.yaml"
);
/// How long a start or an end may take; far longer than it does.
const PATIENCE: Duration = Duration::from_mins(1);

/// What `serve` says of a file that it can't use.
fn complaint(settings: &str) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("lifeboat.yaml");
    fs::write(&file, settings).unwrap();
    let mut command = lifeboat(["serve", "--config"]);
    let ran = run(command.arg(&file)).exits(1);
    ran.stderr.replace(file.to_str().unwrap(), "lifeboat.yaml")
}

#[tokio::test]
async fn a_lifeboat_serves_with_the_example_and_options_are_stronger() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("resources")).unwrap();
    fs::write(path("token"), "a long random text").unwrap();
    let port = free_port();
    let mut command = clean(LIFEBOAT);
    // Those that would need the machine of the example.
    command
        .args(["serve", "--config", EXAMPLE])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .arg("--kubernetes=false")
        .arg("--resources")
        .arg(path("resources"))
        .arg("--ledger")
        .arg(path("ledger.db"))
        .arg("--api-token-file")
        .arg(path("token"));
    let server = Process::spawn("lifeboat serve", command);
    let url = format!("http://127.0.0.1:{port}");
    server
        .wait_for_http(&format!("{url}/readyz"), PATIENCE)
        .await;
    assert!(path("ledger.db").is_file());
    let json = [("content-type", "application/json")];
    let body = r#"{"asset": "Prometheus/default/main", "operation": "backup"}"#;
    let runs = format!("{url}/api/v1/runs");
    let refused = http::request("POST", &runs, &json, body).await.unwrap();
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert!(server.terminate(PATIENCE).await.success());
}

/// The complaint about an unknown name lists those that are known; `{}` is where it stands.
#[rstest]
#[case::process("{}: 1")]
#[case::kubernetes("kubernetes: {{}: 1}")]
#[case::alerts("alerts: {{}: 1}")]
#[case::notifier("alerts: {notifiers: [{{}: 1}]}")]
#[case::alertmanager("alerts: {notifiers: [{name: a, alertmanager: {{}: 1}}]}")]
#[case::webhook("alerts: {notifiers: [{name: a, webhook: {{}: 1}}]}")]
fn the_example_names_every_setting(#[case] document: &str) {
    let said = complaint(&document.replacen("{}", "slip", 1));
    let said = said.split_once("unknown field `slip`, expected").unwrap().1;
    let known = said.split_once(" at line").unwrap().0;
    let known = known.trim().trim_start_matches("one of ").split(", ");
    let example = fs::read_to_string(EXAMPLE).unwrap();
    let mut count = 0;
    for name in known {
        assert!(example.contains(&format!("{name}:")), "{name} is missing");
        count += 1;
    }
    assert!(count > 3, "{said}");
}

#[test]
fn a_slip_is_named_with_its_place_and_the_next_step() {
    insta::assert_snapshot!(complaint("listen: 127.0.0.1:9780\nreloadInterval: 5\n"), @"
    error: the settings lifeboat.yaml can't be used: '5': use a length of time such as 24h, 90m or 7d at line 2, column 17

    hint: docs/serve.md shows every setting; the names are those of the options in camelCase
    ");
}
