//! The catalogue of alerts, their evaluation, and the notifiers that tell people.
//!
//! ```text
//! catalogue    alerts as data: a new alert is one entry
//! evaluation   inactive, pending, firing, resolved: a pure function of verdicts and time
//! suppression  what people are not told of now, and why
//! rules        the same alerts for those who have Prometheus, and what goes with them
//! labels       what an alert is called outside, and what is written beside it
//! settings     which notifiers there are
//! delivery     who is to be told next, and when again: pure as well
//! notify       the notifiers: Alertmanager, webhook
//! router       takes messages from an outbox to notifiers
//! ```
//!
//! Everything up to `delivery` knows neither networks nor clocks.

pub mod catalogue;
mod delivery;
mod evaluation;
mod labels;
mod notify;
mod router;
pub mod rules;
pub mod settings;
mod suppression;

pub use catalogue::{
    Alert, Case, Condition, Group, Recording, Text, VerdictCondition, catalogue, recordings,
};
pub use delivery::{AlertEvent, Delivery, GroupKey, Grouping, Message, Notification};
pub use evaluation::{Evaluation, RESOLVED_KEPT_FOR, Transition, evaluate};
pub use labels::{LabelSet, annotations, fingerprint, labels};
pub use notify::NotifyError;
pub use router::{Gathering, RefreshFailure, Router, RouterError};
pub use settings::{NotificationSettings, SettingsError};
pub use suppression::{SUPPRESSES_ON_FOR, SilenceError, Silences, check_silence, suppress};
