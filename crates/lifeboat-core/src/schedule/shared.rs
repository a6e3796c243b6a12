//! Expressions in use, each read once: thousands of assets share a few dozen, and one takes kilobytes once it is read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{Calendar, ScheduleError};

/// How an expression is meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dialect {
    /// It begins with minutes.
    Minutes,
    /// It begins with seconds.
    Seconds,
}

type InUse = BTreeMap<(Dialect, String), Weak<Calendar>>;

static IN_USE: Mutex<InUse> = Mutex::new(InUse::new());

/// What an expression says: what is known already, or what `read` makes of it. What is in use no
/// longer is forgotten when the next one comes.
pub(super) fn shared(
    dialect: Dialect,
    expression: &str,
    read: impl FnOnce() -> Result<Calendar, ScheduleError>,
) -> Result<Arc<Calendar>, ScheduleError> {
    let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (dialect, expression.to_owned());
    if let Some(known) = in_use.get(&key).and_then(Weak::upgrade) {
        return Ok(known);
    }
    let calendar = Arc::new(read()?);
    in_use.retain(|_, known| known.strong_count() > 0);
    in_use.insert(key, Arc::downgrade(&calendar));
    Ok(calendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Rule, Schedule};

    fn calendar(schedule: &Schedule) -> &Arc<Calendar> {
        match &schedule.rule {
            Rule::Calendar(calendar) => calendar,
            Rule::Interval(_) => panic!("an interval is no calendar"),
        }
    }

    #[test]
    fn an_expression_is_read_once_in_each_dialect_as_long_as_it_is_in_use() {
        // No other test has this one.
        let expression = "7 3 11 * *";
        let berlin = Schedule::parse(expression, "Europe/Berlin").unwrap();
        let utc = Schedule::parse(expression, "UTC").unwrap();
        assert!(Arc::ptr_eq(calendar(&berlin), calendar(&utc)));
        assert_eq!(
            (berlin.time_zone(), utc.time_zone()),
            ("Europe/Berlin", "UTC")
        );
        let with_seconds = Schedule::parse_with_seconds(expression, "UTC").unwrap();
        assert!(!Arc::ptr_eq(calendar(&utc), calendar(&with_seconds)));

        let before = Arc::downgrade(calendar(&utc));
        drop((berlin, utc));
        assert!(before.upgrade().is_none());
        Schedule::parse(expression, "UTC").unwrap();
    }
}
