"""A report as metrics is what the readers of Prometheus take."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as of_openmetrics
from prometheus_client.parser import text_string_to_metric_families as of_prometheus

from reports.document import render_json
from reports.model import Report
from reports.openmetrics import render_openmetrics
from tests.command import main_of
from tests.reports.history import months
from tests.reports.html import pages

metrics = main_of("report", "metrics")

Parse = Callable[[str], Iterable[Metric]]
READERS = pytest.mark.parametrize("parse", [of_openmetrics, of_prometheus], ids=["openmetrics", "prometheus"])


def samples_of(text: str, parse: Parse) -> dict[tuple[str, ...], float]:
    """The values by name and labels, without the target."""
    found = {}
    for family in parse(text):
        assert family.type == "gauge"
        for sample in family.samples:
            labels = [value for key, value in sorted(sample.labels.items()) if key != "target"]
            found[sample.name.removeprefix("batches_conformance_"), *labels] = sample.value
    return found


@READERS
@pytest.mark.parametrize("name", pages.ALL)
def test_every_report_is_read(name: str, parse: Parse) -> None:
    report: Report = pages.ALL[name]()
    found = samples_of(render_openmetrics(report), parse)
    for level in ("must", "should"):
        for verdict in ("pass", "fail", "waived", "not-exercised"):
            expected = sum((each.level, each.verdict) == (level, verdict) for each in report.requirements)
            assert found["requirements", level, verdict] == expected
    assert [name for name, value in found.items() if name[0] == "run_verdict" and value] == [
        ("run_verdict", report.verdict)
    ]
    for operation, latency in report.run.exchanges.latencies.items():
        assert found["operation_seconds", operation, "0.95"] == latency.p95
    assert found["errors",] == len(report.errors)


def test_what_a_service_says_stays_within_its_label() -> None:
    report = pages.conformant()
    assert report.target is not None
    hostile = replace(report, target=replace(report.target, base_url='"} 1\n# EOF\n\\'))
    parse: Parse = of_openmetrics
    targets = {sample.labels["target"] for family in parse(render_openmetrics(hostile)) for sample in family.samples}
    assert targets == {'"} 1\\n# EOF\\n\\'}


@READERS
def test_the_last_conformant_run_is_that_of_the_history(parse: Parse, tmp_path: Path, capsys: Any) -> None:
    good, bad = months.report(3, {"a": "pass"}), months.report(4, {"a": "fail"})
    paths = months.write([good, bad], tmp_path / "nights")
    assert main_of("report", "history")([str(tmp_path / "nights"), "--out", str(tmp_path)]) == 0
    for path, options, expected in (
        (paths[0], (), 1),
        (paths[1], (), 0),
        (paths[1], ("--history", str(tmp_path / "history.json")), 1),
    ):
        capsys.readouterr()
        assert metrics([str(path), *options]) == 0
        found = samples_of(capsys.readouterr().out, parse)
        ends = [value for name, value in found.items() if name[0] == "last_conformant_seconds"]
        assert ends == [samples_of(render_openmetrics(good), parse)["run_end_seconds",]] * expected


def test_it_is_written_whole(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(render_json(pages.failing()), encoding="utf-8")
    assert metrics([str(report), "--out", str(tmp_path / "conformance.prom")]) == 0
    assert (tmp_path / "conformance.prom").read_text(encoding="utf-8") == render_openmetrics(pages.failing())
    assert metrics([str(report), "--out", str(tmp_path / "nowhere" / "conformance.prom")]) == 4
