//! moto starts, takes signed requests through the proxy, and tells how an object is kept.

use std::collections::BTreeMap;
use std::process::Command;

use lifeboat_testkit::moto::{Moto, ObjectFacts};
use lifeboat_testkit::proxy::Proxy;
use lifeboat_testkit::tools::tool;

#[tokio::test]
async fn tags_storage_class_and_encryption_are_read_back() {
    let moto = Moto::start().await;
    let bucket = moto.bucket("backups").await;
    let proxy = Proxy::start(&bucket.endpoint);
    let put = |key: &str, arguments: &[&str]| {
        let mut command = Command::new(tool("aws"));
        bucket.through(&proxy.url()).apply(&mut command);
        let output = command
            .args(["s3api", "put-object", "--bucket", "backups", "--key", key])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    put("plain key", &[]);
    put(
        "kept",
        &[
            "--storage-class",
            "STANDARD_IA",
            "--server-side-encryption",
            "aws:kms",
            "--ssekms-key-id",
            "a-key",
            "--tagging",
            "team=platform&tier=gold",
        ],
    );

    let plain = ObjectFacts {
        storage_class: None,
        server_side_encryption: None,
        kms_key_id: None,
        tags: BTreeMap::new(),
    };
    assert_eq!(moto.object(&bucket, "plain key").await, plain);
    let tags = [("team", "platform"), ("tier", "gold")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let kept = ObjectFacts {
        storage_class: Some("STANDARD_IA".to_owned()),
        server_side_encryption: Some("aws:kms".to_owned()),
        kms_key_id: Some("a-key".to_owned()),
        tags: BTreeMap::from(tags),
    };
    assert_eq!(moto.object(&bucket, "kept").await, kept);
    assert_eq!(proxy.requests().len(), 2);
}
