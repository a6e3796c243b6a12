"""A Kubernetes API server for a measurement: started by the example of the test kit, asked over one connection a thread."""

import http.client
import json
import ssl
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from machine import REPOSITORY, BenchError

PROGRAM = REPOSITORY / "target" / "release" / "examples" / "control_plane"
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
# By these, requests that the measurement makes are told from those of Lifeboat, whose user is the same.
BENCH_AGENT = "lifeboat-bench"
OTHER_AGENTS = (BENCH_AGENT, "kwok/", "kube", "kubectl")

Json = dict[str, Any]


class ControlPlane:
    """Started on entry; ended on exit."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.kubeconfig = Path()
        self.etcd = ""
        self.connections = threading.local()

    def __enter__(self) -> Self:
        if not PROGRAM.exists():
            raise BenchError(f"{PROGRAM} is missing: run `make bench`")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        try:
            self.read_kubeconfig()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            # It ends when its input does.
            self.process.stdin.close()
            self.process.wait(timeout=60)

    def read_kubeconfig(self) -> None:
        """It prints the path, and where its etcd listens, once it is ready."""
        output = self.process.stdout if self.process is not None else None
        lines = [output.readline().decode().strip() for _ in range(2)] if output is not None else []
        if not all(lines):
            end = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise BenchError(f"{PROGRAM.name} ended while it started:\n{end}")
        self.kubeconfig, self.etcd = Path(lines[0]), lines[1]
        settings = json.loads(self.kubeconfig.read_text(encoding="utf-8"))
        cluster, user = settings["clusters"][0]["cluster"], settings["users"][0]["user"]
        self.address = urlsplit(cluster["server"]).netloc
        self.context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self.context.load_cert_chain(user["client-certificate"], user["client-key"])

    def request(
        self, method: str, path: str, body: Json | None = None, content_type: str = JSON, accept: str = JSON
    ) -> Json:
        """The answer to one request; fails unless it is a success."""
        headers = {"User-Agent": BENCH_AGENT, "Content-Type": content_type, "Accept": accept}
        sent = None if body is None else json.dumps(body)
        known = getattr(self.connections, "of_thread", None)
        try:
            answer = self.send(known or self.connect(), method, path, sent, headers)
        except (OSError, http.client.HTTPException):
            if known is None:
                raise
            # The server closes connections that have rested for minutes.
            answer = self.send(self.connect(), method, path, sent, headers)
        text = answer.read()
        if answer.status >= 300:
            raise BenchError(f"{method} {path} is answered with {answer.status}: {text[:2000]!r}")
        read: Json = json.loads(text)
        return read

    def connect(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(self.address, timeout=30, context=self.context)
        self.connections.of_thread = connection
        return connection

    @staticmethod
    def send(
        connection: http.client.HTTPSConnection, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def create(self, collection: str, definition: Json) -> None:
        """Makes an object, and writes its status as an operator does: by a second request."""
        status = definition.pop("status", None)
        self.request("POST", collection, definition)
        if status is not None:
            self.patch(f"{collection}/{definition['metadata']['name']}/status", {"status": status})

    def patch(self, path: str, change: Json) -> None:
        self.request("PATCH", path, change, MERGE_PATCH)

    def cached(self, collection: str) -> int:
        """How many objects of a collection the API server has in its cache, from which it answers who watches."""
        listed = self.request("GET", f"{collection}?resourceVersion=0", accept=METADATA)
        return len(listed["items"])

    def requests_of_lifeboat(self) -> list[str]:
        """Verb and resource of what Lifeboat has asked for so far, by the audit log; the ends of watches too."""
        asked = []
        for line in (self.kubeconfig.parent / "audit.log").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            by_system = entry["user"]["username"].startswith("system:")
            if not by_system and not entry.get("userAgent", "").startswith(OTHER_AGENTS):
                asked.append(f"{entry['verb']} {entry.get('objectRef', {}).get('resource', entry['requestURI'])}")
        return asked
