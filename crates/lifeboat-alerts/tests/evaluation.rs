//! Each rule of alerts: when they wait, fire and end.
mod support;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{Alert, AlertEvent, Evaluation, Silences, catalogue, evaluate};
use lifeboat_core::{AlertInstance, AlertState, Severity, Status, assess::Assessment};
use rstest::rstest;
use support::{assessment, second};

/// `PrometheusBackupFailed` alone: it waits for five minutes.
fn alert(keep_firing_for: Option<i64>) -> Vec<Alert> {
    let mut alert = support::alert("PrometheusBackupFailed");
    alert.keep_firing_for = keep_firing_for.map(SignedDuration::from_secs);
    vec![alert]
}

/// Evaluates one asset through moments (in seconds) and statuses; gives the events and the last state.
fn play(
    alert: &[Alert],
    moments: &[(i64, Status)],
) -> (Vec<(i64, AlertEvent)>, Option<AlertInstance>) {
    let mut instances = Vec::new();
    let mut events = Vec::new();
    for (seconds, status) in moments {
        let assessments = [assessment("main", *status)];
        let evaluation = evaluate(
            alert,
            &assessments,
            &instances,
            &Silences::default(),
            second(*seconds),
        );
        for transition in &evaluation.transitions {
            events.push((*seconds, transition.event));
        }
        instances = evaluation.instances;
    }
    (events, instances.pop())
}

const FAILING: Status = Status::Failing;
const FINE: Status = Status::Ok;
const FIRED: AlertEvent = AlertEvent::Fired;
const RESOLVED: AlertEvent = AlertEvent::Resolved;

#[rstest]
#[case::it_waits_first(&[(0, FAILING), (299, FAILING)], &[], Some(AlertState::Pending))]
#[case::it_fires_after_its_wait(&[(0, FAILING), (300, FAILING)], &[(300, FIRED)], Some(AlertState::Firing))]
#[case::it_fires_once(&[(0, FAILING), (300, FAILING), (301, FAILING), (900, FAILING)], &[(300, FIRED)], Some(AlertState::Firing))]
#[case::a_pause_in_the_condition_begins_the_wait_anew(&[(0, FAILING), (299, FINE), (300, FAILING), (599, FAILING)], &[], Some(AlertState::Pending))]
#[case::what_only_waited_ends_in_silence(&[(0, FAILING), (299, FINE)], &[], None)]
#[case::it_ends_with_its_condition(&[(0, FAILING), (300, FAILING), (360, FINE)], &[(300, FIRED), (360, RESOLVED)], Some(AlertState::Resolved))]
#[case::its_end_is_kept_for_a_while(&[(0, FAILING), (300, FAILING), (360, FINE), (1259, FINE)], &[(300, FIRED), (360, RESOLVED)], Some(AlertState::Resolved))]
#[case::but_not_for_ever(&[(0, FAILING), (300, FAILING), (360, FINE), (1260, FINE)], &[(300, FIRED), (360, RESOLVED)], None)]
#[case::it_waits_again_after_its_end(&[(0, FAILING), (300, FAILING), (360, FINE), (370, FAILING), (669, FAILING)], &[(300, FIRED), (360, RESOLVED)], Some(AlertState::Pending))]
#[case::and_fires_again(&[(0, FAILING), (300, FAILING), (360, FINE), (370, FAILING), (670, FAILING)], &[(300, FIRED), (360, RESOLVED), (670, FIRED)], Some(AlertState::Firing))]
#[case::unknown_is_not_failing(&[(0, Status::Unknown), (900, Status::Unknown)], &[], None)]
#[case::paused_never_holds(&[(0, FAILING), (300, FAILING), (310, Status::Paused)], &[(300, FIRED), (310, RESOLVED)], Some(AlertState::Resolved))]
#[case::a_restart_lets_the_wait_go_on(&[(0, FAILING), (60, FAILING), (1260, FAILING)], &[(1260, FIRED)], Some(AlertState::Firing))]
#[case::a_restart_fires_nothing_twice(&[(0, FAILING), (300, FAILING), (1500, FAILING)], &[(300, FIRED)], Some(AlertState::Firing))]
#[case::a_clock_that_goes_back_does_not_end_it(&[(0, FAILING), (300, FAILING), (-90_000, FAILING), (10, FAILING)], &[(300, FIRED)], Some(AlertState::Firing))]
#[case::a_clock_that_goes_back_begins_the_wait_anew(&[(0, FAILING), (-90_000, FAILING), (-89_701, FAILING)], &[], Some(AlertState::Pending))]
#[case::and_the_wait_is_no_longer_than_that(&[(0, FAILING), (-90_000, FAILING), (-89_700, FAILING)], &[(-89_700, FIRED)], Some(AlertState::Firing))]
#[case::an_end_from_the_future_goes_away(&[(0, FAILING), (300, FAILING), (360, FINE), (-90_000, FINE), (-89_100, FINE)], &[(300, FIRED), (360, RESOLVED)], None)]
#[case::a_jump_ahead_skips_no_wait(&[(0, FINE), (90_000, FAILING)], &[], Some(AlertState::Pending))]
fn an_alert_goes_its_way(
    #[case] moments: &[(i64, Status)],
    #[case] events: &[(i64, AlertEvent)],
    #[case] state: Option<AlertState>,
) {
    let (happened, last) = play(&alert(None), moments);
    assert_eq!(happened, events);
    assert_eq!(last.map(|instance| instance.state), state);
}

