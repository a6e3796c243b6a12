//! Who suppresses whom, as tables.

use lifeboat_core::{AlertKey, Silence};
use rstest::rstest;

use super::*;
use crate::catalogue;

const FIRING: AlertState = AlertState::Firing;
const RESOLVED: AlertState = AlertState::Resolved;
const PENDING: AlertState = AlertState::Pending;

fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
}

/// An alert that stands so, written `CNPGBackupFailed CNPGCluster/shop/db`. It was found at a minute,
/// and if it is resolved, since minute 100.
fn instance(text: &str, state: AlertState, found_at: i64) -> AlertInstance {
    let (alert, asset) = text.split_once(' ').unwrap();
    let entry = catalogue().iter().find(|entry| entry.name == alert);
    AlertInstance {
        key: AlertKey {
            alert: alert.to_owned(),
            asset: asset.parse().unwrap(),
        },
        state,
        severity: entry.unwrap().severity,
        condition_since: minute(found_at),
        active_at: minute(found_at),
        fired_at: (state != PENDING).then(|| minute(found_at)),
        keep_firing_since: None,
        resolved_at: (state == RESOLVED).then(|| minute(100)),
        withheld: false,
        suppressed_by: None,
        summary: String::new(),
        description: String::new(),
    }
}

/// What suppresses the last of these alerts at a minute.
fn suppressor(instances: &[AlertInstance], silences: &[Silence], now: i64) -> Option<Suppressor> {
    let mut instances = instances.to_vec();
    let silences = Silences::new(silences);
    suppress(catalogue(), &mut instances, &silences, minute(now));
    instances.last().unwrap().suppressed_by.as_deref().cloned()
}

fn silence(matchers: &[&str]) -> Silence {
    let matchers = matchers.iter().map(|matcher| matcher.parse().unwrap());
    Silence {
        id: "quiet".to_owned(),
        matchers: matchers.collect(),
        starts_at: minute(50),
        ends_at: minute(170),
        comment: "the disk is being changed".to_owned(),
        created_by: "me".to_owned(),
        created_at: minute(50),
    }
}

const DOWN: &str = "CNPGOperatorDown Operator/cnpg-system/cnpg";
const FAILED: &str = "CNPGBackupFailed CNPGCluster/shop/db";
const BACKLOG: &str = "CNPGWALFilesAccumulating CNPGCluster/shop/db";

#[rstest]
#[case::nothing_else(&[], FAILED, false)]
#[case::what_explains_it(&[DOWN], FAILED, true)]
#[case::what_explains_it_elsewhere(&["CNPGOperatorDown east:Operator/cnpg-system/cnpg"], FAILED, false)]
#[case::in_the_same_named_cluster(
    &["CNPGOperatorDown east:Operator/cnpg-system/cnpg"],
    "CNPGBackupFailed east:CNPGCluster/shop/db",
    true
)]
#[case::what_does_not_operate_it(&[DOWN], "BackupNeverSucceeded CronJob/immich/nightly", false)]
#[case::what_operates_it(&[DOWN], "BackupNeverSucceeded CNPGCluster/shop/db", true)]
#[case::an_explanation_of_the_same_asset(
    &["KopiaMaintenanceNotRunning KopiaRepository/volsync/kopia"],
    "KopiaRepositoryGrowth KopiaRepository/volsync/kopia",
    true
)]
#[case::an_explanation_of_another_asset(
    &["KopiaMaintenanceNotRunning KopiaRepository/volsync/other"],
    "KopiaRepositoryGrowth KopiaRepository/volsync/kopia",
    false
)]
#[case::what_explains_others(&["VolSyncDown Operator/volsync/volsync"], FAILED, false)]
#[case::what_it_explains(&[FAILED], DOWN, false)]
#[case::a_critical_one_of_the_asset(&[FAILED], BACKLOG, true)]
#[case::a_critical_one_of_another(&["CNPGBackupFailed CNPGCluster/shop/other"], BACKLOG, false)]
#[case::a_critical_one_of_the_name_elsewhere(
    &["CNPGBackupFailed east:CNPGCluster/shop/db"],
    BACKLOG,
    false
)]
#[case::a_warning_of_the_asset(&[BACKLOG], FAILED, false)]
#[case::a_critical_one_for_a_critical_one(
    &["CNPGWALArchivingFailed CNPGCluster/shop/db"],
    FAILED,
    false
)]
// It is about something else than what the operator explains, and nobody was told of the asset.
#[case::a_critical_one_that_is_explained(&[DOWN, FAILED], BACKLOG, false)]
fn what_fires_suppresses_what_follows(
    #[case] others: &[&str],
    #[case] target: &str,
    #[case] expected: bool,
) {
    let others = others.iter().map(|text| instance(text, FIRING, 0));
    let target = instance(target, FIRING, 0);
    let instances: Vec<_> = others.chain([target]).collect();
    let found = suppressor(&instances, &[], 100);
    assert_eq!(found.is_some(), expected, "{found:?}");
}

#[rstest]
#[case::it_waits_to_fire(PENDING, 0, 1, false)]
#[case::it_is_over_for_a_while(RESOLVED, 90, 101, true)]
#[case::it_is_over_for_long(RESOLVED, 90, 110, false)]
#[case::what_began_after_its_end_does_not_follow(RESOLVED, 101, 102, false)]
fn what_is_over_suppresses_for_a_while_what_began_before(
    #[case] state: AlertState,
    #[case] target_found_at: i64,
    #[case] now: i64,
    #[case] expected: bool,
) {
    for (source, target) in [(DOWN, FAILED), (FAILED, BACKLOG)] {
        let source = instance(source, state, 0);
        let target = instance(target, FIRING, target_found_at);
        let found = suppressor(&[source, target], &[], now);
        assert_eq!(found.is_some(), expected, "{found:?}");
    }
}

