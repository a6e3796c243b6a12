"""`lifeboat serve` in a cluster: how soon a change is a verdict on /metrics, and what watching takes."""

import http.client
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cluster_objects
from cluster_objects import CLUSTERS, CRON_JOBS, Change, Made
from control_plane import ControlPlane
from daemon import Daemon, Memory
from machine import BenchError
from scenarios import scratch_folder
from serve import told
from servers import Serve

PROGRAMS = ["lifeboat", "kube-apiserver", "etcd"]
CHANGES = 50
# As many requests at a time make the objects.
AT_A_TIME = 8
ASSETS = CLUSTERS + CRON_JOBS
FRESH = b'check="fresh"} 0\n'
# How long to wait before it is asked again; the answer itself takes some milliseconds.
LOOK_EVERY = 0.01
GIVE_UP = 60.0
SETTLE = 15.0


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process."""

    ready: float
    complete: float


@dataclass(frozen=True)
class Figures:
    """Seconds, MiB, and requests by verb and resource."""

    objects: int
    start: Start
    latencies: dict[str, list[float]]
    memory: Memory
    cpu: float
    at_start: dict[str, int]
    at_rest: dict[str, int]
    scrape_bytes: int


class Metrics:
    """The metrics of one server, asked for over one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def read(self) -> bytes:
        self.connection.request("GET", "/metrics")
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"/metrics is answered with {answer.status}: {body[:2000]!r}")
        return body

    def wait_for(self, text: bytes, count: int, daemon: Daemon) -> float:
        """Waits until the metrics hold a text so often, and returns when that was."""
        started = time.monotonic()
        while self.read().count(text) < count:
            if time.monotonic() - started > GIVE_UP:
                raise BenchError(f"{text!r} is not there {count} times in {GIVE_UP:.0f} s:\n{daemon.end_of_log()}")
            time.sleep(LOOK_EVERY)
        return time.monotonic()


def measure(seconds: float) -> Figures:
    """Takes about two minutes, and the seconds at rest."""
    with scratch_folder() as scratch, ControlPlane(scratch / "control-plane.log") as control_plane:
        objects = told("objects", lambda: furnish(control_plane))
        resources = scratch / "resources"
        resources.mkdir()
        # What the control plane was asked for while it was set up.
        before = len(control_plane.requests_of_lifeboat())
        # Nothing runs here that exports metrics on 200 addresses.
        to = ("--kubeconfig", str(control_plane.kubeconfig), "--instance-exporters", "false")
        served = Serve(scratch, "in-a-cluster", resources, str(scratch / "cluster.db"), *to)
        started = time.monotonic()
        with served.daemon as daemon:
            metrics = Metrics(served.port)
            complete = metrics.wait_for(FRESH, ASSETS, daemon) - started
            time.sleep(SETTLE)
            at_start = control_plane.requests_of_lifeboat()
            cpu = told("CPU at rest, %", lambda: share_of_a_core(daemon, seconds))
            memory = told("memory at rest, MiB", daemon.memory)
            at_rest = control_plane.requests_of_lifeboat()[len(at_start) :]
            latencies = told("changes, s", lambda: follow(control_plane, metrics, daemon))
            size = len(metrics.read())
            start = Start(daemon.ready_after, complete)
        return Figures(
            objects, start, latencies, memory, cpu, Counter(at_start[before:]), Counter(at_rest), size
        )


def share_of_a_core(daemon: Daemon, seconds: float) -> float:
    """In percent, while nothing happens and nobody asks."""
    before, started = daemon.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    return (daemon.cpu_seconds() - before) / (time.monotonic() - started) * 100


def furnish(control_plane: ControlPlane) -> int:
    """Makes every object, and returns how many there are."""

    def make_all(made: Iterable[Made]) -> int:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            # The results are asked for, so that a failure is heard of.
            return len(list(pool.map(lambda one: control_plane.create(one.collection, one.definition), made)))

    make_all(cluster_objects.namespaces())
    return make_all(cluster_objects.clusters()) + make_all(cluster_objects.cron_jobs())


def follow(control_plane: ControlPlane, metrics: Metrics, daemon: Daemon) -> dict[str, list[float]]:
    """Seconds from sending each change to its verdict, by the kind of change."""
    latencies: dict[str, list[float]] = defaultdict(list)
    # Changes come at any moment of the loop's second.
    phases = random.Random(7)
    for change in cluster_objects.changes(CHANGES):
        time.sleep(phases.uniform(0.2, 1.2))
        latencies[change.name].append(until_told(control_plane, metrics, daemon, change))
    return latencies


def until_told(control_plane: ControlPlane, metrics: Metrics, daemon: Daemon, change: Change) -> float:
    if f"{change.series()} 0\n".encode() not in metrics.read():
        raise BenchError(f"{change.series()} is not 0 before the change")
    sent = time.monotonic()
    control_plane.patch(change.path, change.patch)
    return metrics.wait_for(f"{change.series()} 1\n".encode(), 1, daemon) - sent
