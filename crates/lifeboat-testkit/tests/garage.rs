//! Garage starts, answers signed requests directly and through the proxy, and survives kill -9.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::process::Command;

use lifeboat_testkit::garage::Garage;
use lifeboat_testkit::process::{Process, Victim};
use lifeboat_testkit::proxy::{Fault, Moment, Proxy, RandomFaults};
use lifeboat_testkit::s3::S3Bucket;
use lifeboat_testkit::tools::tool;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, RetryConfig, WriteMultipart};

fn builder(bucket: &S3Bucket) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_endpoint(&bucket.endpoint)
        .with_allow_http(true)
        .with_region(&bucket.region)
        .with_bucket_name(&bucket.bucket)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(&bucket.secret_access_key)
}

fn store(bucket: &S3Bucket) -> AmazonS3 {
    builder(bucket).build().unwrap()
}

async fn read(store: &AmazonS3, key: &str) -> Vec<u8> {
    store
        .get(&Path::from(key))
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn signed_requests_work_directly_and_through_the_proxy() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let proxy = Proxy::start(&bucket.endpoint);
    let [direct, proxied] =
        [bucket.clone(), bucket.through(&proxy.url())].map(|bucket| store(&bucket));

    direct
        .put(&Path::from("a"), PutPayload::from_static(b"direct"))
        .await
        .unwrap();
    proxied
        .put(&Path::from("a b/ü"), PutPayload::from_static(b"proxied"))
        .await
        .unwrap();
    assert_eq!(read(&proxied, "a").await, b"direct");
    assert_eq!(read(&direct, "a b/ü").await, b"proxied");
    let listed = proxied.list_with_delimiter(None).await.unwrap();
    assert_eq!(listed.objects.len() + listed.common_prefixes.len(), 2);
    assert_eq!(proxy.requests()[0].request_body_bytes, 7);

    let upload = proxied.put_multipart(&Path::from("large")).await.unwrap();
    let mut upload = WriteMultipart::new_with_chunk_size(upload, 5 << 20);
    let content: Vec<u8> = (0..12_u32 << 20)
        .map(|index| index.to_le_bytes()[1])
        .collect();
    upload.write(&content);
    upload.finish().await.unwrap();
    assert!(read(&proxied, "large").await == content);
    let parts = proxy
        .requests()
        .iter()
        .filter(|request| request.path_and_query.contains("partNumber="))
        .count();
    assert_eq!(parts, 3);
}

#[tokio::test]
async fn the_aws_command_line_works_through_the_proxy() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let proxy = Proxy::start(&bucket.endpoint);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, vec![5; 9 << 20]).unwrap();
    let aws = |arguments: &[&str]| {
        let mut command = Command::new(tool("aws"));
        bucket.through(&proxy.url()).apply(&mut command);
        let output = command.arg("s3").args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    aws(&["cp", file.to_str().unwrap(), "s3://backups/folder/file"]);
    assert!(aws(&["ls", "s3://backups/folder/"]).contains("9437184 file"));
    let back = folder.path().join("back");
    aws(&["cp", "s3://backups/folder/file", back.to_str().unwrap()]);
    assert!(std::fs::read(back).unwrap() == std::fs::read(file).unwrap());
}

#[tokio::test]
async fn a_read_only_key_and_a_quota_are_enforced() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let key = Path::from("key");
    store(&bucket)
        .put(&key, PutPayload::from_static(b"content"))
        .await
        .unwrap();

    let read_only = store(&garage.read_only(&bucket).await);
    assert_eq!(read(&read_only, "key").await, b"content");
    let denied = read_only
        .put(&key, PutPayload::from_static(b"other"))
        .await
        .unwrap_err();
    assert!(
        matches!(denied, object_store::Error::PermissionDenied { .. }),
        "{denied}"
    );

    garage.set_quota(&bucket, 1000).await;
    let full = store(&bucket)
        .put(&Path::from("large"), PutPayload::from(vec![0; 5000]))
        .await
        .unwrap_err();
    assert!(full.to_string().contains("quota"), "{full}");
}

