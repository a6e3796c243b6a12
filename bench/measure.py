"""Runs one command and says what it took."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from machine import BenchError, tool


@dataclass(frozen=True)
class Measurement:
    """What one command took: seconds, MiB of its largest process, and bytes over loopback."""

    wall: float
    cpu: float
    peak: float
    wire: int


def measure(command: list[str], environment: dict[str, str], scratch: Path) -> Measurement:
    """Runs the command and fails when it fails.

    The CPU time is that of the command and its children. The bytes are all that loopback carried
    meanwhile, so nothing else may use it.
    """
    log, peak = scratch / "command.log", scratch / "peak"
    # GNU time stands between, because a child of Python would count Python's memory as its own.
    wrapped = [tool("time"), "--quiet", "--format=%M", f"--output={peak}", *command]
    # What is still to be written from before belongs to no one's measurement.
    os.sync()
    with log.open("wb") as output:
        wire = loopback_bytes()
        started = time.monotonic()
        process = subprocess.Popen(wrapped, stdout=output, stderr=output, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        wire = loopback_bytes() - wire
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        end = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise BenchError(f"`{' '.join(command)}` ended with {process.returncode}:\n{end}")
    kibibytes = int(peak.read_text(encoding="utf-8").split()[-1])
    return Measurement(wall, usage.ru_utime + usage.ru_stime, kibibytes / 1024, wire)


def warn_if_loopback_is_busy() -> None:
    """Says so when other programs would be counted in the bytes on the wire."""
    before = loopback_bytes()
    time.sleep(2)
    if (busy := loopback_bytes() - before) > 10_000:
        print(f"bench: other programs sent {busy} bytes over loopback in 2 s; bytes will be too high", file=sys.stderr)


def loopback_bytes() -> int:
    """What the loopback interface has received since the machine started."""
    for line in Path("/proc/net/dev").read_text(encoding="utf-8").splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == "lo":
            return int(counters.split()[0])
    raise BenchError("there is no loopback interface in /proc/net/dev")
