//! What a scraper gets: every family documented, no series twice, sound labels, both text formats.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use insta::assert_snapshot;
use jiff::SignedDuration;
use lifeboat_controller::View;
use lifeboat_core::{AlertInstance, AlertState, CoverageKind, ObjectiveOverrides, Suppressor};
use lifeboat_repository::RequestKind;
use lifeboat_testkit::tools::tool;
use lifeboat_web::metrics::{Process, TextFormat, document, render};
use support::{
    DAY, HOUR, alert, busy, cnpg, coverage, cron_job, failing, finding, id, kopia_maintenance,
    kopia_repository, kopia_source, mixed, now, operator, restore_test, sound, unknown, view,
};

fn rendered(view: &View, format: TextFormat) -> String {
    render(view, &Process::default(), format).unwrap()
}

/// A view in which every family has a series.
fn full() -> View {
    let mut view = view(vec![
        busy("busy"),
        failing("edge"),
        sound("main"),
        unknown("new"),
        cnpg(now(), "shop", "db")
            .promising(&ObjectiveOverrides {
                maximum_run_duration: Some(SignedDuration::from_hours(2)),
                ..ObjectiveOverrides::default()
            })
            .completed(8 * HOUR, 4)
            .failed(6 * HOUR)
            .under_way(3)
            .archiver("db-1", 3, 1)
            .window(20 * DAY, None)
            .with(|facts| facts.findings.push(finding("five_field_schedule")))
            .stored(|_| {})
            .leveled()
            .build(),
        cron_job(now(), "immich", "media")
            .failed(32 * HOUR)
            .completed(8 * HOUR, 20)
            .build(),
        cron_job(now(), "immich", "unseen").blind(30).build(),
        restore_test(now(), "shop", "cnpg-restore-test")
            .completed(8 * HOUR, 20)
            .build(),
        operator(now(), "cnpg-system", "barman-cloud", 0).build(),
        kopia_source(now(), "media", "photos", "kopia-config")
            .completed(8 * HOUR, 4)
            .build(),
        kopia_maintenance(now(), "media", "kopia-config")
            .completed(8 * HOUR, 20)
            .build(),
        kopia_repository(now(), "media", "kopia-config").build(),
    ]);
    view.findings = vec![finding("lookalike_cron_job")];
    view.coverage = vec![coverage(&[CoverageKind::StatefulSet])];
    view.alerts = Arc::new(vec![
        alert("edge", AlertState::Firing),
        alert("new", AlertState::Pending),
        AlertInstance {
            suppressed_by: Some(Arc::new(Suppressor::Silence("silence-1".to_owned()))),
            ..alert("main", AlertState::Firing)
        },
    ]);
    view.health.requests = RequestKind::ALL.map(|kind| (kind, 7)).into();
    view.health.notifiers = vec!["alertmanager".to_owned(), "pager".to_owned()];
    let errors = &mut view.health.notifier_errors;
    errors.insert("alertmanager".to_owned(), "connection refused".to_owned());
    view
}

#[test]
fn a_small_view_is_written_like_this() {
    assert_snapshot!(
        "small_view",
        rendered(&view(vec![sound("main")]), TextFormat::OpenMetrics)
    );
}

#[test]
fn before_anything_is_known_no_zero_is_told() {
    let text = rendered(&View::empty(now()), TextFormat::OpenMetrics);
    let series: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        series,
        [
            "lifeboat_start_timestamp_seconds 1795255200",
            &format!(
                "lifeboat_build_info{{version=\"{}\"}} 1",
                env!("CARGO_PKG_VERSION")
            ),
            "lifeboat_leader 1",
        ]
    );
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn nothing_is_told_of_what_nobody_has_counted() {
    let text = rendered(&view(vec![unknown("new")]), TextFormat::Plain);
    for absent in [
        "lifeboat_recovery_points{",
        "lifeboat_recovery_point_timestamp_seconds{",
        "lifeboat_recovery_point_size_bytes{",
        "lifeboat_run_last_timestamp_seconds{",
        "lifeboat_verification_coverage_ratio{",
        "lifeboat_alert_state{",
    ] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
    assert!(text.contains("operation=\"backup\",outcome=\"failed\"} 0\n"));
}

#[test]
fn every_family_is_written_and_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let written = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- metrics:begin -->\n", "<!-- metrics:end -->\n");
    let (before, rest) = written.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let expected = format!("{before}{begin}\n{}{end}{after}", document());
    if env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    } else {
        assert!(
            written == expected,
            "docs/metrics.md is not what the code says; write it anew with \
             `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-web --test metrics`"
        );
    }
    let full = render(&full(), &Process::read(), TextFormat::Plain).unwrap();
    let tables = document();
    let documented: BTreeSet<&str> = tables
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let described: BTreeSet<&str> = full
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(documented, described);
    assert!(described.len() > 30, "{described:?}");
    for name in described {
        let is_of_it = |line: &str| {
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['{', ' ']) || rest.starts_with("_bucket{"))
        };
        assert!(full.lines().any(is_of_it), "{name} has no series");
    }
}

#[test]
fn no_series_is_written_twice() {
    for format in [TextFormat::OpenMetrics, TextFormat::Plain] {
        let text = rendered(&full(), format);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let series: Vec<&str> = lines.map(|line| line.rsplit_once(' ').unwrap().0).collect();
        let distinct: BTreeSet<&&str> = series.iter().collect();
        assert_eq!(distinct.len(), series.len());
    }
}

