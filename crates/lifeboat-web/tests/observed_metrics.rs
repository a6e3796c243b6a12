//! What a scraper gets of assets that others operate: which series there are, and when they are absent.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{collections::BTreeSet, sync::Arc};

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{InstanceRole, ScheduleState};
use lifeboat_web::metrics::{Exposition, Process, Standing, TextFormat, render};
use rstest::rstest;
use support::{
    DAY, HOUR, Observed, ago, cnpg, cron_job, failing, finding, now, operator, restore_test, sound,
    unknown, view,
};

fn db() -> Observed {
    cnpg(now(), "shop", "db")
}

fn media() -> Observed {
    cron_job(now(), "immich", "media")
}

fn text(assets: Vec<AssetView>) -> String {
    render(&view(assets), &Process::default(), TextFormat::Plain).unwrap()
}

/// The one value of a series, or none if it is absent.
fn value(text: &str, series: &str) -> Option<f64> {
    let mut values = text
        .lines()
        .filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let value = values.next().map(|value| value.parse().unwrap());
    assert_eq!(values.next(), None, "{series} is there twice");
    value
}

fn seconds_ago(minutes: i64) -> f64 {
    let seconds = ago(minutes).as_second();
    f64::from(u32::try_from(seconds).unwrap())
}

#[rstest]
#[case::sound(db().completed(8 * HOUR, 4), Some(seconds_ago(8 * HOUR)))]
#[case::a_later_failure_changes_nothing(db().completed(8 * HOUR, 4).failed(60), Some(seconds_ago(8 * HOUR)))]
#[case::stale(db().completed(50 * HOUR, 4), Some(seconds_ago(50 * HOUR)))]
#[case::not_due_yet(db().known_for(10), None)]
#[case::never_and_overdue(db(), Some(0.0))]
#[case::only_failed_and_overdue(db().failed(5 * HOUR), Some(0.0))]
#[case::only_in_the_future(db().completed(-3 * HOUR, 4), Some(0.0))]
#[case::one_in_the_future_and_one_before(db().completed(8 * HOUR, 4).completed(-3 * HOUR, 4), Some(seconds_ago(8 * HOUR)))]
#[case::hibernated(db().with(|facts| facts.paused = Some("hibernated".to_owned())), None)]
#[case::blind_keeps_the_last_known(db().completed(8 * HOUR, 4).blind(60), Some(seconds_ago(8 * HOUR)))]
#[case::overdue_before_nobody_could_look(db().blind(60), Some(0.0))]
fn the_last_success_of_a_cluster_is_told(#[case] cluster: Observed, #[case] expected: Option<f64>) {
    let text = text(vec![cluster.build()]);
    for name in [
        "cnpg_backup_last_success_timestamp",
        "cnpg_collector_last_available_backup_timestamp",
    ] {
        let series = format!("{name}{{namespace=\"shop\",cluster=\"db\"}}");
        assert_eq!(value(&text, &series), expected, "{name}");
    }
}

#[rstest]
#[case::sound(media().completed(8 * HOUR, 20), Some(seconds_ago(8 * HOUR)))]
#[case::not_due_yet(media().known_for(10), None)]
#[case::never_and_overdue(media(), Some(0.0))]
#[case::only_in_the_future(media().completed(-3 * HOUR, 4), Some(0.0))]
#[case::suspended(media().completed(50 * HOUR, 4).suspended(), Some(seconds_ago(50 * HOUR)))]
fn the_last_success_of_a_cron_job_is_told(
    #[case] cron_job: Observed,
    #[case] expected: Option<f64>,
) {
    let text = text(vec![cron_job.build()]);
    let series = "kube_cronjob_status_last_successful_time{namespace=\"immich\",cronjob=\"media\"}";
    assert_eq!(value(&text, series), expected);
}

