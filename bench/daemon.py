"""A server as a child process: started, waited for until it answers, ended; what it takes meanwhile."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from machine import BenchError

READY_WITHIN = 60.0
# Tight, because the time until it is ready is measured.
LOOK_EVERY = 0.0005


@dataclass(frozen=True)
class Memory:
    """MiB: all that is resident, and what of it belongs to this process alone and to no file."""

    resident: float
    anonymous: float


class Daemon:
    """Started on entry; ended on exit. `ready_after` says how many seconds it took to be ready."""

    def __init__(
        self,
        command: list[str],
        log: Path,
        is_ready: Callable[[], bool],
        environment: dict[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.command = command
        self.log = log
        self.is_ready = is_ready
        self.environment = environment or {"PATH": os.environ.get("PATH", "")}
        self.user = user
        self.ready_after = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            started = time.monotonic()
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                env=self.environment,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
        try:
            self.wait_until_ready(started)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_until_ready(self, started: float) -> None:
        while not self.is_ready():
            if self.process is None or self.process.poll() is not None:
                raise BenchError(f"{self.command[0]} ended while it started:\n{self.end_of_log()}")
            if time.monotonic() - started > READY_WITHIN:
                raise BenchError(f"{self.command[0]} was not ready in {READY_WITHIN:.0f} s:\n{self.end_of_log()}")
            time.sleep(LOOK_EVERY)
        self.ready_after = time.monotonic() - started

    def end_of_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def pid(self) -> int:
        if self.process is None or self.process.poll() is not None:
            raise BenchError(f"{self.command[0]} does not run any more:\n{self.end_of_log()}")
        return self.process.pid

    def memory(self) -> Memory:
        kibibytes = {}
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            name, *value = line.split()
            if value and value[-1] == "kB":
                kibibytes[name] = int(value[0])
        return Memory(kibibytes["Rss:"] / 1024, kibibytes["Anonymous:"] / 1024)

    def peak(self) -> float:
        """The most MiB that were ever resident."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise BenchError("the kernel doesn't tell the most memory that a process took")

    def cpu_seconds(self) -> float:
        """User and system time of all its threads, those that have ended as well."""
        # The clock that the kernel keeps for each process: /proc/PID/stat counts in 10 ms, which is
        # a sixth of what a minute may take. How its number follows from the process is fixed by
        # the kernel's interface (man 3 clock_getcpuclockid).
        return time.clock_gettime((~self.pid << 3) | 2)


def answers(port: int, path: str) -> bool:
    """Whether a server on loopback answers a path with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request.encode())
            return connection.recv(32).split()[1:2] == [b"200"]
    except OSError:
        return False
