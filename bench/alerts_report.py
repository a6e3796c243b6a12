"""The tables of an evaluation of all alerts in Markdown, and the target."""

from alerts import EVALUATIONS, INTERVAL, Figures
from report import Target, target_table

TARGET = 200


def render(figures: Figures, facts: list[str], rounds: int) -> str:
    ratio = figures.engine / figures.prometheus
    lines = [
        f"{figures.assets:,} assets of all kinds, one in fifty in trouble; {figures.entries} entries of the catalogue; "
        f"{figures.alerts:,} alerts; {figures.series:,} series that the rules read.",
        "",
        *(f"- {fact}" for fact in facts),
        *("", "### One evaluation of all alerts", ""),
        "| engine | ms | how |",
        "|---|---:|---|",
        f"| built-in | {figures.engine:.1f} | on one core, median of {rounds} times 20 |",
        f"| Prometheus with the generated rules | {figures.prometheus:.1f} | all groups added up, "
        f"`prometheus_rule_group_last_duration_seconds`, median of {EVALUATIONS} evaluations, every {INTERVAL} s |",
        f"| built-in, of Prometheus's | {ratio:.3f} | |",
        *("", "### Targets of evaluating alerts", ""),
        *target_table([Target("one evaluation of all alerts on one core", figures.engine, TARGET, " ms")]),
    ]
    return "\n".join(lines) + "\n"