#[tokio::test]
async fn data_survives_kill_9_and_a_restart() {
    let mut garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let store = store(&bucket);
    store
        .put(&Path::from("key"), PutPayload::from_static(b"content"))
        .await
        .unwrap();
    garage.kill_9();
    garage.restart().await;
    assert_eq!(read(&store, "key").await, b"content");
}

#[tokio::test]
async fn a_client_killed_at_a_request_leaves_exactly_what_came_before() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["1", "2", "3"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    // The first moment, with a reset, loses the second object; the other one keeps it.
    for (moment, expected) in [(Moment::BeforeForwarding, 1), (Moment::AfterAnswer, 2)] {
        let prefix = format!("{moment:?}");
        let victim = Victim::default();
        let proxy =
            Proxy::start(&bucket.endpoint).fault(move |request| match (request.number, moment) {
                (2, Moment::BeforeForwarding) => Fault::ResetBefore,
                _ => Fault::Pass,
            });
        let killer = victim.clone();
        proxy.on_request(2, moment, move || killer.kill_9());
        let script = format!(
            "for name in 1 2 3; do curl --silent --fail --noproxy '*' --aws-sigv4 aws:amz:$AWS_REGION:s3 \
             --user $AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY -H x-amz-content-sha256:UNSIGNED-PAYLOAD \
             -T {}/$name $AWS_ENDPOINT_URL/backups/{prefix}/$name || exit 1; done",
            folder.path().display()
        );
        let mut command = Command::new("sh");
        bucket.through(&proxy.url()).apply(&mut command);
        command.args(["-c", &script]);
        let process = Process::spawn_victim("uploads", command, &victim);
        let status = process.wait(std::time::Duration::from_secs(30)).await;
        assert_eq!(
            status.to_string(),
            "signal: 9 (SIGKILL)",
            "{}",
            process.log()
        );
        let listed = store(&bucket)
            .list_with_delimiter(Some(&Path::from(prefix)))
            .await
            .unwrap();
        assert_eq!(
            listed.objects.len(),
            expected,
            "{moment:?}: {:?}",
            proxy.requests()
        );
    }
}

#[tokio::test]
async fn behind_random_faults_wrong_bytes_come_only_where_the_log_says_so() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let content: Vec<u8> = (0..100_000_u32)
        .map(|index| index.to_le_bytes()[0])
        .collect();
    let key = Path::from("key");
    store(&bucket)
        .put(&key, PutPayload::from(content.clone()))
        .await
        .unwrap();

    let faults = RandomFaults {
        seed: 1,
        rate: 0.4,
        hangs: false,
    };
    let proxy = Proxy::start(&bucket.endpoint).fault(faults.policy());
    let without_retries = RetryConfig {
        max_retries: 0,
        ..RetryConfig::default()
    };
    let store = builder(&bucket.through(&proxy.url()))
        .with_retry(without_retries)
        .build()
        .unwrap();
    let (mut right, mut wrong, mut failed) = (0, 0, 0);
    for number in 1..=150 {
        let body = match store.get(&key).await {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        // The log of a request may end a moment after its client is done; its fault is fixed.
        let request = proxy.requests().pop().unwrap();
        assert_eq!(request.number, number);
        match body {
            Ok(bytes) if bytes == content => right += 1,
            Ok(_) => {
                wrong += 1;
                assert!(
                    matches!(request.fault, Fault::CorruptResponse { .. }),
                    "{request:?}"
                );
            }
            Err(error) => {
                failed += 1;
                assert_ne!(request.fault, Fault::Pass, "{error}");
            }
        }
    }
    assert!(
        right > 75 && wrong > 0 && failed > 15,
        "{right} right, {wrong} wrong, {failed} failed"
    );
}
