//! Garage, an S3 server that checks signatures and refuses what is not allowed.

use lifeboat_testkit::garage::Garage;
use lifeboat_testkit::proxy::Proxy;

use crate::support::blocks;
use crate::{Remote, does_everything};

#[tokio::test]
async fn a_bucket_addressed_by_path_does_everything() {
    let garage = Garage::start().await;
    does_everything(&Remote::s3(&garage.bucket("backups").await));
}

#[tokio::test]
async fn a_bucket_addressed_by_host_name_does_everything() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    // `backups.s3.localhost` resolves on few machines, so an HTTP proxy finds the server: clients
    // sign the host name that they mean.
    let proxy = Proxy::start(&garage.endpoint());
    let port = garage.endpoint().rsplit_once(':').unwrap().1.to_owned();
    let endpoint = format!("http://s3.localhost:{port}");
    let remote = Remote::s3(&bucket.through(&endpoint))
        .options("--s3-addressing virtual")
        .variable("http_proxy", Some(&proxy.url()));
    does_everything(&remote);
    let requests = proxy.requests();
    let expected = format!("http://backups.s3.localhost:{port}/");
    assert!(!requests.is_empty());
    for request in requests {
        let asked = request.path_and_query;
        assert!(asked.starts_with(&expected), "{asked}");
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_explained_and_no_secret_is_shown() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let (remote, source) = (Remote::s3(&bucket), blocks(2));
    let secret = "1111111111111111111111111111111111111111111111111111111111111111";
    let cases = [
        (
            Remote {
                url: "s3://elsewhere/team".to_owned(),
                ..Remote::s3(&bucket)
            },
            "there is no such bucket; check s3://elsewhere/team",
        ),
        (
            Remote::s3(&bucket).variable("AWS_ACCESS_KEY_ID", Some("GK111111111111111111111111")),
            "the server does not know this access key; check AWS_ACCESS_KEY_ID",
        ),
        (
            Remote::s3(&bucket).variable("AWS_SECRET_ACCESS_KEY", Some(secret)),
            "the secret does not belong to the access key; check AWS_SECRET_ACCESS_KEY",
        ),
        (
            Remote::s3(&bucket).variable("AWS_REGION", Some("elsewhere")),
            "the bucket is in another region; set --s3-region",
        ),
        (
            Remote::s3(&garage.read_only(&bucket).await),
            "the credentials may not do this",
        ),
    ];
    for (remote, hint) in cases {
        let remote = remote.options("--log-level trace");
        let ran = remote
            .back_up(source.path())
            .exits(1)
            .complains(&["error: failed to", &format!("hint: {hint}")]);
        let (_, secret) = remote
            .variables
            .iter()
            .find(|(name, _)| name == "AWS_SECRET_ACCESS_KEY")
            .unwrap();
        assert!(!ran.stderr.contains(secret.as_str()), "{}", ran.stderr);
    }
    remote.run("backups list").exits(0).says(&["No backups of"]);
}

#[tokio::test]
async fn a_full_store_is_named_and_loses_nothing() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let (remote, source) = (Remote::s3(&bucket), blocks(2));
    remote.back_up(source.path()).exits(0);
    garage.set_quota(&bucket, 1).await;
    remote
        .back_up(blocks(4).path())
        .exits(1)
        .complains(&["hint: the store is full"]);
    remote
        .run("backups verify --level deep --no-record")
        .exits(0);
}
