//! Suppression never loses an alert: whatever happens in whatever order, every firing that outlives all
//! suppressions is told, once, and its end too.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{AlertEvent, Evaluation, SUPPRESSES_ON_FOR, Silences, catalogue, evaluate};
use lifeboat_core::{
    AlertInstance, AlertState, AssetKind, Check, Effective, Evidence, Incident, Objectives,
    Operation, Silence, Status, Suppressor, Verdict, assess::Assessment, system,
};
use proptest::prelude::*;
use support::{second, start};

/// The checks that fail or not, by asset: an operator, two clusters that depend on it, and one in another
/// cluster that doesn't.
const CHECKS: [(&str, Check); 8] = [
    ("Operator/cnpg-system/cnpg", Check::Available),
    ("CNPGCluster/shop/a", Check::LastRun),
    ("CNPGCluster/shop/a", Check::Archiving),
    ("CNPGCluster/shop/a", Check::ArchiveBacklog),
    ("CNPGCluster/shop/b", Check::LastRun),
    ("CNPGCluster/shop/b", Check::ArchiveBacklog),
    ("east:CNPGCluster/shop/a", Check::LastRun),
    ("east:CNPGCluster/shop/a", Check::ArchiveBacklog),
];

const SILENCES: [&str; 4] = [
    "alertname=CNPGOperatorDown",
    "severity=critical",
    "name=a",
    "namespace=~shop|web",
];

#[derive(Debug, Clone)]
enum Event {
    /// A check fails, or no longer.
    Turn(usize, bool),
    /// Somebody makes one of the silences, for so many minutes.
    Silence(usize, i64),
    /// Somebody ends all silences.
    Unsilence,
    /// Lifeboat starts anew.
    Restart,
}

fn event() -> impl Strategy<Value = (Event, i64)> {
    let event = prop_oneof![
        6 => (0..CHECKS.len(), any::<bool>()).prop_map(|(check, fails)| Event::Turn(check, fails)),
        2 => (0..SILENCES.len(), 1..40_i64).prop_map(|(which, length)| Event::Silence(which, length)),
        1 => Just(Event::Unsilence),
        1 => Just(Event::Restart),
    ];
    (event, 0..12_i64)
}

fn verdict(check: Check, fails: bool) -> Verdict {
    let evidence = if check == Check::Available {
        Evidence::Unavailable {
            system: system::CLOUDNATIVE_PG_OPERATOR.to_owned(),
            desired: 1,
            message: None,
        }
    } else {
        Evidence::RunFailed {
            operation: Operation::Backup,
            at: start(),
            failures: 1,
            error: "the disk is full".to_owned(),
            hint: None,
        }
    };
    Verdict {
        check,
        status: if fails { Status::Failing } else { Status::Ok },
        since: start(),
        evidence,
    }
}

/// What Lifeboat sees and remembers, and what people were told.
struct World {
    now: Timestamp,
    fails: [bool; CHECKS.len()],
    silences: Vec<Silence>,
    evaluation: Evaluation,
    told: BTreeMap<String, Vec<AlertEvent>>,
}

impl World {
    fn new() -> Self {
        Self {
            now: second(0),
            fails: [false; CHECKS.len()],
            silences: Vec::new(),
            evaluation: Evaluation::default(),
            told: BTreeMap::new(),
        }
    }

