//! Story 39: Alertmanager refuses or hangs. What is to be told is tried again, the next notifier is
//! used, and nothing is lost or doubled. And its twin, in which all is well.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{AlertEvent, Delivery, Message, Notification, Router};
use lifeboat_testkit::{alertmanager::Alertmanager, http_server::HttpServer};
use rstest::rstest;
use serde_json::{Value, json};
use support::{SOON, firing, message, resolved, router, second, start};

fn settings(alertmanager: &str, pager: &str) -> Value {
    json!({ "notifiers": [
        { "name": "alertmanager", "alertmanager": { "urls": [alertmanager] }, "fallback": "pager" },
        { "name": "pager", "onlyAsFallback": true, "webhook": { "url": pager } },
    ] })
}

/// Delivers a message as an outbox would, in time that passes only here: who took it, when, and the
/// moments of the attempts.
async fn deliver(
    router: &Router,
    message: &mut Message,
    limit: usize,
) -> (Option<String>, Vec<i64>) {
    let mut now = message.created_at;
    let mut attempts = Vec::new();
    while attempts.len() < limit {
        attempts.push(now.duration_since(start()).as_secs());
        match router
            .deliver(&Notification::alone(message.clone()), now)
            .await
        {
            Delivery::Delivered { by, .. } => return (Some(by), attempts),
            Delivery::Again { at, error } => {
                message.attempts += 1;
                message.last_error = Some(error);
                now = at;
            }
            Delivery::Refused { error } => panic!("given up: {error}"),
        }
    }
    (None, attempts)
}

fn events(server: &HttpServer) -> Vec<String> {
    server
        .received()
        .iter()
        .map(|request| request.json()["status"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[case::it_breaks(|server: &HttpServer| server.answer(500, "broken"), "500: broken")]
#[case::it_cuts_the_connection(HttpServer::reset, "failed to reach the Alertmanager")]
#[case::it_is_overrun(|server: &HttpServer| server.retry_after(429, "600"), "429")]
#[tokio::test]
async fn story_39_the_next_notifier_is_told_after_a_minute_and_once(
    #[case] fail: fn(&HttpServer),
    #[case] reason: &str,
) {
    let [alertmanager, pager] = [HttpServer::start(), HttpServer::start()];
    fail(&alertmanager);
    let router = router(&settings(&alertmanager.url(), &pager.url()));
    let instance = firing("main", start());
    let mut fired = message("alertmanager", &instance, start());
    let (by, attempts) = deliver(&router, &mut fired, 10).await;
    assert_eq!(by.as_deref(), Some("pager"));
    assert_eq!(attempts.last(), Some(&60), "{attempts:?}");
    let error = fired.last_error.unwrap();
    assert!(error.contains(reason), "{error}");
    assert_eq!(events(&pager), ["firing"]);

    // Alertmanager is back when it ends; who told the beginning tells the end.
    alertmanager.answer(200, "");
    let over = resolved(&instance, second(600));
    let mut end = message("alertmanager", &over, second(600));
    end.fired_by = by;
    let (by, attempts) = deliver(&router, &mut end, 1).await;
    assert_eq!((by.as_deref(), &attempts[..]), (Some("pager"), &[600][..]));
    assert_eq!(events(&pager), ["firing", "resolved"]);
}

#[tokio::test]
async fn story_39_an_alertmanager_that_hangs_is_no_different() {
    let [alertmanager, pager] = [HttpServer::start(), HttpServer::start()];
    alertmanager.hang();
    let router = router(&settings(&alertmanager.url(), &pager.url()));
    // A minute has gone by in attempts already, each of which takes its ten seconds.
    let mut fired = message("alertmanager", &firing("main", start()), start());
    fired.attempts = 3;
    let delivery = router
        .deliver(&Notification::alone(fired.clone()), second(60))
        .await;
    let Delivery::Delivered { by, error } = delivery else {
        panic!("{delivery:?}");
    };
    assert_eq!(by, "pager");
    assert!(error.unwrap().contains("failed to reach the Alertmanager"));
    assert_eq!(events(&pager), ["firing"]);
}

#[tokio::test]
async fn story_39_a_refusal_is_handed_on_at_once_and_kept_as_an_error() {
    let [alertmanager, pager] = [HttpServer::start(), HttpServer::start()];
    alertmanager.answer(403, "who are you?");
    let router = router(&settings(&alertmanager.url(), &pager.url()));
    let fired = message("alertmanager", &firing("main", start()), start());
    let delivery = router
        .deliver(&Notification::alone(fired.clone()), start())
        .await;
    let Delivery::Delivered { by, error } = delivery else {
        panic!("{delivery:?}");
    };
    assert_eq!(by, "pager");
    let error = error.unwrap();
    assert!(
        error.contains("refused it with 403: who are you?"),
        "{error}"
    );
    assert!(error.contains("hint: the server wants a login"), "{error}");
}

#[tokio::test]
async fn story_39_when_nobody_answers_nothing_is_given_up() {
    let [alertmanager, pager] = [HttpServer::start(), HttpServer::start()];
    alertmanager.reset();
    pager.answer(503, "");
    let router = router(&settings(&alertmanager.url(), &pager.url()));
    let mut fired = message("alertmanager", &firing("main", start()), start());
    let (by, attempts) = deliver(&router, &mut fired, 12).await;
    assert_eq!(by, None);
    assert_eq!(
        attempts,
        [0, 5, 15, 35, 60, 140, 300, 600, 900, 1200, 1500, 1800]
    );
    let error = fired.last_error.clone().unwrap();
    assert!(
        error.contains("alertmanager: ") && error.contains("; pager: "),
        "{error}"
    );

    // The first that is back is told, once.
    pager.answer(200, "");
    let before = pager.received().len();
    let delivery = router
        .deliver(&Notification::alone(fired.clone()), second(2_100))
        .await;
    assert!(matches!(delivery, Delivery::Delivered { by, .. } if by == "pager"));
    assert_eq!(pager.received().len(), before + 1);
}

#[tokio::test]
async fn story_39_its_sound_twin_tells_alertmanager_once_and_nobody_else() {
    let [receiver, pager] = [HttpServer::start(), HttpServer::start()];
    let alertmanager = Alertmanager::builder()
        .webhook(receiver.url())
        .start()
        .await;
    let router = router(&settings(&alertmanager.url(), &pager.url()));
    let now = Timestamp::now();
    let instance = firing("main", now - SignedDuration::from_secs(1));
    // The message and the state that is repeated say the same; it is told once.
    for _ in 0..3 {
        assert!(
            router
                .refresh(std::slice::from_ref(&instance), now)
                .await
                .is_empty()
        );
    }
    let fired = message("alertmanager", &instance, now);
    assert_eq!(fired.event, AlertEvent::Fired);
    let delivery = router
        .deliver(&Notification::alone(fired.clone()), now)
        .await;
    assert!(matches!(delivery, Delivery::Delivered { ref by, .. } if by == "alertmanager"));
    receiver.wait_for(1, SOON).await;
    let over = resolved(&instance, Timestamp::now());
    let end = message("alertmanager", &over, now);
    let delivery = router
        .deliver(&Notification::alone(end.clone()), Timestamp::now())
        .await;
    assert!(matches!(delivery, Delivery::Delivered { ref by, .. } if by == "alertmanager"));
    receiver.wait_for(2, SOON).await;
    assert_eq!(events(&receiver), ["firing", "resolved"]);
    assert_eq!(events(&pager), [""; 0]);
}
