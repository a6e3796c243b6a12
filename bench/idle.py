"""What servers take while nothing happens, and while they are scraped: side by side, in the same minutes."""

import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import blocks
from blocks import Blocks
from daemon import Daemon
from garage import Garage
from servers import Serve, alertmanager, postgres, prometheus, write_resource

NEVER_RAN = "lifeboat, nothing backed up yet"
ON_POSTGRES = "lifeboat, ledger in PostgreSQL"
WORKED = "lifeboat, after backup and deep verification"
ALERTMANAGER = "Alertmanager"
PROMETHEUS = "Prometheus, empty"

# Seconds between two scrapes, as many a Prometheus has it.
SCRAPE_EVERY = 15.0
# Seconds to come to rest after start and work.
SETTLE = 30.0


@dataclass
class Idle:
    """Of one server: MiB and shares of a core in percent, one for each window of time."""

    resident: list[float] = field(default_factory=list)
    anonymous: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    cpu_scraped: list[float] = field(default_factory=list)

    def medians(self) -> list[float]:
        return [median(figures) for figures in (self.resident, self.anonymous, self.cpu, self.cpu_scraped)]


@dataclass(frozen=True)
class Subject:
    """A server that is looked at, and where its metrics are."""

    daemon: Daemon
    port: int


def measure(scratch: Path, source: Blocks, rounds: int, seconds: float) -> dict[str, Idle]:
    """Windows of so many seconds, in which nothing happens and in which everybody is scraped."""
    figures: dict[str, Idle] = defaultdict(Idle)
    with subjects(scratch, source) as compared:
        time.sleep(SETTLE)
        for number in range(rounds):
            still = shares_of_a_core(compared, seconds, scraped=False)
            scraped = shares_of_a_core(compared, seconds, scraped=True)
            for name, subject in compared.items():
                memory, idle = subject.daemon.memory(), figures[name]
                idle.resident.append(memory.resident)
                idle.anonymous.append(memory.anonymous)
                idle.cpu.append(still[name])
                idle.cpu_scraped.append(scraped[name])
                print(
                    f"round {number + 1}, {name}: {memory.resident:.1f} MiB, {memory.anonymous:.1f} anonymous, "
                    f"{still[name]:.3f} % of a core, {scraped[name]:.3f} % scraped",
                    file=sys.stderr,
                )
    return figures


def shares_of_a_core(compared: dict[str, Subject], seconds: float, scraped: bool) -> dict[str, float]:
    before = {name: subject.daemon.cpu_seconds() for name, subject in compared.items()}
    started = time.monotonic()
    while (left := started + seconds - time.monotonic()) > 0:
        if scraped:
            for subject in compared.values():
                with urllib.request.urlopen(f"http://127.0.0.1:{subject.port}/metrics", timeout=10) as answer:
                    answer.read()
        time.sleep(min(left, SCRAPE_EVERY) if scraped else left)
    passed = time.monotonic() - started
    return {
        name: (subject.daemon.cpu_seconds() - before[name]) / passed * 100 for name, subject in compared.items()
    }


@contextmanager
def subjects(scratch: Path, source: Blocks) -> Iterator[dict[str, Subject]]:
    """Every server that is compared, after what is to come before the rest."""
    data = scratch / "prometheus"
    blocks.link(source.base, data)
    with ExitStack() as stack:
        garage = stack.enter_context(Garage(scratch / "garage"))
        _, backed_up = stack.enter_context(prometheus(scratch, "backed-up", data))
        empty, empty_port = stack.enter_context(prometheus(scratch, "empty", scratch / "empty"))
        told, told_port = stack.enter_context(alertmanager(scratch))
        database = stack.enter_context(postgres())
        resources = scratch / "resources"
        repository: dict[str, object] = {
            "url": "s3://bench/serve",
            "instance": "bench",
            "s3": {"endpoint": garage.endpoint, "region": "garage", "addressing": "path"},
        }
        write_resource(resources, "main", f"http://127.0.0.1:{backed_up}", data, repository)

        def serve(name: str, ledger: str) -> Serve:
            to = ("--alertmanager", f"http://127.0.0.1:{told_port}")
            served = Serve(scratch, name, resources, ledger, *to)
            stack.enter_context(served.daemon)
            return served

        never_ran = serve("never-ran", str(scratch / "never-ran.db"))
        on_postgres = serve("on-postgres", database)
        worked = serve("worked", str(scratch / "worked.db"))
        for operation in ("backup", "verification"):
            worked.run(operation)
        yield {
            NEVER_RAN: Subject(never_ran.daemon, never_ran.port),
            ON_POSTGRES: Subject(on_postgres.daemon, on_postgres.port),
            WORKED: Subject(worked.daemon, worked.port),
            ALERTMANAGER: Subject(told, told_port),
            PROMETHEUS: Subject(empty, empty_port),
        }
