//! Settings and stores that cannot work: each a clear error with a hint, and nothing half-written.

use std::path::Path;

use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::proxy::{Fault, Proxy};
use lifeboat_testkit::s3::S3Bucket;

use crate::hostile::{Place, Source, Store, wait};

/// What cannot work need not be waited for.
const IMPATIENCE: [&str; 4] = ["--request-timeout", "1s", "--retry-timeout", "2s"];

/// Backs up to a place where that cannot work, and checks what the error says, and its hint.
fn refuses(place: &Place, source: &Path, says: &str, hints: &str) {
    let ran = place.with(&IMPATIENCE).back_up(source);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(ran.stdout, "");
    let (error, hint) = ran
        .stderr
        .split_once("\nhint: ")
        .unwrap_or_else(|| panic!("there is no hint: {ran:#?}"));
    assert!(error.contains(says), "{error}");
    assert!(hint.contains(hints), "{}", ran.stderr);
}

/// A repository with one setting of its bucket changed.
fn changed(store: &Store, change: impl FnOnce(&mut S3Bucket)) -> Place {
    let mut place = store.place("repository");
    change(place.bucket.as_mut().unwrap());
    place
}

#[test]
fn a_bucket_that_does_not_exist_is_named() {
    let store = Store::start();
    let mut place = store.place("repository");
    place.url = "s3://no-such-bucket/repository".to_owned();
    let source = Source::small(1);
    refuses(
        &place,
        source.path(),
        "s3://no-such-bucket",
        "no such bucket",
    );
}

#[test]
fn credentials_that_are_refused_name_what_to_check() {
    let store = Store::start();
    let source = Source::small(1);
    let wrong_secret = changed(&store, |bucket| {
        bucket.secret_access_key = "f".repeat(64);
    });
    refuses(
        &wrong_secret,
        source.path(),
        "failed to list",
        "AWS_SECRET_ACCESS_KEY",
    );
    let unknown_key = changed(&store, |bucket| {
        bucket.access_key_id = "GKffffffffffffffffffffffff".to_owned();
    });
    refuses(
        &unknown_key,
        source.path(),
        "failed to list",
        "AWS_ACCESS_KEY_ID",
    );
    let read_only = wait(store.garage.read_only(&store.bucket));
    let read_only = changed(&store, |bucket| *bucket = read_only);
    refuses(
        &read_only,
        source.path(),
        "failed to write",
        "get, put, list and delete",
    );
    assert!(store.place("repository").all_good("quick").is_empty());
}

#[test]
fn a_full_store_says_so_and_leaves_no_backup() {
    let store = Store::start();
    wait(store.garage.set_quota(&store.bucket, 1 << 20));
    let source = Source::with_a_large_file();
    let place = store.place("repository");
    refuses(
        &place,
        source.path(),
        "failed to write",
        "the store is full",
    );
    assert!(place.all_good("quick").is_empty());
}

#[test]
fn a_server_that_is_not_there_or_never_answers_or_speaks_no_s3_is_an_endpoint_to_check() {
    let store = Store::start();
    let source = Source::small(1);
    let at = |endpoint: String| changed(&store, |bucket| bucket.endpoint = endpoint);

    let nobody = at(format!("http://127.0.0.1:{}", free_port()));
    refuses(&nobody, source.path(), "failed to list", "--s3-endpoint");

    let silent = Proxy::start(&store.bucket.endpoint).fault(|_| Fault::Hang);
    refuses(
        &at(silent.url()),
        source.path(),
        "failed to list",
        "--request-timeout",
    );

    let website = HttpServer::start();
    for status in [200, 404] {
        website.answer(status, "<html><body>Welcome</body></html>");
        refuses(
            &at(website.url()),
            source.path(),
            "failed to",
            "--s3-endpoint",
        );
    }
    assert!(store.place("repository").all_good("quick").is_empty());
}

#[test]
fn a_server_that_falls_silent_in_the_middle_leaves_no_backup() {
    let store = Store::start();
    let source = Source::with_a_large_file();
    let place = store.place("repository");
    let proxy = Proxy::start(&store.bucket.endpoint).fault(|request| {
        if request.path_and_query.contains("partNumber") {
            return Fault::Hang;
        }
        Fault::Pass
    });
    refuses(
        &place.through(&proxy),
        source.path(),
        "failed to write",
        "--request-timeout",
    );
    assert!(place.all_good("quick").is_empty());
}
