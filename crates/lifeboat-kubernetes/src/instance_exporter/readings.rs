//! What every instance said last, and how its counters rose of late.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{counters::ArchiverCounters, metrics::InstanceMetrics, scraper::InstanceReading};
use crate::objects::ObjectKey;

/// What the instances said last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    pods: BTreeMap<ObjectKey, PodReadings>,
}

/// What one instance said.
#[derive(Clone, Debug, PartialEq)]
pub struct PodReadings {
    /// When it was last asked.
    pub at: Timestamp,
    /// What it answered then, or why it didn't.
    pub outcome: Result<InstanceMetrics, String>,
    /// How its archiver's counters rose lately.
    pub archiver: ArchiverCounters,
}

impl Readings {
    /// What a pod said; none if it was not asked yet.
    #[must_use]
    pub fn of(&self, pod: &ObjectKey) -> Option<&PodReadings> {
        self.pods.get(pod)
    }

    /// Takes in what a pod said, and tells which pod that is.
    pub fn take(&mut self, reading: InstanceReading) -> ObjectKey {
        let InstanceReading {
            pod, at, outcome, ..
        } = reading;
        let before = self.pods.remove(&pod);
        let mut archiver = before.map(|before| before.archiver).unwrap_or_default();
        if let Ok(metrics) = &outcome
            && let (Some(archived), Some(failed)) = (metrics.archived_count, metrics.failed_count)
        {
            archiver.record(at, archived, failed);
        }
        let said = PodReadings {
            at,
            outcome,
            archiver,
        };
        self.pods.insert(pod.clone(), said);
        pod
    }

    /// Forgets the pods that aren't among these any more.
    pub fn keep(&mut self, present: &BTreeSet<ObjectKey>) {
        self.pods.retain(|pod, _| present.contains(pod));
    }
}
