//! A condition of an object's status, as nearly all kinds have them.

use serde::Deserialize;

use super::moment::OptionalMoment;

/// The part of `metav1.Condition` (and of its older twins in `batch/v1`, `apps/v1` and `v1`) that
/// Lifeboat uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Condition {
    /// `type`, such as `ContinuousArchiving`, `Complete` or `Ready`.
    #[serde(rename = "type")]
    pub condition_type: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// A word for programs.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// When `status` last changed. Not when it was last looked at.
    pub last_transition_time: OptionalMoment,
}

impl Condition {
    /// Whether the condition's status is `True`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// The condition of a type, if the object has it.
    #[must_use]
    pub fn find<'a>(conditions: &'a [Self], condition_type: &str) -> Option<&'a Self> {
        conditions
            .iter()
            .find(|condition| condition.condition_type == condition_type)
    }
}
