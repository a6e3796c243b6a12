"""One evaluation of all alerts, by the built-in engine and by a Prometheus with the generated rules over the same series."""

import http.client
import http.server
import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import scale
from daemon import Daemon, answers
from garage import free_port
from machine import LIFEBOAT, BenchError, tool
from scenarios import scratch_folder
from serve import told

PROGRAMS = ["lifeboat", "prometheus"]
EXAMPLE = "evaluate_alerts"
INTERVAL = 5
EVALUATIONS = 8
GIVE_UP = 300.0


@dataclass(frozen=True)
class Figures:
    """Milliseconds of an evaluation by each, and what was evaluated."""

    assets: int
    entries: int
    alerts: int
    series: int
    engine: float
    prometheus: float


def measure(assets: int, rounds: int) -> Figures:
    """Takes about two minutes."""
    with scratch_folder() as scratch:
        exposition = scratch / "metrics"
        said = [scale.example(EXAMPLE, str(assets), str(exposition), one_core=True) for _ in range(rounds)]
        engine = told("engine, ms", lambda: median(scale.figure(r"^evaluated: ([\d.]+) ms", one) for one in said))
        facts = {what: int(scale.figure(rf"^{what}: (\d+)", said[0])) for what in ("entries", "alerts", "series")}
        prometheus = told("prometheus, ms", lambda: evaluate(scratch, exposition))
        return Figures(assets, facts["entries"], facts["alerts"], facts["series"], engine, prometheus)


def evaluate(scratch: Path, exposition: Path) -> float:
    """Milliseconds that a Prometheus takes for one evaluation of all groups: the median of some."""
    with exporter(exposition.read_bytes()) as target, prometheus(scratch, target) as (daemon, port):
        wait_for_series(daemon, port)
        taken, seen = [], evaluations(port)
        started = time.monotonic()
        while len(taken) < EVALUATIONS:
            if time.monotonic() - started > GIVE_UP:
                raise BenchError(f"prometheus evaluates too seldom:\n{daemon.end_of_log()}")
            time.sleep(INTERVAL / 5)
            if (now := evaluations(port)) > seen:
                seen = now
                taken.append(last_evaluation(port) * 1000)
        return median(taken)


@contextmanager
def exporter(metrics: bytes) -> Iterator[int]:
    """Serves always the same metrics; yields its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(metrics)))
            self.end_headers()
            self.wfile.write(metrics)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def prometheus(scratch: Path, target: int) -> Iterator[tuple[Daemon, int]]:
    """A Prometheus that scrapes the target and evaluates the generated rules; with its port."""
    port = free_port()
    generate = [str(LIFEBOAT), "rules", "generate", "--format", "rules"]
    rules = subprocess.run(generate, capture_output=True, text=True, check=True).stdout
    (scratch / "rules.yaml").write_text(rules, encoding="utf-8")
    interval = f"{INTERVAL}s"
    settings = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [
            {
                "job_name": "lifeboat",
                "honor_labels": True,
                "static_configs": [{"targets": [f"127.0.0.1:{target}"]}],
            }
        ],
    }
    file = scratch / "prometheus-rules.yml"
    file.write_text(json.dumps(settings), encoding="utf-8")
    command = [tool("prometheus"), f"--config.file={file}", f"--storage.tsdb.path={scratch / 'rules-data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}"]
    with Daemon(command, scratch / "prometheus-rules.log", lambda: answers(port, "/-/ready")) as daemon:
        yield daemon, port


def metrics(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def wait_for_series(daemon: Daemon, port: int) -> None:
    """Until rules have found something: from then on every evaluation has all series."""
    started = time.monotonic()
    while not re.search(r"^prometheus_rule_group_last_evaluation_samples\S* [1-9]", metrics(port), re.MULTILINE):
        pass_by(daemon, started)
    # Whatever was new to it is known by then.
    time.sleep(3 * INTERVAL)


def pass_by(daemon: Daemon, started: float) -> None:
    if time.monotonic() - started > GIVE_UP:
        raise BenchError(f"prometheus finds nothing to alert about:\n{daemon.end_of_log()}")
    time.sleep(0.5)


def evaluations(port: int) -> float:
    """How often the group was evaluated that was evaluated least often."""
    text = metrics(port)
    counts = re.findall(r"^prometheus_rule_group_iterations_total\S* (\S+)$", text, re.MULTILINE)
    return min(float(count) for count in counts)


def last_evaluation(port: int) -> float:
    """Seconds of the last evaluation of every group, one after the other."""
    lasted = re.findall(r"^prometheus_rule_group_last_duration_seconds\S* (\S+)$", metrics(port), re.MULTILINE)
    return sum(float(seconds) for seconds in lasted)
