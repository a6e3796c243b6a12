//! Coverage in the controller: what sources see is joined with what is remembered, and remembered.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_core::Coverage;

use crate::{controller::Controller, recorder::Record};

impl Controller {
    /// Takes in what a source sees of what holds data.
    pub(crate) fn take_in_coverage(
        &mut self,
        source: usize,
        coverage: Arc<Coverage>,
        now: Timestamp,
    ) {
        let (judged, changes) = self.coverage.join(coverage, now);
        self.sources[source].coverage = Some(Arc::new(judged));
        if !changes.is_empty() {
            self.recorder.record(Record::Coverage(changes));
        }
    }
}
