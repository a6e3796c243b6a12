//! What a killed backup has sent and recorded is not sent again.

use std::collections::BTreeSet;

use lifeboat_testkit::proxy::Proxy;
use lifeboat_testkit::tree::tree;
use serde_json::Value;

use crate::hostile::{Place, Source, Store, kill_before_metadata};

/// The record of a run names what was sent every 256 MiB: that takes 25 of these blocks.
const BLOCKS: u32 = 30;

#[test]
fn a_backup_after_a_killed_one_sends_only_what_the_record_of_that_does_not_name() {
    let store = Store::start();
    let source = Source::large(BLOCKS);
    let place = store.place("repository");
    kill_before_metadata(&place, source.path());
    let named = files_in_record(&place);
    assert!(!named.is_empty(), "the record names no file");

    let proxy = Proxy::start(&store.bucket.endpoint);
    place.through(&proxy).back_up(source.path()).succeeded();
    let sent: u64 = proxy
        .requests()
        .iter()
        .filter(|request| request.method == "PUT" && request.path_and_query.contains("/data/"))
        .map(|request| request.request_body_bytes)
        .sum();
    let expected: u64 = tree(source.path())
        .iter()
        .filter(|(path, _)| !named.contains(path.to_str().unwrap()))
        .map(|(_, (size, _))| size)
        .sum();
    assert_eq!(sent, expected);
    assert_eq!(place.all_good("checksums").len(), 1);
    place.restores("latest", source.path());
}

/// The paths that the one running record names as sent.
fn files_in_record(place: &Place) -> BTreeSet<String> {
    let objects = place.objects();
    let keys = objects.keys();
    let records: Vec<&String> = keys
        .iter()
        .filter(|key| key.starts_with("running/"))
        .collect();
    assert_eq!(records.len(), 1, "{records:?}");
    let record: Value = serde_json::from_slice(&objects.read(records[0])).unwrap();
    let files = record["files"].as_array().unwrap().iter();
    files
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .collect()
}
