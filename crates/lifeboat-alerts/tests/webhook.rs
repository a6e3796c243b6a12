//! Webhooks: what receivers of Alertmanager's own calls understand, each event once.

mod support;

use jiff::SignedDuration;
use lifeboat_alerts::{Delivery, Notification, fingerprint, labels};
use lifeboat_core::AlertInstance;
use lifeboat_testkit::http_server::HttpServer;
use rstest::rstest;
use serde_json::{Value, json};
use support::{firing, message, resolved, router, second, start};

fn settings(url: &str) -> Value {
    json!({
        "notifiers": [{ "name": "pager", "webhook": { "url": format!("{url}/hook") } }],
        "externalLabels": { "team": "a" },
        "externalUrl": "https://lifeboat.example.com",
    })
}

fn told(by: &str) -> Delivery {
    Delivery::Delivered {
        by: by.to_owned(),
        error: None,
    }
}

#[tokio::test]
async fn an_event_is_told_as_alertmanager_tells_it() {
    let server = HttpServer::start();
    let router = router(&settings(&server.url()));
    let mut instance: AlertInstance = firing("main", start());
    instance.description = "\"Quotes\",\nnew lines, \\ and 🛟".to_owned();
    let over = resolved(&instance, second(60));
    for instance in [&instance, &over] {
        let delivery = router
            .deliver(
                &Notification::alone(message("pager", instance, second(60))),
                second(60),
            )
            .await;
        assert_eq!(delivery, told("pager"));
    }
    let received = server.received();
    let external = [("team".to_owned(), "a".to_owned())].into();
    let labels = labels(&instance, &external);
    let annotations = json!({
        "summary": instance.summary,
        "description": instance.description,
        "runbook_url": "https://github.com/lifeboat-dev/lifeboat/blob/main/docs/runbooks.md#prometheusbackupfailed",
    });
    let expected = |status: &str, ends_at: &str| {
        json!({
            "version": "4",
            "groupKey": r#"{}:{alertname="PrometheusBackupFailed"}"#,
            "truncatedAlerts": 0,
            "status": status,
            "receiver": "pager",
            "groupLabels": { "alertname": "PrometheusBackupFailed" },
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": "https://lifeboat.example.com",
            "alerts": [{
                "status": status,
                "labels": labels,
                "annotations": annotations,
                "startsAt": "2026-11-21T02:00:00Z",
                "endsAt": ends_at,
                "generatorURL": "https://lifeboat.example.com",
                "fingerprint": fingerprint(&labels),
            }],
        })
    };
    assert_eq!(
        received[0].json(),
        expected("firing", "0001-01-01T00:00:00Z")
    );
    assert_eq!(
        received[1].json(),
        expected("resolved", "2026-11-21T02:01:00Z")
    );
    let incident = "PrometheusBackupFailed/Prometheus/monitoring/main@2026-11-21T02:00:00Z";
    for (request, event) in received.iter().zip(["fired", "resolved"]) {
        assert_eq!(
            (request.method.as_str(), request.path_and_query.as_str()),
            ("POST", "/hook")
        );
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(
            request.headers["idempotency-key"],
            format!("{incident}/{event}")
        );
    }
}

#[rstest]
#[case::request_timeout(408, true)]
#[case::too_many(429, true)]
#[case::broken(500, true)]
#[case::away(503, true)]
#[case::bad(400, false)]
#[case::not_allowed(401, false)]
#[case::not_there(404, false)]
#[case::elsewhere(302, false)]
#[tokio::test]
async fn the_status_says_whether_to_try_again(#[case] status: u16, #[case] again: bool) {
    let server = HttpServer::start();
    server.answer(status, "the reason\nin two lines");
    let router = router(&settings(&server.url()));
    let message = message("pager", &firing("main", start()), start());
    let error = match router
        .deliver(&Notification::alone(message.clone()), start())
        .await
    {
        Delivery::Again { at, error } if again => {
            assert_eq!(at, second(5));
            error
        }
        Delivery::Refused { error } if !again => error,
        other => panic!("{other:?}"),
    };
    assert!(
        error.contains(&format!("{status}: the reason in two lines")),
        "{error}"
    );
    assert_eq!(
        server.received().len(),
        1,
        "a redirect is not followed, and nothing is repeated at once"
    );
}

