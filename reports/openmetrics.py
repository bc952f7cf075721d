"""A report as OpenMetrics text, which a textfile collector of Prometheus reads too."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from reports.model import Report
from spec.text import visible

PREFIX: Final = "batches_conformance"
VERDICTS: Final = ("pass", "fail", "waived", "not-exercised")
RUN_VERDICTS: Final = ("conformant", "nonconformant", "inconclusive")


def render_openmetrics(report: Report, last_conformant: str | None = None) -> str:
    """Render verdicts, violations, spending and latencies as gauges.

    `last_conformant` is when the last conformant run ended, where somebody knows that better than this report.
    """
    run = report.run
    own = {"target": report.target.base_url if report.target else "unknown"}
    ended = run.ended_at if report.verdict == "conformant" else last_conformant
    counts: Counter[tuple[str, str]] = Counter((result.level, result.verdict) for result in report.requirements)
    lines = [
        *_family("requirements", "How many requirements have a verdict.", _verdicts(counts, own)),
        *_family("run_verdict", "1 for the verdict of the run, 0 for the others.", _run_verdict(report, own)),
        *_family("run_end_seconds", "When the run ended.", [(own, _moment(run.ended_at))]),
        *_family("run_duration_seconds", "How long the run took.", [(own, run.seconds)]),
        *_family("violations", "How many violations have a fingerprint of their own.", [(own, _violations(report))]),
        *_family("errors", "How many errors kept the run from checking.", [(own, len(report.errors))]),
        *_family("requests", "How many requests the run sent.", [(own, run.spent.requests)]),
        *_family("billable_files", "How many files of accepted batches.", [(own, run.spent.billable_files)]),
        *_family("operation_seconds", "How long an operation took.", _latencies(report, own)),
    ]
    if ended is not None:
        lines += _family("last_conformant_seconds", "When the last conformant run ended.", [(own, _moment(ended))])
    return "\n".join([*lines, "# EOF", ""])


Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def _family(name: str, sentence: str, samples: list[Sample]) -> Iterator[str]:
    if not samples:
        return
    yield f"# TYPE {PREFIX}_{name} gauge"
    yield f"# HELP {PREFIX}_{name} {sentence}"
    for labels, value in samples:
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{PREFIX}_{name}{{{named}}} {value:.16g}"


def _verdicts(counts: Mapping[tuple[str, str], int], own: Labels) -> list[Sample]:
    return [
        ({**own, "level": level, "verdict": verdict}, counts[level, verdict])
        for level in ("must", "should")
        for verdict in VERDICTS
    ]


def _run_verdict(report: Report, own: Labels) -> list[Sample]:
    return [({**own, "verdict": verdict}, verdict == report.verdict) for verdict in RUN_VERDICTS]


def _violations(report: Report) -> int:
    return sum(len(result.violations) for result in report.requirements)


def _latencies(report: Report, own: Labels) -> list[Sample]:
    return [
        ({**own, "operation": name, "quantile": quantile}, value)
        for name, latency in sorted(report.run.exchanges.latencies.items())
        for quantile, value in (("0.5", latency.p50), ("0.95", latency.p95), ("1", latency.max))
    ]


def _moment(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def _escaped(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')
