"""What is measured: each client's full and second backup, restores, and a day later, in rounds."""

import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import blocks
from blocks import Blocks
from clients import INSTANCE, Client, Store, lifeboat_backup, s5cmd
from garage import Garage
from machine import REPOSITORY, BenchError, tools_folder
from measure import Measurement, measure

FULL = "full backup"
SECOND = "second backup"
RESTORE = "restore"
RESTORE_SHA256 = "restore, SHA-256"
DAY_LATER = "a day later"
CROWDED = "second backup beside 100,000 more files"
VERIFY = "deep verification"

# Files, and how many of them belong to one invented block.
CROWD, CROWD_PER_BLOCK = 100_000, 4

Results = dict[tuple[str, str], list[Measurement]]


class Bench:
    """Collects measurements by client and operation."""

    def __init__(self, source: Blocks, rounds: int) -> None:
        self.source = source
        self.rounds = rounds
        self.results: Results = defaultdict(list)

    def compare(self, clients: list[Client]) -> None:
        """Rounds of every client, each round in another order, each client on a new, empty server."""
        for number in range(self.rounds):
            shift = number % len(clients)
            for client in clients[shift:] + clients[:shift]:
                with scratch_folder() as scratch, server(scratch) as store:
                    self.visit(client, store, scratch)

    def visit(self, client: Client, store: Store, scratch: Path) -> None:
        snapshot = scratch / "snapshot"
        blocks.link(self.source.base, snapshot)
        blocks.warm(snapshot)
        if client.prepare is not None:
            measure(client.prepare(store), store.environment(), scratch)
        for operation in (FULL,) if client.once else (FULL, SECOND):
            self.run(client.name, operation, client.backup(store, snapshot), store, scratch)
        for operation, restore in client.restores.items():
            target = scratch / "restored"
            self.run(client.name, operation, restore(store, target), store, scratch)
            blocks.check_restored(snapshot, target)
            shutil.rmtree(target)
        if client.once:
            return
        blocks.link(self.source.day_later, snapshot)
        blocks.warm(snapshot)
        self.run(client.name, DAY_LATER, client.backup(store, snapshot), store, scratch)

    def crowd(self) -> None:
        """Lifeboat's second backup when the repository holds far more files than the backup has."""
        with scratch_folder() as scratch, server(scratch) as store:
            snapshot = scratch / "snapshot"
            blocks.link(self.source.base, snapshot)
            blocks.warm(snapshot)
            measure(lifeboat_backup(store, snapshot), store.environment(), scratch)
            upload_crowd(store, scratch)
            for _ in range(self.rounds):
                self.run("lifeboat", CROWDED, lifeboat_backup(store, snapshot), store, scratch)

    def verify(self) -> None:
        """Deep verification of local blocks, on one core."""
        build = ["cargo", "build", "--release", "--locked", "--package", "lifeboat-tsdb"]
        subprocess.run([*build, "--example", "verify_throughput"], check=True, cwd=REPOSITORY)
        program = REPOSITORY / "target" / "release" / "examples" / "verify_throughput"
        blocks.warm(self.source.base)
        with scratch_folder() as scratch:
            store = Store("http://127.0.0.1:9", scratch)
            for _ in range(self.rounds):
                command = ["taskset", "--cpu-list", "0", str(program), str(self.source.base)]
                self.run("lifeboat", VERIFY, command, store, scratch)

    def run(self, client: str, operation: str, command: list[str], store: Store, scratch: Path) -> None:
        taken = measure(command, store.environment(), scratch)
        self.results[client, operation].append(taken)
        print(
            f"{client:>12} {operation}: {taken.wall:.2f} s, CPU {taken.cpu:.2f} s, "
            f"{taken.peak:.0f} MiB, {taken.wire / 2**20:.2f} MiB on the wire",
            file=sys.stderr,
        )


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Beside the generated blocks, because hard links need the same file system."""
    beside = tools_folder() / "bench"
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=beside) as folder:
        yield Path(folder)


@contextmanager
def server(scratch: Path) -> Iterator[Store]:
    home = scratch / "home"
    home.mkdir()
    with Garage(scratch / "garage") as garage:
        yield Store(garage.endpoint, home)


def upload_crowd(store: Store, scratch: Path) -> None:
    """Puts small files where other blocks of the same instance would lie."""
    folder = scratch / "crowd"
    for number in range(CROWD // CROWD_PER_BLOCK):
        block = folder / f"01M{number:023d}" / "20260101-000000-000000"
        block.mkdir(parents=True)
        for name in ("index", "meta.json", "tombstones", "000001"):
            (block / name).write_bytes(b"crowd")
    command = s5cmd(store, "cp", f"{folder}/", f"{store.url}/data/{INSTANCE}/")
    answer = subprocess.run(command, env=store.environment(), capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise BenchError(f"failed to upload {CROWD} files: {answer.stderr[-2000:]}")
    shutil.rmtree(folder)
