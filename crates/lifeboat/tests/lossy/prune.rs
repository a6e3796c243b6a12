//! Prunes through a network that loses and alters: a kept backup stays whole.

use std::sync::Mutex;

use lifeboat_testkit::proxy::{ErrorAnswer, Fault, Proxy};

use crate::faults::{PATIENCE, Trouble, enough_came_through};
use crate::hostile::{Place, Source, Store, in_threads, outlast_grace};

const PRUNE: [&str; 12] = [
    "backups",
    "prune",
    "--grace",
    "0s",
    "--keep-last",
    "1",
    "--keep-daily",
    "0",
    "--keep-monthly",
    "0",
    "--keep-yearly",
    "0",
];

#[test]
fn a_prune_loses_nothing_of_a_kept_backup_however_the_store_fails() {
    let store = Store::start();
    let seed = store.place("seed");
    let kept = prepare(&seed);
    let troubles = Trouble::all();
    let place_of = |trouble: &Trouble| store.place(&trouble.name());
    in_threads(&troubles, |trouble| {
        seed.objects().copy_to(&place_of(trouble).objects());
    });
    outlast_grace();
    let failed = Mutex::new(Vec::new());
    in_threads(&troubles, |trouble| {
        let place = place_of(trouble);
        let proxy = Proxy::start(&store.bucket.endpoint);
        trouble.strike(&proxy);
        let ran = place.through(&proxy).with(&PATIENCE).run(&PRUNE);
        if !ran.is_success() {
            failed
                .lock()
                .unwrap()
                .push(format!("{trouble:?}: {}", ran.stderr));
        }
        place.all_good("checksums");
        place.restores("latest", kept.path());
        outlast_grace();
        place.run(&PRUNE).succeeded();
    });
    let failed = failed.into_inner().unwrap();
    enough_came_through(&troubles, &failed);
}

/// A listing carries no checksum. Where a byte of it is altered, the name of a backup may be one
/// that says nothing, or a key one that nobody has heard of.
#[test]
fn a_listing_of_backups_altered_in_any_place_costs_no_backup_its_data() {
    let store = Store::start();
    let place = store.place("repository");
    let source = prepare(&place);
    let length = listing_length(&place);
    outlast_grace();
    let offsets: Vec<u64> = (0..length).step_by(5).collect();
    in_threads(&offsets, |offset| {
        let offset = *offset;
        let proxy = Proxy::start(&store.bucket.endpoint).fault(move |request| {
            if is_listing_of_backups(&request.path_and_query) {
                return Fault::CorruptResponse { offset };
            }
            Fault::Pass
        });
        // It may do its work or refuse to.
        place
            .through(&proxy)
            .with(&PATIENCE)
            .run(&["backups", "prune", "--grace", "0s", "--keep-last", "5"])
            .is_success();
        assert!(
            place.all_good("quick").len() >= 2,
            "altered in byte {offset}"
        );
    });
    place.all_good("checksums");
    place.restores("latest", source.path());
}

/// Such as the page that a gateway shows while the server behind it is away.
#[test]
fn a_listing_of_backups_that_another_answers_for_costs_no_backup_its_data() {
    const PAGE: ErrorAnswer = ErrorAnswer {
        status: 200,
        code: "Maintenance",
    };
    let store = Store::start();
    let place = store.place("repository");
    let source = prepare(&place);
    outlast_grace();
    // The first plans, the second sweeps.
    for answered_for in [&[1][..], &[2], &[1, 2]] {
        let mut listings = 0;
        let proxy = Proxy::start(&store.bucket.endpoint).fault(move |request| {
            listings += u32::from(is_listing_of_backups(&request.path_and_query));
            if is_listing_of_backups(&request.path_and_query) && answered_for.contains(&listings) {
                return Fault::Status(PAGE);
            }
            Fault::Pass
        });
        // It may do its work or refuse to.
        place
            .through(&proxy)
            .run(&["backups", "prune", "--grace", "0s", "--keep-last", "5"])
            .is_success();
        let listed = proxy.requests();
        let listed = listed
            .iter()
            .filter(|request| is_listing_of_backups(&request.path_and_query));
        assert_eq!(listed.count(), 2);
        place.all_good("checksums");
        place.restores("latest", source.path());
    }
}

fn is_listing_of_backups(path_and_query: &str) -> bool {
    path_and_query.contains("list-type=2") && path_and_query.contains("%2Fbackups%2F")
}

/// The bytes of one listing of the backups.
fn listing_length(place: &Place) -> u64 {
    let proxy = Proxy::start(&place.bucket.as_ref().unwrap().endpoint);
    place.through(&proxy).run(&["backups", "list"]).succeeded();
    let requests = proxy.requests();
    let listing = requests
        .iter()
        .find(|request| is_listing_of_backups(&request.path_and_query));
    listing.unwrap().response_body_bytes
}

/// Makes two backups that share a block, and a third that was dropped. Gives the newest's source.
fn prepare(place: &Place) -> Source {
    let all = Source::small(4);
    place.back_up(all.snapshot(0..2).path()).succeeded();
    place.back_up(all.snapshot(1..3).path()).succeeded();
    place.run(&PRUNE).succeeded();
    place.back_up(all.snapshot(1..3).path()).succeeded();
    let newest = all.snapshot(2..4);
    place.back_up(newest.path()).succeeded();
    place.all_good("quick");
    newest
}
