//! Both engines agree: over random histories, the built-in engine and a real Prometheus with the generated rules have
//! the same alerts with the same labels in the same states after each evaluation.
//!
//! `LIFEBOAT_PARITY_HISTORIES` says how many histories are played (200 if nobody does), and
//! `LIFEBOAT_PARITY_SEED` which.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod parity;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{LabelSet, Silences, catalogue, evaluate, labels};
use lifeboat_core::{
    AlertInstance, AlertState, AssetKind, Check, Severity, Status, assess::Assessment, system,
};
use parity::{
    history::{AssetStory, History, Presence, STEPS, Scraped, Told, entries, history},
    promtool::Scene,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rstest::rstest;

/// Histories that are put before Prometheus together: starting it takes longer than all of them.
const BATCH: usize = 50;

/// What was compared.
#[derive(Default)]
struct Tally {
    histories: usize,
    states: usize,
    fired: BTreeSet<String>,
}

/// The built-in engine's alerts through a history, and what Lifeboat would export meanwhile.
fn play(
    number: usize,
    history: &History,
    interval: SignedDuration,
    scene: &mut Scene,
) -> BTreeSet<String> {
    let mut instances: Vec<AlertInstance> = Vec::new();
    let mut fired = BTreeSet::new();
    let stories: Vec<&AssetStory> = history.assets.iter().collect();
    for step in 0..STEPS {
        let now = Timestamp::UNIX_EPOCH + interval * i32::try_from(step).unwrap();
        let told = stories.iter().enumerate().filter_map(|(place, story)| {
            let assessment = story.assessment(&story.id(number, place), step, now)?;
            Some((assessment, story.system))
        });
        let told: Vec<(Assessment, &'static str)> = told.collect();
        if history.restarts[step] {
            let stored = serde_json::to_string(&instances).unwrap();
            instances = serde_json::from_str(&stored).unwrap();
        }
        let assessments = told.iter().map(|(assessment, _)| assessment);
        instances = evaluate(
            catalogue(),
            assessments,
            &instances,
            &Silences::default(),
            now,
        )
        .instances;
        for instance in &instances {
            if instance.state != AlertState::Resolved {
                scene.expect(step, named(instance), instance.state.name());
            }
            if instance.state == AlertState::Firing {
                fired.insert(instance.key.alert.clone());
            }
        }
        let scraped = history.scraped[step];
        if scraped != Scraped::Second {
            scene.scrape(step, "lifeboat-0", &told);
        }
        if scraped != Scraped::First {
            scene.scrape(step, "lifeboat-1", &told);
        }
    }
    fired
}

/// Histories side by side, and the entries that fired in them.
fn played(histories: &[History], interval: SignedDuration) -> (Scene, BTreeSet<String>) {
    let mut scene = Scene::default();
    let mut fired = BTreeSet::new();
    for (number, history) in histories.iter().enumerate() {
        fired.extend(play(number, history, interval, &mut scene));
    }
    (scene, fired)
}

/// The first of the histories over which the engines disagree, and how.
fn alone(program: &str, histories: &[History], interval: SignedDuration) -> String {
    let told = histories.iter().find_map(|history| {
        let (scene, _) = played(std::slice::from_ref(history), interval);
        let difference = scene.disagreement(program, interval)?;
        Some(format!(
            "{difference}\nevery {interval:#}, over {history:?}"
        ))
    });
    told.unwrap_or_else(|| "they disagree only over all histories together".to_owned())
}

fn named(instance: &AlertInstance) -> LabelSet {
    labels(instance, &LabelSet::new())
}

fn number(variable: &str, default: usize) -> usize {
    let text = env::var(variable).unwrap_or_default();
    text.parse().unwrap_or(default)
}

#[rstest]
#[case::of_debians_version("promtool")]
#[case::of_version_3("promtool3")]
fn both_engines_have_the_same_alerts_after_each_evaluation(#[case] program: &str) {
    let batches = number("LIFEBOAT_PARITY_HISTORIES", 200).div_ceil(2 * BATCH);
    let seed = number("LIFEBOAT_PARITY_SEED", 6);
    let mut tally = Tally::default();
    for batch in 0..batches {
        let interval = SignedDuration::from_mins([1, 2, 5][batch % 3]);
        let strategies: Vec<_> = (0..BATCH)
            .map(|place| history(batch * BATCH + place, interval))
            .collect();
        let mut seeds = [0; 32];
        seeds[..8].copy_from_slice(&(seed as u64).to_le_bytes());
        seeds[8..16].copy_from_slice(&(batch as u64).to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seeds);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        let histories = strategies.new_tree(&mut runner).unwrap().current();
        let (scene, fired) = played(&histories, interval);
        let disagreement = scene.disagreement(program, interval);
        let alone = disagreement.map(|_| alone(program, &histories, interval));
        assert_eq!(alone, None, "seed {seed}, batch {batch}");
        tally.histories += histories.len();
        tally.states += scene.expected();
        tally.fired.extend(fired);
    }
    let Tally {
        histories,
        states,
        fired,
    } = tally;
    println!(
        "{program}: {histories} histories, {} evaluations, {states} alerts pending or firing, {} of {} entries fired",
        histories * STEPS,
        fired.len(),
        entries().len()
    );
    if histories >= entries().len() {
        let silent = entries().into_iter().map(|(alert, _)| alert.name);
        let silent: Vec<&str> = silent.filter(|name| !fired.contains(*name)).collect();
        assert!(silent.is_empty(), "never fired: {silent:?}");
    }
}

/// One asset of which one check is told, in the first so many evaluations; then it is gone.
fn told(kind: AssetKind, check: Check, told: &[Option<Status>]) -> AssetStory {
    let mut there = vec![Presence::Gone; STEPS];
    let mut of_check = vec![
        Told {
            status: None,
            reason: "RunFailed"
        };
        STEPS
    ];
    for (step, status) in told.iter().enumerate() {
        there[step] = Presence::There(None);
        of_check[step].status = *status;
    }
    AssetStory {
        kind,
        cluster: None,
        system: system::VOLSYNC_OPERATOR,
        there,
        blind: vec![false; STEPS],
        checks: BTreeMap::from([(check, of_check)]),
    }
}

fn alone_in(story: AssetStory, scraped: impl Fn(usize) -> Scraped) -> History {
    History {
        assets: vec![story],
        restarts: vec![false; STEPS],
        scraped: (0..STEPS).map(scraped).collect(),
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[rstest]
#[case::that_vanishes_while_its_alert_is_to_be_kept_firing(
    alone_in(told(AssetKind::CnpgCluster, Check::Archiving, &[Some(Status::Failing); 9]), |_| Scraped::First)
)]
#[case::that_is_told_by_two_replicas_in_turn_and_at_once(
    alone_in(
        told(AssetKind::Prometheus, Check::LastRun, &[Some(Status::Failing); 30]),
        |step| [Scraped::First, Scraped::Both, Scraped::Second][step / 4 % 3]
    )
)]
#[case::whose_check_makes_no_sense_for_a_while(
    alone_in(
        told(AssetKind::CronJob, Check::LastRun, &[Some(Status::Failing), None, Some(Status::Failing)]),
        |_| Scraped::First
    )
)]
fn both_engines_agree_on_an_asset(
    #[case] history: History,
    #[values("promtool", "promtool3")] program: &str,
) {
    let (scene, fired) = played(&[history], MINUTE);
    assert!(!fired.is_empty());
    assert_eq!(scene.disagreement(program, MINUTE), None);
}

