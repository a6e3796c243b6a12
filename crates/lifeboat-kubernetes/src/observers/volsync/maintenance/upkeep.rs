//! All that belongs to one repository as a namespace sees it, and which others are the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::called;
use crate::{
    objects::{
        Identity, Kind, Metadata, ObjectKey,
        batch::{CronJob, Job},
        volsync::{KopiaMaintenance, ReplicationSource},
    },
    world::World,
};

/// A repository, with those who use it and those who maintain it.
pub(super) struct Upkeep<'a> {
    /// The Secret that tells where it is.
    pub(super) repository: ObjectKey,
    /// What people call it; of several names, the first.
    pub(super) called_by_people: Option<&'a str>,
    pub(super) sources: Vec<&'a ReplicationSource>,
    pub(super) maintenances: Vec<&'a KopiaMaintenance>,
    pub(super) cron_jobs: Vec<&'a CronJob>,
}

impl<'a> Upkeep<'a> {
    /// None for a repository that nothing mentions.
    pub(super) fn of(world: &'a World, repository: &ObjectKey) -> Option<Self> {
        let repositories = world.kopia_repositories();
        let mut upkeep = Self {
            repository: repository.clone(),
            called_by_people: repositories.names(repository).into_iter().next(),
            sources: Vec::new(),
            maintenances: Vec::new(),
            cron_jobs: Vec::new(),
        };
        let mut members = repositories.members(repository).peekable();
        members.peek()?;
        for member in members {
            let key = &member.key;
            match member.kind {
                Kind::ReplicationSource => {
                    let source = world.replication_sources().get(key);
                    upkeep.sources.extend(source.map(AsRef::as_ref));
                }
                Kind::KopiaMaintenance => {
                    let maintenance = world.kopia_maintenances().get(key);
                    upkeep.maintenances.extend(maintenance.map(AsRef::as_ref));
                }
                Kind::CronJob => {
                    let cron_job = world.cron_jobs().get(key);
                    upkeep.cron_jobs.extend(cron_job.map(AsRef::as_ref));
                }
                _ => {}
            }
        }
        Some(upkeep)
    }

    /// Those who maintain the same repository elsewhere, if nobody does here. An upkeep of its own
    /// that is halted counts as one, unless people say that it is the same repository: two may have
    /// Secrets of one name.
    pub(super) fn inherited(&self, world: &'a World) -> Vec<Self> {
        let is_needed = if self.called_by_people.is_some() {
            !self.is_kept()
        } else {
            !self.has_maintainer()
        };
        if !is_needed {
            return Vec::new();
        }
        let others = companions(world, &self.repository);
        let others = others.filter_map(|other| Self::of(world, other));
        let maintained: Vec<Self> = others.filter(Self::has_maintainer).collect();
        if maintained.iter().any(Self::is_kept) {
            maintained.into_iter().filter(Self::is_kept).collect()
        } else if self.has_maintainer() {
            Vec::new()
        } else {
            maintained
        }
    }

    /// Whether anybody maintains it, even if halted.
    pub(super) fn has_maintainer(&self) -> bool {
        !self.maintenances.is_empty() || !self.cron_jobs.is_empty()
    }

    /// Whether anybody maintains it who isn't halted.
    pub(super) fn is_kept(&self) -> bool {
        let alone = self.without_cron_job();
        self.cron_jobs.iter().any(|one| !one.spec.suspend)
            || alone
                .iter()
                .any(|one| one.is_enabled() && !one.spec.suspend)
    }

