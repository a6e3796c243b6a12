//! A backup to S3, killed at each of its requests.

use crate::hostile::{
    Kill, Place, Source, Store, backup_of, in_threads, leave_no_orphan, requests_of,
};

#[test]
fn a_backup_killed_at_any_request_leaves_only_good_backups_and_the_next_one_succeeds() {
    let store = Store::start();
    let source = Source::with_a_large_file();
    let backup = backup_of(source.path());
    let requests = requests_of(&store.place("undisturbed"), &backup);
    let kills = Kill::everywhere(requests);
    in_threads(&kills, |kill| {
        let place = store.place(&kill.name());
        assert!(kill.run(&place, &backup), "{kill:?} did not happen");

        let after_kill = place.all_good("checksums");
        assert!(after_kill.len() <= 1, "{kill:?}: {after_kill:?}");
        place.back_up(source.path()).succeeded();
        assert_eq!(place.all_good("deep").len(), after_kill.len() + 1);
        place.restores("latest", source.path());
    });
    let places: Vec<Place> = kills.iter().map(|kill| store.place(&kill.name())).collect();
    leave_no_orphan(&places, &["--keep-last", "2"]);
}