/// The names that rules about restore tests ask for, such as seed 003's.
#[test]
fn rehearsals_are_told_under_the_names_of_their_cron_jobs() {
    let rehearsal = || restore_test(now(), "shop", "cnpg-restore-test");
    let last = "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"cnpg-restore-test\"}";
    let failed = |number: u32| {
        format!(
            "kube_job_status_failed{{namespace=\"shop\",job_name=\"cnpg-restore-test-{number}\"}}"
        )
    };
    let good = text(vec![rehearsal().completed(8 * HOUR, 20).build()]);
    assert_eq!(value(&good, last), Some(seconds_ago(8 * HOUR)));
    assert_eq!(value(&good, &failed(1)), None);
    let own = "{kind=\"RestoreTest\",namespace=\"shop\",name=\"cnpg-restore-test\"}";
    let rehearsed = format!("lifeboat_rehearsal_timestamp_seconds{own}");
    assert_eq!(value(&good, &rehearsed), Some(seconds_ago(8 * HOUR)));
    for absent in [
        "lifeboat_maintenance_timestamp_seconds",
        "lifeboat_definition_changes_total",
        "lifeboat_recovery_point_timestamp_seconds",
    ] {
        assert!(!good.contains(&format!("{absent}{{")), "{absent}");
    }
    let bad = rehearsal().completed(32 * HOUR, 20).failed(60);
    let bad = text(vec![bad.build()]);
    assert_eq!(value(&bad, last), Some(seconds_ago(32 * HOUR)));
    assert_eq!(value(&bad, &failed(2)), Some(1.0));
    let never = text(vec![rehearsal().with(|_| {}).build()]);
    assert_eq!(value(&never, &rehearsed), None);
    // Only noted by its CronJob, whose Jobs are gone.
    let noted = rehearsal().with(|facts| facts.succeeded_at = Some(ago(5 * HOUR)));
    let noted = text(vec![noted.build()]);
    assert_eq!(value(&noted, last), Some(seconds_ago(5 * HOUR)));
}

#[test]
fn what_is_promised_early_is_told_where_it_is_asked() {
    let text = text(vec![
        db().completed(8 * HOUR, 4).build(),
        restore_test(now(), "shop", "cnpg-restore-test").build(),
    ]);
    let objective = |kind: &str, name: &str, check: &str| {
        let series = format!(
            "lifeboat_objective_seconds{{kind=\"{kind}\",namespace=\"shop\",name=\"{name}\",check=\"{check}\"}}"
        );
        value(&text, &series)
    };
    assert_eq!(objective("CNPGCluster", "db", "punctual"), Some(86_400.0));
    assert_eq!(objective("CNPGCluster", "db", "swift"), Some(1_800.0));
    let rehearsal = |check| objective("RestoreTest", "cnpg-restore-test", check);
    assert_eq!(rehearsal("rehearsed"), Some(691_200.0));
    assert_eq!(rehearsal("swift"), None);
    assert_eq!(rehearsal("fresh"), None);
}

#[rstest]
#[case::sound(media().completed(8 * HOUR, 20), "media-1", None, "media-1", Some(seconds_ago(8 * HOUR)))]
#[case::failed(media().failed(60), "media-1", Some(1.0), "media", Some(0.0))]
#[case::failed_after_a_success(
    media().completed(8 * HOUR, 20).failed(60),
    "media-2",
    Some(1.0),
    "media-1",
    Some(seconds_ago(8 * HOUR))
)]
#[case::succeeded_after_a_failure(
    media().failed(32 * HOUR).completed(8 * HOUR, 20),
    "media-1",
    Some(0.0),
    "media-2",
    Some(seconds_ago(8 * HOUR))
)]
fn the_last_jobs_of_a_cron_job_are_told(
    #[case] cron_job: Observed,
    #[case] failed: &str,
    #[case] failures: Option<f64>,
    #[case] completed: &str,
    #[case] at: Option<f64>,
) {
    let text = text(vec![cron_job.build()]);
    let labels = |job: &str| format!("{{namespace=\"immich\",job_name=\"{job}\"}}");
    let failed = format!("kube_job_status_failed{}", labels(failed));
    let completed = format!("kube_job_status_completion_time{}", labels(completed));
    assert_eq!(value(&text, &failed), failures);
    assert_eq!(value(&text, &completed), at);
}

#[rstest]
#[case::sound(sound("main"), Some(0.0), Some(seconds_ago(8 * HOUR - 4)))]
#[case::failing(failing("main"), Some(1.0), Some(seconds_ago(50 * HOUR)))]
#[case::not_due_yet(unknown("main"), None, None)]
fn a_backup_of_prometheus_looks_like_a_job(
    #[case] asset: AssetView,
    #[case] failed: Option<f64>,
    #[case] completed: Option<f64>,
) {
    let text = text(vec![asset]);
    let labels = "{namespace=\"monitoring\",job_name=\"prometheus-backup-main\"}";
    let told = |name: &str| value(&text, &format!("{name}{labels}"));
    assert_eq!(told("kube_job_status_failed"), failed);
    assert_eq!(told("kube_job_status_completion_time"), completed);
}

