//! Random histories of verdicts: assets that come and go, fail for all kinds of reasons, and can't be seen at times.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{Alert, Condition, VerdictCondition, catalogue};
use lifeboat_core::{
    AssetHistory, AssetId, AssetKind, Check, Effective, Evidence, Objectives, Severity, Status,
    Verdict,
    assess::{Assessment, Asset},
    system,
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

/// How many evaluations a history has.
pub(crate) const STEPS: usize = 70;

/// What happens to a few assets, alone in their namespace.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) assets: Vec<AssetStory>,
    /// At which evaluations the built-in engine has just started anew, from what it had stored.
    pub(crate) restarts: Vec<bool>,
    /// Which of two replicas is scraped; both are when the leadership goes from one to the other.
    pub(crate) scraped: Vec<Scraped>,
}

/// Which replicas of Lifeboat tell of the assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scraped {
    First,
    Second,
    Both,
}

/// What happens to an asset.
#[derive(Debug, Clone)]
pub(crate) struct AssetStory {
    pub(crate) kind: AssetKind,
    pub(crate) cluster: Option<&'static str>,
    pub(crate) system: &'static str,
    /// Whether it is there at each evaluation.
    pub(crate) there: Vec<Presence>,
    /// Whether nobody can look.
    pub(crate) blind: Vec<bool>,
    pub(crate) checks: BTreeMap<Check, Vec<Told>>,
}

/// Whether an asset is there, and what its policy says of the severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Gone,
    There(Option<Severity>),
}

/// What a check says; nothing where it makes no sense just then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: Option<Status>,
    pub(crate) reason: &'static str,
}

/// The entries that both engines have.
pub(crate) fn entries() -> Vec<(&'static Alert, &'static VerdictCondition)> {
    let entries = catalogue().iter();
    entries
        .filter_map(|alert| match &alert.condition {
            Condition::Verdict(condition) => Some((alert, condition)),
            Condition::Outside(_) => None,
        })
        .collect()
}

/// A history in which the entry with this number holds for as long as it waits and longer, beside
/// whatever else happens.
pub(crate) fn history(entry: usize, interval: SignedDuration) -> impl Strategy<Value = History> {
    let entries = entries();
    let (alert, condition) = entries[entry % entries.len()];
    let waits = usize::try_from(alert.wait.as_secs() / interval.as_secs()).unwrap() + 2;
    let first = (
        any::<prop::sample::Index>(),
        story(condition.kinds.to_vec(), interval),
    )
        .prop_map(move |(kind, mut story)| {
            story.kind = *kind.get(condition.kinds);
            story.system = condition.system.unwrap_or(story.system);
            // It is there, and seen, while the condition holds for long enough.
            let holds = 3..(3 + waits).min(STEPS - 3);
            let severity = match story.there[holds.start] {
                Presence::There(severity) => severity,
                Presence::Gone => None,
            };
            let told = Told {
                status: Some(condition.status),
                reason: condition.reasons.first().copied().unwrap_or("RunFailed"),
            };
            let nothing = vec![
                Told {
                    status: None,
                    reason: "RunFailed"
                };
                STEPS
            ];
            let told_then = story.checks.entry(condition.check).or_insert(nothing);
            for step in holds {
                story.there[step] = Presence::There(severity);
                story.blind[step] = false;
                told_then[step] = told;
            }
            settle_severities(&mut story.there, interval);
            story
        });
    let others = vec(story(AssetKind::ALL.to_vec(), interval), 0..3);
    let scraped = prop_oneof![
        6 => Just(Scraped::First),
        6 => Just(Scraped::Second),
        1 => Just(Scraped::Both)
    ];
    (
        first,
        others,
        spans(prop::bool::weighted(0.1)),
        spans(scraped),
    )
        .prop_map(|(first, others, restarts, scraped)| History {
            assets: std::iter::once(first).chain(others).collect(),
            restarts,
            scraped,
        })
}

fn story(kinds: Vec<AssetKind>, interval: SignedDuration) -> impl Strategy<Value = AssetStory> {
    let kind = prop::sample::select(kinds);
    let cluster = prop_oneof![3 => Just(None), 1 => Just(Some("east"))];
    let systems = [
        system::CLOUDNATIVE_PG_OPERATOR,
        system::BARMAN_CLOUD_PLUGIN,
        system::VOLSYNC_OPERATOR,
    ];
    let severity = prop_oneof![
        2 => Just(None),
        1 => prop::sample::select(Severity::ALL.to_vec()).prop_map(Some)
    ];
    let there =
        spans(prop_oneof![1 => Just(Presence::Gone), 5 => severity.prop_map(Presence::There)]);
    (
        kind,
        cluster,
        prop::sample::select(systems.to_vec()),
        there,
        spans(prop::bool::weighted(0.15)),
    )
        .prop_flat_map(move |(kind, cluster, system, there, blind)| {
            checks(kind).prop_map(move |checks| {
                let mut there = there.clone();
                settle_severities(&mut there, interval);
                AssetStory {
                    kind,
                    cluster,
                    system,
                    there,
                    blind: blind.clone(),
                    checks,
                }
            })
        })
}

/// A policy's severity changes only while no alert is under way: the asset wasn't there for longer than any
/// alert is kept firing. What the engines do about a change under way differs, and has a test of its own.
fn settle_severities(there: &mut [Presence], interval: SignedDuration) {
    let kept = entries()
        .into_iter()
        .filter_map(|(alert, _)| alert.keep_firing_for)
        .max();
    let (mut last, mut gone) = (None, SignedDuration::ZERO);
    for now in there {
        match (now, last) {
            (Presence::There(severity), Some(before)) if gone <= kept.unwrap_or_default() => {
                *severity = before;
            }
            (Presence::There(severity), _) => last = Some(*severity),
            (Presence::Gone, _) => {
                gone += interval;
                continue;
            }
        }
        gone = SignedDuration::ZERO;
    }
}

