//! A prune on S3, killed at each of its requests.

use std::path::Path;

use crate::hostile::{
    Kill, Place, Source, Store, backup_of, in_threads, kill_before_metadata, outlast_grace,
    requests_of,
};

/// What stays: the newest backup, beside the pinned one.
const RETENTION: [&str; 8] = [
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
fn a_prune_killed_at_any_request_loses_no_kept_backup_and_the_next_one_leaves_no_orphan() {
    let store = Store::start();
    let seed = store.place("seed");
    let kept = prepare(&seed);
    let prune = [&["backups", "prune", "--grace", "0s"], &RETENTION[..]].concat();
    let requests = undisturbed(&store, &seed, &prune);

    let kills = Kill::everywhere(requests);
    let places: Vec<Place> = kills.iter().map(|kill| store.place(&kill.name())).collect();
    in_threads(&places, |place| seed.objects().copy_to(&place.objects()));
    outlast_grace();
    in_threads(&kills, |kill| {
        let place = store.place(&kill.name());
        assert!(kill.run(&place, &prune), "{kill:?} did not happen");
        let after_kill = place.all_good("checksums");
        for (id, _) in &kept {
            assert!(after_kill.contains(id), "{kill:?} lost {id}");
        }
        let (newest, source) = &kept[1];
        place.restores(newest, source.path());
        place.run(&prune).succeeded();
    });
    outlast_grace();
    in_threads(&places, |place| {
        place.run(&prune).succeeded();
        place.has_no_orphan();
        let ids = place.all_good("deep");
        assert!(
            ids.iter().eq(kept.iter().map(|(id, _)| id)),
            "{}: {ids:?}",
            place.url
        );
        for (id, source) in &kept {
            place.restores(id, source.path());
        }
    });
}

/// The number of requests of a prune that nothing disturbs; it has to drop, to give up and to sweep.
fn undisturbed(store: &Store, seed: &Place, prune: &[&str]) -> u64 {
    let place = store.place("undisturbed");
    seed.objects().copy_to(&place.objects());
    outlast_grace();
    let before = place.keys();
    let requests = requests_of(&place, prune);
    let after = place.keys();
    let gone: Vec<&String> = before.difference(&after).collect();
    for kind in ["backups/", "data/", "running/", "dropped/"] {
        assert!(
            gone.iter().any(|key| key.starts_with(kind)),
            "this prune removes nothing of {kind}: {gone:?}"
        );
    }
    requests
}

/// Makes a repository with something for every step of a prune: backups to drop that share blocks
/// with some to keep, one that was dropped before, and what a killed run left.
/// Gives what is to be kept, oldest first, with its source.
fn prepare(place: &Place) -> [(String, Source); 2] {
    let all = Source::small(7);
    // Only the first of these has block 0, so that there is something to sweep.
    let dropped_before = all.snapshot(0..2);
    let pinned = all.snapshot(1..3);
    let dropped = all.snapshot(1..4);
    let newest = all.snapshot(3..6);
    let killed = all.snapshot(4..7);

    let first = take(place, dropped_before.path());
    let pinned_id = take(place, pinned.path());
    place
        .run(&[&["backups", "prune"], &RETENTION[..]].concat())
        .succeeded();
    assert!(!place.all_good("quick").contains(&first), "not dropped");
    // The id of a backup is the second it began in, and that of the dropped one is free again.
    outlast_grace();
    place.run(&["backups", "pin", &pinned_id]).succeeded();
    take(place, dropped.path());
    let newest_id = take(place, newest.path());
    place.all_good("checksums");
    kill_before_metadata(place, killed.path());
    [(pinned_id, pinned), (newest_id, newest)]
}

fn take(place: &Place, source: &Path) -> String {
    let report = place
        .run(&[&backup_of(source)[..], &["--output", "json"]].concat())
        .succeeded()
        .json();
    report["id"].as_str().unwrap().to_owned()
}
