//! Each fault of the proxy does what it says, and nothing else.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use lifeboat_testkit::http::{Answer, Failure, request};
use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::proxy::{ErrorAnswer, Exchange, Fault, Moment, Proxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const BODY: &str = "the body of an object, as the store has it";

/// A server that answers [`BODY`], with a proxy in front of it.
struct Bench {
    server: HttpServer,
    proxy: Proxy,
}

impl Bench {
    fn new(fault: Fault) -> Self {
        let server = HttpServer::start();
        server.answer(200, BODY);
        let proxy = Proxy::start(&server.url()).fault(move |_| fault);
        Self { server, proxy }
    }

    async fn get(&self) -> Result<Answer, Failure> {
        request(
            "GET",
            &format!("{}/bucket/key?a=b%20c", self.proxy.url()),
            &[],
            "",
        )
        .await
    }

    async fn put(&self, body: &'static str) -> Result<Answer, Failure> {
        request(
            "PUT",
            &format!("{}/bucket/key", self.proxy.url()),
            &[],
            body,
        )
        .await
    }

    fn only_request(&self) -> Exchange {
        let requests = self.proxy.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

#[tokio::test]
async fn without_a_fault_both_sides_see_what_the_other_sent() {
    let bench = Bench::new(Fault::Pass);
    let url = format!("{}/bucket/key?a=b%20c", bench.proxy.url());
    let answer = request("PUT", &url, &[("x-amz-tagging", "k=v")], "upload")
        .await
        .unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, BODY));

    let received = bench.server.received();
    assert_eq!(received[0].method, "PUT");
    assert_eq!(received[0].path_and_query, "/bucket/key?a=b%20c");
    assert_eq!(received[0].headers["x-amz-tagging"], "k=v");
    assert_eq!(received[0].headers["content-length"], "6");
    assert_eq!(received[0].body, "upload");
    let host = bench.proxy.address().to_string();
    assert_eq!(
        received[0].headers["host"],
        host.as_str(),
        "the signed host must stay"
    );

    let expected = Exchange {
        number: 1,
        method: "PUT".to_owned(),
        path_and_query: "/bucket/key?a=b%20c".to_owned(),
        fault: Fault::Pass,
        server_status: Some(200),
        status: Some(200),
        request_body_bytes: 6,
        response_body_bytes: BODY.len() as u64,
    };
    assert_eq!(bench.only_request(), expected);
}

#[tokio::test]
async fn a_request_without_a_body_arrives_without_one() {
    let bench = Bench::new(Fault::Pass);
    bench.get().await.unwrap();
    let received = bench.server.received();
    assert!(!received[0].headers.contains_key("transfer-encoding"));
    assert_eq!(received[0].body, "");
}

#[tokio::test]
async fn the_answer_to_head_keeps_its_length_and_has_no_body() {
    let bench = Bench::new(Fault::Pass);
    let answer = request("HEAD", &bench.proxy.url(), &[], "").await.unwrap();
    assert_eq!(
        answer.header("content-length"),
        Some(BODY.len().to_string().as_str())
    );
    assert_eq!(bench.only_request().response_body_bytes, 0);
}

#[tokio::test]
async fn a_status_comes_instead_of_the_server_and_reads_like_s3() {
    let bench = Bench::new(Fault::Status(ErrorAnswer::SLOW_DOWN));
    let answer = bench.put("upload").await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(
        answer.text().contains("<Code>SlowDown</Code>"),
        "{}",
        answer.text()
    );
    assert!(bench.server.received().is_empty());
    let exchange = bench.only_request();
    assert_eq!((exchange.server_status, exchange.status), (None, Some(503)));
}

#[tokio::test]
async fn a_status_after_forwarding_hides_that_the_server_did_it() {
    let bench = Bench::new(Fault::StatusAfterForwarding(ErrorAnswer::INTERNAL_ERROR));
    let answer = bench.put("upload").await.unwrap();
    assert_eq!(answer.status, 500);
    assert_eq!(bench.server.received()[0].body, "upload");
    let exchange = bench.only_request();
    assert_eq!(
        (exchange.server_status, exchange.status),
        (Some(200), Some(500))
    );
}

#[tokio::test]
async fn a_reset_before_cuts_the_connection_and_the_server_sees_nothing() {
    let bench = Bench::new(Fault::ResetBefore);
    let failure = bench.put("upload").await.unwrap_err();
    assert!(failure.reset, "{failure:?}");
    assert!(bench.server.received().is_empty());
    assert_eq!(bench.only_request().status, None);
}

#[tokio::test]
async fn a_reset_after_forwarding_cuts_the_connection_when_the_server_is_done() {
    let bench = Bench::new(Fault::ResetAfterForwarding);
    let failure = bench.put("upload").await.unwrap_err();
    assert!(failure.reset, "{failure:?}");
    assert_eq!(bench.server.received()[0].body, "upload");
    let exchange = bench.only_request();
    assert_eq!((exchange.server_status, exchange.status), (Some(200), None));
}

#[tokio::test]
async fn a_truncated_answer_ends_after_exactly_that_many_bytes() {
    for length in [0, 1, 10, BODY.len() - 1] {
        let bench = Bench::new(Fault::TruncateResponse(length as u64));
        let failure = bench.get().await.unwrap_err();
        assert_eq!(failure.received, BODY[..length], "{failure:?}");
        assert!(!failure.reset, "{failure:?}");
        assert_eq!(bench.only_request().response_body_bytes, length as u64);
    }
}

#[tokio::test]
async fn an_answer_no_longer_than_the_truncation_passes_whole() {
    let bench = Bench::new(Fault::TruncateResponse(BODY.len() as u64));
    assert_eq!(bench.get().await.unwrap().text(), BODY);
}

#[tokio::test]
async fn a_large_answer_is_cut_at_its_place() {
    const LENGTH: usize = 3_000_001;
    let bench = Bench::new(Fault::TruncateResponse(LENGTH as u64));
    bench.server.answer(200, vec![7; 8 << 20]);
    assert_eq!(bench.get().await.unwrap_err().received.len(), LENGTH);
}

#[tokio::test]
async fn a_slow_reader_too_gets_exactly_that_many_bytes() {
    // How much the kernel and the server buffer is not known: at some of these lengths, the end
    // of the body waits in the server when the client begins to read.
    let lengths = (1..=40).map(|step| step * 200_000);
    futures_util::future::join_all(lengths.map(read_late)).await;
}

async fn read_late(length: usize) {
    let bench = Bench::new(Fault::TruncateResponse(length as u64));
    bench.server.answer(200, vec![7; 9_000_000]);
    let mut stream = tokio::net::TcpStream::connect(bench.proxy.address())
        .await
        .unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: proxy\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let head = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    assert_eq!(answer.len() - head, length);
}

#[tokio::test]
async fn one_bit_of_the_answer_is_flipped_at_its_place() {
    const OFFSET: usize = 5_000_000;
    let bench = Bench::new(Fault::CorruptResponse {
        offset: OFFSET as u64,
    });
    let mut expected = vec![8; 8 << 20];
    bench.server.answer(200, expected.clone());
    expected[OFFSET] = 9;
    assert!(bench.get().await.unwrap().body == expected);
}

#[tokio::test]
async fn one_bit_of_the_upload_is_flipped_at_its_place() {
    let bench = Bench::new(Fault::CorruptRequest { offset: 2 });
    assert_eq!(bench.put("upload").await.unwrap().text(), BODY);
    assert_eq!(bench.server.received()[0].body, "upmoad");
}

#[tokio::test]
async fn a_corruption_beyond_the_end_changes_nothing() {
    let bench = Bench::new(Fault::CorruptResponse {
        offset: BODY.len() as u64,
    });
    assert_eq!(bench.get().await.unwrap().text(), BODY);
}

#[tokio::test]
async fn a_delay_comes_before_the_server_is_asked() {
    let bench = Bench::new(Fault::Delay(Duration::from_millis(300)));
    let start = Instant::now();
    bench.get().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_hanging_request_gets_no_answer_and_does_not_hold_up_others() {
    let bench = Bench::new(Fault::Pass);
    bench.proxy.set_fault(|request| {
        if request.number == 1 {
            Fault::Hang
        } else {
            Fault::Pass
        }
    });
    tokio::time::timeout(Duration::from_millis(300), bench.put("upload"))
        .await
        .unwrap_err();
    assert!(bench.get().await.unwrap().is_success());
    assert_eq!(bench.server.received().len(), 1);
    assert_eq!(bench.proxy.requests()[0].status, None);
}

#[tokio::test]
async fn a_throttled_body_takes_its_time_in_either_direction() {
    let slow = Duration::from_millis(400);
    let bench = Bench::new(Fault::Throttle(2000));
    bench.server.answer(200, vec![1; 1000]);
    let start = Instant::now();
    assert_eq!(bench.get().await.unwrap().body.len(), 1000);
    assert!(
        (slow..slow * 5).contains(&start.elapsed()),
        "{:?}",
        start.elapsed()
    );

    bench.server.answer(200, "");
    let upload: &'static str = "u".repeat(1000).leak();
    let start = Instant::now();
    bench.put(upload).await.unwrap();
    assert!(
        (slow..slow * 5).contains(&start.elapsed()),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(bench.server.received()[1].body, upload);
}

#[tokio::test]
async fn an_action_before_forwarding_runs_while_the_server_knows_nothing() {
    let bench = Bench::new(Fault::Pass);
    let (sender, receiver) = mpsc::channel();
    let log = {
        let url = bench.server.url();
        move || sender.send(url).unwrap()
    };
    bench.proxy.on_request(2, Moment::BeforeForwarding, log);
    bench.put("first").await.unwrap();
    assert!(receiver.try_recv().is_err(), "the action is for request 2");
    bench.put("second").await.unwrap();
    receiver.try_recv().unwrap();
    bench.put("third").await.unwrap();
    assert!(receiver.try_recv().is_err(), "an action runs once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_after_the_answer_finds_the_work_done_and_the_client_waiting() {
    let bench = Bench::new(Fault::Pass);
    let (reached, at_action) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    bench.proxy.on_request(1, Moment::AfterAnswer, move || {
        reached.send(()).unwrap();
        may_go_on.recv().unwrap();
    });
    let url = bench.proxy.url();
    let client = tokio::spawn(async move { request("PUT", &url, &[], "upload").await });
    at_action.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(bench.server.received()[0].body, "upload");
    assert_eq!(bench.only_request().server_status, Some(200));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!client.is_finished());
    go_on.send(()).unwrap();
    assert!(client.await.unwrap().unwrap().is_success());
}

#[tokio::test]
async fn a_server_that_is_not_there_looks_like_a_broken_connection() {
    let proxy = Proxy::start(&format!("http://127.0.0.1:{}", free_port()));
    let failure = request("GET", &proxy.url(), &[], "").await.unwrap_err();
    assert!(failure.reset, "{failure:?}");
}

#[tokio::test]
async fn a_server_that_cuts_the_connection_looks_the_same_through_the_proxy() {
    let bench = Bench::new(Fault::Pass);
    bench.server.reset();
    assert!(bench.get().await.unwrap_err().reset);
}

#[test]
fn a_test_that_blocks_its_thread_can_still_talk_through_the_proxy() {
    let bench = Bench::new(Fault::Pass);
    let output = std::process::Command::new("curl")
        .args(["--silent", "--noproxy", "*", &bench.proxy.url()])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), BODY);
}
