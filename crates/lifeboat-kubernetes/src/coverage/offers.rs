//! Offers: what says that it covers something, and what keeps it from doing so.

use std::collections::HashMap;

use jiff::Timestamp;
use lifeboat_core::{AssetId, AssetKind, CoverageKind, Policy, Schedule, Subject};
use lifeboat_resources::{PrometheusBackup, annotations};

use super::{Dialect, Schedules};
use crate::{
    objects::{
        KubernetesObject, Metadata, ObjectKey,
        batch::CronJob,
        volsync::{ReplicationSource, Trigger},
    },
    observers::{Sight, cron_job, resources},
};

/// Movers whose target follows the volume, deletions too: no copy of an earlier state remains.
const MIRRORS: [&str; 1] = ["syncthing"];

/// The zone of schedules that name none. Whether one can be read doesn't depend on it.
const UTC: &str = "UTC";

/// Something that says to cover an object.
pub(super) struct Offer {
    /// The asset whose backups they are.
    pub(super) asset: AssetId,
    /// When it was made.
    pub(super) made_at: Option<Timestamp>,
    /// Why it doesn't cover anything at present.
    pub(super) obstacle: Option<String>,
}

/// Everything that says to cover something, by what it covers.
#[derive(Default)]
pub(super) struct Offers {
    claims: ByObject,
    sets: ByObject,
    clusters: ByObject,
}

type ByObject = HashMap<ObjectKey, Vec<Offer>>;

impl Offers {
    /// All of them.
    pub(super) fn of(sight: &Sight<'_>, schedules: &mut Schedules) -> Self {
        let mut offers = Self::default();
        for source in sight.world.replication_sources().iter() {
            offers.take_in_source(source, schedules);
        }
        for cron_job in sight.world.cron_jobs().iter() {
            offers.take_in_cron_job(sight, cron_job, schedules);
        }
        for (key, read) in resources::backups(sight.world) {
            offers.take_in_prometheus(sight, &key, read);
        }
        offers
    }

    /// What says to cover an object.
    pub(super) fn on(&self, kind: CoverageKind, key: &ObjectKey) -> &[Offer] {
        let offers = match kind {
            CoverageKind::PersistentVolumeClaim => &self.claims,
            CoverageKind::StatefulSet => &self.sets,
            CoverageKind::CnpgCluster => &self.clusters,
        };
        offers.get(key).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, kind: CoverageKind, key: ObjectKey, offer: Offer) {
        let offers = match kind {
            CoverageKind::PersistentVolumeClaim => &mut self.claims,
            CoverageKind::StatefulSet => &mut self.sets,
            CoverageKind::CnpgCluster => &mut self.clusters,
        };
        offers.entry(key).or_default().push(offer);
    }

    fn take_in_source(&mut self, source: &ReplicationSource, schedules: &mut Schedules) {
        let metadata = &source.metadata;
        let claim = source.spec.source_pvc.as_str();
        if claim.is_empty() || metadata.deletion_timestamp.get().is_some() {
            return;
        }
        let called = format!("ReplicationSource/{}", metadata.name);
        let offer = Offer {
            asset: metadata.key.asset_id(AssetKind::ReplicationSource),
            made_at: metadata.creation_timestamp.get(),
            obstacle: obstacle_of_source(source, schedules)
                .map(|obstacle| format!("{called} {obstacle}")),
        };
        let key = ObjectKey::new(&metadata.namespace, claim);
        self.put(CoverageKind::PersistentVolumeClaim, key, offer);
    }

