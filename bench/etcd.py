"""Puts many objects into etcd at once, as restoring a cluster does: the API server tells whoever watches of each."""

import base64
import http.client
import json
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from urllib.parse import urlsplit

from machine import BenchError

# As many operations etcd takes in one transaction by default.
IN_ONE_TRANSACTION = 128
AT_A_TIME = 4

# The key, and the object in JSON.
Entry = tuple[str, str]


class Etcd:
    """One etcd without encryption, asked over one connection a thread."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url).netloc
        self.connections = threading.local()

    def put_all(self, objects: Iterable[Entry]) -> int:
        """Puts objects, each by its key, and returns how many there were."""
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            return sum(pool.map(self.put, batches(objects)))

    def put(self, objects: list[Entry]) -> int:
        operations = [{"requestPut": {"key": encoded(key), "value": encoded(value)}} for key, value in objects]
        connection = getattr(self.connections, "of_thread", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.address, timeout=60)
            self.connections.of_thread = connection
        body = json.dumps({"success": operations})
        connection.request("POST", "/v3/kv/txn", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200 or not json.loads(text).get("succeeded"):
            raise BenchError(f"etcd answers with {answer.status}: {text[:2000]!r}")
        return len(operations)


def batches(objects: Iterable[Entry]) -> Iterator[list[Entry]]:
    left = iter(objects)
    while batch := list(islice(left, IN_ONE_TRANSACTION)):
        yield batch


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