    /// The `KopiaMaintenance`s that have no `CronJob`.
    pub(super) fn without_cron_job(&self) -> Vec<&'a KopiaMaintenance> {
        let maintenances = self.maintenances.iter().copied();
        maintenances
            .filter(|maintenance| {
                let mut cron_jobs = self.cron_jobs.iter();
                !cron_jobs.any(|cron_job| is_of(cron_job, maintenance))
            })
            .collect()
    }

    /// The `KopiaMaintenance` that a `CronJob` was made for.
    pub(super) fn maintenance_of(&self, cron_job: &CronJob) -> Option<&'a KopiaMaintenance> {
        let mut maintenances = self.maintenances.iter().copied();
        maintenances.find(|maintenance| is_of(cron_job, maintenance))
    }

    /// When a maintenance last succeeded, as CronJobs and `KopiaMaintenance`s note it. What a source
    /// says of it is when a Job was last made, and no proof.
    pub(super) fn maintained_at(&self) -> Option<Timestamp> {
        let cron_jobs = self.cron_jobs.iter();
        let cron_jobs = cron_jobs.filter_map(|one| one.status.last_successful_time);
        let maintenances = self.maintenances.iter();
        let maintenances = maintenances.filter_map(|one| one.status.last_maintenance_time);
        cron_jobs.chain(maintenances).max()
    }

    /// The Jobs of its CronJobs, and those that were made for a `KopiaMaintenance` by hand.
    pub(super) fn jobs(&self, world: &'a World) -> Vec<&'a Job> {
        let of_cron_jobs = self
            .cron_jobs
            .iter()
            .flat_map(|one| world.jobs_of(&one.metadata.key));
        let by_hand = self
            .maintenances
            .iter()
            .flat_map(|one| world.jobs_of_kopia_maintenance(&one.metadata.key));
        of_cron_jobs.chain(by_hand).map(AsRef::as_ref).collect()
    }

    /// Since when anything mentions it.
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        let created = self
            .metadata()
            .map(|metadata| metadata.creation_timestamp.get());
        created.flatten().min()
    }

    /// The labels of what maintains it.
    pub(super) fn labels(&self) -> BTreeMap<String, String> {
        let maintenance = self.maintenances.first().map(|one| &one.metadata);
        let metadata = maintenance.or_else(|| self.cron_jobs.first().map(|one| &one.metadata));
        metadata.map_or_else(BTreeMap::new, |metadata| metadata.labels.clone())
    }

    /// An object by its name, with its namespace where that is another.
    pub(super) fn called(&self, kind: Kind, identity: &Identity) -> String {
        called(kind, identity, &self.repository.namespace)
    }

    /// Those who maintain it, as seen from a namespace.
    pub(super) fn maintainers(&self, seen_from: &str) -> Vec<String> {
        let maintenances = self.maintenances.iter();
        let maintenances =
            maintenances.map(|one| called(Kind::KopiaMaintenance, &one.metadata, seen_from));
        let cron_jobs = self.cron_jobs.iter();
        let of_nobody = cron_jobs.filter(|one| self.maintenance_of(one).is_none());
        let of_nobody = of_nobody.map(|one| called(Kind::CronJob, &one.metadata, seen_from));
        maintenances.chain(of_nobody).collect()
    }

    /// The name of its `CronJob`, with its namespace where that is another; of several, the first.
    pub(super) fn cron_job(&self, seen_from: &str) -> Option<String> {
        let metadata = &self.cron_jobs.first()?.metadata;
        let (namespace, name) = (&metadata.namespace, &metadata.name);
        Some(if namespace == seen_from {
            name.clone()
        } else {
            format!("{namespace}/{name}")
        })
    }

    /// Those who use it.
    pub(super) fn users(&self) -> Vec<String> {
        let sources = self.sources.iter();
        sources
            .map(|one| self.called(Kind::ReplicationSource, &one.metadata))
            .collect()
    }

    fn metadata(&self) -> impl Iterator<Item = &Metadata> {
        let sources = self.sources.iter().map(|one| &one.metadata);
        let maintenances = self.maintenances.iter().map(|one| &one.metadata);
        let cron_jobs = self.cron_jobs.iter().map(|one| &one.metadata);
        sources.chain(maintenances).chain(cron_jobs)
    }
}

/// Whether VolSync made a `CronJob` for a `KopiaMaintenance`.
fn is_of(cron_job: &CronJob, maintenance: &KopiaMaintenance) -> bool {
    cron_job.metadata.namespace == maintenance.metadata.namespace
        && cron_job.kopia_maintenance() == Some(maintenance.metadata.name.as_str())
}

/// What makes two Secrets tell of one repository: the name that people give it, or that of the
/// Secret where nobody gives it one.
#[derive(PartialEq, Eq)]
enum Sameness<'a> {
    Named(&'a str),
    BySecret(&'a str),
}

/// The other Secrets that tell of the same repository, in order.
pub(super) fn companions<'a>(
    world: &'a World,
    repository: &ObjectKey,
) -> impl Iterator<Item = &'a ObjectKey> {
    let repositories = world.kopia_repositories();
    let sameness = |names: BTreeSet<&'a str>| names.into_iter().next().map(Sameness::Named);
    let (own, secret) = (
        sameness(repositories.names(repository)),
        repository.name.clone(),
    );
    let itself = repository.clone();
    repositories.all().filter(move |other| {
        let theirs = sameness(repositories.names(other));
        **other != itself
            && theirs.unwrap_or(Sameness::BySecret(&other.name))
                == *own.as_ref().unwrap_or(&Sameness::BySecret(&secret))
    })
}
