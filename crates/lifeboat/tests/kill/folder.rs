//! A backup into a folder, killed at moments of its own: there is no request to count.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use lifeboat_testkit::process::Victim;

use crate::hostile::{Place, Source, backup_of, in_threads, leave_no_orphan, was_killed};

const KILLS: u32 = 32;

/// Slow enough that kills fall into it, at about 11 MB.
const RATE: [&str; 2] = ["--bandwidth-limit", "12MiB/s"];

#[test]
fn a_backup_into_a_folder_killed_at_any_moment_leaves_only_good_backups_and_the_next_one_succeeds()
{
    let source = Source::with_a_large_file();
    let scratch = tempfile::tempdir().unwrap();
    let started = Instant::now();
    Place::folder(scratch.path())
        .with(&RATE)
        .back_up(source.path())
        .succeeded();
    let undisturbed = started.elapsed();
    let scratch = tempfile::tempdir().unwrap();
    let cases: Vec<(Duration, Place)> = (0..KILLS)
        .map(|number| {
            let repository = scratch.path().join(number.to_string());
            (undisturbed * number / KILLS, Place::folder(&repository))
        })
        .collect();
    in_threads(&cases, |(moment, place)| {
        let killed = kill_when(place, &source, || std::thread::sleep(*moment));
        // The last ones may come too late on a machine that has become faster meanwhile.
        assert!(
            killed || *moment > undisturbed / 2,
            "not killed after {moment:?}"
        );
    });
    let places: Vec<Place> = cases.into_iter().map(|(_, place)| place).collect();
    leave_no_orphan(&places, &["--keep-last", "2"]);
}

#[test]
fn a_file_that_a_killed_backup_left_half_written_is_swept() {
    let source = Source::with_a_large_file();
    let scratch = tempfile::tempdir().unwrap();
    let place = Place::folder(scratch.path());
    let staged = |name: &String| name.contains("chunks/000001#");
    let until_staged = || {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !names_below(scratch.path()).iter().any(staged) {
            assert!(Instant::now() < deadline, "no file was staged");
        }
    };
    assert!(kill_when(&place, &source, until_staged));
    assert!(names_below(scratch.path()).iter().any(staged));
    leave_no_orphan(&[place], &["--keep-last", "2"]);
}

/// Kills a backup when `moment` returns, and checks what is left and what the next run makes of it.
/// False if the backup was faster.
fn kill_when(place: &Place, source: &Source, moment: impl FnOnce() + Send) -> bool {
    let victim = Victim::default();
    let backup = place.with(&RATE).command(&backup_of(source.path()));
    let killed = std::thread::scope(|scope| {
        scope.spawn(|| {
            moment();
            victim.kill_9();
        });
        was_killed(backup, &victim)
    });
    // A run that was killed at once has not even made the folder.
    fs::create_dir_all(place.url.trim_start_matches("file://")).unwrap();
    let after_kill = place.all_good("checksums");
    assert!(after_kill.len() <= 1, "{after_kill:?}");
    place.back_up(source.path()).succeeded();
    assert_eq!(place.all_good("deep").len(), after_kill.len() + 1);
    place.restores("latest", source.path());
    killed
}

/// The paths below a folder in which others write.
fn names_below(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .flat_map(|entry| {
            let path = entry.path();
            let mut names = names_below(&path);
            names.push(path.to_string_lossy().into_owned());
            names
        })
        .collect()
}