#[tokio::test]
async fn a_server_that_says_when_is_left_alone_until_then() {
    let server = HttpServer::start();
    let router = router(&settings(&server.url()));
    let message = message("pager", &firing("main", start()), start());
    for value in ["120", "Sat, 21 Nov 2026 02:02:00 GMT"] {
        server.retry_after(429, value);
        let Delivery::Again { at, .. } = router
            .deliver(&Notification::alone(message.clone()), start())
            .await
        else {
            panic!("it is to be tried again");
        };
        assert_eq!(at, second(120), "{value}");
    }
}

#[rstest]
#[case::reset(HttpServer::reset)]
#[case::hang(HttpServer::hang)]
#[tokio::test]
async fn no_answer_is_tried_again_with_the_same_key(#[case] fail: fn(&HttpServer)) {
    let server = HttpServer::start();
    fail(&server);
    let mut settings = settings(&server.url());
    settings["notifiers"][0]["webhook"]["timeout"] = json!("300ms");
    let router = router(&settings);
    let mut message = message("pager", &firing("main", start()), start());
    let delivery = router
        .deliver(&Notification::alone(message.clone()), start())
        .await;
    let Delivery::Again { at, error } = delivery else {
        panic!("{delivery:?}");
    };
    assert!(
        error.contains("failed to reach the webhook at http://127.0.0.1"),
        "{error}"
    );
    message.attempts = 1;
    server.answer(204, "");
    assert_eq!(
        router
            .deliver(&Notification::alone(message.clone()), at)
            .await,
        told("pager")
    );
    let received = server.received();
    let keys: Vec<_> = received
        .iter()
        .map(|request| &request.headers["idempotency-key"])
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn the_token_is_read_anew_each_time_and_shown_to_nobody_else() {
    let server = HttpServer::start();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "s3cret-one\n").unwrap();
    let url = format!("{}/s3cret-path?key=s3cret-query", server.url());
    let settings = json!({ "notifiers": [
        { "name": "pager", "webhook": { "url": url, "bearerTokenFile": token } },
    ] });
    let router = router(&settings);
    let message = message("pager", &firing("main", start()), start());
    assert_eq!(
        router
            .deliver(&Notification::alone(message.clone()), start())
            .await,
        told("pager")
    );
    std::fs::write(&token, "s3cret-two").unwrap();

    let mut errors = Vec::new();
    // Even if the server repeats what it was sent.
    server.answer(403, "your token s3cret-two is not known");
    errors.push(format!(
        "{:?}",
        router
            .deliver(&Notification::alone(message.clone()), start())
            .await
    ));
    server.reset();
    errors.push(format!(
        "{:?}",
        router
            .deliver(&Notification::alone(message.clone()), start())
            .await
    ));
    std::fs::remove_file(&token).unwrap();
    let away = format!(
        "{:?}",
        router
            .deliver(&Notification::alone(message.clone()), start())
            .await
    );
    assert!(away.contains("failed to read the token from"), "{away}");
    errors.push(away);
    errors.push(format!("{router:?}"));
    for error in errors {
        assert!(!error.contains("s3cret"), "{error}");
    }
    let received = server.received();
    let sent: Vec<_> = received
        .iter()
        .map(|request| &request.headers["authorization"])
        .collect();
    assert_eq!(
        sent,
        [
            "Bearer s3cret-one",
            "Bearer s3cret-two",
            "Bearer s3cret-two"
        ]
    );
}

#[tokio::test]
async fn a_secret_that_can_not_be_read_is_waited_for() {
    let settings = json!({ "notifiers": [
        { "name": "pager", "webhook": { "url": "http://127.0.0.1:1/", "bearerTokenFile": "/nowhere/token" } },
    ] });
    let message = message("pager", &firing("main", start()), start());
    let delivery = router(&settings)
        .deliver(&Notification::alone(message.clone()), start())
        .await;
    let again = start() + SignedDuration::from_secs(5);
    assert!(
        matches!(delivery, Delivery::Again { at, .. } if at == again),
        "{delivery:?}"
    );
}