#[rstest]
#[case::it_fires_on(&[(0, FAILING), (300, FAILING), (310, FINE), (369, FINE)], &[(300, FIRED)])]
#[case::until_its_time_is_over(&[(0, FAILING), (300, FAILING), (310, FINE), (370, FINE)], &[(300, FIRED), (370, RESOLVED)])]
#[case::a_relapse_begins_that_time_anew(&[(0, FAILING), (300, FAILING), (310, FINE), (369, FAILING), (370, FINE), (429, FINE)], &[(300, FIRED)])]
#[case::a_clock_that_goes_back_does_not_keep_it_for_ever(&[(0, FAILING), (300, FAILING), (310, FINE), (-9_000, FINE), (-8_940, FINE)], &[(300, FIRED), (-8_940, RESOLVED)])]
fn an_alert_that_is_to_be_kept_firing_is_kept(
    #[case] moments: &[(i64, Status)],
    #[case] events: &[(i64, AlertEvent)],
) {
    assert_eq!(play(&alert(Some(60)), moments).0, events);
}

#[test]
fn an_alert_without_a_wait_fires_at_once() {
    let mut alert = alert(None);
    alert[0].wait = SignedDuration::ZERO;
    assert_eq!(play(&alert, &[(0, FAILING)]).0, [(0, FIRED)]);
}

#[rstest]
#[case::waiting(None, 60, None, &[])]
#[case::firing(None, 300, Some(AlertState::Resolved), &[RESOLVED])]
// As Prometheus does, which can't tell an asset that is gone from one that is well.
#[case::kept_firing(Some(3_600), 300, Some(AlertState::Firing), &[])]
#[case::kept_firing_for_no_longer_than_that(Some(0), 300, Some(AlertState::Resolved), &[RESOLVED])]
fn an_asset_that_is_gone_ends_its_alerts_as_one_that_is_well_does(
    #[case] keep_firing_for: Option<i64>,
    #[case] seconds: i64,
    #[case] state: Option<AlertState>,
    #[case] events: &[AlertEvent],
) {
    let alert = alert(keep_firing_for);
    let before = run(&alert, &[(0, FAILING), (seconds, FAILING)]);
    let after = evaluate(
        &alert,
        &[],
        &before.instances,
        &Silences::default(),
        second(seconds + 1),
    );
    assert_eq!(
        after.instances.first().map(|instance| instance.state),
        state
    );
    assert_eq!(events_of(&after), events);
}

