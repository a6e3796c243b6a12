//! An Alertmanager that is only a fallback repeats what it was told, and nothing else.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use jiff::SignedDuration;
use lifeboat_alerts::{Delivery, Notification, Router};
use lifeboat_testkit::http_server::HttpServer;
use serde_json::json;
use support::{firing, message, resolved, router, second, start};

fn setting(pager: &HttpServer, reserve: &HttpServer) -> Router {
    router(&json!({ "notifiers": [
        { "name": "pager", "webhook": { "url": pager.url() }, "fallback": "reserve" },
        { "name": "reserve", "onlyAsFallback": true, "alertmanager": { "urls": [reserve.url()] } },
    ] }))
}

/// The assets that the last request to the reserve was about.
fn last_told(reserve: &HttpServer) -> Vec<String> {
    let received = reserve.received();
    let body = received.last().unwrap().json();
    let alerts = body.as_array().unwrap().iter();
    alerts
        .map(|alert| alert["labels"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn it_repeats_only_what_it_took_until_that_is_over() {
    let [pager, reserve] = [HttpServer::start(), HttpServer::start()];
    let router = setting(&pager, &reserve);
    let [taken, other] = ["taken", "other"].map(|name| firing(name, start()));
    let instances = [taken.clone(), other];
    assert!(router.refresh(&instances, start()).await.is_empty());
    assert!(reserve.received().is_empty());

    pager.answer(404, "");
    let delivery = router
        .deliver(
            &Notification::alone(message("pager", &taken, start())),
            start(),
        )
        .await;
    assert!(
        matches!(delivery, Delivery::Delivered { ref by, .. } if by == "reserve"),
        "{delivery:?}"
    );
    assert!(router.refresh(&instances, second(59)).await.is_empty());
    assert_eq!(reserve.received().len(), 1);
    assert!(router.refresh(&instances, second(60)).await.is_empty());
    assert_eq!(reserve.received().len(), 2);
    assert_eq!(last_told(&reserve), ["taken"]);

    let over = [resolved(&taken, second(100))];
    assert!(router.refresh(&over, second(100)).await.is_empty());
    assert_eq!(reserve.received().len(), 3);
    let forgotten = second(100) + SignedDuration::from_mins(15);
    assert!(router.refresh(&over, forgotten).await.is_empty());
    assert_eq!(reserve.received().len(), 3);
}

#[tokio::test]
async fn after_a_restart_it_is_reminded() {
    let [pager, reserve] = [HttpServer::start(), HttpServer::start()];
    let router = setting(&pager, &reserve);
    let taken = firing("taken", start());
    router.recall("reserve", &message("pager", &taken, start()).incident);
    assert!(router.refresh(&[taken], start()).await.is_empty());
    assert_eq!(last_told(&reserve), ["taken"]);
}

#[tokio::test]
async fn a_replica_that_fails_is_left_alone_for_a_while_and_longer_each_time() {
    let server = HttpServer::start();
    server.answer(503, "");
    let router = router(&json!({ "notifiers": [
        { "name": "main", "alertmanager": { "urls": [server.url()] } },
    ] }));
    let instances = [firing("main", start())];
    let mut asked = Vec::new();
    for seconds in 0..120 {
        let failures = router.refresh(&instances, second(seconds)).await;
        if !failures.is_empty() {
            asked.push(seconds);
        }
    }
    assert_eq!(asked, [0, 5, 15, 35, 65, 95]);

    // A clock that goes back leaves nobody alone for longer than that.
    let long_ago = start() - SignedDuration::from_hours(24);
    assert_eq!(router.refresh(&instances, long_ago).await.len(), 1);

    server.answer(200, "");
    let back = long_ago + SignedDuration::from_mins(1);
    assert!(router.refresh(&instances, back).await.is_empty());
    let received = server.received().len();
    assert!(router.refresh(&instances, back).await.is_empty());
    assert_eq!(server.received().len(), received, "it has taken it");
}