#[test]
fn counters_begin_with_0_so_that_the_first_failure_is_an_increase() {
    let text = text(vec![
        db().known_for(1).build(),
        media().known_for(1).build(),
    ]);
    let failed = "cnpg_backup_failed_total{namespace=\"shop\",cluster=\"db\"}";
    assert_eq!(value(&text, failed), Some(0.0));
    for asset in [
        "kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\"",
        "kind=\"CronJob\",namespace=\"immich\",name=\"media\"",
    ] {
        let series =
            format!("lifeboat_runs_total{{{asset},operation=\"backup\",outcome=\"failed\"}}");
        assert_eq!(value(&text, &series), Some(0.0));
    }
}

#[test]
fn the_archiver_of_a_cluster_is_told_with_its_pod() {
    let text = text(vec![db().archiver("db-1", 3, 240).build()]);
    let cluster = "namespace=\"shop\",cluster=\"db\"";
    let expected = [
        (
            format!("cnpg_wal_archive_failed_total{{{cluster},pod=\"db-1\"}}"),
            3.0,
        ),
        (
            format!("cnpg_wal_files_archived_total{{{cluster},pod=\"db-1\"}}"),
            500.0,
        ),
        (format!("cnpg_wal_files_pending{{{cluster}}}"), 240.0),
        (
            format!(
                "cnpg_collector_pg_wal_archive_status{{{cluster},pod=\"db-2\",value=\"done\"}}"
            ),
            7.0,
        ),
    ];
    for (series, number) in expected {
        assert_eq!(value(&text, &series), Some(number), "{series}");
    }
}

#[test]
fn of_an_exporter_that_does_not_answer_only_that_is_told() {
    let cluster = db().completed(8 * HOUR, 4).with(|facts| {
        for instance in &mut facts.instances {
            instance.reading = Some(Err("connection refused".to_owned()));
        }
        let archiving = facts.archiving.as_mut().unwrap();
        archiving.reading = Some(Err("connection refused".to_owned()));
    });
    let text = text(vec![cluster.build()]);
    let asset = "kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\"";
    let reachable = format!("lifeboat_instance_reachable{{{asset},instance=\"db-1\"}}");
    assert_eq!(value(&text, &reachable), Some(0.0));
    for absent in [
        "lifeboat_instance_in_recovery{",
        "lifeboat_instance_replication_lag_seconds{",
        "lifeboat_wal_",
        "cnpg_wal_",
        "cnpg_collector_pg_wal",
    ] {
        let told = text.lines().find(|line| line.starts_with(absent));
        assert_eq!(told.filter(|line| line.contains('{')), None);
    }
}

#[test]
fn while_nobody_can_look_no_state_passes_for_the_present_one() {
    let blind = [
        db().completed(8 * HOUR, 4).failed(60).blind(30).build(),
        media().completed(8 * HOUR, 4).blind(30).build(),
        operator(now(), "cnpg-system", "cnpg", 2).blind(30).build(),
    ];
    let text = text(blind.into());
    for absent in [
        "lifeboat_instance_",
        "lifeboat_wal_files_ready",
        "lifeboat_operator_",
        "lifeboat_backups_waiting",
        "lifeboat_schedule_suspended",
        "kube_cronjob_spec_suspend",
        "cnpg_wal_files_pending",
        "cnpg_collector_pg_wal",
    ] {
        let told = text.lines().find(|line| line.starts_with(absent));
        assert_eq!(told, None);
    }
    for kept in [
        "lifeboat_observation_blind{kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\"} 1\n",
        "cnpg_backup_failed_total{namespace=\"shop\",cluster=\"db\"} 1\n",
        "cnpg_collector_last_failed_backup_timestamp{",
        "kube_cronjob_next_schedule_time{",
    ] {
        assert!(text.contains(kept), "{kept}");
    }
}

#[test]
fn checks_and_promises_that_make_no_sense_for_a_kind_are_absent() {
    let text = text(vec![
        operator(now(), "cnpg-system", "cnpg", 2).build(),
        media().completed(8 * HOUR, 4).build(),
    ]);
    let of = |kind: &str, name: &str| {
        let kind = format!("kind=\"{kind}\"");
        let lines = text.lines().filter(|line| line.starts_with(name));
        lines.filter(|line| line.contains(&kind)).count()
    };
    // Available, and seen.
    assert_eq!(of("Operator", "lifeboat_check_status{"), 2);
    assert_eq!(of("Operator", "lifeboat_objective_seconds{"), 0);
    assert_eq!(of("Operator", "lifeboat_runs_total{"), 0);
    assert_eq!(of("Operator", "lifeboat_recovery_points{"), 0);
    assert_eq!(of("CronJob", "lifeboat_objective_seconds{"), 1);
    assert!(!text.contains("check=\"verified\""));
    assert!(!text.contains("check=\"archiving\""));
}

