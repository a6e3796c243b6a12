//! Assessment: every check's verdict on every asset, as a pure function of the fleet, the policies and the time.
//!
//! A new check is one file here, one variant of [`Check`], and one line in [`assess_asset`].

mod archiving;
mod available;
mod clock;
mod complete;
mod deduplicated;
mod ever_succeeded;
mod fresh;
mod growth_steady;
mod last_run;
mod maintained;
mod not_stuck;
pub(crate) mod object_store;
mod on_schedule;
mod points_kept;
mod punctual;
mod readable;
mod rehearsed;
mod scheduled;
mod seen;
mod service_levels;
mod settled;
mod snapshots_whole;
mod standby;
mod swift;
mod verified;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::Serialize;

pub use service_levels::fresh_look;

use crate::{
    AssetHistory, AssetId, AssetKind, Check, DefinitionChanges, Effective, Evidence, Facts,
    ObjectiveOverrides, Operation, OperationHistory, Policy, Status, Subject, Verdict,
    scheduling::Planned, slo,
};

/// An asset as it is to be assessed: what it is, what is planned for it, and what happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Its identity.
    pub id: AssetId,
    /// Its labels, which policies select by.
    pub labels: BTreeMap<String, String>,
    /// The objectives that its own resource sets, if it sets any.
    pub own: Option<Box<ObjectiveOverrides>>,
    /// Whether its own resource suspends it.
    pub suspended: bool,
    /// The operations that are planned for it.
    pub planned: BTreeMap<Operation, Planned>,
    /// What happened to it.
    pub history: AssetHistory,
    /// How it is seen to be, if others operate it; none if Lifeboat does.
    pub facts: Option<Box<Facts>>,
    /// Why nobody can look at it, while that is so.
    pub blind: Option<Blind>,
}

/// Why nobody can look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blind {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub error: String,
}

impl Asset {
    /// Whether it is paused on purpose, by its own resource or by what it is.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.suspended
            || self
                .facts
                .as_ref()
                .is_some_and(|facts| facts.paused.is_some())
    }

    /// How what carries its operation out has changed, where somebody counts that: what a repository
    /// tells of itself has no definition.
    #[must_use]
    pub fn definition_changes(&self) -> Option<&DefinitionChanges> {
        let upkeep = self.history.upkeep.as_ref()?;
        (self.id.kind != AssetKind::KopiaRepository).then_some(&upkeep.changes)
    }

    /// Whether there are backups of it at all.
    #[must_use]
    pub fn holds_data(&self) -> bool {
        self.id.kind.holds_data()
    }
}

/// All verdicts on one asset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// The asset.
    pub asset: AssetId,
    /// What holds for it. Shared, since the same holds for nearly all assets of a kind.
    #[serde(skip)]
    pub effective: Arc<Effective>,
    /// The most urgent of the verdicts' statuses; those of advisory checks don't count.
    pub status: Status,
    /// The verdicts, one for each check that makes sense for it, in the order of [`Check::ALL`].
    pub verdicts: Vec<Verdict>,
}

impl Assessment {
    /// The verdict of one check.
    #[must_use]
    pub fn verdict(&self, check: Check) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.check == check)
    }

    /// The verdict that says most about the asset: the most urgent one, and of equals the first.
    #[must_use]
    pub fn leading(&self) -> Option<&Verdict> {
        self.verdicts
            .iter()
            .find(|verdict| verdict.status == self.status && !verdict.check.is_advisory())
    }
}

/// Assesses a whole fleet.
#[must_use]
pub fn assess<'a>(
    fleet: impl IntoIterator<Item = &'a Asset>,
    policies: &[Policy],
    now: Timestamp,
) -> Vec<Assessment> {
    fleet
        .into_iter()
        .map(|asset| assess_asset(asset, policies, now))
        .collect()
}

