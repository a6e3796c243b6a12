//! Operators: programs without which nobody makes backups, seen by their Deployments.

mod systems;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{AssetId, AssetKind, Availability, Facts, Finding, Observation};
use lifeboat_resources::annotations;

use self::systems::{SYSTEMS, System, recognise, split_image};
use super::{Observer, Sight};
use crate::{
    objects::{Condition, Deployment, Kind, ObjectKey, ObjectRef},
    world::World,
};

/// Observes the Deployments of operators that make backups.
pub(crate) struct OperatorObserver;

impl Observer for OperatorObserver {
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId> {
        let deployments = sight.world.deployments().iter();
        let operators = deployments.filter(|deployment| is_watched(deployment));
        operators
            .map(|deployment| asset_id(&deployment.metadata.key))
            .collect()
    }

    fn concerned(&self, _sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        if object.kind == Kind::Deployment {
            vec![asset_id(&object.key)]
        } else {
            Vec::new()
        }
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if id.kind != AssetKind::Operator || id.cluster.is_some() {
            return None;
        }
        let key = ObjectKey::new(&id.namespace, &id.name);
        let deployment = sight.world.deployments().get(&key)?;
        let system = recognise(deployment)?;
        is_watched(deployment).then(|| translate(deployment, system))
    }

    fn findings(&self, sight: &Sight<'_>) -> Vec<Finding> {
        let systems = SYSTEMS.iter();
        systems
            .filter_map(|system| not_seen(sight.world, system))
            .collect()
    }
}

/// Whether a Deployment is an operator; it can say of itself that nobody is to watch it.
fn is_watched(deployment: &Deployment) -> bool {
    let metadata = &deployment.metadata;
    let own = || annotations::read(&metadata.annotations, &metadata.labels);
    recognise(deployment).is_some() && own().selected != Some(false)
}

fn asset_id(deployment: &ObjectKey) -> AssetId {
    deployment.asset_id(AssetKind::Operator)
}

/// What is seen of an operator's Deployment.
fn translate(deployment: &Deployment, system: &System) -> AssetSpec {
    let metadata = &deployment.metadata;
    let own = annotations::read(&metadata.annotations, &metadata.labels);
    let problems = own.problems.into_iter();
    let findings = problems.map(|problem| Finding {
        code: "annotation_unreadable",
        message: format!(
            "Deployment/{} has an annotation that can't be heeded: {problem}.",
            metadata.name
        ),
        hint: Some(format!(
            "kubectl -n {} edit deployment {}",
            metadata.namespace, metadata.name
        )),
    });
    let observation = Observation {
        created_at: metadata.creation_timestamp.get(),
        facts: Facts {
            availability: Some(Box::new(availability(deployment, system))),
            findings: findings.collect(),
            ..Facts::default()
        },
        ..Observation::default()
    };
    AssetSpec {
        id: asset_id(&metadata.key),
        labels: metadata.labels.clone(),
        own: own.overrides,
        suspended: own.suspend,
        care: Care::Observed(Box::new(observation)),
        places: places(deployment, system),
    }
}

/// Since when none is available is known only while the Deployment's own condition says so: it may
/// want fewer instances than there should be.
fn availability(deployment: &Deployment, system: &System) -> Availability {
    let status = &deployment.status;
    let available = count(status.available_replicas);
    let desired = count(deployment.spec.replicas.unwrap_or(1));
    let condition = Condition::find(&status.conditions, "Available");
    let unavailable = condition.filter(|condition| available == 0 && !condition.is_true());
    Availability {
        system: system.name.to_owned(),
        available,
        desired,
        unavailable_since: unavailable.and_then(|condition| condition.last_transition_time.get()),
        message: (available == 0)
            .then(|| reason(deployment, unavailable))
            .flatten(),
    }
}

/// Why none is available: the most particular that the Deployment says.
fn reason(deployment: &Deployment, unavailable: Option<&Condition>) -> Option<String> {
    if deployment.spec.replicas == Some(0) {
        return Some("it was scaled to 0 replicas".to_owned());
    }
    let conditions = &deployment.status.conditions;
    let refused = Condition::find(conditions, "ReplicaFailure").filter(|found| found.is_true());
    let halted = Condition::find(conditions, "Progressing").filter(|found| !found.is_true());
    let condition = refused.or(halted).or(unavailable)?;
    Some(
        match (condition.reason.as_str(), condition.message.as_str()) {
            ("", text) | (text, "") => text.to_owned(),
            (reason, message) => format!("{reason}: {message}"),
        },
    )
}

fn count(replicas: i64) -> u32 {
    u32::try_from(replicas.max(0)).unwrap_or(u32::MAX)
}

fn places(deployment: &Deployment, system: &System) -> BTreeMap<&'static str, String> {
    let mut places = BTreeMap::from([("system", system.name.to_owned())]);
    let containers = deployment.spec.containers();
    let by_image = containers.iter().find(|one| system.is_image(&one.image));
    if let Some(container) = by_image.or_else(|| containers.first()) {
        places.insert("image", container.image.clone());
        if let (_, Some(tag)) = split_image(&container.image) {
            places.insert("version", tag.to_owned());
        }
    }
    places
}

/// Before every Deployment was listed, nothing can be said about what is missing.
fn not_seen(world: &World, system: &System) -> Option<Finding> {
    let mut watches = world
        .watches()
        .filter(|(watch, _)| watch.kind == Kind::Deployment)
        .peekable();
    watches.peek()?;
    if !watches.all(|(_, state)| state.synced) {
        return None;
    }
    let needed_by = (system.needed_by)(world)?;
    let mut deployments = world.deployments().iter();
    let is_it = |found: &System| found.name == system.name;
    if deployments.any(|deployment| recognise(deployment).is_some_and(is_it)) {
        return None;
    }
    Some(Finding {
        code: "operator_not_seen",
        message: format!(
            "no Deployment of the {} is seen, though {needed_by} needs it: it may run in another \
             way, or in a namespace that is not watched, and nobody would tell you that it is down.",
            system.name
        ),
        hint: Some(
            "kubectl get deployments --all-namespaces | grep -i -e cnpg -e barman -e volsync"
                .to_owned(),
        ),
    })
}