/// Up to four of the checks that alerts ask of this kind.
fn checks(kind: AssetKind) -> impl Strategy<Value = BTreeMap<Check, Vec<Told>>> {
    let asked: Vec<Check> = entries()
        .iter()
        .filter(|(_, condition)| condition.kinds.contains(&kind))
        .map(|(_, condition)| condition.check)
        .collect();
    let most = asked.len().min(4);
    prop::sample::subsequence(asked, 1..=most).prop_flat_map(|checks| {
        let told = checks.into_iter().map(|check| {
            let told = (statuses(), prop::sample::select(reasons(check)));
            let told = told.prop_map(|(status, reason)| Told { status, reason });
            (Just(check), spans(told))
        });
        told.collect::<Vec<_>>()
            .prop_map(|told| told.into_iter().collect())
    })
}

fn statuses() -> impl Strategy<Value = Option<Status>> {
    prop_oneof![
        3 => Just(Some(Status::Ok)),
        6 => Just(Some(Status::Failing)),
        2 => Just(Some(Status::Unknown)),
        1 => Just(Some(Status::Paused)),
        1 => Just(None),
    ]
}

/// The reasons that alerts ask for, and one that none does.
fn reasons(check: Check) -> Vec<&'static str> {
    let asked = entries()
        .into_iter()
        .filter(|(_, condition)| condition.check == check);
    let asked = asked.flat_map(|(_, condition)| condition.reasons.iter().copied());
    asked.chain(["RunFailed"]).collect()
}

/// Values that each last for a while, one for each evaluation.
fn spans<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<T>> {
    vec((1_usize..=30, value), 1..12).prop_map(|spans| {
        let values = spans
            .iter()
            .cycle()
            .flat_map(|(length, value)| std::iter::repeat_n(value.clone(), *length));
        values.take(STEPS).collect()
    })
}

impl AssetStory {
    /// The asset's name, the place in its history, and the history's number as its namespace.
    pub(crate) fn id(&self, history: usize, place: usize) -> AssetId {
        AssetId {
            cluster: self.cluster.map(str::to_owned),
            kind: self.kind,
            namespace: format!("history-{history}"),
            name: format!("asset-{place}"),
        }
    }

    /// The assessment at an evaluation; none while the asset isn't there.
    pub(crate) fn assessment(
        &self,
        id: &AssetId,
        step: usize,
        now: Timestamp,
    ) -> Option<Assessment> {
        let Presence::There(severity) = self.there[step] else {
            return None;
        };
        let verdicts: Vec<Verdict> = Check::ALL
            .iter()
            .filter_map(|check| Some((*check, self.checks.get(check)?[step])))
            .filter_map(|(check, told)| {
                let (status, reason) = match told.status? {
                    Status::Ok if self.blind[step] => (Status::Unknown, "NotSeen"),
                    status => (status, told.reason),
                };
                Some(Verdict {
                    check,
                    status,
                    since: now,
                    evidence: self.evidence(check, reason),
                })
            })
            .collect();
        Some(Assessment {
            asset: id.clone(),
            effective: Effective {
                objectives: Objectives::default_for(self.kind),
                severity,
                suspend: false,
            }
            .into(),
            status: verdicts
                .iter()
                .map(|one| one.status)
                .max()
                .unwrap_or(Status::Ok),
            verdicts,
        })
    }

    /// That a program doesn't run is always told with which one it is.
    fn evidence(&self, check: Check, reason: &str) -> Evidence {
        match check {
            Check::Available => evidence("Unavailable", self.system),
            _ => evidence(reason, self.system),
        }
    }
}

/// An asset of this name of which nothing else is known.
pub(crate) fn asset(id: AssetId) -> Asset {
    Asset {
        id,
        labels: BTreeMap::new(),
        own: None,
        suspended: false,
        planned: BTreeMap::new(),
        history: AssetHistory::new(Timestamp::UNIX_EPOCH),
        facts: None,
        blind: None,
    }
}

/// Evidence with this reason. What else it has plays no part in alerts, so it is the same for all.
fn evidence(reason: &str, system: &str) -> Evidence {
    let (moment, length) = ("1970-01-01T00:00:00Z", "PT1H");
    let fields = |limit: Value| {
        json!({
            "reason": reason, "system": system, "limit": limit,
            "at": moment, "taken_at": moment, "known_since": moment, "due_at": moment, "started_at": moment,
            "expected_by": moment, "first": moment, "newest_taken_at": moment, "since": moment,
            "age": length, "maximum_age": length, "deadline": length, "window": length,
            "operation": "backup", "recovery_point": "one", "newest": "one", "name": "one", "text": "one",
            "phase": "one", "problem": "one", "what": "one", "source": "one", "damage": "one", "error": "one",
            "failures": 1, "not_good": 0, "count": 1, "waiting": 1, "changes": 1, "sources": 1, "errors": 1,
            "available": 0, "desired": 1, "failed_lately": 1,
        })
    };
    let known = [json!(length), json!(1)]
        .into_iter()
        .find_map(|limit| serde_json::from_value(fields(limit)).ok());
    known.unwrap_or_else(|| panic!("teach this function the fields of {reason}"))
}
