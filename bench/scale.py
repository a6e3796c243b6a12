"""10,000 assets and ten years of runs: what the release examples measure, and `lifeboat serve` itself."""

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from machine import REPOSITORY, BenchError, tool
from servers import Serve, postgres, write_resource

EXAMPLES = REPOSITORY / "target" / "release" / "examples"
ASSETS = 10_000
NAMESPACES = 100
# The view that is scraped is new each time.
EVALUATION = 2.0
SCRAPES = 9
SETTLE = 30.0
QUESTIONS = ("newest_50_runs", "one_month_of_runs", "histories")

# Milliseconds by what was measured; by the name of a question, for ledgers.
Milliseconds = dict[str, float]


@dataclass(frozen=True)
class Crowd:
    """`lifeboat serve` with 10,000 documents: seconds, MiB, and milliseconds of a scrape."""

    ready: float
    resident: float
    scrape: float
    scrape_bytes: int


def example(name: str, *arguments: str, one_core: bool = False) -> str:
    """What one of the release examples prints; `make bench` has built it."""
    program = EXAMPLES / name
    if not program.exists():
        raise BenchError(f"{program} is missing: run `make bench`")
    command = ["taskset", "--cpu-list", "0", str(program)] if one_core else [str(program)]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise BenchError(f"{name} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return ended.stdout


def figure(pattern: str, text: str) -> float:
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        raise BenchError(f"an example no longer prints {pattern}:\n{text}")
    return float(found.group(1))


def assess(rounds: int) -> float:
    """Milliseconds to assess 10,000 assets on one core."""
    pattern = r"^assessed again: +([\d.]+) ms"
    return median(figure(pattern, example("assess_throughput", one_core=True)) for _ in range(rounds))


def render(rounds: int) -> float:
    """Milliseconds to write the metrics of 10,000 assets on one core, as OpenMetrics."""
    pattern = r"^OpenMetrics: .*: ([\d.]+) ms \(median"
    return median(figure(pattern, example("render_metrics", one_core=True)) for _ in range(rounds))


def ten_years(scratch: Path) -> dict[str, Milliseconds]:
    """Milliseconds of each question, by ledger. The SQLite file stays, for starts with it."""
    with postgres() as database:
        ledgers = {"SQLite": str(ten_years_file(scratch)), "PostgreSQL": database}
        answers = {ledger: example("ten_years", place) for ledger, place in ledgers.items()}
    return {
        ledger: {question: figure(rf"^{question}: ([\d.]+) ms", text) for question in QUESTIONS}
        for ledger, text in answers.items()
    }


def ten_years_file(scratch: Path) -> Path:
    return scratch / "ten-years.db"


def starts(scratch: Path, rounds: int) -> dict[str, float]:
    """Milliseconds from start to ready, by ledger: medians of so many starts."""
    resources = scratch / "resources-of-starts"
    write_one(resources, scratch, "main", "monitoring")
    medians: dict[str, float] = {}
    with postgres() as database:
        for ledger in ("a new SQLite file", "PostgreSQL", "SQLite with ten years of hourly runs"):
            taken = []
            for _ in range(rounds):
                file = scratch / "start.db"
                for leftover in scratch.glob("start.db*"):
                    leftover.unlink()
                if "ten years" in ledger:
                    shutil.copy(ten_years_file(scratch), file)
                served = Serve(scratch, "start", resources, database if ledger == "PostgreSQL" else str(file))
                with served.daemon:
                    taken.append(served.daemon.ready_after * 1000)
            medians[ledger] = median(taken)
    return medians


def crowd(scratch: Path) -> Crowd:
    """Starts `lifeboat serve` on 10,000 documents and scrapes it, over HTTP and without compression."""
    resources = scratch / "crowd"
    for number in range(ASSETS):
        write_one(resources, scratch, f"prometheus-{number}", f"namespace-{number % NAMESPACES}")
    interval = ("--evaluation-interval", f"{EVALUATION:.0f}s")
    served = Serve(scratch, "crowd", resources, str(scratch / "crowd.db"), *interval)
    scrapes, size = [], 0
    with served.daemon as daemon:
        # Each repository is looked into once.
        time.sleep(SETTLE)
        for _ in range(SCRAPES):
            # A view that was scraped is over by then.
            time.sleep(EVALUATION + 1.5)
            milliseconds, size = scrape(served.port)
            scrapes.append(milliseconds)
        resident = daemon.memory().resident
    shutil.rmtree(resources)
    return Crowd(daemon.ready_after, resident, median(scrapes), size)


def write_one(resources: Path, scratch: Path, name: str, namespace: str) -> None:
    # Nothing listens there, and nobody has to: nothing is due.
    repository: dict[str, object] = {"url": str(scratch / "repositories" / name), "instance": "bench"}
    write_resource(resources, name, "http://127.0.0.1:9", scratch, repository, namespace)


def scrape(port: int) -> tuple[float, int]:
    """Milliseconds and bytes of one scrape, from the connection to the last byte."""
    command = [tool("curl"), "--silent", "--show-error", "--fail", "--output", "/dev/null"]
    command += ["--header", "Accept: application/openmetrics-text; version=1.0.0"]
    command += ["--write-out", "%{time_total} %{size_download}", f"http://127.0.0.1:{port}/metrics"]
    seconds, size = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds) * 1000, int(size)
