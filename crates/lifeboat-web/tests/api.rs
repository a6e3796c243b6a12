//! Every route, good and bad, through the real server.
#![expect(clippy::float_cmp, reason = "whole numbers of seconds are exact")]
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use lifeboat_controller::{Refusal, View};
use lifeboat_core::{AlertState, CoverageKind};
use lifeboat_testkit::http::{Answer, request};
use lifeboat_web::api::{
    AlertList, AssetDetail, AssetList, CoverageList, ErrorBody, FindingList, RunList,
    ScheduleStateName, StartedRun,
};
use rstest::rstest;
use support::{
    DAY, HOUR, Server, alert, busy, cnpg, coverage, cron_job, failing, finding, mixed, now,
    operator, sound, view,
};

const JSON: (&str, &str) = ("content-type", "application/json");
const BACKUP: &str = r#"{"asset": "Prometheus/monitoring/main", "operation": "backup"}"#;

async fn get(server: &Server, path: &str) -> Answer {
    request("GET", &server.url(path), &[], "").await.unwrap()
}

async fn post(server: &Server, headers: &[(&str, &str)], body: &str) -> Answer {
    let url = server.url("/api/v1/runs");
    request("POST", &url, headers, body.to_owned())
        .await
        .unwrap()
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> T {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn the_list_says_how_every_asset_is() {
    let server = Server::of(mixed()).start();
    let list: AssetList = read(&get(&server, "/api/v1/assets").await);
    let counts = list.counts;
    assert_eq!(
        (counts.ok, counts.failing, counts.unknown, counts.paused),
        (1, 1, 1, 1)
    );
    assert_eq!(list.assets.len(), 4);
    assert!(!list.as_of.stale);
    let edge = &list.assets[0];
    assert_eq!(edge.name, "edge");
    assert_eq!(
        edge.newest_good_recovery_point
            .as_ref()
            .unwrap()
            .age_seconds,
        180_000.0
    );
    assert_eq!(edge.objectives.maximum_age_seconds, 90_000.0);
    let last_run = edge
        .troubles
        .iter()
        .find(|check| check.reason == "RunFailed");
    let last_run = last_run.unwrap();
    let hint = "the credentials need s3:ListBucket on backups";
    assert_eq!(last_run.hint.as_deref(), Some(hint));
    assert!(!last_run.text.contains(hint), "{}", last_run.text);
    assert_eq!(list.alerts.len(), 1);
    assert!(list.lifeboat.ledger.up);
}

#[tokio::test]
async fn one_asset_is_told_in_full() {
    let server = Server::of(mixed()).start();
    let answer = get(&server, "/api/v1/assets/prometheus/monitoring/edge").await;
    let detail: AssetDetail = read(&answer);
    assert_eq!(detail.checks.len(), 8);
    assert_eq!(detail.recovery_points.len(), 2);
    assert!(detail.recovery_points[0].good && !detail.recovery_points[1].good);
    assert_eq!(detail.operations[0].schedule.as_deref(), Some("0 2 * * *"));
    assert_eq!(detail.operations[0].failures, 3);
    assert_eq!(detail.alerts.len(), 1);
}

/// Assets of several kinds, and a finding about none.
fn cluster() -> View {
    let db = cnpg(now(), "shop", "db")
        .completed(8 * HOUR, 4)
        .under_way(3)
        .window(20 * DAY, None)
        .with(|facts| facts.findings.push(finding("five_field_schedule")));
    let mut view = view(vec![
        db.build(),
        cron_job(now(), "immich", "media")
            .suspended()
            .completed(8 * HOUR, 4)
            .build(),
        cron_job(now(), "immich", "blind")
            .completed(8 * HOUR, 4)
            .blind(30)
            .build(),
        operator(now(), "cnpg-system", "barman-cloud", 0).build(),
        sound("main"),
    ]);
    view.findings = vec![finding("lookalike_cron_job")];
    view.alerts = Arc::new(vec![alert("main", AlertState::Firing)]);
    view
}

#[rstest]
#[case::all_in_order_of_their_identity("", &["main", "db", "blind", "media", "barman-cloud"], 1)]
#[case::a_kind("?kind=CronJob", &["blind", "media"], 0)]
#[case::a_kind_in_lower_case("?kind=cnpgcluster", &["db"], 0)]
#[case::a_namespace("?namespace=monitoring", &["main"], 1)]
#[case::a_status("?status=unknown", &["blind"], 0)]
#[case::all_three("?kind=CronJob&namespace=immich&status=failing", &["media"], 0)]
#[case::nothing("?kind=CronJob&namespace=shop", &[], 0)]
#[tokio::test]
async fn assets_are_selected(
    #[case] query: &str,
    #[case] expected: &[&str],
    #[case] alerts: usize,
) {
    let server = Server::of(cluster()).start();
    let answer = get(&server, &format!("/api/v1/assets{query}")).await;
    let list: AssetList = read(&answer);
    let names: Vec<&str> = list
        .assets
        .iter()
        .map(|asset| asset.name.as_str())
        .collect();
    assert_eq!(names, expected);
    assert_eq!(list.counts.total(), expected.len());
    assert_eq!(list.alerts.len(), alerts);
}

#[tokio::test]
async fn what_others_operate_is_told_as_it_is_seen() {
    let server = Server::of(cluster()).start();
    let of = async |path: &str| -> AssetDetail {
        read(&get(&server, &format!("/api/v1/assets/{path}")).await)
    };
    let db = of("CNPGCluster/shop/db").await;
    assert_eq!(db.summary.schedules[0].name, "ScheduledBackup/daily");
    assert_eq!(db.summary.schedules[0].state, ScheduleStateName::Active);
    let next = "2026-11-22T03:00:00Z".parse().unwrap();
    assert_eq!(db.summary.schedules[0].next_at, Some(next));
    let waiting: Vec<bool> = db.summary.under_way.iter().map(|one| one.waiting).collect();
    assert_eq!(waiting, [false, true, true]);
    assert_eq!(db.summary.findings[0].code, "five_field_schedule");
    assert_eq!(db.instances.len(), 2);
    assert_eq!(
        db.archiving.unwrap().reading.unwrap().waiting_files,
        Some(1)
    );
    assert_eq!(db.window.unwrap().source, "ObjectStore/backups");
    assert_eq!(db.retention_seconds, Some(2_592_000.0));
    assert_eq!(db.recovery_points[0].point.bytes, None);

    let media = of("CronJob/immich/media").await;
    assert_eq!(
        media.summary.schedules[0].state,
        ScheduleStateName::Suspended
    );
    assert_eq!(media.summary.schedules[0].next_at, None);
    let scheduled = media.summary.troubles.iter();
    let scheduled = scheduled.filter(|check| check.reason == "ScheduleSuspended");
    let hint = scheduled.map(|check| check.hint.as_deref().unwrap()).next();
    assert!(
        hint.unwrap()
            .starts_with("take it up again with `kubectl patch -n immich cronjob/media")
    );

    let blind = of("CronJob/immich/blind").await;
    assert_eq!(blind.summary.blind.unwrap().for_seconds, 1_800.0);
    let plugin = of("Operator/cnpg-system/barman-cloud").await;
    assert_eq!(plugin.availability.unwrap().available, 0);
    let prometheus = of("Prometheus/monitoring/main").await;
    assert!(prometheus.summary.schedules.is_empty() && prometheus.archiving.is_none());
}

#[tokio::test]
async fn findings_are_told_with_the_asset_that_they_are_about() {
    let server = Server::of(cluster()).start();
    let list: FindingList = read(&get(&server, "/api/v1/findings").await);
    let found = list.findings.iter();
    let found: Vec<(Option<String>, &str)> = found
        .map(|finding| {
            let asset = finding.asset.as_ref().map(ToString::to_string);
            (asset, finding.code.as_str())
        })
        .collect();
    let db = Some("CNPGCluster/shop/db".to_owned());
    assert_eq!(
        found,
        [(None, "lookalike_cron_job"), (db, "five_field_schedule")]
    );
}

fn with_coverage(unseen: &[CoverageKind]) -> View {
    let mut view = mixed();
    view.coverage = vec![coverage(unseen)];
    view
}

#[rstest]
#[case("", &["db", "photos", "cache", "uploads"], 2)]
#[case("?namespace=shop", &["db", "cache", "uploads"], 1)]
#[case("?kind=persistentvolumeclaim", &["photos", "cache", "uploads"], 1)]
#[case("?state=uncovered", &["uploads"], 2)]
#[case("?state=excused&namespace=media", &[], 1)]
#[case("?cluster=", &["db", "photos", "cache", "uploads"], 2)]
#[case("?cluster=east", &[], 0)]
#[tokio::test]
async fn coverage_is_selected(#[case] query: &str, #[case] names: &[&str], #[case] covered: usize) {
    let server = Server::of(with_coverage(&[])).start();
    let path = format!("/api/v1/coverage{query}");
    let list: CoverageList = read(&get(&server, &path).await);
    let found: Vec<&str> = list.subjects.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(found, names);
    assert_eq!(list.counts.covered, covered, "whatever the state");
    assert!(list.watched);
}

#[tokio::test]
async fn an_empty_coverage_says_whether_anybody_looked() {
    let server = Server::of(mixed()).start();
    let list: CoverageList = read(&get(&server, "/api/v1/coverage").await);
    assert!(!list.watched && list.subjects.is_empty());
    let unseen = [CoverageKind::PersistentVolumeClaim];
    let server = Server::of(with_coverage(&unseen)).start();
    let list: CoverageList = read(&get(&server, "/api/v1/coverage").await);
    assert_eq!(list.unseen[0].kind, unseen[0]);
    assert_eq!(list.unseen[0].error, "the permission is missing");
}

#[tokio::test]
async fn runs_are_selected() {
    let server = Server::of(mixed()).start();
    let count = async |query: &str| -> usize {
        let list: RunList = read(&get(&server, &format!("/api/v1/runs?{query}")).await);
        list.runs.len()
    };
    assert_eq!(count("").await, 6);
    assert_eq!(count("asset=Prometheus/monitoring/edge").await, 2);
    assert_eq!(count("operation=backup&outcome=failed").await, 1);
    assert_eq!(count("since=2026-11-21T03:00:00Z").await, 3);
    assert_eq!(count("limit=2").await, 2);
    assert_eq!(count("run=backup-20261121-020000").await, 3);
}

#[tokio::test]
async fn alerts_are_told() {
    let server = Server::of(mixed()).start();
    let list: AlertList = read(&get(&server, "/api/v1/alerts").await);
    assert_eq!(list.alerts[0].alert, "PrometheusBackupMissing");
}

#[rstest]
#[case::no_such_path("/api/v2/assets", 404, "there is nothing at /api/v2/assets")]
#[case::no_such_asset("/api/v1/assets/Prometheus/monitoring/other", 404, "there is no asset")]
#[case::another_cluster("/api/v1/assets/Prometheus/monitoring/main?cluster=east", 404, "east:")]
#[case::no_such_kind(
    "/api/v1/assets/Volume/monitoring/main",
    400,
    "no kind of asset 'Volume'"
)]
#[case::odd_kind("/api/v1/assets?kind=Volume", 400, "no kind of asset 'Volume'")]
#[case::odd_status("/api/v1/assets?status=fine", 400, "fine")]
#[case::odd_filter("/api/v1/assets?name=main", 400, "name")]
#[case::odd_coverage_kind("/api/v1/coverage?kind=Volume", 400, "no kind 'Volume'")]
#[case::odd_coverage_state("/api/v1/coverage?state=fine", 400, "fine")]
#[case::odd_asset("/api/v1/runs?asset=main", 400, "Kind/namespace/name")]
#[case::odd_operation("/api/v1/runs?operation=dance", 400, "dance")]
#[case::odd_outcome("/api/v1/runs?outcome=fine", 400, "fine")]
#[case::odd_time("/api/v1/runs?since=yesterday", 400, "since")]
#[case::no_number("/api/v1/runs?limit=many", 400, "limit")]
#[case::nothing_wanted("/api/v1/runs?limit=0", 400, "limit")]
#[case::unknown_field("/api/v1/runs?color=red", 400, "color")]
#[tokio::test]
async fn a_bad_question_is_explained(
    #[case] path: &str,
    #[case] status: u16,
    #[case] complaint: &str,
) {
    let server = Server::of(mixed()).start();
    let answer = get(&server, path).await;
    assert_eq!(answer.status, status, "{}", answer.text());
    let error: ErrorBody = read(&answer);
    assert!(error.error.contains(complaint), "{error:?}");
}

