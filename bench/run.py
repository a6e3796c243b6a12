"""Measures Lifeboat against other S3 clients on one machine, with a real S3 server on loopback."""

import argparse
import subprocess
import sys
from pathlib import Path

import blocks
import clients
import machine
import report
from machine import BenchError
from measure import warn_if_loopback_is_busy
from scenarios import Bench

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def parse_arguments() -> argparse.Namespace:
    names = [client.name for client in clients.ALL]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default=",".join(names), help="which to measure (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often; medians are printed (default: 3)")
    parser.add_argument("--megabytes", type=int, default=2200, help="size of the blocks (default: 2200)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the blocks (default: 7)")
    parser.add_argument("--write", type=Path, help=f"file whose part between {BEGIN} and {END} is replaced")
    arguments = parser.parse_args()
    arguments.clients = arguments.clients.split(",")
    if unknown := set(arguments.clients) - set(names):
        parser.error(f"unknown clients: {', '.join(sorted(unknown))}")
    if arguments.rounds < 1 or arguments.megabytes < 1:
        parser.error("--rounds and --megabytes must be at least 1")
    return arguments


def run(arguments: argparse.Namespace) -> str:
    chosen = [client for client in clients.ALL if client.name in arguments.clients]
    facts = machine.facts([client.name for client in chosen])
    source = blocks.prepare(arguments.megabytes * 1_000_000, arguments.seed)
    warn_if_loopback_is_busy()
    bench = Bench(source, arguments.rounds)
    bench.compare(chosen)
    if "lifeboat" in arguments.clients:
        bench.crowd()
        bench.verify()
    sizes = report.Sizes(blocks.total(source.base), blocks.total(source.day_later))
    return report.render(bench.results, sizes, facts, arguments.rounds)


def around_markers(document: Path) -> tuple[str, str]:
    """What stands before and after the part that is replaced, markers included."""
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise BenchError(f"{document} lacks the markers {BEGIN} and {END}")
    return before + begin, end + after


def main() -> int:
    arguments = parse_arguments()
    try:
        # A file that cannot be written to is better known before than after the measurements.
        around = None if arguments.write is None else around_markers(arguments.write)
        tables = run(arguments)
        print(tables, end="")
        if around is not None:
            arguments.write.write_text(f"{around[0]}\n{tables}{around[1]}", encoding="utf-8")
    except (BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
