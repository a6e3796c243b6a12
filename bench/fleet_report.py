"""The tables of a cluster of thousands of assets in Markdown: Lifeboat beside kube-state-metrics, and the targets."""

from collections.abc import Iterator
from statistics import median, quantiles

from cluster_report import requests_table
from fleet import CHANGES, SCRAPE_EVERY, SETTLE, Exporter, Figures
from fleet_objects import ASSETS, BACKUPS, CLUSTERS, CRON_JOBS, JOBS, SOURCES
from report import Target, target_table

MEMORY, ASSESS, START, CHANGE = 200, 100, 15, 1


def render(figures: Figures, facts: list[str], seconds: float) -> str:
    lines = [
        f"{CLUSTERS} Clusters of CloudNativePG with {BACKUPS} Backups each, {CRON_JOBS} CronJobs with {JOBS} Jobs "
        f"each, {SOURCES} ReplicationSources of VolSync; {figures.objects} objects in all, {ASSETS} assets. One run.",
        "",
        *(f"- {fact}" for fact in facts),
        *("", "### Beside kube-state-metrics", "", *beside_table(figures, seconds)),
        *("", f"### From a change among {ASSETS:,} assets to its verdict", "", *change_table(figures.latencies)),
        *("", f"### Requests of {ASSETS:,} assets", "", *requests_table(figures.at_start, figures.at_rest, seconds)),
        *("", f"### Targets of {ASSETS:,} assets in a cluster", "", *target_table(list(targets(figures)))),
    ]
    return "\n".join(lines) + "\n"


def beside_table(figures: Figures, seconds: float) -> list[str]:
    def row(what: str, figure: str, of_lifeboat: float, of_other: float) -> str:
        ratio = f"{of_lifeboat / of_other:.2f}" if of_other else ""
        return f"| {what} | {of_lifeboat:{figure}} | {of_other:{figure}} | {ratio} |"

    one, other = figures.lifeboat, figures.other
    rest = f"{SETTLE:.0f} s scraped every {SCRAPE_EVERY:.0f} s"
    return [
        "| what | Lifeboat | kube-state-metrics | ratio |",
        "|---|---:|---:|---:|",
        row("from start to everything, s", ".1f", one.complete, other.complete),
        row(f"resident memory after {rest}, MiB", ".0f", one.memory.resident, other.memory.resident),
        row("of that anonymous, MiB", ".0f", one.memory.anonymous, other.memory.anonymous),
        row("the most it ever took, MiB", ".0f", one.peak, other.peak),
        row(f"CPU at rest, {seconds:.0f} s, not scraped, % of a core", ".2f", one.cpu, other.cpu),
        row("series", ".0f", one.series, other.series),
        row("a scrape, MiB", ".0f", one.scrape_bytes / 2**20, other.scrape_bytes / 2**20),
        row("a scrape, ms", ".0f", one.scrape * 1000, other.scrape * 1000),
        row("a scrape, ms for 100,000 series", ".1f", per_series(one), per_series(other)),
    ]


def per_series(exporter: Exporter) -> float:
    """Milliseconds of a scrape for 100,000 series."""
    return exporter.scrape * 1000 / exporter.series * 100_000


def change_table(latencies: list[float]) -> list[str]:
    ninth = quantiles(latencies, n=10, method="inclusive")[-1]
    row = " | ".join(f"{value * 1000:.0f}" for value in (median(latencies), ninth, max(latencies)))
    return [
        "| change | how many | median ms | 90th percentile ms | maximum ms |",
        "|---|---:|---:|---:|---:|",
        f"| archiving fails | {len(latencies)} | {row} |",
    ]


def targets(figures: Figures) -> Iterator[Target]:
    """What is promised of thousands of assets in a cluster."""
    one, other = figures.lifeboat, figures.other
    others = sum(count for request, count in figures.at_rest.items() if not request.startswith("watch "))
    yield Target("steady resident memory", one.memory.resident, MEMORY, " MiB")
    yield Target("memory, of what kube-state-metrics takes", one.memory.resident / other.memory.resident, 1, "")
    yield Target("a scrape of as many series, of kube-state-metrics's time", per_series(one) / per_series(other), 1, "")
    yield Target(f"{CHANGES} changes: median until the verdict", median(figures.latencies), CHANGE, " s")
    yield Target("everything assessed anew on one core", figures.assess, ASSESS, " ms")
    yield Target("from start to the first complete verdict", one.complete, START, " s")
    yield Target("requests at rest that are no watches", others, 0, "")
