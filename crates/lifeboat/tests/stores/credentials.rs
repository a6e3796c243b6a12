//! Every way to log in to S3: variables, files, containers, instances; and what is said without.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use lifeboat_testkit::garage::Garage;
use lifeboat_testkit::moto::Moto;
use lifeboat_testkit::proxy::{Fault, Proxy};
use rstest::rstest;

use crate::support::{blocks, lifeboat, run};
use crate::{Remote, does_everything};

/// A little HTTP server on loopback that answers each `METHOD /path` as told, and 404 otherwise.
/// What it was asked, with its header fields, comes out of the channel.
fn server(answers: Vec<(&'static str, String)>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).unwrap() == 0 {
                    break;
                }
            }
            let answer = answers
                .iter()
                .find(|(request, _)| head.starts_with(&format!("{request} ")));
            let (status, body) = match answer {
                Some((_, body)) => ("200 OK", body.as_str()),
                None => ("404 Not Found", ""),
            };
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            stream.get_mut().write_all(text.as_bytes()).unwrap();
            // The test may have ended meanwhile.
            let _ = asked.send(head);
        }
    });
    (url, requests)
}

const KEY: &str = "ASIAEXAMPLE";
const TOKEN: &str = "a-session-token";

fn issued() -> String {
    serde_json::json!({
        "AccessKeyId": KEY,
        "SecretAccessKey": "issued-s3cret",
        "Token": TOKEN,
        "Expiration": "2099-01-01T00:00:00Z",
        "Code": "Success",
        "Type": "AWS-HMAC",
        "LastUpdated": "2026-01-01T00:00:00Z",
    })
    .to_string()
}

/// A bucket without a key in its variables, behind a proxy that asserts whose requests it gets.
async fn guarded(moto: &Moto) -> (Remote, Proxy) {
    let proxy = Proxy::start(&moto.endpoint()).fault(|request| {
        let field = |name: &str| {
            let value = request.headers.get(name);
            value.map_or("", |value| value.to_str().unwrap())
        };
        if field("authorization").contains(KEY) && field("x-amz-security-token") == TOKEN {
            Fault::Pass
        } else {
            Fault::ResetBefore
        }
    });
    let bucket = moto.bucket("backups").await.through(&proxy.url());
    let remote = Remote::s3(&bucket)
        .variable("AWS_ACCESS_KEY_ID", None)
        .variable("AWS_SECRET_ACCESS_KEY", None);
    (remote, proxy)
}

#[rstest]
#[case::found("auto")]
#[case::named("container")]
#[tokio::test]
async fn a_container_gets_its_credentials_from_the_agent(#[case] source: &str) {
    let moto = Moto::start().await;
    let (remote, _proxy) = guarded(&moto).await;
    let (url, requests) = server(vec![("GET /v1/credentials", issued())]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "pod-token").unwrap();
    let uri = format!("{url}/v1/credentials");
    let remote = remote
        .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", Some(&uri))
        .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str())
        .options(&format!("--s3-credentials {source}"));
    does_everything(&remote);
    let asked = requests.recv().unwrap().to_ascii_lowercase();
    assert!(asked.contains("authorization: pod-token"), "{asked}");
}

#[tokio::test]
async fn an_instance_gets_its_credentials_from_the_metadata_service() {
    let moto = Moto::start().await;
    let (remote, _proxy) = guarded(&moto).await;
    let (url, requests) = server(vec![
        ("PUT /latest/api/token", "metadata-token".to_owned()),
        (
            "GET /latest/meta-data/iam/security-credentials/",
            "backup-role".to_owned(),
        ),
        (
            "GET /latest/meta-data/iam/security-credentials/backup-role",
            issued(),
        ),
    ]);
    let remote = remote
        .variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", Some(&url))
        .options("--s3-credentials instance");
    does_everything(&remote);
    let asked: Vec<String> = requests.try_iter().take(3).collect();
    assert!(asked[2].contains("metadata-token"), "{asked:?}");
}

#[tokio::test]
async fn a_metadata_service_that_does_not_answer_is_named() {
    let moto = Moto::start().await;
    let (remote, _proxy) = guarded(&moto).await;
    remote
        .variable(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            Some("http://127.0.0.1:1"),
        )
        .options("--s3-credentials instance")
        .run("backups list")
        .exits(1)
        .complains(&["hint: no credentials came from this machine's metadata service"]);
}

#[tokio::test]
async fn files_hold_the_key_and_its_secret() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("{text}\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let remote = Remote::s3(&bucket)
        .variable("AWS_ACCESS_KEY_ID", None)
        .variable("AWS_SECRET_ACCESS_KEY", None)
        .options(&format!(
            "--s3-access-key-id-file {} --s3-secret-access-key-file {}",
            file("id", &bucket.access_key_id),
            file("secret", &bucket.secret_access_key)
        ));
    does_everything(&remote);
}

#[tokio::test]
async fn a_session_token_is_sent_along() {
    let moto = Moto::start().await;
    let (remote, _proxy) = guarded(&moto).await;
    let remote = remote
        .variable("AWS_ACCESS_KEY_ID", Some(KEY))
        .variable("AWS_SECRET_ACCESS_KEY", Some("issued-s3cret"))
        .variable("AWS_SESSION_TOKEN", Some(TOKEN));
    does_everything(&remote);
}

#[test]
fn without_credentials_nobody_is_asked() {
    let words = ["backups", "list", "--repository", "s3://backups/x"];
    run(&mut lifeboat(words)).exits(1).complains(&[
        "error: no credentials for s3://backups/x were found",
        "hint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ]);
}

#[rstest]
#[case::half_a_key(&[("AWS_ACCESS_KEY_ID", "x")], "auto", "set both AWS_ACCESS_KEY_ID and")]
#[case::no_key(&[], "static", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
#[case::no_token(&[], "web-identity", "set AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN")]
#[case::no_agent(&[], "container", "set AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or")]
fn a_source_with_nothing_to_go_by_is_wrong_usage(
    #[case] variables: &[(&str, &str)],
    #[case] source: &str,
    #[case] hint: &str,
) {
    let words = [
        "backups",
        "list",
        "--repository",
        "s3://backups/x",
        "--s3-credentials",
        source,
    ];
    run(lifeboat(words).envs(variables.iter().copied()))
        .exits(2)
        .complains(&["hint:", hint]);
}

/// Google's client sends no `Authorization` for emulators, neither when it reads nor when it writes.
#[test]
fn an_anonymous_google_client_asks_nobody_for_a_token() {
    let empty = "<ListBucketResult></ListBucketResult>".to_owned();
    let (url, requests) = server(vec![(
        "GET /backups?list-type=2&prefix=x%2Fbackups%2Fprometheus%2F",
        empty,
    )]);
    let remote = Remote {
        url: "gs://backups/x".to_owned(),
        variables: vec![("LIFEBOAT_GS_ENDPOINT".to_owned(), url)],
        options: vec!["--gs-anonymous".to_owned()],
    };
    // The server knows nothing but an empty listing, so the first write fails.
    remote
        .back_up(blocks(2).path())
        .exits(1)
        .complains(&["failed to", "in gs://backups/x"]);
    let asked: Vec<String> = requests.try_iter().collect();
    assert!(asked.len() >= 2, "{asked:?}");
    for request in asked {
        assert!(
            !request
                .to_ascii_lowercase()
                .contains("authorization: bearer "),
            "{request}"
        );
    }
}
