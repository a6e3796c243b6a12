//! Service levels in the controller: taken in with each assessment, and written down now and then.
//!
//! A turn from kept to broken is written at once, since nobody can tell it afterwards. Counters are
//! written every few minutes only: whoever goes on from what was written finds out what they rose by
//! since.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    assess::{Assessment, fresh_look},
    later,
    slo::ServiceLevels,
};

use crate::{
    fleet::{Fleet, Managed},
    recorder::{Record, Recorder},
};

/// How often counters are written down.
const WRITE_EVERY: SignedDuration = SignedDuration::from_mins(5);

impl Managed {
    /// Takes in what an assessment says of the asset's service levels.
    pub(crate) fn keep_service_levels(
        &mut self,
        assessment: &Assessment,
        now: Timestamp,
        recorder: &Recorder,
    ) {
        let known = self.asset.history.service_levels.as_deref();
        let look = fresh_look(&self.asset, assessment, now);
        let turned = look.and_then(|look| ServiceLevels::after(known, &look));
        let is_due = self.has_counted() && later(self.levels_written_at, WRITE_EVERY) <= now;
        if let Some(levels) = turned {
            Arc::make_mut(&mut self.asset).history.service_levels = Some(Box::new(levels));
        } else if !is_due {
            return;
        }
        self.write_service_levels(now, recorder);
    }

    /// Whether counters were read since they were written down.
    fn has_counted(&self) -> bool {
        let levels = self.asset.history.service_levels.as_ref();
        let counted_at = levels.and_then(|levels| levels.counted_at());
        counted_at.is_some_and(|counted_at| counted_at > self.levels_written_at)
    }

    fn write_service_levels(&mut self, now: Timestamp, recorder: &Recorder) {
        if let Some(levels) = &self.asset.history.service_levels {
            let (asset, levels) = (self.asset.id.clone(), levels.clone());
            recorder.record(Record::ServiceLevels(asset, levels));
            self.levels_written_at = now;
        }
    }
}

impl Fleet {
    /// Writes down the counters that were read since they last were, for the end.
    pub(crate) fn write_service_levels(&mut self, now: Timestamp, recorder: &Recorder) {
        for managed in self.assets.values_mut() {
            if managed.has_counted() {
                managed.write_service_levels(now, recorder);
            }
        }
    }
}
