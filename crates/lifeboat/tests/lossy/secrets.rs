//! Credentials appear nowhere: not in what is printed, not in logs, not in the repository.

use lifeboat_testkit::proxy::{ErrorAnswer, Fault, Proxy};
use lifeboat_testkit::s3::S3Bucket;

use crate::faults::PATIENCE;
use crate::hostile::{Place, Ran, Source, Store, backup_of, wait};

/// Fails if one half of the key is in a text.
fn keeps_secret(bucket: &S3Bucket, place: &str, text: &str) {
    for credential in [&bucket.access_key_id, &bucket.secret_access_key] {
        if let Some(at) = text.find(credential) {
            let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
            let line = text[start..].lines().next().unwrap_or_default();
            panic!("a credential is in {place}: {line}");
        }
    }
}

/// Runs a command with everything logged, and looks through what it says.
fn run_openly(place: &Place, arguments: &[&str]) -> Ran {
    let more = ["--log-level", "trace"];
    let ran = place.with(&PATIENCE).run(&[arguments, &more].concat());
    let bucket = place.bucket.as_ref().unwrap();
    keeps_secret(bucket, &format!("stdout of {arguments:?}"), &ran.stdout);
    keeps_secret(bucket, &format!("stderr of {arguments:?}"), &ran.stderr);
    ran
}

#[test]
fn no_credential_is_printed_logged_or_stored_by_any_command() {
    let store = Store::start();
    let source = Source::with_a_large_file();
    let place = store.place("repository");
    let scratch = tempfile::tempdir().unwrap();
    let target = scratch.path().join("restored");
    let commands: [&[&str]; 6] = [
        &backup_of(source.path()),
        &["backups", "list"],
        &["backups", "show", "--files", "--output", "json"],
        &["backups", "verify", "--level", "deep"],
        &["backups", "prune"],
        &[
            "backups",
            "restore",
            "latest",
            "--target",
            target.to_str().unwrap(),
        ],
    ];
    for command in commands {
        let ran = run_openly(&place, command).succeeded();
        assert!(!ran.stderr.is_empty(), "nothing was logged");
    }
    let objects = place.objects();
    for key in objects.keys() {
        let text = String::from_utf8_lossy(&objects.read(&key)).into_owned();
        keeps_secret(&store.bucket, &key, &text);
        keeps_secret(&store.bucket, "a key", &key);
    }
}

#[test]
fn no_credential_is_in_an_error() {
    let store = Store::start();
    let source = Source::small(1);
    let backup = backup_of(source.path());
    let mut wrong_secret = store.place("repository");
    wrong_secret.bucket.as_mut().unwrap().secret_access_key = "f".repeat(64);
    let mut unknown_key = store.place("repository");
    unknown_key.bucket.as_mut().unwrap().access_key_id = "GKffffffffffffffffffffffff".to_owned();
    let mut read_only = store.place("repository");
    read_only.bucket = Some(wait(store.garage.read_only(&store.bucket)));
    for place in [wrong_secret, unknown_key, read_only] {
        assert_eq!(run_openly(&place, &backup).code, Some(1));
    }
    for fault in [
        Fault::Status(ErrorAnswer::ACCESS_DENIED),
        Fault::Status(ErrorAnswer::INTERNAL_ERROR),
        Fault::ResetBefore,
        Fault::CorruptRequest { offset: 0 },
    ] {
        let proxy = Proxy::start(&store.bucket.endpoint).fault(move |_| fault);
        run_openly(&store.place("repository").through(&proxy), &backup);
    }
}
