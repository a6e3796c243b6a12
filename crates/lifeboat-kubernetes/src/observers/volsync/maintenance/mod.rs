//! The upkeep of Kopia repositories: who maintains each, by which CronJobs, and how their Jobs end.
//!
//! An asset is a repository as one namespace sees it, under the name of the Secret that tells where
//! it is. Kopia wants one maintainer for a repository; so the others that use it inherit what that
//! one does: its schedule and its success, but not its runs, which would count twice.

mod findings;
mod runs;
mod schedules;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{
    AssetId, AssetKind, Definition, Facts, Finding, ObjectiveOverrides, Observation,
};
use lifeboat_resources::annotations::AssetAnnotations;

use self::upkeep::{Upkeep, companions};
use super::{own_words, unheeded};
use crate::{
    objects::{Identity, Kind, KubernetesObject, ObjectKey, ObjectRef, batch::Job},
    observers::{Observer, Sight},
    world::World,
};

/// Observes `KopiaMaintenance`s, and the CronJobs and Jobs that maintain Kopia repositories.
pub(crate) struct KopiaMaintenanceObserver;

impl Observer for KopiaMaintenanceObserver {
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId> {
        let repositories = sight.world.kopia_repositories().all();
        repositories.map(id_of).collect()
    }

    fn concerned(&self, sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        let repositories: BTreeSet<&ObjectKey> = match object.kind {
            // Those that inherit from it are concerned as well.
            Kind::KopiaMaintenance | Kind::CronJob => {
                let repository = sight.world.kopia_repositories().of(object);
                let others = repository.map(|repository| companions(sight.world, repository));
                repository
                    .into_iter()
                    .chain(others.into_iter().flatten())
                    .collect()
            }
            Kind::Job => {
                if let Some(job) = sight.world.jobs().get(&object.key) {
                    repository_of(sight.world, job).into_iter().collect()
                } else {
                    // Nobody can say whose a Job was that is gone.
                    let namespace = &object.key.namespace;
                    let repositories = sight.world.kopia_repositories();
                    let kinds = [Kind::KopiaMaintenance, Kind::CronJob].into_iter();
                    kinds
                        .flat_map(|kind| repositories.mentioned_in(namespace, kind))
                        .collect()
                }
            }
            // What a source does is no concern of its repository; that there is one is told by the
            // arrangement.
            _ => BTreeSet::new(),
        };
        repositories.into_iter().map(id_of).collect()
    }

    fn arrangement(&self, sight: &Sight<'_>) -> Option<(AssetKind, u64)> {
        let revision = sight.world.kopia_repositories().revision();
        Some((AssetKind::KopiaMaintenance, revision))
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if id.kind != AssetKind::KopiaMaintenance || id.cluster.is_some() {
            return None;
        }
        let repository = ObjectKey::new(&id.namespace, &id.name);
        let upkeep = Upkeep::of(sight.world, &repository)?;
        Some(translate(sight.world, id, &upkeep))
    }

    fn findings(&self, sight: &Sight<'_>) -> Vec<Finding> {
        let cron_jobs = sight.world.cron_jobs().iter();
        cron_jobs
            .filter(|cron_job| cron_job.is_kopia_maintenance())
            .filter(|cron_job| cron_job.kopia_repository().is_none())
            .map(|cron_job| findings::of_no_repository(cron_job))
            .collect()
    }
}

fn id_of(repository: &ObjectKey) -> AssetId {
    repository.asset_id(AssetKind::KopiaMaintenance)
}

/// The repository that a Job maintains, if it does.
fn repository_of<'a>(world: &'a World, job: &Job) -> Option<&'a ObjectKey> {
    let (kind, name) = match job.cron_job() {
        Some(name) => (Kind::CronJob, name),
        None => (Kind::KopiaMaintenance, job.kopia_maintenance()?),
    };
    let key = ObjectKey::new(&job.metadata.namespace, name);
    world.kopia_repositories().of(&ObjectRef { kind, key })
}