#[test]
fn schedules_are_told_by_name() {
    let text = text(vec![
        db().with(|facts| {
            let mut broken = facts.schedules.as_ref().unwrap()[0].clone();
            "ScheduledBackup/weekly".clone_into(&mut broken.name);
            let problem = "it has two fields".to_owned();
            broken.state = ScheduleState::Unusable { problem };
            facts.schedules.as_mut().unwrap().push(broken);
        })
        .build(),
        media().suspended().build(),
    ]);
    let daily =
        "{kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\",schedule=\"ScheduledBackup/daily\"}";
    let weekly = daily.replace("daily", "weekly");
    let suspended =
        "{kind=\"CronJob\",namespace=\"immich\",name=\"media\",schedule=\"CronJob/media\"}";
    let told = |name: &str, labels: &str| value(&text, &format!("{name}{labels}"));
    let next = "lifeboat_schedule_next_timestamp_seconds";
    // 2026-11-22T03:00:00Z
    assert_eq!(told(next, daily), Some(seconds_ago(-17 * HOUR)));
    assert_eq!(told(next, &weekly), None);
    assert_eq!(told(next, suspended), None);
    assert_eq!(told("lifeboat_schedule_suspended", daily), Some(0.0));
    assert_eq!(told("lifeboat_schedule_suspended", suspended), Some(1.0));
    let cron_job = "{namespace=\"immich\",cronjob=\"media\"}";
    assert_eq!(told("kube_cronjob_spec_suspend", cron_job), Some(1.0));
    assert_eq!(told("kube_cronjob_next_schedule_time", cron_job), None);
    assert_eq!(
        told("kube_cronjob_status_last_schedule_time", cron_job),
        Some(seconds_ago(7 * HOUR))
    );
}

#[test]
fn the_window_and_failures_of_an_account_count() {
    let text = text(vec![
        db().completed(8 * HOUR, 4)
            .window(20 * DAY, Some(2 * DAY))
            .build(),
        cnpg(now(), "shop", "other").completed(9 * HOUR, 4).build(),
    ]);
    let told = |name: &str, cluster: &str| {
        value(
            &text,
            &format!("{name}{{namespace=\"shop\",cluster=\"{cluster}\"}}"),
        )
    };
    let first = "cnpg_collector_first_recoverability_point";
    assert_eq!(told(first, "db"), Some(seconds_ago(20 * DAY)));
    assert_eq!(told(first, "other"), Some(seconds_ago(9 * HOUR)));
    let failed = "cnpg_collector_last_failed_backup_timestamp";
    assert_eq!(told(failed, "db"), Some(seconds_ago(2 * DAY)));
    assert_eq!(told(failed, "other"), None);
    assert_eq!(told("cnpg_backup_duration_seconds", "db"), Some(240.0));
}

#[test]
fn findings_are_counted_by_code_and_those_of_no_asset_have_no_labels_of_one() {
    let found = || {
        [
            finding("five_field_schedule"),
            finding("five_field_schedule"),
        ]
    };
    let mut view = view(vec![
        db().with(|facts| facts.findings.extend(found())).build(),
    ]);
    view.findings = vec![finding("operator_not_seen")];
    let text = render(&view, &Process::default(), TextFormat::Plain).unwrap();
    assert!(text.contains("lifeboat_findings{code=\"operator_not_seen\"} 1\n"));
    let of_asset = "lifeboat_findings{kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\",code=\"five_field_schedule\"}";
    assert_eq!(value(&text, of_asset), Some(2.0));
}

#[test]
fn a_switchover_is_another_series_and_no_jump() {
    let before = text(vec![db().archiver("db-1", 0, 1).build()]);
    let after = text(vec![db().archiver("db-2", 700, 1).build()]);
    let of = |pod: &str| {
        format!("cnpg_wal_archive_failed_total{{namespace=\"shop\",cluster=\"db\",pod=\"{pod}\"}}")
    };
    assert_eq!(value(&before, &of("db-1")), Some(0.0));
    assert_eq!(value(&after, &of("db-1")), None);
    assert_eq!(value(&after, &of("db-2")), Some(700.0));
}

