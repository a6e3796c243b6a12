//! The answers in docs/http-api.md are what the real server says of a fleet made by hand.
//!
//! After a change of an answer: `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-web --test http_api_doc`.

mod support;

use std::{env, fs, path::Path, sync::Arc};

use lifeboat_core::{AlertState, Finding};
use lifeboat_testkit::http::request;
use support::{HOUR, Server, alert, cnpg, coverage, failing, finding, now, view};

const MARK: &str = "<!-- answer: ";
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const SILENCE: &str =
    r#"{"matchers": ["namespace=shop"], "comment": "moving the bucket", "created_by": "ada"}"#;
const START: &str = r#"{"asset": "Prometheus/monitoring/edge", "operation": "backup"}"#;

#[tokio::test]
async fn the_documented_answers_are_those_of_the_server() {
    let mut fleet = view(vec![
        failing("edge"),
        cnpg(now(), "shop", "db")
            .failed(32 * HOUR)
            .completed(7 * HOUR, 4)
            .with(|facts| facts.findings.push(finding("five_field_schedule")))
            .build(),
    ]);
    fleet.findings = vec![Finding {
        code: "operator_not_seen",
        message: "there are Clusters, and no Deployment of the CloudNativePG operator is seen"
            .to_owned(),
        hint: None,
    }];
    fleet.coverage = vec![coverage(&[])];
    fleet.alerts = Arc::new(vec![alert("edge", AlertState::Firing)]);
    let server = Server::of(fleet).start();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/http-api.md");
    let document = fs::read_to_string(&path).unwrap();
    let mut parts = document.split(MARK);
    let mut expected = parts.next().unwrap().to_owned();
    let mut answers = 0;
    for part in parts {
        let (question, rest) = part.split_once(" -->\n```json\n").unwrap();
        let (_, after) = rest.split_once("```\n").unwrap();
        let (method, asked) = question.split_once(' ').unwrap();
        let body = match (method, asked) {
            ("POST", "/api/v1/runs") => START,
            ("POST", _) => SILENCE,
            _ => "",
        };
        let answer = request(method, &server.url(asked), &JSON, body)
            .await
            .unwrap();
        let answer = serde_json::to_string_pretty(&answer.json()).unwrap();
        expected.extend([MARK, question, " -->\n```json\n", &answer, "\n```\n", after]);
        answers += 1;
    }
    assert_eq!(answers, 12);
    if env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
        return;
    }
    assert!(
        document == expected,
        "docs/http-api.md is not what the server says; write it anew with \
         `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-web --test http_api_doc`"
    );
}
