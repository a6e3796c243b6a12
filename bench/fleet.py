"""`lifeboat serve` in a cluster of thousands of assets, with kube-state-metrics beside it: what each takes, and how soon it tells."""

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import fleet_objects
import scale
from cluster import share_of_a_core
from cluster_objects import archiving
from control_plane import ControlPlane, Json
from daemon import Daemon, Memory
from etcd import Etcd
from fleet_objects import ASSETS
from kube_state_metrics import KubeStateMetrics
from machine import BenchError
from scenarios import scratch_folder
from serve import told
from servers import Serve

PROGRAMS = ["lifeboat", "kube-apiserver", "etcd"]
CHANGES = 50
SCRAPES = 7
# As often a Prometheus scrapes both while their memory settles.
SCRAPE_EVERY = 15.0
SETTLE = 120.0
LOOK_EVERY = 0.01
GIVE_UP = 300.0


@dataclass(frozen=True)
class Exporter:
    """One of the two: MiB, seconds, and how many series a scrape has."""

    complete: float
    memory: Memory
    peak: float
    cpu: float
    scrape: float
    series: int
    scrape_bytes: int


@dataclass(frozen=True)
class Figures:
    """Seconds, milliseconds of an assessment, and requests by verb and resource."""

    objects: int
    lifeboat: Exporter
    other: Exporter
    latencies: list[float]
    assess: float
    at_start: dict[str, int]
    at_rest: dict[str, int]


