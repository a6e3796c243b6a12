//! Settings of S3: what each of them makes of an object or a request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use lifeboat_testkit::moto::Moto;
use lifeboat_testkit::proxy::{Fault, Proxy, RequestSummary};
use rstest::rstest;

use crate::support::blocks;
use crate::{Remote, does_everything, keys};

/// Backs up two blocks with these options; what the server keeps of each object, by its key.
async fn kept(options: &str) -> BTreeMap<String, lifeboat_testkit::moto::ObjectFacts> {
    let moto = Moto::start().await;
    let bucket = moto.bucket("backups").await;
    let remote = Remote::s3(&bucket).options(options);
    remote.back_up(blocks(4).path()).exits(0);
    let mut facts = BTreeMap::new();
    for key in keys(&remote) {
        facts.insert(key.clone(), moto.object(&bucket, &key).await);
    }
    assert_eq!(facts.len(), 9);
    facts
}

#[rstest]
#[case::managed_by_s3("--s3-encryption AES256", "AES256", None)]
#[case::with_a_key(
    "--s3-encryption aws:kms --s3-kms-key-id key-1",
    "aws:kms",
    Some("key-1")
)]
#[case::with_the_default_key("--s3-encryption aws:kms", "aws:kms", None)]
#[tokio::test]
async fn every_object_is_encrypted_as_asked(
    #[case] options: &str,
    #[case] kind: &str,
    #[case] key: Option<&str>,
) {
    for (name, facts) in kept(options).await {
        assert_eq!(
            facts.server_side_encryption.as_deref(),
            Some(kind),
            "{name}"
        );
        if key.is_some() {
            assert_eq!(facts.kms_key_id.as_deref(), key, "{name}");
        }
    }
}

#[tokio::test]
async fn data_gets_the_storage_class_and_documents_do_not() {
    for (name, facts) in kept("--s3-storage-class STANDARD_IA").await {
        let class = (!name.ends_with("/metadata.json")).then_some("STANDARD_IA");
        assert_eq!(facts.storage_class.as_deref(), class, "{name}");
    }
}

#[tokio::test]
async fn every_object_is_tagged() {
    let tags = [("team", "observability"), ("data", "metrics")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    for (name, facts) in kept("--s3-tag team=observability --s3-tag data=metrics").await {
        assert_eq!(facts.tags, BTreeMap::from(tags.clone()), "{name}");
    }
}

/// The header fields of every upload of a data file or document, as the server got them.
async fn uploads(options: &str) -> Vec<RequestSummary> {
    let moto = Moto::start().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let proxy = Proxy::start(&moto.endpoint()).fault(move |request| {
        record.lock().unwrap().push(request.clone());
        Fault::Pass
    });
    let bucket = moto.bucket("backups").await.through(&proxy.url());
    does_everything(&Remote::s3(&bucket).options(options));
    let seen = seen.lock().unwrap();
    let uploads = seen.iter().filter(|request| request.method == "PUT");
    uploads.cloned().collect()
}

fn header(request: &RequestSummary, name: &str) -> Option<String> {
    let value = request.headers.get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

#[rstest]
#[case::crc64nvme("--s3-checksum crc64nvme", Some("x-amz-checksum-crc64nvme"))]
#[case::sha256("--s3-checksum sha256", Some("x-amz-checksum-sha256"))]
#[case::none("--s3-checksum none", None)]
#[tokio::test]
async fn uploads_carry_the_checksum(#[case] options: &str, #[case] wanted: Option<&str>) {
    let uploads = uploads(options).await;
    assert!(uploads.len() > 9, "{uploads:?}");
    for upload in uploads {
        let names = upload.headers.keys().map(ToString::to_string);
        let found: BTreeSet<String> = names
            .filter(|name| {
                name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-algorithm"
            })
            .collect();
        let wanted: BTreeSet<String> = wanted.into_iter().map(str::to_owned).collect();
        assert_eq!(found, wanted, "{}", upload.path_and_query);
    }
}

#[rstest]
#[case::on("--s3-conditional-writes on", true)]
#[case::off("--s3-conditional-writes off", false)]
#[tokio::test]
async fn conditional_writes_keep_a_backup_from_being_overwritten(
    #[case] options: &str,
    #[case] conditional: bool,
) {
    let uploads = uploads(options).await;
    let conditions = |wanted: &str| -> Vec<Option<String>> {
        let uploads = uploads.iter();
        let wanted = uploads.filter(|upload| upload.path_and_query.contains(wanted));
        wanted
            .map(|upload| header(upload, "if-none-match"))
            .collect()
    };
    let expected = conditional.then(|| "*".to_owned());
    // Two backups, and one object each of the eight files.
    assert_eq!(conditions("/metadata.json"), vec![expected; 2]);
    assert_eq!(conditions("/data/prometheus/").len(), 8);
    if !conditional {
        assert!(
            uploads
                .iter()
                .all(|upload| header(upload, "if-none-match").is_none())
        );
    }
}

#[rstest]
#[case::unsigned("", false)]
#[case::signed("--s3-sign-payload", true)]
#[tokio::test]
async fn payloads_are_signed_when_asked(#[case] options: &str, #[case] signed: bool) {
    for upload in uploads(options).await {
        let digest = header(&upload, "x-amz-content-sha256").unwrap();
        assert_eq!(digest != "UNSIGNED-PAYLOAD", signed, "{digest}");
        let is_a_digest = digest.len() == 64;
        assert_eq!(is_a_digest, signed, "{digest}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_wrong_usage() {
    let moto = Moto::start().await;
    let remote = Remote::s3(&moto.bucket("backups").await);
    for endpoint in ["nonsense", "ftp://127.0.0.1", "http://"] {
        let remote = Remote {
            options: vec![],
            variables: remote.variables.clone(),
            url: remote.url.clone(),
        };
        remote
            .variable("AWS_ENDPOINT_URL", Some(endpoint))
            .run("backups list")
            .exits(2)
            .complains(&["the server's URL", "hint: use a URL such as"]);
    }
    let ran = remote
        .variable("AWS_ENDPOINT_URL", Some("http://me:s3cret@127.0.0.1"))
        .run("backups list")
        .exits(2);
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
}
