//! Who maintains a repository that several namespaces use.

use lifeboat_core::{Check, Operation, Outcome, Status};
use rstest::rstest;
use serde_json::json;

use super::{
    objects::{
        cron_job, job, legacy_cron_job, maintained, maintenance, source, succeeded, synchronised,
        with,
    },
    replay::{Replay, at},
};
use crate::objects::Kind;

const HERE: &str = "KopiaMaintenance/shop/kopia";
const THERE: &str = "KopiaMaintenance/media/kopia";
const NOON: &str = "2026-11-21T12:00:00Z";

/// What calls a repository by a name.
fn called(name: &str) -> serde_json::Value {
    json!({"metadata": {"annotations": {"lifeboat.dev/repository": name}}})
}

/// A source in `shop`, whose Secret has the name of the one that is maintained in `media`.
fn elsewhere() -> Replay {
    Replay::of([
        source(synchronised(21)),
        maintenance("media", json!({})),
        cron_job("media", maintained(21)),
        job("media", 21, succeeded(21)),
    ])
}

#[test]
fn story_28_sound_twin_what_is_maintained_elsewhere_is_sound_and_counts_once() {
    let mut replay = elsewhere();
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(
        seen.evidence(Check::Scheduled),
        "KopiaMaintenance/media/daily is kept, by the schedule '0 3 * * *'"
    );
    assert_eq!(
        seen.observation.facts.succeeded_at,
        Some(at("2026-11-21T03:20:00Z"))
    );
    assert_eq!(seen.place("maintained_by"), "KopiaMaintenance/media/daily");
    assert_eq!(
        seen.place("cron_job"),
        "media/kopia-maint-daily-0123456789abcdef"
    );
    assert!(seen.place("same_repository").starts_with("assumed: "));
    assert_eq!(seen.counted(Operation::Maintenance, Outcome::Succeeded), 0);
    assert!(seen.observation.facts.definitions.is_empty());
    let there = replay.look(THERE, NOON);
    assert_eq!(there.counted(Operation::Maintenance, Outcome::Succeeded), 1);
    // Whether the schedule is kept is asked there; that it isn't maintained any more concerns both.
    let seen = replay.look(HERE, "2026-11-22T12:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    let there = replay.look(THERE, "2026-11-22T12:00:00Z");
    assert_eq!(there.troubles(), ["on_schedule failing"]);
    let seen = replay.look(HERE, "2026-11-24T03:21:00Z");
    assert_eq!(seen.troubles(), ["maintained failing"]);
}

#[test]
fn what_changes_elsewhere_concerns_those_who_inherit() {
    let mut replay = elsewhere();
    let name = "kopia-maint-daily-0123456789abcdef";
    assert_eq!(
        replay.concerned(Kind::CronJob, "media", name),
        [THERE, HERE]
    );
    assert_eq!(
        replay.concerned(Kind::KopiaMaintenance, "media", "daily"),
        [THERE, HERE]
    );
    replay.delete(Kind::KopiaMaintenance, "media", "daily");
    replay.delete(Kind::CronJob, "media", name);
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.status(Check::Scheduled), Status::Failing);
    assert_eq!(
        seen.evidence(Check::Scheduled),
        "no maintenance runs on a schedule"
    );
}

#[test]
fn a_halted_maintenance_elsewhere_is_told_as_such() {
    let mut replay = elsewhere();
    let halted = json!({"spec": {"suspend": true}});
    replay.apply(maintenance("media", halted.clone()));
    replay.apply(cron_job("media", with(maintained(21), halted)));
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.troubles(), ["scheduled failing"]);
    assert_eq!(
        seen.evidence(Check::Scheduled),
        "KopiaMaintenance/media/daily is suspended"
    );
}

#[test]
fn names_split_what_secrets_join() {
    let mut replay = elsewhere();
    replay.apply(source(with(synchronised(21), called("offsite"))));
    let seen = replay.look(HERE, NOON);
    assert_eq!(
        seen.troubles(),
        [
            "maintained failing",
            "not_neglected failing",
            "scheduled failing",
            "last_run unknown"
        ]
    );
    // And join what Secrets split.
    let other = json!({"spec": {"kopia": {"repository": "kopia-of-shop"}}});
    let mut replay = elsewhere();
    replay.apply(source(with(with(synchronised(21), other), called("nas"))));
    replay.apply(maintenance("media", called("nas")));
    let seen = replay.look("KopiaMaintenance/shop/kopia-of-shop", NOON);
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(
        seen.place("same_repository"),
        "the repository that is called nas"
    );
}

#[test]
fn ones_own_halted_maintenance_is_made_up_for_by_what_people_call_the_same_only() {
    let halted = json!({"spec": {"suspend": true}});
    let mut replay = elsewhere();
    replay.apply(maintenance("shop", halted.clone()));
    replay.apply(cron_job("shop", with(maintained(19), halted.clone())));
    // Two repositories may well have Secrets of one name.
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.troubles(), ["scheduled failing"]);
    replay.apply(maintenance("shop", with(halted, called("nas"))));
    replay.apply(maintenance("media", called("nas")));
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(seen.codes(), Vec::<&str>::new());
}

#[test]
fn two_who_maintain_one_repository_are_told() {
    let mut replay = elsewhere();
    replay.apply(maintenance("shop", json!({})));
    replay.apply(cron_job("shop", maintained(21)));
    assert_eq!(replay.look(HERE, NOON).codes(), Vec::<&str>::new());
    replay.apply(maintenance("shop", called("nas")));
    replay.apply(maintenance("media", called("nas")));
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.codes(), ["several_maintainers"]);
    let message = &seen.observation.facts.findings[0].message;
    assert!(
        message.contains("KopiaMaintenance/daily, KopiaMaintenance/media/daily"),
        "{message}"
    );
}

#[test]
fn several_names_are_told_and_one_holds() {
    let mut replay = elsewhere();
    replay.apply(source(with(synchronised(21), called("nas"))));
    replay.apply(maintenance("shop", called("offsite")));
    replay.apply(cron_job("shop", maintained(21)));
    let seen = replay.look(HERE, NOON);
    assert_eq!(seen.codes(), ["several_repository_names"]);
}

#[rstest]
#[case::where_it_was_made_for(HERE, 1)]
#[case::elsewhere("KopiaMaintenance/books/kopia", 0)]
fn a_cron_job_of_an_earlier_version_maintains_what_it_was_made_for(
    #[case] asset: &str,
    #[case] definitions: usize,
) {
    let books = json!({"metadata": {"namespace": "books"}});
    let mut replay = Replay::of([
        source(synchronised(21)),
        source(with(synchronised(21), books)),
        legacy_cron_job(json!({"status": {
            "lastScheduleTime": "2026-11-21T02:00:00Z",
            "lastSuccessfulTime": "2026-11-21T02:20:00Z"}})),
    ]);
    let seen = replay.look(asset, NOON);
    assert_eq!(seen.troubles(), Vec::<String>::new());
    let name = "CronJob/volsync-system/kopia-maintenance-0123456789abcdef";
    assert_eq!(seen.place("maintained_by"), name);
    assert_eq!(seen.observation.facts.definitions.len(), definitions);
    assert_eq!(
        seen.codes().contains(&"legacy_maintenance"),
        definitions == 1
    );
}