    fn assessments(&self) -> Vec<Assessment> {
        let mut assets: BTreeMap<&str, Vec<Verdict>> = BTreeMap::new();
        for ((asset, check), fails) in CHECKS.iter().zip(self.fails) {
            assets
                .entry(asset)
                .or_default()
                .push(verdict(*check, fails));
        }
        let assessment = |(asset, verdicts): (&str, Vec<Verdict>)| Assessment {
            asset: asset.parse().unwrap(),
            effective: Effective {
                objectives: Objectives::default_for(AssetKind::CnpgCluster),
                severity: None,
                suspend: false,
            }
            .into(),
            status: Status::Failing,
            verdicts,
        };
        assets.into_iter().map(assessment).collect()
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Turn(check, fails) => self.fails[check] = fails,
            Event::Silence(which, minutes) => self.silences.push(Silence {
                id: SILENCES[which].to_owned(),
                matchers: vec![SILENCES[which].parse().unwrap()],
                starts_at: self.now,
                ends_at: self.now + SignedDuration::from_mins(minutes),
                comment: "a test".to_owned(),
                created_by: "me".to_owned(),
                created_at: self.now,
            }),
            Event::Unsilence => self.silences.clear(),
            Event::Restart => {
                let kept = serde_json::to_string(&self.evaluation.instances).unwrap();
                self.evaluation.instances = serde_json::from_str(&kept).unwrap();
            }
        }
    }

    fn pass(&mut self, minutes: i64) {
        for _ in 0..=minutes {
            self.evaluate();
            self.now += SignedDuration::from_mins(1);
        }
    }

    fn evaluate(&mut self) {
        let silences = Silences::new(&self.silences);
        let before = &self.evaluation.instances;
        self.evaluation = evaluate(
            catalogue(),
            &self.assessments(),
            before,
            &silences,
            self.now,
        );
        for transition in &self.evaluation.transitions {
            let incident = Incident::of(&transition.instance).unwrap().id;
            self.told
                .entry(incident)
                .or_default()
                .push(transition.event);
        }
        for instance in &self.evaluation.instances {
            self.check(instance);
        }
    }

    fn check(&self, instance: &AlertInstance) {
        use AlertEvent::{Fired, Resolved};
        let Some(incident) = Incident::of(instance) else {
            return;
        };
        let told = self.told.get(&incident.id);
        let told = told.map_or(&[][..], Vec::as_slice);
        let suppressed = instance.suppressed_by.as_deref();
        let is_right = match instance.state {
            AlertState::Pending => false,
            AlertState::Firing => told == [Fired] || (told.is_empty() && suppressed.is_some()),
            AlertState::Resolved => told == [Fired, Resolved] || told.is_empty(),
        };
        assert!(is_right, "{}: {told:?}, {suppressed:?}", incident.id);
        assert_eq!(instance.withheld, told.is_empty(), "{}", incident.id);
        match suppressed {
            None => {}
            Some(Suppressor::Silence(id)) => {
                let mut silences = self.silences.iter();
                assert!(silences.any(|silence| silence.id == *id && self.now < silence.ends_at));
            }
            Some(Suppressor::ExplainedBy(by) | Suppressor::WorseAlert(by)) => {
                let mut all = self.evaluation.instances.iter();
                let by = all.find(|other| other.key == *by).unwrap();
                let is_over_for = by.resolved_at.map(|at| self.now.duration_since(at));
                assert!(is_over_for.is_none_or(|time| time < SUPPRESSES_ON_FOR));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_firing_that_outlives_all_suppressions_is_told_once(
        events in prop::collection::vec(event(), 0..60),
    ) {
        let mut world = World::new();
        for (event, minutes) in &events {
            world.happen(event);
            world.pass(*minutes);
        }
        // What suppresses goes away, one way or another, and the rest stays as it is.
        world.silences.clear();
        world.pass(60);
        let standing = world.fails;
        for (index, (_, check)) in CHECKS.iter().enumerate() {
            // Operators, and what is critical.
            if matches!(check, Check::Available | Check::LastRun | Check::Archiving) {
                world.fails[index] = false;
            }
        }
        world.pass(60);
        for instance in &world.evaluation.instances {
            prop_assert!(!instance.withheld, "{}", instance.key.alert);
            prop_assert_eq!(&instance.suppressed_by, &None);
        }
        let backlogs = standing.iter().zip(CHECKS).filter(|(fails, (_, check))| {
            **fails && *check == Check::ArchiveBacklog
        });
        prop_assert_eq!(world.evaluation.instances.len(), backlogs.count());
    }
}

#[test]
fn what_an_operator_that_is_down_explains_is_told_only_if_it_stays() {
    let mut world = World::new();
    world.happen(&Event::Turn(0, true));
    world.pass(5);
    assert_eq!(world.told.len(), 1, "{:?}", world.told);
    world.happen(&Event::Turn(1, true));
    world.happen(&Event::Turn(4, true));
    world.pass(60);
    assert_eq!(world.told.len(), 1, "{:?}", world.told);

    // It is back; one of the two makes good what it missed, the other doesn't.
    world.happen(&Event::Turn(0, false));
    world.pass(4);
    world.happen(&Event::Turn(1, false));
    world.pass(4);
    assert_eq!(world.told.len(), 1, "{:?}", world.told);
    world.pass(4);
    let told: Vec<&str> = world
        .told
        .keys()
        .map(|id| id.split('@').next().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "CNPGBackupFailed/CNPGCluster/shop/b",
            "CNPGOperatorDown/Operator/cnpg-system/cnpg"
        ]
    );
}

#[test]
fn a_failure_before_its_explanation_fires_is_told_at_once_and_so_is_its_end() {
    let mut world = World::new();
    world.happen(&Event::Turn(0, true));
    world.happen(&Event::Turn(1, true));
    world.pass(0);
    assert_eq!(world.told.len(), 1, "{:?}", world.told);
    world.pass(30);
    assert_eq!(world.told.len(), 2, "{:?}", world.told);
    world.happen(&Event::Turn(1, false));
    world.pass(0);
    let ends = world.told.values().filter(|events| events.len() == 2);
    assert_eq!(ends.count(), 1);
}
