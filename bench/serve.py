"""What `lifeboat serve` takes and how much it carries: at rest, at its start, with many assets, after many years."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import idle
import scale
from blocks import Blocks
from idle import Idle
from scale import Crowd, Milliseconds
from scenarios import scratch_folder
from servers import ALERTMANAGER, postgres_program

PROGRAMS = ["lifeboat", "prometheus", ALERTMANAGER, "garage"]
# A start takes so little that many of them cost nothing.
STARTS_PER_ROUND = 7

T = TypeVar("T")


@dataclass(frozen=True)
class Figures:
    """Everything, in milliseconds and MiB; see the modules that measure it."""

    idle: dict[str, Idle]
    starts: Milliseconds
    assess: float
    render: float
    crowd: Crowd
    ten_years: dict[str, Milliseconds]


def measure(source: Blocks, rounds: int, seconds: float) -> Figures:
    """Takes about two minutes for each round, and three more."""
    with scratch_folder() as scratch:
        ten_years = told("ten years of hourly runs", lambda: scale.ten_years(scratch))
        return Figures(
            ten_years=ten_years,
            starts=told("starts", lambda: scale.starts(scratch, rounds * STARTS_PER_ROUND)),
            assess=told("assessing, ms", lambda: scale.assess(rounds)),
            render=told("rendering, ms", lambda: scale.render(rounds)),
            crowd=told("10,000 documents", lambda: scale.crowd(scratch)),
            idle=idle.measure(scratch, source, rounds, seconds),
        )


def told(what: str, measured: Callable[[], T]) -> T:
    """Says on stderr what came out, because all of it together takes minutes."""
    figures = measured()
    print(f"{what}: {figures}", file=sys.stderr)
    return figures


def postgres_version() -> str:
    version = [postgres_program("postgres"), "--version"]
    said = subprocess.run(version, capture_output=True, text=True, check=True).stdout.strip()
    return f"postgres: `{said}`"
