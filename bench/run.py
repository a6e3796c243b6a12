"""Measures Lifeboat on one machine: against other S3 clients with a real S3 server, `lifeboat serve`, and in a cluster."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import alerts
import alerts_report
import blocks
import clients
import cluster
import cluster_report
import fleet
import fleet_report
import kube_state_metrics
import machine
import report
import serve
import serve_report
from blocks import Blocks
from machine import BenchError
from measure import warn_if_loopback_is_busy
from scenarios import Bench

CLIENTS, SERVE, KUBERNETES, FLEET = "clients", "serve", "kubernetes", "scale-kubernetes"
ALERTS = "alerts"
# Between which lines of a document each part stands.
MARKERS = {
    CLIENTS: ("<!-- bench:begin -->", "<!-- bench:end -->"),
    SERVE: ("<!-- bench-serve:begin -->", "<!-- bench-serve:end -->"),
    KUBERNETES: ("<!-- bench-kubernetes:begin -->", "<!-- bench-kubernetes:end -->"),
    FLEET: ("<!-- bench-scale-kubernetes:begin -->", "<!-- bench-scale-kubernetes:end -->"),
    ALERTS: ("<!-- bench-alerts:begin -->", "<!-- bench-alerts:end -->"),
}


def parse_arguments() -> argparse.Namespace:
    names = [client.name for client in clients.ALL]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(MARKERS), help="measure this part alone")
    parser.add_argument("--clients", default=",".join(names), help="which to measure (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often; medians are printed (default: 3)")
    parser.add_argument("--megabytes", type=int, default=2200, help="size of the blocks (default: 2200)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the blocks (default: 7)")
    parser.add_argument("--seconds", type=float, default=60, help="how long servers are watched (default: 60)")
    parser.add_argument("--assets", type=int, default=10_000, help="about how many there are alerts (default: 10000)")
    parser.add_argument("--write", type=Path, help="file whose parts between the markers are replaced")
    arguments = parser.parse_args()
    arguments.clients = arguments.clients.split(",")
    if unknown := set(arguments.clients) - set(names):
        parser.error(f"unknown clients: {', '.join(sorted(unknown))}")
    if min(arguments.rounds, arguments.megabytes, arguments.seconds, arguments.assets) < 1:
        parser.error("--rounds, --megabytes, --seconds and --assets must be at least 1")
    return arguments


def source_of(arguments: argparse.Namespace) -> Blocks:
    return blocks.prepare(arguments.megabytes * 1_000_000, arguments.seed)


def measure_clients(arguments: argparse.Namespace) -> str:
    source = source_of(arguments)
    chosen = [client for client in clients.ALL if client.name in arguments.clients]
    facts = machine.facts(["garage", *(client.name for client in chosen if client.name != clients.BARE)])
    warn_if_loopback_is_busy()
    bench = Bench(source, arguments.rounds)
    bench.compare(chosen)
    if "lifeboat" in arguments.clients:
        bench.crowd()
        bench.verify()
    sizes = report.Sizes(blocks.total(source.base), blocks.total(source.day_later))
    return report.render(bench.results, sizes, facts, arguments.rounds)


def measure_serve(arguments: argparse.Namespace) -> str:
    source = source_of(arguments)
    facts = [*machine.facts(serve.PROGRAMS), serve.postgres_version()]
    load = os.getloadavg()[0]
    figures = serve.measure(source, arguments.rounds, arguments.seconds)
    facts.append(f"load of the last minute: {load:.2f} at the beginning, {os.getloadavg()[0]:.2f} at the end")
    return serve_report.render(figures, blocks.total(source.base), facts, arguments.rounds, arguments.seconds)


def measure_kubernetes(arguments: argparse.Namespace) -> str:
    facts = machine.facts(cluster.PROGRAMS)
    load = os.getloadavg()[0]
    figures = cluster.measure(arguments.seconds)
    facts.append(f"load of the last minute: {load:.2f} at the beginning, {os.getloadavg()[0]:.2f} at the end")
    return cluster_report.render(figures, facts, arguments.seconds)


def measure_fleet(arguments: argparse.Namespace) -> str:
    facts = [*machine.facts(fleet.PROGRAMS), kube_state_metrics.version()]
    load = os.getloadavg()[0]
    figures = fleet.measure(arguments.seconds)
    facts.append(f"load of the last minute: {load:.2f} at the beginning, {os.getloadavg()[0]:.2f} at the end")
    return fleet_report.render(figures, facts, arguments.seconds)


def measure_alerts(arguments: argparse.Namespace) -> str:
    facts = machine.facts(alerts.PROGRAMS)
    load = os.getloadavg()[0]
    figures = alerts.measure(arguments.assets, arguments.rounds)
    facts.append(f"load of the last minute: {load:.2f} at the beginning, {os.getloadavg()[0]:.2f} at the end")
    return alerts_report.render(figures, facts, arguments.rounds)


PARTS = {
    CLIENTS: measure_clients,
    SERVE: measure_serve,
    KUBERNETES: measure_kubernetes,
    FLEET: measure_fleet,
    ALERTS: measure_alerts,
}


def check_markers(document: Path, part: str) -> None:
    text = document.read_text(encoding="utf-8")
    begin, end = MARKERS[part]
    if not 0 <= text.find(begin) < text.find(end):
        raise BenchError(f"{document} lacks the markers {begin} and {end}")


def replace_part(document: Path, part: str, tables: str) -> None:
    """Puts tables between the markers of a part. Read anew: what stands elsewhere may have been edited."""
    check_markers(document, part)
    begin, end = MARKERS[part]
    before, _, rest = document.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    document.write_text(f"{before}{begin}\n{tables}{end}{after}", encoding="utf-8")


def main() -> int:
    arguments = parse_arguments()
    try:
        parts = [arguments.only] if arguments.only else list(PARTS)
        # A file that cannot be written to is better known before than after the measurements.
        if arguments.write is not None:
            for part in parts:
                check_markers(arguments.write, part)
        for part in parts:
            tables = PARTS[part](arguments)
            print(tables, end="")
            if arguments.write is not None:
                replace_part(arguments.write, part, tables)
    except (BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
