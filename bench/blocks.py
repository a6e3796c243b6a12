"""The blocks that are backed up: generated once, kept in the tools folder, given out as hard links."""

import hashlib
import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from machine import BenchError, tool, tools_folder

BASE_END = "2026-10-01T10:00:00Z"
BASE_HOURS = 64
DAY_LATER_END = "2026-10-02T10:00:00Z"
DAY_HOURS = 24


@dataclass(frozen=True)
class Blocks:
    """A server's blocks, and those that it has in addition a day later."""

    base: Path
    day_later: Path


def prepare(size: int, seed: int) -> Blocks:
    """Generates blocks of about `size` bytes, or finds those of an earlier run."""
    blockgen = Path(tool("blockgen"))
    digest = hashlib.sha256(blockgen.read_bytes()).hexdigest()[:12]
    folder = tools_folder() / "bench" / f"blocks-{size}-{seed}-{digest}"
    blocks = Blocks(folder / "base", folder / "day-later")
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        day = size * DAY_HOURS // BASE_HOURS
        generate(blockgen, unfinished / "base", BASE_END, BASE_HOURS, size, seed)
        generate(blockgen, unfinished / "day-later", DAY_LATER_END, DAY_HOURS, day, seed)
        unfinished.rename(folder)
    return blocks


def generate(blockgen: Path, target: Path, end: str, hours: int, size: int, seed: int) -> None:
    command = [str(blockgen), "-mode", "bulk", "-out", str(target), "-end", end]
    command += ["-hours", str(hours), "-bytes", str(size), "-seed", str(seed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def link(source: Path, target: Path) -> None:
    """Adds the source's files to the target as hard links, as a snapshot of Prometheus does."""
    for file in files(source):
        linked = target / file.relative_to(source)
        linked.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, linked)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def total(folder: Path) -> int:
    return sum(file.stat().st_size for file in files(folder))


def warm(folder: Path) -> None:
    """Brings every file into the page cache, so that no client is the first to read it."""
    for file in files(folder):
        with file.open("rb", buffering=0) as opened:
            while opened.read(1 << 20):
                pass


def check_restored(source: Path, target: Path) -> None:
    """Fails unless every file of the source is in the target, below whatever folder, in its size."""
    missing = names_and_sizes(source) - names_and_sizes(target)
    if missing:
        raise BenchError(f"a restore lacks {missing.total()} files, for example {next(iter(missing))}")


def names_and_sizes(folder: Path) -> Counter[tuple[str, int]]:
    return Counter((file.name, file.stat().st_size) for file in files(folder))
