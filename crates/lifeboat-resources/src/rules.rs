//! Rules that no single field can break: what is broken, where, and the next step.

use jiff::SignedDuration;

use crate::{backup::ObjectivesSpec, values::Text};

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    /// The field, from the top of the document, such as `spec.prometheus.username`.
    pub(crate) path: &'static str,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

impl Breach {
    pub(crate) fn new(path: &'static str, message: impl Into<String>, hint: &'static str) -> Self {
        Self {
            path,
            message: message.into(),
            hint,
        }
    }
}

/// A length of time that must not be nothing.
pub(crate) fn positive(path: &'static str, length: Text<SignedDuration>) -> Option<Breach> {
    (!length.0.is_positive()).then(|| {
        Breach::new(
            path,
            format!("{path} must be longer than nothing"),
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
    ];
    ages.into_iter()
        .filter_map(|(path, age)| positive(path, age?))
}
