"""The tables of `lifeboat serve` in Markdown, and the targets with what was reached."""

from collections.abc import Iterator
from statistics import median

import idle
from report import Target, target_table
from scale import QUESTIONS
from serve import Figures

OURS = (idle.NEVER_RAN, idle.ON_POSTGRES, idle.WORKED)


def render(figures: Figures, size: int, facts: list[str], rounds: int, seconds: float) -> str:
    lines = [f"Medians of {rounds} rounds, each {seconds:.0f} s at rest and {seconds:.0f} s scraped every 15 s.", ""]
    lines += [f"- {fact}" for fact in facts]
    lines += ["", "### At rest", "", *idle_table(figures)]
    lines += ["", f"The backup was of {size / 1e9:.2f} GB, to S3; the deep verification read all of it back."]
    lines += ["", "### From start to ready", "", "| ledger | ms |", "|---|---:|"]
    lines += [f"| {ledger} | {taken:.0f} |" for ledger, taken in figures.starts.items()]
    lines += ["", "### 10,000 assets", "", *crowd_table(figures)]
    lines += ["", "### Ten years of hourly runs of one asset", "", *ledger_table(figures)]
    lines += ["", "### Targets of serve", "", *target_table(list(targets(figures)))]
    return "\n".join(lines) + "\n"


def idle_table(figures: Figures) -> list[str]:
    lines = [
        "| server | resident MiB | of that anonymous MiB | % of a core | % of a core, scraped |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, measured in figures.idle.items():
        resident, anonymous, cpu, scraped = measured.medians()
        lines.append(f"| {name} | {resident:.1f} | {anonymous:.1f} | {cpu:.3f} | {scraped:.3f} |")
    return lines


def crowd_table(figures: Figures) -> list[str]:
    crowd = figures.crowd
    return [
        "| what | |",
        "|---|---:|",
        f"| assess all of them, one core | {figures.assess:.1f} ms |",
        f"| write their metrics, one core | {figures.render:.0f} ms |",
        f"| serve: a scrape of a new view, {crowd.scrape_bytes / 2**20:.0f} MiB uncompressed | {crowd.scrape:.0f} ms |",
        f"| serve: from start to ready, 10,000 documents | {crowd.ready:.1f} s |",
        f"| serve: resident memory | {crowd.resident:.0f} MiB |",
    ]


def ledger_table(figures: Figures) -> list[str]:
    ledgers = list(figures.ten_years)
    lines = [f"| question | {' ms | '.join(ledgers)} ms |", f"|---|{'---:|' * len(ledgers)}"]
    for question in QUESTIONS:
        cells = [f"{figures.ten_years[ledger][question]:.2f}" for ledger in ledgers]
        lines.append(f"| {question.replace('_', ' ')} | {' | '.join(cells)} |")
    return lines


def targets(figures: Figures) -> Iterator[Target]:
    """What issue and documentation promise of `serve`, each by its worst case."""
    ours = [figures.idle[name] for name in OURS]
    yield Target("resident memory at rest", max(median(one.resident) for one in ours), 30, " MiB")
    yield Target("CPU at rest", max(median(one.cpu) for one in ours), 0.1, " % of a core")
    yield Target("from start to ready", max(figures.starts.values()), 300, " ms")
    yield Target("10,000 assets assessed on one core", figures.assess, 100, " ms")
    yield Target("metrics of 10,000 assets written on one core", figures.render, 100, " ms")
    yield Target("metrics of 10,000 assets over HTTP, a new view", figures.crowd.scrape, 100, " ms")
    for ledger, answers in figures.ten_years.items():
        yield Target(f"ten years in {ledger}, the slowest question", max(answers.values()), 10, " ms")