#[test]
fn what_nobody_was_told_of_stands_for_nothing_once_it_is_over() {
    let mut source = instance(FAILED, RESOLVED, 0);
    source.withheld = true;
    let target = instance(BACKLOG, FIRING, 0);
    assert_eq!(suppressor(&[source, target], &[], 101), None);
}

#[test]
fn of_two_explanations_the_one_that_fires_counts() {
    let over = instance("CNPGOperatorDown Operator/cnpg-system/a", RESOLVED, 0);
    let firing = instance("CNPGOperatorDown Operator/cnpg-system/b", FIRING, 0);
    let target = instance(FAILED, FIRING, 105);
    let by = Some(Suppressor::ExplainedBy(firing.key.clone()));
    for sources in [[over.clone(), firing.clone()], [firing, over]] {
        let mut instances = sources.to_vec();
        instances.push(target.clone());
        assert_eq!(suppressor(&instances, &[], 106), by);
    }
}

#[rstest]
#[case::its_name(&["alertname=CNPGBackupFailed"], true)]
#[case::another_name(&["alertname=CNPGBackupStale"], false)]
#[case::everything_of_the_asset(&["kind=CNPGCluster", "namespace=shop", "name=db"], true)]
#[case::one_of_them_does_not_fit(&["namespace=shop", "name=other"], false)]
#[case::not_another(&["severity!=warning"], true)]
#[case::not_this(&["severity!=critical"], false)]
#[case::an_expression(&["alertname=~CNPG.*"], true)]
#[case::an_expression_for_a_part(&["alertname=~CNPG"], false)]
#[case::one_of_several(&["namespace=~web|shop"], true)]
#[case::no_expression(&["namespace!~web|shop"], false)]
#[case::no_cluster(&["namespace=shop", "cluster="], true)]
#[case::some_cluster(&["cluster=~.+"], false)]
fn a_silence_is_for_what_all_of_its_matchers_fit(
    #[case] matchers: &[&str],
    #[case] expected: bool,
) {
    let target = instance(FAILED, FIRING, 0);
    let found = suppressor(&[target], &[silence(matchers)], 100);
    assert_eq!(found.is_some(), expected);
}

#[rstest]
#[case::before_it_begins(49, false)]
#[case::at_its_beginning(50, true)]
#[case::before_its_end(169, true)]
#[case::at_its_end(170, false)]
fn a_silence_ends_by_itself(#[case] now: i64, #[case] expected: bool) {
    let target = instance(FAILED, FIRING, 0);
    let found = suppressor(&[target], &[silence(&["namespace=shop"])], now);
    assert_eq!(found.is_some(), expected);
}

#[test]
fn of_several_silences_the_one_that_lasts_longest_is_named() {
    let mut long = silence(&["name=db"]);
    long.id = "long".to_owned();
    long.ends_at = minute(200);
    let target = instance(FAILED, FIRING, 0);
    let found = suppressor(&[target], &[silence(&["name=db"]), long], 100);
    assert_eq!(found, Some(Suppressor::Silence("long".to_owned())));
}

#[test]
fn a_critical_alert_that_is_silenced_still_stands_for_what_is_less() {
    let instances = [instance(FAILED, FIRING, 0), instance(BACKLOG, FIRING, 0)];
    let silence = silence(&["alertname=CNPGBackupFailed"]);
    let by = Suppressor::WorseAlert(instances[0].key.clone());
    assert_eq!(suppressor(&instances, &[silence], 100), Some(by));
}

#[test]
fn a_silence_that_cannot_be_read_silences_nothing() {
    let target = instance(FAILED, FIRING, 0);
    assert_eq!(suppressor(&[target], &[silence(&["name=~("])], 100), None);
}

#[rstest]
#[case::no_matcher(|silence: &mut Silence| silence.matchers.clear(), "would silence everything")]
#[case::only_what_fits_all(
    |silence: &mut Silence| silence.matchers = vec!["name=~.*".parse().unwrap()],
    "would silence everything"
)]
#[case::only_an_exception(
    |silence: &mut Silence| silence.matchers = vec!["name!=main".parse().unwrap()],
    "would silence everything"
)]
#[case::an_open_bracket(
    |silence: &mut Silence| silence.matchers = vec!["name=~(".parse().unwrap()],
    "holds no regular expression"
)]
#[case::no_comment(|silence: &mut Silence| silence.comment = " ".to_owned(), "no comment")]
#[case::no_creator(|silence: &mut Silence| silence.created_by.clear(), "who made it")]
#[case::no_length(|silence: &mut Silence| silence.ends_at = silence.starts_at, "over before")]
#[case::in_the_past(|silence: &mut Silence| silence.ends_at = minute(59), "over before")]
#[case::too_long(
    |silence: &mut Silence| silence.ends_at = minute(50 + 30 * 24 * 60 + 1),
    "longer than 30 days"
)]
fn a_silence_that_cannot_work_is_refused(#[case] spoil: fn(&mut Silence), #[case] expected: &str) {
    let mut one = silence(&["name=db"]);
    assert!(check_silence(&one, minute(60)).is_ok());
    spoil(&mut one);
    let error = check_silence(&one, minute(60)).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    assert!(!error.hint().is_empty());
}
