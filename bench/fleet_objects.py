"""The objects of thousands of assets: one of each sort is made by way of the API, and the others are copies of what it stored."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import cluster_objects
from cluster_objects import YEARLY, Made, time
from control_plane import ControlPlane, Json
from etcd import Entry

CLUSTERS, BACKUPS, CRON_JOBS, JOBS, SOURCES = 2_000, 20, 4_000, 3, 4_000
ASSETS = CLUSTERS + CRON_JOBS + SOURCES
NAMESPACES = 100
# What stands in a prototype where each copy has its own. The names of copies are as long as usual.
NAMESPACE, NAME, OWNER, OWNER_UID = "prototypes", "prototype", "prototype-owner", "0b5c1d3e-0000-4000-8000-000000000001"
# Takes the place of the identity that the API server gave to the prototype.
UID = "0b5c1d3e-0000-4000-8000-000000000000"
BEGIN, END = "2001-01-01T01:01:01Z", "2001-01-01T02:02:02Z"
VOLSYNC = "volsync.backube/v1alpha1"
CNPG = "postgresql.cnpg.io/v1"
# How many objects there are of each kind, by where the API serves them.
COLLECTIONS = {
    f"/apis/{CNPG}/clusters": CLUSTERS,
    f"/apis/{CNPG}/scheduledbackups": CLUSTERS,
    f"/apis/{CNPG}/backups": CLUSTERS * BACKUPS,
    "/apis/batch/v1/cronjobs": CRON_JOBS,
    "/apis/batch/v1/jobs": CRON_JOBS * JOBS,
    f"/apis/{VOLSYNC}/replicationsources": SOURCES,
}


@dataclass(frozen=True)
class Prototype:
    """An object as the API server stored it, and the key in etcd of what is in its collection."""

    prefix: str
    text: str

    def copy(self, namespace: str, name: str, begin: str, end: str, owner: str = "", owner_uid: str = "") -> Entry:
        """A copy with another identity: the key, and the object."""
        text = self.text
        # Longer marks first: one begins like another.
        for mark, own in ((OWNER, owner), (OWNER_UID, owner_uid), (NAMESPACE, namespace), (NAME, name)):
            text = text.replace(mark, own)
        text = text.replace(BEGIN, begin).replace(END, end).replace(UID, uid(namespace, name, self.prefix))
        return f"{self.prefix}/{namespace}/{name}", text


def uid(*identity: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(identity)))


def namespace_of(number: int) -> str:
    return f"team-{number % NAMESPACES}"


def cluster_name(number: int) -> str:
    return f"database-{number}"


def cron_job_name(number: int) -> str:
    return f"nightly-dump-{number}"


def source_name(number: int) -> str:
    return f"files-{number}"


def last_assets() -> list[tuple[str, str, str]]:
    """Kind, namespace and name of one asset of each kind: of the one that is made last."""
    made = [
        ("CNPGCluster", CLUSTERS, cluster_name),
        ("CronJob", CRON_JOBS, cron_job_name),
        ("ReplicationSource", SOURCES, source_name),
    ]
    return [(kind, namespace_of(count - 1), name(count - 1)) for kind, count, name in made]


def entries(control_plane: ControlPlane) -> Iterator[Entry]:
    """Every object, but for namespaces."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    control_plane.create("/api/v1/namespaces", namespace)
    cnpg = "/registry/postgresql.cnpg.io"
    cluster = prototype(control_plane, f"{cnpg}/clusters", cluster_definition())
    schedule = prototype(control_plane, f"{cnpg}/scheduledbackups", scheduled_backup_definition())
    backup = prototype(control_plane, f"{cnpg}/backups", backup_definition(completed()))
    running = prototype(control_plane, f"{cnpg}/backups", backup_definition(cluster_objects.running()))
    cron_job = prototype(control_plane, "/registry/cronjobs", cron_job_definition())
    job = prototype(control_plane, "/registry/jobs", job_definition())
    source = prototype(control_plane, "/registry/volsync.backube/replicationsources", source_definition())
    for number in range(CLUSTERS):
        namespace, name = namespace_of(number), cluster_name(number)
        yield cluster.copy(namespace, name, time(700), time(1))
        yield schedule.copy(namespace, f"{name}-daily", time(700), time(1), owner=name)
        for index in range(BACKUPS):
            # The newest runs; the others were taken a day apart.
            age = 24 * (BACKUPS - 1 - index)
            sort = backup if age else running
            begin, end = time(age + 0.2), time(age)
            yield sort.copy(namespace, backup_name(number, index), begin, end, owner=name)
    for number in range(CRON_JOBS):
        namespace, name = namespace_of(number), cron_job_name(number)
        yield cron_job.copy(namespace, name, time(2), time(1))
        for index in range(JOBS):
            age = 1 + 24 * (JOBS - 1 - index)
            # By the minute for which it was made, as the controller names them.
            job_name = f"{name}-{29_000_000 + 1440 * index}"
            owner_uid = uid(namespace, name, cron_job.prefix)
            yield job.copy(namespace, job_name, time(age + 0.2), time(age), name, owner_uid)
    for number in range(SOURCES):
        name = source_name(number)
        # The owner is the volume that is copied.
        yield source.copy(namespace_of(number), name, time(1), next_time(), owner=f"{name}-data")


def backup_name(number: int, index: int) -> str:
    return f"{cluster_name(number)}-daily-202611{index + 1:02}030000"


def namespaces() -> Iterator[Made]:
    for number in range(NAMESPACES):
        name = {"name": namespace_of(number)}
        yield Made("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": name})


