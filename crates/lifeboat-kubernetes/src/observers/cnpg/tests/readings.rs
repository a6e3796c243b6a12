//! What could not be seen, and what is the same at any time.

use lifeboat_core::{Check, InstanceRole, ObservedPoints, Status};
use serde_json::json;

use super::{
    common::{NOON, plugin_with},
    objects::{completed, daily, nightly, plugin_cluster, pod},
    replay::Replay,
};
use crate::{event::Watch, objects::Kind, world::World};

#[test]
fn what_could_not_be_listed_is_not_taken_for_gone() {
    let mut replay = plugin_with([daily(None), completed(21)]);
    assert!(matches!(
        replay.at(NOON).observation.points,
        ObservedPoints::Present(_)
    ));
    let unseen = Watch {
        kind: Kind::Backup,
        namespace: None,
    };
    let mut replay = Replay::of([]);
    replay.world = World::new([unseen]);
    replay.apply(plugin_cluster());
    let seen = replay.at(NOON);
    assert!(matches!(
        seen.observation.points,
        ObservedPoints::Evident(_)
    ));
    assert_eq!(
        seen.codes(),
        Vec::<&str>::new(),
        "nothing is missed that was not looked for"
    );
}

#[test]
fn the_same_objects_mean_the_same_at_any_time() {
    let mut replay = plugin_with([
        daily(Some("2026-11-21T03:00:00Z")),
        completed(21),
        nightly(22, &json!({"phase": "started"})),
        pod("db-1", "primary"),
    ]);
    replay.says(
        "db-1",
        "2026-11-21T12:00:00Z",
        "cnpg_collector_up 1\ncnpg_pg_stat_archiver_archived_count 4\n",
    );
    let one = replay.at(NOON).observation;
    assert_eq!(one, replay.at("2026-11-25T12:00:00Z").observation);
}

#[test]
fn an_exporter_that_isnt_read_is_unknown_and_never_green() {
    let mut replay = plugin_with([daily(None), pod("db-1", "primary"), pod("db-2", "replica")]);
    let unread = replay.at(NOON);
    assert_eq!(
        unread.observation.facts.archiving.clone().unwrap().reading,
        None
    );
    assert_eq!(unread.observation.facts.instances[0].reading, None);
    // A replica's figures are no answer to what the primary does.
    replay.says(
        "db-2",
        NOON,
        "cnpg_collector_up 1\ncnpg_pg_stat_archiver_archived_count 4\n",
    );
    let seen = replay.at(NOON);
    let reading = seen
        .observation
        .facts
        .archiving
        .clone()
        .unwrap()
        .reading
        .unwrap();
    assert_eq!(
        reading,
        Err("the exporter of Pod/db-1 has not been read yet".to_owned())
    );
    assert_eq!(seen.status(Check::Archiving), Status::Unknown);
    let roles: Vec<InstanceRole> = seen
        .observation
        .facts
        .instances
        .iter()
        .map(|one| one.role)
        .collect();
    assert_eq!(roles, [InstanceRole::Primary, InstanceRole::Replica]);
    replay.answers("db-1", NOON, Err("connection refused".to_owned()));
    let reading = replay
        .at(NOON)
        .observation
        .facts
        .archiving
        .unwrap()
        .reading
        .unwrap();
    assert_eq!(
        reading,
        Err("the exporter of Pod/db-1 can't be read: connection refused".to_owned())
    );
    replay.says("db-1", NOON, "cnpg_collector_up 0\n");
    assert_eq!(replay.at(NOON).status(Check::EverArchived), Status::Unknown);
}
