//! What of a cluster was never seen: without it, no assets would look like nothing to watch over.

use std::collections::BTreeMap;

use lifeboat_core::Finding;

use crate::{
    event::{Contact, LossReason},
    world::World,
};

/// The code of the findings that say so.
pub const CLUSTER_NOT_SEEN: &str = "cluster_not_seen";

/// A finding for each reason why something could never be listed. What was seen once needs none:
/// its assets are there, and are unknown.
pub(crate) fn unseen(world: &World) -> Vec<Finding> {
    let mut permissions = Vec::new();
    let mut others: BTreeMap<String, (Vec<String>, LossReason)> = BTreeMap::new();
    for (watch, state) in world.watches().filter(|(_, state)| !state.synced) {
        let Some(Contact::Lost { loss, .. }) = &state.contact else {
            continue;
        };
        if loss.reason == LossReason::Forbidden {
            permissions.push(watch.to_string());
        } else {
            let entry = others.entry(loss.error.clone());
            let (watches, _) = entry.or_insert_with(|| (Vec::new(), loss.reason));
            watches.push(watch.to_string());
        }
    }
    let mut findings: Vec<Finding> = others
        .into_iter()
        .map(|(error, (watches, reason))| {
            let hint = reason.hint();
            finding(&watches, &format!("can't be listed: {error}"), hint)
        })
        .collect();
    if !permissions.is_empty() {
        let hint = LossReason::Forbidden.hint();
        let what = "can't be listed: the permission to list and watch them is missing";
        findings.push(finding(&permissions, what, hint));
    }
    findings
}

fn finding(watches: &[String], what: &str, hint: Option<&str>) -> Finding {
    Finding {
        code: CLUSTER_NOT_SEEN,
        message: format!(
            "not everything of the cluster was ever seen: {} {what}",
            watches.join(", ")
        ),
        hint: hint.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::*;
    use crate::event::{Event, Loss, Watch};

    fn lost(watch: &Watch, reason: LossReason, error: &str) -> Event {
        Event::Contact {
            watch: watch.clone(),
            contact: Contact::Lost {
                since: Timestamp::UNIX_EPOCH,
                loss: Loss {
                    reason,
                    error: error.to_owned(),
                },
            },
        }
    }

    #[test]
    fn what_was_never_listed_is_told_by_its_reason() {
        let watches = Watch::all(&BTreeSet::new());
        let mut world = World::new(watches.clone());
        assert_eq!(unseen(&world), [], "nothing was tried yet");

        for watch in &watches {
            world.apply(lost(watch, LossReason::Unreachable, "refused"));
        }
        let told = unseen(&world);
        assert_eq!(told.len(), 1, "one cause, told once: {told:?}");
        assert!(told[0].message.ends_with("can't be listed: refused"));
        assert!(told[0].message.contains("jobs.batch, "));
        assert!(told[0].hint.is_some());

        for (number, watch) in watches.iter().enumerate() {
            let error = format!("a text of its own, {number}");
            world.apply(lost(watch, LossReason::Forbidden, &error));
        }
        let told = unseen(&world);
        assert_eq!(told.len(), 1, "permissions are told together: {told:?}");
        assert!(told[0].message.contains("permission"));
    }

    #[test]
    fn what_was_seen_once_is_left_to_its_assets() {
        let watches = Watch::all(&BTreeSet::new());
        let mut world = World::new(watches.clone());
        for watch in watches {
            world.apply(Event::Synced {
                watch: watch.clone(),
                present: BTreeSet::new(),
            });
            world.apply(lost(&watch, LossReason::Unreachable, "refused"));
        }
        assert_eq!(unseen(&world), []);
    }
}
