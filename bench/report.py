"""The tables in Markdown: medians, ratios, and the targets with what was reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from clients import BARE
from measure import Measurement
from scenarios import CROWDED, DAY_LATER, FULL, RESTORE, RESTORE_SHA256, SECOND, VERIFY, Results

PEERS = (BARE, "s5cmd", "aws", "rclone", "restic")


@dataclass(frozen=True)
class Sizes:
    """Bytes of the blocks, and of those that a day adds."""

    base: int
    day_later: int


@dataclass(frozen=True)
class Target:
    """What issue and documentation promise: a figure and the most (or least) it may be."""

    text: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Medians:
    """The median of each figure over the rounds."""

    def __init__(self, results: Results) -> None:
        self.of = {key: middle(rounds) for key, rounds in results.items()}

    def get(self, client: str, operation: str) -> Measurement | None:
        return self.of.get((client, operation))


def middle(rounds: list[Measurement]) -> Measurement:
    return Measurement(
        wall=median(one.wall for one in rounds),
        cpu=median(one.cpu for one in rounds),
        peak=median(one.peak for one in rounds),
        wire=int(median(one.wire for one in rounds)),
    )


def render(results: Results, sizes: Sizes, facts: list[str], rounds: int) -> str:
    medians = Medians(results)
    lines = [f"Medians of {rounds} rounds, {sizes.base / 1e9:.2f} GB of blocks.", ""]
    lines += [f"- {fact}" for fact in facts]
    for operation in (FULL, SECOND, DAY_LATER, RESTORE):
        lines += ["", f"### {operation.capitalize()}", "", *comparison(medians, operation)]
    targets = list(all_targets(medians, sizes))
    if targets:
        lines += ["", "### Targets", "", *target_table(targets)]
    return "\n".join(lines) + "\n"


def comparison(medians: Medians, operation: str) -> list[str]:
    """One operation: each client's figures, and Lifeboat's as a share of them."""
    lines = [
        "| client | wall s | CPU s | peak MiB | on the wire MiB | Lifeboat's wall ÷ its | CPU ÷ | peak ÷ | wire ÷ |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    ours = medians.get("lifeboat", operation)
    rows = [("lifeboat", operation, "lifeboat")]
    if operation == RESTORE:
        rows.append(("lifeboat", RESTORE_SHA256, "lifeboat, SHA-256"))
    rows += [(peer, operation, peer) for peer in PEERS]
    for client, measured, label in rows:
        taken = medians.get(client, measured)
        if taken is not None:
            ratios = ratio_cells(ours, taken) if client in PEERS else [""] * 4
            lines.append(f"| {' | '.join([label, *figures(taken), *ratios])} |")
    return lines


def figures(taken: Measurement) -> list[str]:
    return [f"{taken.wall:.2f}", f"{taken.cpu:.2f}", f"{taken.peak:.0f}", f"{taken.wire / 2**20:.2f}"]


def ratio_cells(ours: Measurement | None, theirs: Measurement) -> list[str]:
    if ours is None:
        return [""] * 4
    pairs = [(ours.wall, theirs.wall), (ours.cpu, theirs.cpu), (ours.peak, theirs.peak), (ours.wire, theirs.wire)]
    return [f"{mine / other:.2f}" if other else "" for mine, other in pairs]


def all_targets(medians: Medians, sizes: Sizes) -> Iterator[Target]:
    """Every target whose figures were measured in this run."""
    full = medians.get("lifeboat", FULL)
    if full is None:
        return
    s5cmd, aws = medians.get("s5cmd", FULL), medians.get("aws", FULL)
    if s5cmd and aws:
        fastest = min(s5cmd.wall, aws.wall)
        yield Target("full backup: wall, of the faster of s5cmd and aws", full.wall / fastest, 0.8, "")
    if s5cmd:
        yield Target("full backup: CPU, of s5cmd's", full.cpu / s5cmd.cpu, 0.45, "")
    yield Target("full backup: CPU per GB", full.cpu / (sizes.base / 1e9), 1.0, " s")
    yield Target("full backup: peak memory", full.peak, 96, " MiB")
    if second := medians.get("lifeboat", SECOND):
        yield Target("second backup: wall", second.wall, 1.0, " s")
        yield Target("second backup: on the wire, of the data", second.wire / sizes.base, 0.001, "")
    if crowded := medians.get("lifeboat", CROWDED):
        yield Target(f"{CROWDED}: wall", crowded.wall, 1.0, " s")
    if later := medians.get("lifeboat", DAY_LATER):
        yield Target("a day later: on the wire, of the new files", later.wire / sizes.day_later, 1.05, "")
    yield from restore_targets(medians)
    if verified := medians.get("lifeboat", VERIFY):
        speed = sizes.base / 1e9 / verified.wall
        yield Target("deep verification on one core", speed, 1.0, " GB/s", at_least=True)


def restore_targets(medians: Medians) -> Iterator[Target]:
    restore, s5cmd = medians.get("lifeboat", RESTORE), medians.get("s5cmd", RESTORE)
    with_sha256 = medians.get("lifeboat", RESTORE_SHA256)
    if restore and s5cmd:
        yield Target("restore, CRC-64/NVME: wall, of s5cmd's", restore.wall / s5cmd.wall, 1.0, "")
        yield Target("restore, CRC-64/NVME: CPU, of s5cmd's", restore.cpu / s5cmd.cpu, 1.2, "")
    if restore:
        yield Target("restore, CRC-64/NVME: peak memory", restore.peak, 32, " MiB")
    if with_sha256 and s5cmd:
        yield Target("restore, SHA-256 as well: wall, of s5cmd's", with_sha256.wall / s5cmd.wall, 1.7, "")


def target_table(targets: list[Target]) -> list[str]:
    lines = ["| what | target | reached | |", "|---|---:|---:|---|"]
    for target in targets:
        bound = "at least" if target.at_least else "at most"
        digits = 4 if target.limit < 0.01 else 2
        reached = f"{target.value:.{digits}f}{target.unit}"
        verdict = "met" if target.met else "**not met**"
        lines.append(f"| {target.text} | {bound} {target.limit:g}{target.unit} | {reached} | {verdict} |")
    return lines
