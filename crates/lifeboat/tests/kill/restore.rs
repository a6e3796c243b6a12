//! A restore from S3, killed at each of its requests.

use std::fs;
use std::path::Path;

use lifeboat_testkit::tree::tree;

use crate::hostile::{Kill, Source, Store, in_threads, requests_of, restore_of};

#[test]
fn a_restore_killed_at_any_request_leaves_no_partial_folder_and_the_next_one_succeeds() {
    let store = Store::start();
    let source = Source::with_a_large_file();
    let place = store.place("repository");
    place.back_up(source.path()).succeeded();
    let scratch = tempfile::tempdir().unwrap();
    let target = scratch.path().join("undisturbed");
    let requests = requests_of(&place, &restore_of("latest", &target));
    in_threads(&Kill::everywhere(requests), |kill| {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path().join("restored");
        // Half of them into a folder that is there already and empty.
        if kill.request % 2 == 0 {
            fs::create_dir(&target).unwrap();
        }
        assert!(
            kill.run(&place, &restore_of("latest", &target)),
            "{kill:?} did not happen"
        );
        // With a request still open, nothing can be complete.
        assert!(is_missing_or_empty(&target), "{kill:?}");
        place.restore("latest", &target).succeeded();
        assert_eq!(tree(&target), tree(source.path()), "{kill:?}");
        let left = fs::read_dir(scratch.path()).unwrap().count();
        assert_eq!(left, 1, "{kill:?}: something is left beside the target");
    });
}

fn is_missing_or_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}