def prototype(control_plane: ControlPlane, prefix: str, made: Made) -> Prototype:
    """What the API server makes of an object, with its defaults and the notes of who manages which field."""
    control_plane.create(made.collection, made.definition)
    path = f"{made.collection}/{NAME}"
    stored = control_plane.request("GET", path)
    control_plane.request("DELETE", path, {"propagationPolicy": "Background"})
    # It stands beside an object in etcd, not in it.
    del stored["metadata"]["resourceVersion"]
    own_uid = stored["metadata"]["uid"]
    stored["metadata"]["creationTimestamp"] = BEGIN
    return Prototype(prefix, json.dumps(stored).replace(own_uid, UID))


def cluster_definition() -> Made:
    made = cluster_objects.cluster(NAMESPACE, NAME)
    made.definition["spec"]["backup"]["retentionPolicy"] = "30d"
    return made


def scheduled_backup_definition() -> Made:
    return cluster_objects.scheduled_backup(NAMESPACE, NAME, OWNER)


def backup_definition(status: Json) -> Made:
    made = cluster_objects.backup(NAMESPACE, NAME, OWNER, status)
    made.definition["metadata"]["labels"] = {
        "cnpg.io/cluster": OWNER,
        "cnpg.io/immediateBackup": "false",
        "cnpg.io/scheduled-backup": f"{OWNER}-daily",
    }
    return made


def completed() -> Json:
    """The status of the operator of today."""
    return {
        "phase": "completed",
        "method": "barmanObjectStore",
        "reconciliationStartedAt": BEGIN,
        "reconciliationTerminatedAt": END,
        "startedAt": BEGIN,
        "stoppedAt": END,
        "backupId": "20261121T030000",
        "backupName": "backup-20261121030000",
        "beginWal": "000000010000000000000004",
        "endWal": "000000010000000000000005",
        "beginLSN": "0/4000028",
        "endLSN": "0/5000050",
        "destinationPath": f"s3://backups/{OWNER}",
        "serverName": OWNER,
        "instanceID": {"podName": f"{OWNER}-1", "ContainerID": f"containerd://{'5f' * 32}"},
        "online": True,
    }


def cron_job_definition() -> Made:
    status = {"lastScheduleTime": BEGIN, "lastSuccessfulTime": END}
    return cluster_objects.cron_job(NAMESPACE, NAME, YEARLY, pod(), status)


def pod() -> Json:
    secret = {"secretKeyRef": {"name": "s3", "key": "password"}}
    container = {
        "name": "dump",
        "image": "ghcr.io/example/database-dump:1.4.2",
        "command": ["sh", "-c", "pg_dump --format=custom | restic backup --stdin"],
        "env": [{"name": "RESTIC_REPOSITORY", "value": "s3:https://s3.example/backups"}]
        + [{"name": name, "valueFrom": secret} for name in ("RESTIC_PASSWORD", "AWS_SECRET_ACCESS_KEY")],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
    }
    volumes = [{"name": "scratch", "emptyDir": {}}]
    return {"restartPolicy": "Never", "containers": [container], "volumes": volumes}


def job_definition() -> Made:
    metadata = {
        "namespace": NAMESPACE,
        "name": NAME,
        "annotations": {"batch.kubernetes.io/cronjob-scheduled-timestamp": BEGIN},
        "ownerReferences": [
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": OWNER,
                "uid": OWNER_UID,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }
    conditions = [
        {
            "type": name,
            "status": "True",
            "reason": "CompletionsReached",
            "message": "Reached expected number of succeeded pods",
            "lastProbeTime": END,
            "lastTransitionTime": END,
        }
        for name in ("SuccessCriteriaMet", "Complete")
    ]
    status = {
        "startTime": BEGIN,
        "completionTime": END,
        "succeeded": 1,
        "ready": 0,
        "terminating": 0,
        "uncountedTerminatedPods": {},
        "conditions": conditions,
    }
    definition = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {"template": {"spec": pod()}},
        "status": status,
    }
    return Made(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", definition)


def next_time() -> str:
    """Within the hours to come: nothing is due while it is measured."""
    return time(-23)


def source_definition() -> Made:
    """A volume that VolSync's fork copies by Kopia once a day; END is when it is due next."""
    spec = {
        "sourcePVC": OWNER,
        "trigger": {"schedule": "0 3 * * *"},
        "kopia": {
            "repository": "kopia-repository",
            "copyMethod": "Snapshot",
            "volumeSnapshotClassName": "csi-snapshots",
            "retain": {"daily": 7, "weekly": 4, "monthly": 6},
        },
    }
    condition = {
        "type": "Synchronizing",
        "status": "False",
        "reason": "WaitingForSchedule",
        "message": "Waiting for next scheduled synchronization",
        "lastTransitionTime": BEGIN,
    }
    status = {
        "lastSyncTime": BEGIN,
        "lastSyncDuration": "1m2.5s",
        "nextSyncTime": END,
        "latestMoverStatus": {"result": "Successful", "logs": "Snapshot created and uploaded"},
        "conditions": [condition],
    }
    definition = {
        "apiVersion": VOLSYNC,
        "kind": "ReplicationSource",
        "metadata": {"namespace": NAMESPACE, "name": NAME, "labels": {"app.kubernetes.io/name": NAME}},
        "spec": spec,
        "status": status,
    }
    return Made(f"/apis/{VOLSYNC}/namespaces/{NAMESPACE}/replicationsources", definition)