fn translate(world: &World, id: &AssetId, upkeep: &Upkeep<'_>) -> AssetSpec {
    let inherited = upkeep.inherited(world);
    let schedules = match &inherited[..] {
        [] => schedules::own(upkeep),
        others => schedules::inherited(others),
    };
    let succeeded_at = match &inherited[..] {
        [] => upkeep.maintained_at(),
        others => others.iter().filter_map(Upkeep::maintained_at).max(),
    };
    let jobs = upkeep.jobs(world);
    let (said, mut findings) = words(upkeep);
    findings.extend(findings::of(world, upkeep));
    findings.sort();
    findings.dedup();
    let observation = Observation {
        created_at: upkeep.created_at(),
        facts: Facts {
            schedules,
            under_way: runs::under_way(&jobs, &id.namespace),
            succeeded_at,
            definitions: definitions(upkeep),
            findings,
            ..Facts::default()
        },
        runs: runs::of(&jobs, id),
        ..Observation::default()
    };
    AssetSpec {
        id: id.clone(),
        labels: upkeep.labels(),
        own: said.overrides,
        suspended: said.suspend,
        care: Care::Observed(Box::new(observation)),
        places: places(upkeep, &inherited),
    }
}

/// What is said of the upkeep by whoever sees to it: the first that says anything.
fn words(upkeep: &Upkeep<'_>) -> (AssetAnnotations, Vec<Finding>) {
    let maintenances = upkeep.maintenances.iter();
    let maintenances = maintenances.map(|one| (Kind::KopiaMaintenance, &one.metadata));
    let cron_jobs = upkeep.cron_jobs.iter();
    let cron_jobs = cron_jobs.map(|one| (Kind::CronJob, &one.metadata));
    let mut findings = Vec::new();
    let mut said = AssetAnnotations::default();
    for (kind, metadata) in maintenances.chain(cron_jobs) {
        let own = own_words(metadata);
        findings.extend(unheeded(kind, metadata, &own));
        if said.overrides == ObjectiveOverrides::default() {
            said.overrides = own.overrides;
        }
        said.suspend |= own.suspend;
    }
    (said, findings)
}

/// The CronJobs, by what changes when they are written anew.
fn definitions(upkeep: &Upkeep<'_>) -> Vec<Definition> {
    let cron_jobs = upkeep.cron_jobs.iter();
    cron_jobs
        .map(|cron_job| {
            let metadata = &cron_job.metadata;
            let generation = metadata.generation.unwrap_or(1);
            Definition {
                name: upkeep.called(Kind::CronJob, metadata),
                uid: metadata.uid.to_string(),
                generation: u64::try_from(generation).unwrap_or(1),
            }
        })
        .collect()
}

/// Where the repository is told of, and who maintains it.
fn places(upkeep: &Upkeep<'_>, inherited: &[Upkeep<'_>]) -> BTreeMap<&'static str, String> {
    let secret = &upkeep.repository.name;
    let maintainers: Vec<String> = match inherited {
        [] => upkeep.maintainers(&upkeep.repository.namespace),
        others => others
            .iter()
            .flat_map(|other| other.maintainers(&upkeep.repository.namespace))
            .collect(),
    };
    let cron_job = match inherited {
        [] => upkeep.cron_job(&upkeep.repository.namespace),
        others => others
            .iter()
            .find_map(|other| other.cron_job(&upkeep.repository.namespace)),
    };
    let assumption = match (inherited, upkeep.called_by_people) {
        ([], _) => String::new(),
        (_, Some(name)) => format!("the repository that is called {name}"),
        (_, None) => format!(
            "assumed: Secrets of the name {secret} tell of one repository, whatever their namespaces"
        ),
    };
    let kinds: BTreeSet<&str> = upkeep
        .maintenances
        .iter()
        .map(|one| one.spec.repository.repository_type.as_str())
        .filter(|kind| !kind.is_empty())
        .collect();
    let places = [
        ("repository", secret.clone()),
        ("type", kinds.into_iter().collect::<Vec<_>>().join(", ")),
        ("used_by", listed(upkeep.users())),
        ("maintained_by", listed(maintainers)),
        ("cron_job", cron_job.unwrap_or_default()),
        ("same_repository", assumption),
        ("schedule", schedules::texts(upkeep, inherited)),
    ];
    let told = places.into_iter().filter(|(_, place)| !place.is_empty());
    told.collect()
}

/// The first few of many.
fn listed(names: Vec<String>) -> String {
    const FEW: usize = 5;
    let more = names.len().saturating_sub(FEW);
    let few = names.into_iter().take(FEW).collect::<Vec<_>>().join(", ");
    match more {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}

/// An object by its name, with its namespace where that is another.
fn called(kind: Kind, identity: &Identity, seen_from: &str) -> String {
    let (namespace, name) = (&identity.namespace, &identity.name);
    if namespace == seen_from {
        format!("{kind}/{name}")
    } else {
        format!("{kind}/{namespace}/{name}")
    }
}

/// The reference of an object.
fn key_of<K: KubernetesObject>(object: &K) -> ObjectRef {
    ObjectRef {
        kind: K::KIND,
        key: object.key(),
    }
}
