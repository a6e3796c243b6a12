//! Rules that no single field can break: what is broken, where, and the next step.

use std::borrow::Cow;

use jiff::SignedDuration;

use crate::{backup::ObjectivesSpec, values::Text};

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    /// The field, from the top of the document, such as `spec.prometheus.username`.
    pub(crate) path: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

impl Breach {
    pub(crate) fn new(
        path: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        hint: &'static str,
    ) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            hint,
        }
    }
}

/// A length of time that must not be nothing.
pub(crate) fn positive(path: impl Into<String>, length: Text<SignedDuration>) -> Option<Breach> {
    (!length.0.is_positive()).then(|| {
        let path = path.into();
        let message = format!("{path} must be longer than nothing");
        Breach::new(
            path,
            message,
            "use a length of time such as 1h, or leave it out",
        )
    })
}

/// What is wrong with objectives.
pub(crate) fn of_objectives(objectives: &ObjectivesSpec) -> impl Iterator<Item = Breach> {
    let ages = [
        ("spec.objectives.maximumAge", objectives.maximum_age),
        (
            "spec.objectives.verificationAge",
            objectives.verification_age,
        ),
        ("spec.objectives.maintenanceAge", objectives.maintenance_age),
        (
            "spec.objectives.maximumRunDuration",
            objectives.maximum_run_duration,
        ),
        ("spec.objectives.warningAge", objectives.warning_age),
        (
            "spec.objectives.expectedRunDuration",
            objectives.expected_run_duration,
        ),
        ("spec.objectives.neglectAge", objectives.neglect_age),
        ("spec.objectives.drillAge", objectives.drill_age),
        ("spec.objectives.recoveryTime", objectives.recovery_time),
        ("spec.objectives.replayLag", objectives.replay_lag),
    ];
    ages.into_iter()
        .filter_map(|(path, age)| positive(path, age?))
}
