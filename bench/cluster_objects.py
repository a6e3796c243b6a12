"""The objects of a cluster with many backups: what is made, and what is changed in it, one thing at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import islice

from control_plane import Json

CLUSTERS, BACKUPS, CRON_JOBS = 200, 5, 200
NAMESPACES = 20
CNPG = "postgresql.cnpg.io/v1"
# A minute of a year to come: nothing is due while it is measured.
YEARLY = "0 3 1 1 *"


@dataclass(frozen=True)
class Made:
    """An object, and the path of its collection."""

    collection: str
    definition: Json


@dataclass(frozen=True)
class Change:
    """A change of an object, and the check of an asset that fails by it."""

    name: str
    path: str
    patch: Json
    kind: str
    namespace: str
    asset: str
    check: str

    def series(self) -> str:
        labels = f'kind="{self.kind}",namespace="{self.namespace}",name="{self.asset}",check="{self.check}"'
        return f"lifeboat_check_status{{{labels}}}"


def time(hours_ago: float) -> str:
    moment = datetime.now(timezone.utc) - timedelta(hours=hours_ago)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def namespace_of(number: int) -> str:
    return f"team-{number % NAMESPACES}"


def namespaces() -> Iterator[Made]:
    for number in range(NAMESPACES):
        name = {"name": namespace_of(number)}
        yield Made("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": name})


def of_cnpg(namespace: str, kind: str, plural: str, name: str, spec: Json, status: Json) -> Made:
    definition = {
        "apiVersion": CNPG,
        "kind": kind,
        "metadata": {"namespace": namespace, "name": name},
        "spec": spec,
        "status": status,
    }
    return Made(f"/apis/{CNPG}/namespaces/{namespace}/{plural}", definition)


def clusters() -> Iterator[Made]:
    """Healthy ones with a schedule; of the Backups of each, all are completed but the last, which runs."""
    for number in range(CLUSTERS):
        name, namespace = f"db-{number}", namespace_of(number)
        yield cluster(namespace, name)
        yield scheduled_backup(namespace, name, name)
        for index in range(BACKUPS):
            ended = 24 * (BACKUPS - 1 - index)
            status = running() if ended == 0 else completed(ended)
            yield backup(namespace, f"{name}-{index}", name, status)


def cluster(namespace: str, name: str) -> Made:
    secret = {"accessKeyId": {"name": "s3", "key": "id"}, "secretAccessKey": {"name": "s3", "key": "secret"}}
    store = {"destinationPath": f"s3://backups/{name}", "s3Credentials": secret}
    spec = {"instances": 1, "storage": {"size": "1Gi"}, "backup": {"barmanObjectStore": store}}
    status = {
        "instances": 1,
        "readyInstances": 1,
        "phase": "Cluster in healthy state",
        "currentPrimary": f"{name}-1",
        "conditions": [archiving("True")],
    }
    return of_cnpg(namespace, "Cluster", "clusters", name, spec, status)


def scheduled_backup(namespace: str, name: str, cluster: str) -> Made:
    spec = {**method(cluster), "schedule": f"0 {YEARLY}", "backupOwnerReference": "none"}
    return of_cnpg(namespace, "ScheduledBackup", "scheduledbackups", name, spec, {})


def backup(namespace: str, name: str, cluster: str, status: Json) -> Made:
    return of_cnpg(namespace, "Backup", "backups", name, method(cluster), status)


def method(cluster: str) -> Json:
    return {"cluster": {"name": cluster}, "method": "barmanObjectStore"}


def running() -> Json:
    return {"phase": "running", "method": "barmanObjectStore", "reconciliationStartedAt": time(0.01)}


def completed(hours_ago: float) -> Json:
    start, end = time(hours_ago + 0.2), time(hours_ago)
    return {
        "phase": "completed",
        "method": "barmanObjectStore",
        "startedAt": start,
        "stoppedAt": end,
        "reconciliationStartedAt": start,
        "reconciliationTerminatedAt": end,
    }


def archiving(status: str) -> Json:
    reason = "ContinuousArchivingSuccess" if status == "True" else "ContinuousArchivingFailing"
    return {
        "type": "ContinuousArchiving",
        "status": status,
        "reason": reason,
        "message": reason,
        "lastTransitionTime": time(100 if status == "True" else 0),
    }


def cron_jobs() -> Iterator[Made]:
    for number in range(CRON_JOBS):
        pod = {"restartPolicy": "Never", "containers": [{"name": "dump", "image": "backup"}]}
        status = {"lastScheduleTime": time(2), "lastSuccessfulTime": time(1)}
        yield cron_job(namespace_of(number), f"dump-{number}", YEARLY, pod, status)


def cron_job(namespace: str, name: str, schedule: str, pod: Json, status: Json) -> Made:
    definition = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"namespace": namespace, "name": name, "labels": {"lifeboat.dev/backup": "true"}},
        "spec": {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod}}}},
        "status": status,
    }
    return Made(f"/apis/batch/v1/namespaces/{namespace}/cronjobs", definition)


def changes(count: int) -> list[Change]:
    """So many, of three kinds in turn, each of another asset."""

    def each() -> Iterator[Change]:
        for number in range(CLUSTERS):
            namespace, cluster = namespace_of(number), f"db-{number}"
            cnpg = f"/apis/{CNPG}/namespaces/{namespace}"
            if number % 3 == 0:
                status = {"phase": "failed", "error": "no space left", "reconciliationTerminatedAt": time(0)}
                path, patch = f"{cnpg}/backups/{cluster}-{BACKUPS - 1}/status", {"status": status}
                yield Change("a Backup fails", path, patch, "CNPGCluster", namespace, cluster, "last_run")
            elif number % 3 == 1:
                path = f"{cnpg}/clusters/{cluster}/status"
                patch = {"status": {"conditions": [archiving("False")]}}
                yield Change("archiving fails", path, patch, "CNPGCluster", namespace, cluster, "archiving")
            else:
                cron_job = f"dump-{number}"
                path = f"/apis/batch/v1/namespaces/{namespace}/cronjobs/{cron_job}"
                patch = {"spec": {"suspend": True}}
                yield Change("a CronJob is suspended", path, patch, "CronJob", namespace, cron_job, "scheduled")

    return list(islice(each(), count))
