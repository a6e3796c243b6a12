"""The tables of `lifeboat serve` in a cluster in Markdown, and the targets with what was reached."""

from collections.abc import Iterator
from statistics import median, quantiles

from cluster import ASSETS, CHANGES, Figures
from cluster_objects import BACKUPS, CLUSTERS, CRON_JOBS
from report import Target, target_table


def render(figures: Figures, facts: list[str], seconds: float) -> str:
    lines = [
        f"{CLUSTERS} Clusters of CloudNativePG with {BACKUPS} Backups each, {CRON_JOBS} CronJobs; "
        f"{figures.objects} objects in all, {ASSETS} assets. One run.",
        "",
        *(f"- {fact}" for fact in facts),
        *("", "### From a change to its verdict", "", *change_table(figures)),
        *("", "### What watching takes", "", *cost_table(figures, seconds)),
        *("", "### Requests to the API server", "", *requests_table(figures.at_start, figures.at_rest, seconds)),
        *("", "### Targets in a cluster", "", *target_table(list(targets(figures)))),
    ]
    return "\n".join(lines) + "\n"


def all_latencies(figures: Figures) -> list[float]:
    return [latency for latencies in figures.latencies.values() for latency in latencies]


def change_table(figures: Figures) -> list[str]:
    lines = ["| change | how many | median ms | 90th percentile ms | maximum ms |", "|---|---:|---:|---:|---:|"]
    rows = [*figures.latencies.items(), ("all of them", all_latencies(figures))]
    for name, latencies in rows:
        ninth = quantiles(latencies, n=10, method="inclusive")[-1]
        figures_of = " | ".join(f"{value * 1000:.0f}" for value in (median(latencies), ninth, max(latencies)))
        lines.append(f"| {name} | {len(latencies)} | {figures_of} |")
    return lines


def cost_table(figures: Figures, seconds: float) -> list[str]:
    return [
        "| what | |",
        "|---|---:|",
        f"| from start to ready | {figures.start.ready * 1000:.0f} ms |",
        f"| from start to the first verdict on every asset | {figures.start.complete * 1000:.0f} ms |",
        f"| resident memory at rest | {figures.memory.resident:.1f} MiB |",
        f"| of that anonymous | {figures.memory.anonymous:.1f} MiB |",
        f"| CPU at rest, {seconds:.0f} s, not scraped | {figures.cpu:.3f} % of a core |",
        f"| a scrape, uncompressed | {figures.scrape_bytes / 2**20:.1f} MiB |",
    ]


def requests_table(at_start: dict[str, int], at_rest: dict[str, int], seconds: float) -> list[str]:
    lines = [f"| request | at the start | in {seconds:.0f} s at rest |", "|---|---:|---:|"]
    for request in sorted(at_start.keys() | at_rest.keys()):
        lines.append(f"| {request} | {at_start.get(request, 0)} | {at_rest.get(request, 0)} |")
    return lines


def targets(figures: Figures) -> Iterator[Target]:
    """What issue and documentation promise of `serve` in a cluster."""
    others = sum(count for request, count in figures.at_rest.items() if not request.startswith("watch "))
    yield Target(f"{CHANGES} changes: median until the verdict", median(all_latencies(figures)), 1, " s")
    yield Target("requests at rest that are no watches", others, 0, "")