#[tokio::test]
async fn a_method_that_is_not_there_is_refused() {
    let server = Server::of(mixed()).start();
    let url = server.url("/api/v1/assets");
    let answer = request("DELETE", &url, &[], "").await.unwrap();
    assert_eq!(answer.status, 405);
    let error: ErrorBody = read(&answer);
    assert_eq!(error.error, "/api/v1/assets does not take DELETE");
}

#[tokio::test]
async fn runs_that_cannot_be_read_are_no_empty_list() {
    let server = Server::of(mixed()).without_history().start();
    let answer = get(&server, "/api/v1/runs").await;
    assert_eq!(answer.status, 503);
    let error: ErrorBody = read(&answer);
    assert_eq!(
        error.error,
        "failed to read from the ledger: database is locked"
    );
}

#[tokio::test]
async fn a_run_is_started() {
    let server = Server::of(mixed()).start();
    let answer = post(&server, &[JSON], BACKUP).await;
    assert_eq!(answer.status, 202);
    let started: StartedRun = read(&answer);
    assert_eq!(started.run.0, "backup-20261121-100000-7f3a");
}

#[rstest]
#[case::no_type(&[], BACKUP, 415)]
#[case::a_form(&[("content-type", "application/x-www-form-urlencoded")], BACKUP, 415)]
#[case::a_browser(&[JSON, ("origin", "https://example.com")], BACKUP, 403)]
#[case::no_json(&[JSON], "backup", 400)]
#[case::half(&[JSON], r#"{"asset": "Prometheus/monitoring/main"}"#, 400)]
#[case::too_much(&[JSON], r#"{"asset": "Prometheus/monitoring/main", "operation": "backup", "haste": true}"#, 400)]
#[case::unknown(&[JSON], r#"{"asset": "Prometheus/monitoring/other", "operation": "backup"}"#, 404)]
#[tokio::test]
async fn a_run_is_not_started(
    #[case] headers: &[(&str, &str)],
    #[case] body: &str,
    #[case] status: u16,
) {
    let server = Server::of(mixed()).start();
    let answer = post(&server, headers, body).await;
    assert_eq!(answer.status, status, "{}", answer.text());
    let error: ErrorBody = read(&answer);
    assert!(error.hint.is_some(), "{error:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = Server::of(mixed()).start();
    let answer = post(&server, &[JSON], &" ".repeat(65 * 1024)).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_second_run_of_the_same_is_a_conflict() {
    let server = Server::of(view(vec![busy("main")])).start();
    let answer = post(&server, &[JSON], BACKUP).await;
    assert_eq!(answer.status, 409);
    let error: ErrorBody = read(&answer);
    assert_eq!(
        error.error,
        "a backup of Prometheus/monitoring/main is running since 2026-11-21T09:55:00Z"
    );
}

#[tokio::test]
async fn who_is_stopping_starts_nothing() {
    let stopping = Box::new(|_: &_, _: &_| Err(Refusal::Stopping));
    let server = Server::of(mixed()).answering(stopping).start();
    assert_eq!(post(&server, &[JSON], BACKUP).await.status, 503);
}

#[tokio::test]
async fn with_a_token_only_who_shows_it_starts_runs() {
    let server = Server::of(mixed()).token("sesame").start();
    let answer = post(&server, &[JSON], BACKUP).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let wrong = [JSON, ("authorization", "Bearer simsim")];
    let answer = post(&server, &wrong, BACKUP).await;
    assert_eq!(answer.status, 401);
    assert!(!answer.text().contains("sesame"));
    let right = [JSON, ("authorization", "Bearer sesame")];
    assert_eq!(post(&server, &right, BACKUP).await.status, 202);
    // Reading needs none.
    assert_eq!(get(&server, "/api/v1/assets").await.status, 200);
}

#[tokio::test]
async fn who_is_well_says_so() {
    let server = Server::of(mixed()).start();
    for path in ["/healthz", "/readyz"] {
        let answer = get(&server, path).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "ok\n"));
    }
}