#[test]
fn two_clusters_of_kubernetes_do_not_share_a_series() {
    let mut east = db().completed(8 * HOUR, 4).build();
    let mut inner = (*east.asset).clone();
    inner.id.cluster = Some("east".to_owned());
    east.asset = Arc::new(inner);
    let text = text(vec![east, db().completed(9 * HOUR, 4).build()]);
    let name = "cnpg_backup_last_success_timestamp{namespace=\"shop\",cluster=\"db\"";
    assert_eq!(
        value(&text, &format!("{name}}}")),
        Some(seconds_ago(9 * HOUR))
    );
    let of_east = format!("{name},kubernetes_cluster=\"east\"}}");
    assert_eq!(value(&text, &of_east), Some(seconds_ago(8 * HOUR)));
}

#[test]
fn the_names_that_others_gave_can_be_left_out() {
    let fleet = || {
        let assets = vec![
            db().completed(8 * HOUR, 4).build(),
            media().completed(8 * HOUR, 4).build(),
            sound("main"),
        ];
        Arc::new(View {
            generation: 9,
            ..view(assets)
        })
    };
    for format in [TextFormat::OpenMetrics, TextFormat::Plain] {
        let text = |compatibility: bool| {
            let standing = Standing::default();
            let mut exposition = Exposition::new(Some(fleet()), standing, format, compatibility);
            let mut text = String::new();
            while let Some(piece) = exposition.next_piece().unwrap() {
                text += &piece;
            }
            text
        };
        let (without, with) = (text(false), text(true));
        let of_the_view = without.find("# HELP lifeboat_build").unwrap();
        assert!(with.starts_with(&without[..of_the_view]));
        let families = |text: &str| {
            text.lines()
                .filter(|line| line.starts_with("# TYPE "))
                .count()
        };
        assert!(families(&with) > families(&without) + 30);
        for name in ["cnpg_", "kube_"] {
            assert!(!without.lines().any(|line| line.starts_with(name)));
            assert!(with.lines().any(|line| line.starts_with(name)));
        }
    }
}

/// The lines about an asset of this name, in their order.
fn lines_of<'text>(text: &'text str, name: &str) -> Vec<&'text str> {
    let label = format!("name=\"{name}\"");
    text.lines().filter(|line| line.contains(&label)).collect()
}

#[test]
fn of_many_assets_each_has_what_it_has_alone_once() {
    let named = |number: usize| format!("db-of-{number}");
    let one = |number: usize| {
        let asset = cnpg(now(), "shop", &named(number));
        asset.completed(8 * HOUR, 4).failed(20 * HOUR).build()
    };
    let many = Arc::new(view((0..500).map(one).collect()));
    let standing = Standing::default();
    let mut exposition = Exposition::new(Some(many), standing, TextFormat::Plain, true);
    let (mut text, mut pieces) = (String::new(), 0);
    while let Some(piece) = exposition.next_piece().unwrap() {
        assert!(piece.len() < 1024 * 1024, "{}", piece.len());
        text += &piece;
        pieces += 1;
    }
    assert!(pieces > 5, "{pieces}");
    for number in [0, 1, 63, 64, 127, 128, 320, 499] {
        let alone = self::text(vec![one(number)]);
        let name = named(number);
        assert!(lines_of(&alone, &name).len() > 50);
        assert_eq!(lines_of(&text, &name), lines_of(&alone, &name));
    }
    let descriptions = text.lines().filter(|line| line.starts_with("# TYPE "));
    let unique: BTreeSet<&str> = descriptions.clone().collect();
    assert_eq!(descriptions.count(), unique.len());
}

#[test]
fn an_instance_is_told_with_its_role() {
    let text = text(vec![
        db().with(|facts| facts.instances[1].role = InstanceRole::Unknown)
            .under_way(3)
            .build(),
    ]);
    let asset = "kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\"";
    let told = |name: &str, more: &str| value(&text, &format!("{name}{{{asset}{more}}}"));
    let role = |pod: &str, role: &str| format!(",instance=\"{pod}\",role=\"{role}\"");
    assert_eq!(
        told("lifeboat_instance_info", &role("db-1", "primary")),
        Some(1.0)
    );
    assert_eq!(
        told("lifeboat_instance_info", &role("db-2", "unknown")),
        Some(1.0)
    );
    let lag = "lifeboat_instance_replication_lag_seconds";
    assert_eq!(told(lag, ",instance=\"db-2\""), Some(0.5));
    assert_eq!(
        told("lifeboat_instance_in_recovery", ",instance=\"db-1\""),
        Some(0.0)
    );
    assert_eq!(told("lifeboat_backups_waiting", ""), Some(2.0));
}
