//! What a `ReplicationSource` and a `ReplicationDestination` have in common.

use jiff::Timestamp;

use crate::objects::{
    Condition, Kind, Metadata,
    volsync::{
        Mover, MoverStatus, ReplicationDestination, ReplicationSource, ReplicationStatus, Trigger,
    },
};

/// A `ReplicationSource` or a `ReplicationDestination`.
pub(super) struct Subject<'a> {
    pub(super) kind: Kind,
    pub(super) metadata: &'a Metadata,
    pub(super) mover: &'a Mover,
    pub(super) status: &'a ReplicationStatus,
    /// The claim that is copied; empty where none is named.
    pub(super) claim: &'a str,
    trigger: Option<&'a Trigger>,
    paused: bool,
}

impl<'a> From<&'a ReplicationSource> for Subject<'a> {
    fn from(source: &'a ReplicationSource) -> Self {
        Self {
            kind: Kind::ReplicationSource,
            metadata: &source.metadata,
            mover: &source.spec.mover,
            status: &source.status,
            claim: &source.spec.source_pvc,
            trigger: source.spec.trigger.as_ref(),
            paused: source.spec.paused,
        }
    }
}

impl<'a> From<&'a ReplicationDestination> for Subject<'a> {
    fn from(destination: &'a ReplicationDestination) -> Self {
        Self {
            kind: Kind::ReplicationDestination,
            metadata: &destination.metadata,
            mover: &destination.spec.mover,
            status: &destination.status,
            claim: "",
            trigger: destination.spec.trigger.as_ref(),
            paused: destination.spec.paused,
        }
    }
}

impl<'a> Subject<'a> {
    /// What people call it, such as `ReplicationSource/data`.
    pub(super) fn called(&self) -> String {
        format!("{}/{}", self.kind, self.metadata.name)
    }

    /// What asks for one synchronisation. While it is there, VolSync keeps no schedule.
    pub(super) fn manual(&self) -> Option<&'a str> {
        let manual = self.trigger?.manual.as_str();
        (!manual.is_empty()).then_some(manual)
    }

    /// The schedule, whether it is kept or not.
    pub(super) fn schedule(&self) -> Option<&'a str> {
        let schedule = self.trigger?.schedule.as_deref()?.trim();
        (!schedule.is_empty()).then_some(schedule)
    }

    /// Why nothing is to be expected of it, if that is so.
    pub(super) fn paused_because(&self) -> Option<&'static str> {
        if self.paused {
            Some("spec.paused is true")
        } else if self.mover.name == Some("syncthing") {
            Some("Syncthing keeps it alike elsewhere, and makes no recovery points")
        } else if self.kind == Kind::ReplicationDestination && self.manual().is_some() {
            Some("it restores by hand")
        } else {
            None
        }
    }

    /// Whether VolSync calls its synchronisations done without anything being copied. It does so
    /// with a paused Kopia mover; other movers wait.
    pub(super) fn is_idly_done(&self) -> bool {
        self.paused && self.is_kopia()
    }

    pub(super) fn is_kopia(&self) -> bool {
        self.mover.name == Some("kopia")
    }

    /// The synchronisation that is under way, by its beginning. Of what waits until a source calls,
    /// or never ends, none is: it would seem to be stuck.
    pub(super) fn synchronises_since(&self) -> Option<Timestamp> {
        let listens = self.kind == Kind::ReplicationDestination
            && matches!(self.mover.name, Some("rsync" | "rsyncTLS"));
        let never_ends = self.mover.name == Some("syncthing");
        let since = self.status.last_sync_start_time.get();
        since.filter(|_| !listens && !never_ends && !self.is_idly_done())
    }

    /// What the last mover that failed left, if the last one failed.
    pub(super) fn failure(&self) -> Option<&'a MoverStatus> {
        let status = self.status.latest_mover_status.as_ref();
        status.filter(|status| status.result == "Failed")
    }

    /// Why VolSync can't go on, if it says so.
    pub(super) fn error(&self) -> Option<&'a Condition> {
        let condition = self.condition()?;
        (condition.reason == "Error").then_some(condition)
    }

    /// What VolSync says that it does.
    pub(super) fn condition(&self) -> Option<&'a Condition> {
        Condition::find(&self.status.conditions, "Synchronizing")
    }
}
