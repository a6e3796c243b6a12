"""How the servers beside S3 are started: Lifeboat itself, Prometheus, Alertmanager, PostgreSQL."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon import Daemon, answers
from garage import credentials, free_port
from machine import LIFEBOAT, BenchError, tool

ALERTMANAGER = "prometheus-alertmanager"
# Where Debian keeps PostgreSQL's programs, each version in a folder of its own.
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
POSTGRES_USER = "lifeboat"
POSTGRES_PASSWORD = "a-password-for-the-bench"
# Once a year: never during a measurement, unless it begins at midnight of New Year's Day.
IN_A_WHILE = "0 0 1 1 *"


def write_resource(
    folder: Path, name: str, prometheus: str, data: Path, repository: dict[str, object], namespace: str = "monitoring"
) -> None:
    """A PrometheusBackup that starts nothing by itself, in JSON, which is YAML too."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "PrometheusBackup",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "prometheus": {"url": prometheus, "dataDirectory": str(data)},
            "repository": repository,
            "schedule": IN_A_WHILE,
            "verification": {"level": "deep", "slices": 1, "schedule": IN_A_WHILE},
        },
    }
    (folder / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")


class Serve:
    """The command line of one `lifeboat serve`, and its address."""

    def __init__(self, scratch: Path, name: str, resources: Path, ledger: str, *options: str) -> None:
        self.port = free_port()
        command = [str(LIFEBOAT), "serve", "--resources", str(resources), "--ledger", ledger]
        command += ["--listen", f"127.0.0.1:{self.port}", *options]
        self.daemon = Daemon(
            command, scratch / f"{name}.log", lambda: answers(self.port, "/readyz"), environment=credentials()
        )

    def run(self, operation: str) -> None:
        """Has it carry out one operation on the asset `main`, and waits for the end."""
        command = [str(LIFEBOAT), "run", "main", "--operation", operation, "--wait"]
        command += ["--server", f"http://127.0.0.1:{self.port}"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise BenchError(f"the {operation} failed:\n{ended.stdout}{ended.stderr}{self.daemon.end_of_log()}")


@contextmanager
def prometheus(scratch: Path, name: str, data: Path) -> Iterator[tuple[Daemon, int]]:
    """A Prometheus that scrapes nothing and leaves the blocks as they are; with its port."""
    port = free_port()
    settings = scratch / f"{name}.yml"
    settings.write_text("scrape_configs: []\n", encoding="utf-8")
    command = [tool("prometheus"), f"--config.file={settings}", f"--storage.tsdb.path={data}"]
    command += ["--storage.tsdb.retention.time=100y", "--web.enable-admin-api"]
    command += ["--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h"]
    command += [f"--web.listen-address=127.0.0.1:{port}"]
    with Daemon(command, scratch / f"{name}.log", lambda: answers(port, "/-/ready")) as daemon:
        yield daemon, port


@contextmanager
def alertmanager(scratch: Path) -> Iterator[tuple[Daemon, int]]:
    """An Alertmanager alone, with its port."""
    port = free_port()
    settings = scratch / "alertmanager.yml"
    settings.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n", encoding="utf-8")
    command = [tool(ALERTMANAGER), f"--config.file={settings}", f"--storage.path={scratch / 'alertmanager'}"]
    command += ["--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{port}"]
    with Daemon(command, scratch / "alertmanager.log", lambda: answers(port, "/-/ready")) as daemon:
        yield daemon, port


def postgres_program(name: str) -> str:
    found = sorted(DEBIAN_POSTGRES.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else tool(name)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL that doesn't wait for the disk; yields the URL of a database."""
    # It refuses to run as root, and the user that it runs as can't see root's folders.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="lifeboat-bench-postgres-"))
    try:
        password = folder / "password"
        password.write_text(POSTGRES_PASSWORD, encoding="utf-8")
        if user is not None:
            shutil.chown(folder, user, user)
            shutil.chown(password, user, user)
        data, port = folder / "data", free_port()
        initdb = [postgres_program("initdb"), "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        initdb += ["--auth=scram-sha-256", "--username", POSTGRES_USER, "--pwfile", str(password), "--pgdata", str(data)]
        groups = None if user is None else []
        subprocess.run(
            initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=user, group=user, extra_groups=groups
        )
        command = [postgres_program("postgres"), "-D", str(data), "-p", str(port), "-c", "fsync=off"]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with Daemon(command, folder / "log", lambda: accepts(port), user=user):
            yield f"postgres://{POSTGRES_USER}:{POSTGRES_PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def accepts(port: int) -> bool:
    """Whether PostgreSQL takes connections, and not only its socket."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            pass
    except OSError:
        return False
    ready = [postgres_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(ready, check=False).returncode == 0
