//! A cluster with ten thousand things that hold data.

use super::*;

/// What a look at a large cluster takes is printed: `cargo test --release -p lifeboat-kubernetes --lib
/// ten_thousand -- --nocapture`.
#[test]
fn of_ten_thousand_things_each_is_judged() {
    let mut scene = Scene::new();
    for number in 0..1_000 {
        let name = |kind: &str| format!("{kind}-{number:04}");
        let cluster = name("pg");
        let store = json!({ "barmanObjectStore": { "destinationPath": "s3://b" } });
        scene = scene
            .put::<Cluster>(
                &cluster,
                MADE,
                json!({ "metadata": {}, "spec": { "backup": store } }),
            )
            .put::<ScheduledBackup>(
                &name("daily"),
                MADE,
                json!({ "metadata": {}, "spec": { "schedule": "0 0 3 * * *",
                    "cluster": { "name": cluster } } }),
            )
            .put::<StatefulSet>(
                &name("set"),
                MADE,
                json!({ "metadata": {},
                    "spec": { "volumeClaimTemplates": [{ "metadata": { "name": "data" } }] } }),
            )
            .put::<ReplicationSource>(
                &name("copy"),
                MADE,
                json!({ "metadata": {}, "spec": { "sourcePVC": name("files"), "restic": {},
                    "trigger": { "schedule": "0 3 * * *" } } }),
            )
            .put::<CronJob>(
                &name("dump"),
                MADE,
                json!({ "metadata": { "labels": { "lifeboat.dev/backup": "true" },
                        "annotations": { "lifeboat.dev/covers": format!("pvc/{}", name("dumped")) } },
                    "spec": { "schedule": "0 2 * * *" } }),
            )
            .claim(&name("files"))
            .claim(&name("dumped"))
            .claim(&name("bare"))
            .claim(&format!("{}-0", name("data-set")))
            .claim(&format!("{}-1", name("data-set")));
        for instance in 1..=3 {
            let labels = json!({ "labels": { "cnpg.io/cluster": cluster } });
            scene = scene.claim_with(&format!("{cluster}-{instance}"), labels);
        }
    }
    let mut schedules = Schedules::default();
    let mut look = || {
        let began = std::time::Instant::now();
        let coverage = survey(&scene.sight(), &mut schedules, at(NOW));
        (coverage, began.elapsed())
    };
    let (first, took_first) = look();
    let (coverage, took) = look();
    assert_eq!(first, coverage);
    assert_eq!(coverage.subjects.len(), 10_000);
    let covered = coverage.subjects.iter();
    let covered = covered.filter(|one| !one.state.covered_by().is_empty());
    // Each Cluster with its three claims, what is copied and what is dumped.
    assert_eq!(covered.count(), 6_000);
    let began = std::time::Instant::now();
    assert_eq!(findings::of(&scene.sight()), []);
    println!(
        "coverage: {took:?}, at first {took_first:?}, findings: {:?}",
        began.elapsed()
    );
}