/// What docs/rules.md says of it: another alert for Prometheus, the same one for the built-in engine.
#[test]
fn a_severity_that_changes_under_an_alert_is_another_alert_for_prometheus_only() {
    let mut story = told(
        AssetKind::Prometheus,
        Check::LastRun,
        &[Some(Status::Failing); STEPS],
    );
    for severity in &mut story.there[20..] {
        *severity = Presence::There(Some(Severity::Info));
    }
    let history = alone_in(story, |_| Scraped::First);
    let alert = |severity: &str| {
        let labels = [
            ("alertname", "PrometheusBackupFailed"),
            ("kind", "Prometheus"),
            ("namespace", "history-0"),
            ("name", "asset-0"),
            ("severity", severity),
        ];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        LabelSet::from(labels)
    };
    let expected = |by_prometheus: bool| {
        let mut scene = Scene::default();
        play(0, &history, MINUTE, &mut scene);
        scene.forget_what_was_expected();
        for step in 0..STEPS {
            let (severity, state) = match step {
                0..5 => ("critical", "pending"),
                20..25 if by_prometheus => ("info", "pending"),
                25.. if by_prometheus => ("info", "firing"),
                _ => ("critical", "firing"),
            };
            scene.expect(step, alert(severity), state);
        }
        scene
    };
    assert_eq!(expected(true).disagreement("promtool3", MINUTE), None);
    let (built_in, _) = played(std::slice::from_ref(&history), MINUTE);
    assert!(built_in.expects_the_same_as(&expected(false)));
}