#[test]
fn an_alert_that_left_the_catalogue_is_over() {
    let before = run(&alert(None), &[(0, FAILING), (300, FAILING)]);
    let assessments = [assessment("main", FAILING)];
    let after = evaluate(
        &[],
        &assessments,
        &before.instances,
        &Silences::default(),
        second(301),
    );
    assert_eq!(events_of(&after), [RESOLVED]);
}

#[test]
fn the_policies_severity_wins_and_stays_for_as_long_as_the_alert_fires() {
    let alert = alert(None);
    let severe = |severity| Assessment {
        effective: lifeboat_core::Effective {
            severity,
            ..*assessment("main", FAILING).effective
        }
        .into(),
        ..assessment("main", FAILING)
    };
    let at = |severity, previous: &[AlertInstance], seconds| {
        evaluate(
            &alert,
            &[severe(severity)],
            previous,
            &Silences::default(),
            second(seconds),
        )
        .instances
    };
    let pending = at(None, &[], 0);
    assert_eq!(pending[0].severity, Severity::Critical);
    let fired = at(Some(Severity::Info), &pending, 300);
    assert_eq!(fired[0].severity, Severity::Info);
    let later = at(Some(Severity::Warning), &fired, 301);
    assert_eq!(later[0].severity, Severity::Info);
}

#[test]
fn texts_follow_the_evidence_and_the_beginning_stays_the_earliest() {
    let alert = alert(None);
    let first = evaluate(
        &alert,
        &[assessment("main", FAILING)],
        &[],
        &Silences::default(),
        second(600),
    );
    assert_eq!(first.instances[0].condition_since, second(0));
    assert!(first.instances[0].description.contains("the disk is full"));

    let mut later = assessment("main", FAILING);
    later.verdicts[0].since = second(500);
    later.verdicts[0].evidence = lifeboat_core::Evidence::RunFailed {
        operation: lifeboat_core::Operation::Backup,
        at: second(500),
        failures: 2,
        error: "the bucket is gone".to_owned(),
        hint: None,
    };
    let second_time = evaluate(
        &alert,
        &[later],
        &first.instances,
        &Silences::default(),
        second(660),
    );
    let instance = &second_time.instances[0];
    assert_eq!(instance.condition_since, second(0));
    assert!(instance.description.contains("the bucket is gone"));
}

#[test]
fn the_whole_catalogue_is_evaluated_for_every_asset() {
    let mut assessments = [assessment("a", FAILING), assessment("b", FAILING)];
    for assessment in &mut assessments {
        let mut fresh = assessment.verdicts[0].clone();
        fresh.check = lifeboat_core::Check::Fresh;
        assessment.verdicts.push(fresh);
    }
    let evaluation = evaluate(
        catalogue(),
        &assessments,
        &[],
        &Silences::default(),
        second(0),
    );
    let shown: Vec<String> = evaluation
        .instances
        .iter()
        .map(|instance| format!("{} {}", instance.key.alert, instance.key.asset.name))
        .collect();
    assert_eq!(
        shown,
        [
            "PrometheusBackupFailed a",
            "PrometheusBackupFailed b",
            "PrometheusBackupMissing a",
            "PrometheusBackupMissing b",
        ]
    );
}

fn run(alert: &[Alert], moments: &[(i64, Status)]) -> Evaluation {
    let mut evaluation = Evaluation::default();
    for (seconds, status) in moments {
        let now: Timestamp = second(*seconds);
        let assessments = [assessment("main", *status)];
        evaluation = evaluate(
            alert,
            &assessments,
            &evaluation.instances,
            &Silences::default(),
            now,
        );
    }
    evaluation
}

fn events_of(evaluation: &Evaluation) -> Vec<AlertEvent> {
    evaluation
        .transitions
        .iter()
        .map(|transition| transition.event)
        .collect()
}
