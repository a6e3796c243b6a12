//! The recording HTTP server keeps what it is sent and answers as told.

use std::time::Duration;

use lifeboat_testkit::http::request;
use lifeboat_testkit::http_server::HttpServer;

#[tokio::test]
async fn a_webhook_is_recorded_and_answered_as_told() {
    let server = HttpServer::start();
    server.answer(429, "later");
    let url = format!("{}/hook?token=1", server.url());
    let answer = request(
        "POST",
        &url,
        &[("content-type", "application/json")],
        r#"{"status":"firing"}"#,
    )
    .await
    .unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (429, "later"));

    let received = server.wait_for(1, Duration::from_secs(5)).await;
    assert_eq!(received[0].method, "POST");
    assert_eq!(received[0].path_and_query, "/hook?token=1");
    assert_eq!(received[0].headers["content-type"], "application/json");
    assert_eq!(received[0].json()["status"], "firing");
}

#[tokio::test]
async fn a_hanging_server_has_the_request_and_gives_no_answer() {
    let server = HttpServer::start();
    server.hang();
    let url = server.url();
    let client = request("POST", &url, &[], "body");
    tokio::time::timeout(Duration::from_millis(200), client)
        .await
        .unwrap_err();
    assert_eq!(server.received()[0].body, "body");
}

#[tokio::test]
#[should_panic(expected = "0 of 1 expected requests arrived")]
async fn a_request_that_never_comes_fails_the_test() {
    HttpServer::start()
        .wait_for(1, Duration::from_millis(50))
        .await;
}