#[tokio::test]
async fn an_old_view_is_no_sign_of_life() {
    let server = Server::of(mixed()).stale().start();
    let answer = get(&server, "/healthz").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("2026-11-21T10:00:00Z"));
    let list: AssetList = read(&get(&server, "/api/v1/assets").await);
    assert!(list.as_of.stale);
    assert_eq!(list.as_of.view_age_seconds, 300.0);
    assert!(get(&server, "/").await.text().contains("Lifeboat hangs"));
}

#[tokio::test]
async fn who_knows_nothing_yet_or_cannot_keep_it_is_not_ready() {
    let mut unready = View::empty(now());
    unready.health.ledger_error = Some("disk full".to_owned());
    let server = Server::of(unready).start();
    let answer = get(&server, "/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.text(),
        "nothing has been assessed yet\nthe ledger can't be written: disk full\n"
    );
}

#[tokio::test]
async fn the_page_lists_assets_and_links_and_escapes_both() {
    let mut assets = vec![sound("main"), failing("edge")];
    let mut hostile = (*assets[0].asset).clone();
    hostile.id.name = "<script>".to_owned();
    assets[0].asset = Arc::new(hostile);
    let server = Server::of(view(assets)).start();
    let answer = get(&server, "/").await;
    let page = answer.text();
    assert!(
        page.contains("Prometheus/monitoring/&lt;script&gt;"),
        "{page}"
    );
    assert!(
        page.contains("<td>Prometheus/monitoring/edge<td>failing<td>2d 2h old"),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("href=\"/metrics\""));
}

#[test]
fn open_connections_do_not_hold_up_the_end() {
    let server = Server::of(mixed()).start();
    let mut idle = TcpStream::connect(server.address).unwrap();
    idle.set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let mut answer = [0; 1024];
    assert!(idle.read(&mut answer).unwrap() > 0);
    let mut half = TcpStream::connect(server.address).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    // Waits for the server's end, which comes although both connections are open.
    drop(server);
    assert_eq!(idle.read(&mut answer).unwrap_or(0), 0);
}
