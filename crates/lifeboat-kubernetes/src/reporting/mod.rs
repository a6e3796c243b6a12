//! Reports to the cluster: the status of Lifeboat's custom resources, and events about what they and
//! others' objects are backed up by.
//!
//! ```text
//! subjects            the objects that reports are about
//! sentence            evidence in words that stay true as time passes
//! condition           conditions, which remember when they last changed
//! prometheus_backup, backup_policy    what the statuses say
//! statuses            which of them have to be written
//! changes             which assets are no longer as they were
//! event, bucket       what is told of that, and how much of it at most
//! requests            the requests, and what failed ones mean
//! road                when the next attempt is due, and what was said about the last
//! reporter            all of it at work
//! ```
//!
//! The statuses and events follow from views alone. Nothing waits for them: what can't be written is
//! tried again, while views go on.

mod backup_policy;
mod bucket;
mod changes;
mod condition;
mod event;
mod prometheus_backup;
mod reporter;
mod requests;
mod road;
mod sentence;
mod statuses;
mod subjects;
#[cfg(test)]
mod tests;

pub use reporter::Reporter;
pub(crate) use subjects::Subjects;

/// Who writes, as `managedFields` name it.
const FIELD_MANAGER: &str = "lifeboat";
