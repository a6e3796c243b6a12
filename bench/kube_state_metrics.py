"""kube-state-metrics, told to export what it can of the same objects as Lifeboat."""

import json
import re
from pathlib import Path

from control_plane import Json
from daemon import Daemon, answers
from fleet_objects import BACKUPS, CLUSTERS, CRON_JOBS, JOBS, SOURCES
from garage import free_port
from machine import REPOSITORY, BenchError, tool

PROGRAM = "kube-state-metrics"
RESOURCES = "cronjobs,jobs"


def version() -> str:
    """The pinned one, since a program that is built from its module doesn't know its own."""
    pins = (REPOSITORY / "scripts" / "tools.sh").read_text(encoding="utf-8")
    pinned = re.search(r"^KUBE_STATE_METRICS_VERSION=(.+)$", pins, re.MULTILINE)
    if pinned is None:
        raise BenchError("scripts/tools.sh no longer pins kube-state-metrics")
    return f"{PROGRAM}: `{pinned.group(1)}`"


def labels(**paths: list[str]) -> Json:
    return {"namespace": ["metadata", "namespace"], "name": ["metadata", "name"], **paths}


def gauge(name: str, path: list[str]) -> Json:
    each = {"type": "Gauge", "gauge": {"path": path, "nilIsZero": False}}
    # Of what has not ended, there is no end: it would fill the log.
    return {"name": name, "help": f"The object's {'.'.join(path)}.", "each": each, "errorLogV": 10}


def info(name: str, **paths: list[str]) -> Json:
    each = {"type": "Info", "info": {"labelsFromPath": paths}}
    return {"name": name, "help": "What else is known of the object.", "each": each}


def conditions(name: str) -> Json:
    path = {"path": ["status", "conditions"], "labelsFromPath": {"type": ["type"]}, "valueFrom": ["status"]}
    return {"name": name, "help": "The object's conditions.", "each": {"type": "Gauge", "gauge": path}}


def resource(group: str, version: str, kind: str, metrics: list[Json]) -> Json:
    return {
        "groupVersionKind": {"group": group, "version": version, "kind": kind},
        "metricNamePrefix": f"kube_{kind.lower()}",
        "labelsFromPath": labels(),
        "metrics": metrics,
    }


def of_cnpg(kind: str, metrics: list[Json]) -> Json:
    return resource("postgresql.cnpg.io", "v1", kind, metrics)


def custom_resources() -> Json:
    """What people commonly export of these kinds."""
    created = gauge("created", ["metadata", "creationTimestamp"])
    cluster = [
        created,
        gauge("spec_instances", ["spec", "instances"]),
        gauge("status_instances", ["status", "instances"]),
        gauge("status_ready_instances", ["status", "readyInstances"]),
        info("info", phase=["status", "phase"], primary=["status", "currentPrimary"]),
        conditions("status_condition"),
    ]
    backup = [
        created,
        gauge("status_started", ["status", "startedAt"]),
        gauge("status_stopped", ["status", "stoppedAt"]),
        info("info", cluster=["spec", "cluster", "name"], phase=["status", "phase"]),
    ]
    scheduled = [
        created,
        info("info", cluster=["spec", "cluster", "name"], schedule=["spec", "schedule"]),
        gauge("status_last_schedule", ["status", "lastScheduleTime"]),
    ]
    source = [
        created,
        info("info", volume=["spec", "sourcePVC"], result=["status", "latestMoverStatus", "result"]),
        gauge("status_last_sync", ["status", "lastSyncTime"]),
        gauge("status_next_sync", ["status", "nextSyncTime"]),
        conditions("status_condition"),
    ]
    resources = [of_cnpg("Cluster", cluster), of_cnpg("Backup", backup), of_cnpg("ScheduledBackup", scheduled)]
    resources += [resource("volsync.backube", "v1alpha1", "ReplicationSource", source)]
    return {"kind": "CustomResourceStateMetrics", "spec": {"resources": resources}}


# The series of which there is one for each object of a kind.
ONE_EACH = {
    b"kube_cluster_created{": CLUSTERS,
    b"kube_backup_created{": CLUSTERS * BACKUPS,
    b"kube_scheduledbackup_created{": CLUSTERS,
    b"kube_cronjob_created{": CRON_JOBS,
    b"kube_job_created{": CRON_JOBS * JOBS,
    b"kube_replicationsource_created{": SOURCES,
}


class KubeStateMetrics:
    """One that runs as an administrator, and its address."""

    def __init__(self, scratch: Path, kubeconfig: Path) -> None:
        self.port, own_port = free_port(), free_port()
        settings = scratch / "custom-resource-state.yaml"
        settings.write_text(json.dumps(custom_resources()), encoding="utf-8")
        command = [tool(PROGRAM), f"--kubeconfig={kubeconfig}", f"--resources={RESOURCES}"]
        command += [f"--custom-resource-state-config-file={settings}", "--host=127.0.0.1", f"--port={self.port}"]
        command += ["--telemetry-host=127.0.0.1", f"--telemetry-port={own_port}"]
        self.daemon = Daemon(command, scratch / f"{PROGRAM}.log", lambda: answers(own_port, "/readyz"))

    @staticmethod
    def is_complete(metrics: bytes) -> bool:
        return all(metrics.count(name) >= count for name, count in ONE_EACH.items())
