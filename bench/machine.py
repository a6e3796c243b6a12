"""Where the programs are, and what machine the figures come from."""

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LIFEBOAT = REPOSITORY / "target" / "release" / "lifeboat"


class BenchError(Exception):
    """The bench cannot go on; the message says why."""


def tools_folder() -> Path:
    """The folder that `make tools` fills."""
    if folder := os.environ.get("LIFEBOAT_TOOLS"):
        return Path(folder)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "lifeboat" / "tools"


def tool(name: str) -> str:
    """The path of a program, the pinned one first."""
    path = os.pathsep.join([str(tools_folder() / "bin"), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise BenchError(f"{name} is missing: run `make tools`")
    return found


def version(client: str) -> str:
    """What a client's program says of its own version, on one line."""
    program = str(LIFEBOAT) if client == "lifeboat" else tool(client)
    flag = "version" if client in ("s5cmd", "rclone", "restic") else "--version"
    # rclone warns of a missing settings file otherwise.
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": home}
        answer = subprocess.run([program, flag], capture_output=True, text=True, check=True, env=environment)
    return answer.stdout.splitlines()[0].strip()


def hardware() -> str:
    """Cores, memory and kernel, on one line."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {model}, {memory:.0f} GiB of memory, Linux {platform.release()}"


def facts(programs: list[str]) -> list[str]:
    """The machine and the versions, as lines for a list."""
    return [hardware(), *(f"{name}: `{version(name)}`" for name in programs)]