    fn take_in_cron_job(
        &mut self,
        sight: &Sight<'_>,
        cron_job: &CronJob,
        schedules: &mut Schedules,
    ) {
        let metadata = &cron_job.metadata;
        let says = metadata.annotation(annotations::COVERS).is_some();
        let volumes = &cron_job.spec.job_template.spec.template.spec.volumes;
        if (volumes.is_empty() && !says) || metadata.deletion_timestamp.get().is_some() {
            return;
        }
        let own = annotations::read(&metadata.annotations, &metadata.labels);
        let selected = cron_job::selection::is_selected(cron_job, &own, sight.policies);
        // Many a CronJob mounts a volume and is no backup.
        if !selected && !says {
            return;
        }
        let called = format!("CronJob/{}", metadata.name);
        let obstacle = if selected {
            obstacle_of_cron_job(cron_job, schedules)
        } else {
            Some(format!(
                "is not known as a backup (label it {}=true)",
                annotations::BACKUP
            ))
        };
        let offer = || Offer {
            asset: cron_job.key().asset_id(AssetKind::CronJob),
            made_at: metadata.creation_timestamp.get(),
            obstacle: obstacle.as_ref().map(|why| format!("{called} {why}")),
        };
        // Its own word is stronger than what can be guessed from its volumes, among which may be the
        // one that it writes to.
        if let Some(covers) = own.covers {
            for covered in covers {
                let key = ObjectKey::new(&metadata.namespace, &covered.name);
                self.put(covered.kind, key, offer());
            }
            return;
        }
        let claims = volumes.iter().filter_map(|volume| {
            let claim = volume.persistent_volume_claim.as_ref()?;
            Some(ObjectKey::new(&metadata.namespace, &claim.claim_name))
        });
        for key in claims {
            self.put(CoverageKind::PersistentVolumeClaim, key, offer());
        }
    }

    fn take_in_prometheus(
        &mut self,
        sight: &Sight<'_>,
        key: &ObjectKey,
        read: Result<PrometheusBackup, String>,
    ) {
        let Some(object) = sight.world.prometheus_backups().get(key) else {
            return;
        };
        let metadata = &object.metadata;
        let said = annotations::read(&metadata.annotations, &metadata.labels);
        if metadata.deletion_timestamp.get().is_some() {
            return;
        }
        let asset = key.asset_id(AssetKind::Prometheus);
        let obstacle = match read {
            Err(error) => Some(format!("can't be used: {error}")),
            Ok(backup) if backup.is_suspended() => Some("is suspended".to_owned()),
            Ok(_) if is_suspended_by_policy(sight.policies, &asset, metadata) => {
                Some("is suspended by a policy".to_owned())
            }
            Ok(_) => None,
        };
        for covered in said.covers.unwrap_or_default() {
            let offer = Offer {
                asset: asset.clone(),
                made_at: metadata.creation_timestamp.get(),
                obstacle: obstacle
                    .as_ref()
                    .map(|why| format!("PrometheusBackup/{} {why}", key.name)),
            };
            let key = ObjectKey::new(&metadata.namespace, &covered.name);
            self.put(covered.kind, key, offer);
        }
    }
}

/// Why a source copies nothing away again and again, after its name.
fn obstacle_of_source(source: &ReplicationSource, schedules: &mut Schedules) -> Option<String> {
    let spec = &source.spec;
    if spec.paused {
        return Some("is paused".to_owned());
    }
    let Some(mover) = spec.mover.name else {
        return Some("names nothing that copies".to_owned());
    };
    if MIRRORS.contains(&mover) {
        return Some(format!(
            "only keeps another volume in step, by {mover}: what is deleted here is deleted there"
        ));
    }
    match &spec.trigger {
        Some(trigger) if !trigger.manual.is_empty() => {
            Some("copies only when somebody asks (spec.trigger.manual)".to_owned())
        }
        Some(Trigger {
            schedule: Some(text),
            ..
        }) => schedules
            .problem(Dialect::VolSync, text, UTC, || {
                Schedule::parse_with_intervals(text, UTC)
            })
            .map(|problem| format!("has a schedule that can't be read: {problem}")),
        // Again and again, without a pause.
        _ => None,
    }
}

/// Why a `CronJob` makes no Jobs, after its name.
fn obstacle_of_cron_job(cron_job: &CronJob, schedules: &mut Schedules) -> Option<String> {
    let spec = &cron_job.spec;
    if spec.suspend {
        return Some("is suspended".to_owned());
    }
    let zone = spec.time_zone.as_deref().unwrap_or(UTC);
    let problem = schedules.problem(Dialect::CronJob, &spec.schedule, zone, || {
        cron_job::schedule::parse(cron_job)
    })?;
    Some(format!("has a schedule that can't be kept: {problem}"))
}

fn is_suspended_by_policy(policies: &[Policy], asset: &AssetId, metadata: &Metadata) -> bool {
    let labels = &metadata.labels;
    let mut suspending = policies.iter().filter(|policy| policy.suspend);
    suspending.any(|policy| policy.selector.selects(Subject { asset, labels }))
}
