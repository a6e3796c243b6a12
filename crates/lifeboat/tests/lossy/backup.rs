//! Backups through a network that loses and alters: what is reported good is good.

use std::sync::Mutex;

use lifeboat_testkit::proxy::{Fault, Proxy};

use crate::faults::{PATIENCE, Trouble, enough_came_through};
use crate::hostile::{Source, Store, in_threads};

/// For a server that checks neither what it is sent nor whether it overwrites.
const NOTHING_CHECKED: [&str; 4] = ["--s3-checksum", "none", "--s3-conditional-writes", "off"];

#[test]
fn every_backup_reported_good_is_good_however_the_store_fails() {
    reported_good_is_good(&[]);
}

#[test]
fn every_backup_reported_good_is_good_even_if_the_store_checks_nothing() {
    reported_good_is_good(&NOTHING_CHECKED);
}

#[test]
fn a_metadata_altered_on_its_way_is_not_left_behind() {
    let store = Store::start();
    let source = Source::small(1);
    let place = store.place("repository").with(&NOTHING_CHECKED);
    let proxy = Proxy::start(&store.bucket.endpoint).fault(|request| {
        if request.method == "PUT" && request.path_and_query.ends_with("/metadata.json") {
            return Fault::CorruptRequest { offset: 300 };
        }
        Fault::Pass
    });
    let ran = place.through(&proxy).back_up(source.path());
    assert!(!ran.is_success(), "{ran:#?}");
    assert!(place.all_good("quick").is_empty());
    // One that can't be read would keep every prune from sweeping.
    place.back_up(source.path()).succeeded();
    place.run(&["backups", "prune"]).succeeded();
}

fn reported_good_is_good(options: &[&str]) {
    let store = Store::start();
    let source = Source::with_a_large_file();
    let failed = Mutex::new(Vec::new());
    let troubles = Trouble::all();
    in_threads(&troubles, |trouble| {
        let place = store.place(&trouble.name()).with(&PATIENCE).with(options);
        let proxy = Proxy::start(&store.bucket.endpoint);
        trouble.strike(&proxy);
        let ran = place.through(&proxy).back_up(source.path());
        if ran.is_success() {
            assert_eq!(place.all_good("deep").len(), 1, "{trouble:?}: {ran:#?}");
            place.restores("latest", source.path());
        } else {
            // A failed one may have come to its end all the same, but must never be half there.
            place.all_good("deep");
            failed
                .lock()
                .unwrap()
                .push(format!("{trouble:?}: {}", ran.stderr));
        }
        // And afterwards all is as if nothing had been.
        place.back_up(source.path()).succeeded();
        place.all_good("checksums");
    });
    let failed = failed.into_inner().unwrap();
    enough_came_through(&troubles, &failed);
}
