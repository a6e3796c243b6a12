//! Instances: each pod of a Cluster with its role, and what its exporter says.

use jiff::SignedDuration;
use lifeboat_core::{ArchiverReading, Instance, InstanceReading, InstanceRole};

use crate::{
    instance_exporter::{InstanceMetrics, PodReadings, Readings},
    objects::{KubernetesObject, ObjectKey, Pod, cnpg::Cluster},
};

/// Failures to archive are counted over so long.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Every instance, in order of the pods' names.
pub(super) fn of<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    cluster: &Cluster,
    readings: Option<&Readings>,
) -> Vec<Instance> {
    // Jobs of the operator have pods with the Cluster's label as well.
    let pods = pods.filter(|pod| is_instance(pod));
    pods.map(|pod| Instance {
        name: pod.metadata.name.clone(),
        role: role(pod, cluster),
        reading: readings.map(|readings| said(readings, &pod.key()).map(reading)),
    })
    .collect()
}

/// What the primary's exporter says of the archiver; none where nobody is to read it.
pub(super) fn archiver(
    cluster: &Cluster,
    readings: Option<&Readings>,
) -> Option<Result<ArchiverReading, String>> {
    let readings = readings?;
    let primary = &cluster.status.current_primary;
    if primary.is_empty() {
        let name = &cluster.metadata.name;
        return Some(Err(format!("Cluster/{name} has no primary")));
    }
    let pod = ObjectKey::new(&cluster.metadata.namespace, primary);
    Some(said(readings, &pod).and_then(|said| archiver_reading(primary, said)))
}

fn is_instance(pod: &Pod) -> bool {
    let job = pod.metadata.label("cnpg.io/jobRole");
    let pod_role = pod.metadata.label("cnpg.io/podRole");
    job.is_none() && pod_role.is_none_or(|role| role == "instance")
}

fn role(pod: &Pod, cluster: &Cluster) -> InstanceRole {
    // The older of the two labels goes away one day.
    let label = pod.metadata.label("cnpg.io/instanceRole");
    match label.or_else(|| pod.metadata.label("role")) {
        Some("primary") => InstanceRole::Primary,
        Some("replica") => InstanceRole::Replica,
        _ if pod.metadata.name == cluster.status.current_primary => InstanceRole::Primary,
        _ => InstanceRole::Unknown,
    }
}

/// What a pod said last, or why that isn't known.
fn said<'a>(
    readings: &'a Readings,
    pod: &ObjectKey,
) -> Result<(&'a PodReadings, &'a InstanceMetrics), String> {
    let name = &pod.name;
    let said = readings
        .of(pod)
        .ok_or_else(|| format!("the exporter of Pod/{name} has not been read yet"))?;
    match &said.outcome {
        Ok(metrics) => Ok((said, metrics)),
        Err(error) => Err(format!("the exporter of Pod/{name} can't be read: {error}")),
    }
}

fn reading((said, metrics): (&PodReadings, &InstanceMetrics)) -> InstanceReading {
    InstanceReading {
        at: said.at,
        collector_up: metrics.collector_up,
        last_collection_error: metrics.last_collection_error,
        in_recovery: metrics.in_recovery,
        wal_receiver_up: metrics.is_wal_receiver_up,
        replication_lag_seconds: metrics.replication_lag,
        wal_files_ready: metrics.wal_files_ready.map(whole),
        wal_files_done: metrics.wal_files_done.map(whole),
        wal_archived: metrics.archived_count.map(whole),
        wal_failed: metrics.failed_count.map(whole),
    }
}

fn archiver_reading(
    pod: &str,
    (said, metrics): (&PodReadings, &InstanceMetrics),
) -> Result<ArchiverReading, String> {
    if metrics.collector_up == Some(false) {
        return Err(format!("the exporter of Pod/{pod} can't reach PostgreSQL"));
    }
    // An archiver that never archived says so; one that says nothing at all isn't known.
    if metrics.archived_count.is_none() && metrics.last_archived_time.is_none() {
        return Err(format!(
            "the exporter of Pod/{pod} says nothing of the archiver"
        ));
    }
    let ago = |seconds: Option<f64>| {
        let seconds = SignedDuration::try_from_secs_f64(seconds?).ok()?;
        said.at.checked_sub(seconds).ok()
    };
    // As of the reading itself: the same readings mean the same whenever they are looked at.
    let lately = said.archiver.increase(said.at, WINDOW);
    Ok(ArchiverReading {
        instance: pod.to_owned(),
        at: said.at,
        archived: metrics.archived_count.map(whole),
        failed: metrics.failed_count.map(whole),
        failed_lately: lately.map_or(0, |lately| whole(lately.failed)),
        window: WINDOW,
        last_archived_at: metrics
            .last_archived_time
            .or_else(|| ago(metrics.seconds_since_last_archival)),
        last_failed_at: metrics
            .last_failed_time
            .or_else(|| ago(metrics.seconds_since_last_failure)),
        waiting_files: metrics.wal_files_ready.map(whole),
    })
}

/// Exporters write counts as floating-point numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "such a cast takes what is below zero for 0, and what is too large for the largest"
)]
const fn whole(count: f64) -> u64 {
    count as u64
}