class Client:
    """Asks one server over one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{path} is answered with {answer.status}: {body[:2000]!r}")
        return body

    def asset(self, kind: str, namespace: str, name: str) -> Json:
        asked: Json = json.loads(self.get(f"/api/v1/assets/{kind}/{namespace}/{name}"))
        return asked

    def is_fresh(self, asset: tuple[str, str, str]) -> bool:
        """Whether it is told of an asset that its newest recovery point is young enough."""
        kind, namespace, name = asset
        self.connection.request("GET", f"/api/v1/assets/{kind}/{namespace}/{name}")
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            return False
        return any(check["check"] == "fresh" and check["status"] == "ok" for check in json.loads(body)["checks"])


def measure(seconds: float) -> Figures:
    """Takes about six minutes, and twice the seconds at rest."""
    with scratch_folder() as scratch, ControlPlane(scratch / "control-plane.log") as control_plane:
        objects = told("objects", lambda: furnish(control_plane))
        # One after the other, so that none takes from the other's cores.
        other = told("kube-state-metrics", lambda: measure_other(scratch, control_plane, seconds))
        before = len(control_plane.requests_of_lifeboat())
        with lifeboat(scratch, control_plane) as (served, started):
            client = Client(served.port)
            complete = until_complete(client, served.daemon, started)
            settle(client)
            at_start = control_plane.requests_of_lifeboat()
            exporter = told("lifeboat", lambda: observe(served.daemon, client, complete, seconds))
            at_rest = control_plane.requests_of_lifeboat()[len(at_start) :]
            latencies = told("changes, s", lambda: follow(control_plane, client))
        assess = told("assessing, ms", lambda: scale.assess(3))
        return Figures(
            objects, exporter, other, latencies, assess, Counter(at_start[before:]), Counter(at_rest)
        )


def furnish(control_plane: ControlPlane) -> int:
    """Makes every object, and returns how many there are."""
    for namespace in fleet_objects.namespaces():
        control_plane.create(namespace.collection, namespace.definition)
    objects = Etcd(control_plane.etcd).put_all(fleet_objects.entries(control_plane))
    # Where a hundred objects came with one revision, who lists them meanwhile gets some of them, and by
    # watching from that revision on none of the others.
    deadline = time.monotonic() + GIVE_UP
    for collection, count in fleet_objects.COLLECTIONS.items():
        while (cached := control_plane.cached(collection)) < count:
            if time.monotonic() > deadline:
                raise BenchError(f"the API server has {cached} of {count} {collection} after {GIVE_UP:.0f} s")
            time.sleep(1)
    return objects


@contextmanager
def lifeboat(scratch: Path, control_plane: ControlPlane) -> Iterator[tuple[Serve, float]]:
    """A `lifeboat serve` that knows nothing yet, and when it was started."""
    resources = scratch / "resources"
    resources.mkdir()
    # Nothing runs here that exports metrics on so many addresses.
    to = ("--kubeconfig", str(control_plane.kubeconfig), "--instance-exporters", "false")
    served = Serve(scratch, "in-a-fleet", resources, str(scratch / "fleet.db"), *to)
    started = time.monotonic()
    with served.daemon:
        yield served, started


def until_complete(client: Client, daemon: Daemon, started: float) -> float:
    """Seconds from the start until every asset is seen and found in order."""
    # Assets of a kind are told all at once. To ask for three takes nothing from the cores that are busy
    # with the start; whether really all are told is asked for once.
    complete = wait_until(lambda: all(map(client.is_fresh, fleet_objects.last_assets())), started, daemon, 0.1)
    fresh = client.get("/metrics").count(b'check="fresh"} 0\n')
    if fresh < ASSETS:
        raise BenchError(f"only {fresh} of {ASSETS} assets are found in order")
    return complete


def wait_until(is_so: Callable[[], bool], started: float, daemon: Daemon, look_every: float) -> float:
    while not is_so():
        if time.monotonic() - started > GIVE_UP:
            raise BenchError(f"not everything is told in {GIVE_UP:.0f} s:\n{daemon.end_of_log()}")
        time.sleep(look_every)
    return time.monotonic() - started


def settle(client: Client) -> None:
    """Some minutes of what is its everyday life: nothing happens, and it is scraped."""
    until = time.monotonic() + SETTLE
    while time.monotonic() < until:
        client.get("/metrics")
        time.sleep(SCRAPE_EVERY)


def measure_other(scratch: Path, control_plane: ControlPlane, seconds: float) -> Exporter:
    state = KubeStateMetrics(scratch, control_plane.kubeconfig)
    started = time.monotonic()
    with state.daemon as daemon:
        client = Client(state.port)
        complete = wait_until(lambda: state.is_complete(client.get("/metrics")), started, daemon, 0.25)
        settle(client)
        return observe(daemon, client, complete, seconds)


def observe(daemon: Daemon, client: Client, complete: float, seconds: float) -> Exporter:
    """What one of the two takes once it is settled."""
    cpu = share_of_a_core(daemon, seconds)
    scrapes, body = [], b""
    for _ in range(SCRAPES):
        # So long that Lifeboat has evaluated anew in between.
        time.sleep(2)
        started = time.monotonic()
        body = client.get("/metrics")
        scrapes.append(time.monotonic() - started)
    series = sum(1 for line in body.splitlines() if line and not line.startswith(b"#"))
    return Exporter(complete, daemon.memory(), daemon.peak(), cpu, median(scrapes), series, len(body))


def follow(control_plane: ControlPlane, client: Client) -> list[float]:
    """Seconds from sending each change to its verdict, as the API tells it."""
    latencies = []
    # Changes come at any moment of the loop's second.
    phases = random.Random(7)
    for number in range(CHANGES):
        time.sleep(phases.uniform(0.2, 1.2))
        namespace = fleet_objects.namespace_of(number)
        latencies.append(until_told(control_plane, client, namespace, fleet_objects.cluster_name(number)))
    return latencies


def until_told(control_plane: ControlPlane, client: Client, namespace: str, name: str) -> float:
    """Archiving fails, and the verdict on it follows."""

    def status() -> object:
        checks = client.asset("CNPGCluster", namespace, name)["checks"]
        return next(check["status"] for check in checks if check["check"] == "archiving")

    if status() != "ok":
        raise BenchError(f"the archiving of {namespace}/{name} is {status()} before the change")
    path = f"/apis/postgresql.cnpg.io/v1/namespaces/{namespace}/clusters/{name}/status"
    sent = time.monotonic()
    control_plane.patch(path, {"status": {"conditions": [archiving("False")]}})
    while status() != "failing":
        if time.monotonic() - sent > GIVE_UP:
            raise BenchError(f"no verdict on {namespace}/{name} in {GIVE_UP:.0f} s")
        time.sleep(LOOK_EVERY)
    return time.monotonic() - sent
