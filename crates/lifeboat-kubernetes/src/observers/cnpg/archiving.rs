//! Archiving: what a Cluster says of its WAL archive, beside what its primary's exporter says.

use lifeboat_core::{Archiving, ArchivingCondition};

use super::scene::Scene;
use crate::objects::Condition;

/// How archiving goes; none where nothing archives. The condition reads `True` there as well, and
/// would be a false comfort.
pub(super) fn of(scene: &Scene<'_>) -> Option<Archiving> {
    is_set_up(scene).then(|| Archiving {
        condition: condition(scene),
        reading: scene.archiver.clone(),
    })
}

/// Whether something archives: the store of the Cluster itself, or a plugin.
pub(super) fn is_set_up(scene: &Scene<'_>) -> bool {
    let spec = &scene.cluster.spec;
    let backup = spec.backup.as_ref();
    let in_tree = backup.is_some_and(|backup| backup.barman_object_store.is_some());
    let mut plugins = spec.plugins.iter();
    in_tree || plugins.any(|plugin| plugin.is_enabled() && plugin.is_wal_archiver)
}

fn condition(scene: &Scene<'_>) -> Option<ArchivingCondition> {
    let conditions = &scene.cluster.status.conditions;
    let condition = Condition::find(conditions, "ContinuousArchiving")?;
    let working = match condition.status.as_str() {
        "True" => true,
        "False" => false,
        _ => return None,
    };
    let message = [&condition.message, &condition.reason];
    let message = message.into_iter().find(|text| !text.is_empty());
    Some(ArchivingCondition {
        working,
        since: condition.last_transition_time.get(),
        message: message.filter(|_| !working).cloned(),
    })
}