#[test]
fn buckets_add_up() {
    let text = rendered(&view(vec![sound("main")]), TextFormat::OpenMetrics);
    let of_backup = |line: &&str| line.contains("operation=\"backup\"");
    let numbers = |name: &str| -> Vec<f64> {
        text.lines()
            .filter(|line| line.starts_with(name))
            .filter(of_backup)
            .map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
            .collect()
    };
    let buckets = numbers("lifeboat_run_duration_seconds_bucket");
    // One backup of four minutes.
    assert_eq!(buckets, [vec![0.0; 3], vec![1.0; 7]].concat());
    assert_eq!(numbers("lifeboat_run_duration_seconds_count"), [1.0]);
    assert_eq!(numbers("lifeboat_run_duration_seconds_sum"), [240.0]);
}

#[test]
fn a_vanished_asset_leaves_no_series() {
    let both = rendered(&view(vec![sound("main"), sound("gone")]), TextFormat::Plain);
    assert!(both.contains("name=\"gone\""));
    let one = rendered(&view(vec![sound("main")]), TextFormat::Plain);
    assert!(!one.contains("name=\"gone\""));
}

#[test]
fn coverage_is_told_by_number_by_age_and_by_who_covers() {
    let text = rendered(&full(), TextFormat::Plain);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("lifeboat_coverage_"))
        .filter(|line| !line.contains("_since_"))
        .collect();
    assert_eq!(
        lines,
        [
            "lifeboat_coverage_status{kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\"} 0",
            "lifeboat_coverage_status{kind=\"PersistentVolumeClaim\",namespace=\"media\",name=\"photos\"} 0",
            "lifeboat_coverage_status{kind=\"PersistentVolumeClaim\",namespace=\"shop\",name=\"cache\"} 3",
            "lifeboat_coverage_status{kind=\"PersistentVolumeClaim\",namespace=\"shop\",name=\"uploads\"} 1",
            "lifeboat_coverage_info{kind=\"CNPGCluster\",namespace=\"shop\",name=\"db\",\
             covered_by=\"CNPGCluster/shop/db\",means=\"cnpg\"} 1",
            "lifeboat_coverage_info{kind=\"PersistentVolumeClaim\",namespace=\"media\",name=\"photos\",\
             covered_by=\"CronJob/media/photos\",means=\"cron_job\"} 1",
            "lifeboat_coverage_complete{kind=\"CNPGCluster\"} 1",
            "lifeboat_coverage_complete{kind=\"StatefulSet\"} 0",
            "lifeboat_coverage_complete{kind=\"PersistentVolumeClaim\"} 1",
        ]
    );
    let uploads = "name=\"uploads\"} ";
    let since = text
        .lines()
        .find(|line| line.starts_with("lifeboat_coverage_since_") && line.contains(uploads));
    let since: f64 = since.unwrap().split_once("} ").unwrap().1.parse().unwrap();
    let age = now().as_duration().as_secs_f64() - since;
    assert!((age - 48.0 * 3600.0).abs() < 1.0, "{age}");
}

#[test]
fn hostile_label_values_stay_values() {
    let mut asset = sound("main");
    let hostile = "quote \" newline \n backslash \\ brace } end";
    asset.places = Arc::new([("repository", hostile.to_owned())].into_iter().collect());
    let written = r#"repository="quote \" newline \n backslash \\ brace } end""#;
    for format in [TextFormat::OpenMetrics, TextFormat::Plain] {
        let text = rendered(&view(vec![asset.clone()]), format);
        assert!(text.contains(written), "{text}");
    }
    promtool_has_nothing_to_say(&rendered(&view(vec![asset]), TextFormat::Plain));
}

#[test]
fn a_cluster_is_a_label_too() {
    let mut asset = sound("main");
    let mut inner = (*asset.asset).clone();
    inner.id.cluster = Some("east".to_owned());
    asset.asset = Arc::new(inner);
    let text = rendered(&view(vec![asset, sound("main")]), TextFormat::Plain);
    let labels = r#"kind="Prometheus",namespace="monitoring",name="main""#;
    assert!(text.contains(&format!("lifeboat_asset_suspended{{{labels}}} 0")));
    assert!(text.contains(&format!(
        "lifeboat_asset_suspended{{cluster=\"east\",{labels}}} 0"
    )));
    assert_eq!(id("main").to_string(), "Prometheus/monitoring/main");
}

fn promtool_has_nothing_to_say(text: &str) {
    let mut promtool = Command::new(tool("promtool"))
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = promtool.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    // Names that VolSync and CloudNativePG gave to gauges: queries ask for them, so they are kept.
    let named_by_others = [
        "cnpg_pg_stat_archiver_archived_count ",
        "cnpg_pg_stat_archiver_failed_count ",
        "volsync_kopia_repository_objects_total ",
        "volsync_kopia_snapshot_count ",
    ];
    let of_others = |line: &&str| named_by_others.iter().any(|name| line.starts_with(name));
    let (of_others, own): (Vec<&str>, Vec<&str>) = said.lines().partition(of_others);
    assert_eq!(own, [""; 0]);
    assert_eq!(output.status.success(), of_others.is_empty());
}

#[test]
fn promtool_finds_nothing_to_complain_about() {
    for view in [full(), mixed(), View::empty(now())] {
        let text = render(&view, &Process::read(), TextFormat::Plain).unwrap();
        promtool_has_nothing_to_say(&text);
    }
}