/// Assesses one asset.
#[must_use]
pub fn assess_asset(asset: &Asset, policies: &[Policy], now: Timestamp) -> Assessment {
    let subject = Subject {
        asset: &asset.id,
        labels: &asset.labels,
    };
    let effective = Policy::effective(policies, subject, asset.own.as_deref());
    let question = Question {
        asset,
        history: &asset.history,
        effective: &effective,
        now,
    };
    let holds_data = asset.holds_data();
    let operation = asset.id.kind.operation();
    let is_maintained = operation == Some(Operation::Maintenance);
    let is_rehearsed = operation == Some(Operation::Drill);
    let is_carried_out = operation.is_some();
    let is_operated = asset.facts.is_none();
    let paused_since = (asset.is_paused() || effective.suspend)
        .then(|| asset.history.suspended_since.unwrap_or(now));
    let answer = |check| match check {
        Check::Available => available::answer(&question),
        Check::Fresh => holds_data.then(|| fresh::answer(&question)),
        Check::Punctual => punctual::answer(&question),
        Check::Rehearsed => is_rehearsed.then(|| rehearsed::answer(&question)),
        Check::Maintained => is_maintained.then(|| maintained::answer(&question)),
        Check::NotNeglected => is_maintained.then(|| maintained::not_neglected(&question)),
        Check::Readable => readable::answer(&question),
        Check::SnapshotsWhole => snapshots_whole::answer(&question),
        Check::PointsKept => points_kept::answer(&question),
        Check::Complete => is_operated.then(|| complete::answer(&question)),
        Check::Verified => is_operated.then(|| verified::answer(&question)),
        Check::Scheduled => scheduled::answer(&question),
        Check::OnSchedule => is_carried_out.then(|| on_schedule::answer(&question)),
        Check::LastRun => is_carried_out.then(|| last_run::answer(&question)),
        Check::EverSucceeded => holds_data.then(|| ever_succeeded::answer(&question)),
        Check::NotStuck => is_carried_out.then(|| not_stuck::answer(&question)),
        Check::Swift => swift::answer(&question),
        Check::Archiving => archiving::failing(&question),
        Check::EverArchived => archiving::ever(&question),
        Check::ArchiveBacklog => archiving::backlog(&question),
        Check::StoreReachable => object_store::reachable(&question),
        Check::SpaceLeft => object_store::space(&question),
        Check::Catalogued => object_store::catalogued(&question),
        Check::WalContinuous => object_store::wal(&question),
        Check::StandbyMetrics => standby::metrics(&question),
        Check::InRecovery => standby::in_recovery(&question),
        Check::Receiving => standby::receiving(&question),
        Check::ReplayLag => standby::replay_lag(&question),
        Check::Settled => settled::answer(&question),
        Check::GrowthSteady => growth_steady::answer(&question),
        Check::Deduplicated => deduplicated::answer(&question),
        Check::BackupSlo => service_levels::backup(&question, paused_since),
        Check::ArchivingSlo => service_levels::archiving(&question),
        Check::ArchivingBurn => service_levels::burn(&question, &slo::FAST),
        Check::ArchivingBurnSlow => service_levels::burn(&question, &slo::SLOW),
        Check::Clock => is_carried_out.then(|| clock::answer(&question)),
        Check::Seen => seen::answer(&question),
    };
    let standby_paused_since = paused_since
        .filter(|_| asset.suspended || effective.suspend || standby::rests(asset.facts.as_deref()));
    let mut verdicts: Vec<Verdict> = Check::ALL
        .into_iter()
        .filter_map(|check| {
            let mut answer = answer(check)?;
            if let Some(blind) = &asset.blind {
                answer.doubt(blind, now);
            }
            let paused_since = if check.is_of_standby() {
                standby_paused_since
            } else {
                paused_since
            };
            Some(answer.into_verdict(check, paused_since, now))
        })
        .collect();
    // Ten thousand assets have two of these at times.
    verdicts.shrink_to_fit();
    let promises = verdicts
        .iter()
        .filter(|verdict| !verdict.check.is_advisory());
    let status = promises.map(|verdict| verdict.status).max();
    Assessment {
        asset: asset.id.clone(),
        effective: Arc::new(effective),
        status: status.unwrap_or(Status::Unknown),
        verdicts,
    }
}

/// What a check looks at.
struct Question<'a> {
    asset: &'a Asset,
    history: &'a AssetHistory,
    effective: &'a Effective,
    now: Timestamp,
}

impl Question<'_> {
    /// Since when the asset is known; the future is no answer.
    fn known_since(&self) -> Timestamp {
        self.history.first_seen_at.min(self.now)
    }

    /// The operation that the asset's promise rests on. It is only asked where there is one.
    fn operation(&self) -> Operation {
        self.asset.id.kind.operation().unwrap_or(Operation::Backup)
    }

    /// The history of that operation.
    fn principal(&self) -> Option<&OperationHistory> {
        self.history.operation(self.operation())
    }

    fn facts(&self) -> Option<&Facts> {
        self.asset.facts.as_deref()
    }
}

/// Why nobody knows what is in the repository, if so.
fn unread(history: &AssetHistory) -> Option<Evidence> {
    let error = history.inventory.as_ref().map(|seen| seen.error.clone());
    match error {
        Some(None) => None,
        unread => Some(Evidence::InventoryUnknown {
            error: unread.flatten(),
        }),
    }
}

/// What a check says.
struct Answer {
    status: Status,
    since: Timestamp,
    evidence: Evidence,
}

impl Answer {
    const fn new(status: Status, since: Timestamp, evidence: Evidence) -> Self {
        Self {
            status,
            since,
            evidence,
        }
    }

    /// While nobody can look, what was good is unknown. What had failed before stays failed; what would
    /// fail by the passing of time since may have been mended. An answer that can't say since when
    /// rests on what was seen, which was before.
    fn doubt(&mut self, blind: &Blind, now: Timestamp) {
        let failed_before = self.since < blind.since || self.since == now;
        if self.status == Status::Failing && failed_before {
            return;
        }
        *self = Self::new(
            Status::Unknown,
            blind.since,
            Evidence::NotSeen {
                since: blind.since,
                error: blind.error.clone(),
            },
        );
    }

    /// A paused asset keeps its evidence, so that its age is still shown.
    /// Nothing has been so since a moment to come, even if the evidence is a little ahead.
    fn into_verdict(
        self,
        check: Check,
        paused_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Verdict {
        let (status, since) = match paused_since {
            Some(since) => (Status::Paused, since),
            None => (self.status, self.since),
        };
        Verdict {
            check,
            status,
            since: since.min(now),
            evidence: self.evidence,
        }
    }
}
