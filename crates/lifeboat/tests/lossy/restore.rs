//! Restores through a network that loses and alters: the folder is what was backed up, or not there.

use std::fs;
use std::sync::Mutex;

use lifeboat_testkit::proxy::Proxy;
use lifeboat_testkit::tree::tree;

use crate::faults::{PATIENCE, Trouble, enough_came_through};
use crate::hostile::{Source, Store, in_threads};

#[test]
fn a_restore_gives_what_was_backed_up_or_nothing_however_the_store_fails() {
    let store = Store::start();
    let source = Source::with_a_large_file();
    let place = store.place("repository").with(&PATIENCE);
    place.back_up(source.path()).succeeded();
    let expected = tree(source.path());
    let failed = Mutex::new(Vec::new());
    let troubles = Trouble::all();
    in_threads(&troubles, |trouble| {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path().join("restored");
        let proxy = Proxy::start(&store.bucket.endpoint);
        trouble.strike(&proxy);
        let ran = place.through(&proxy).restore("latest", &target);
        if ran.is_success() {
            assert_eq!(tree(&target), expected, "{trouble:?}");
        } else {
            let left = fs::read_dir(scratch.path()).unwrap().count();
            assert_eq!(left, 0, "{trouble:?} left something: {ran:#?}");
            failed
                .lock()
                .unwrap()
                .push(format!("{trouble:?}: {}", ran.stderr));
        }
    });
    let failed = failed.into_inner().unwrap();
    enough_came_through(&troubles, &failed);
}
