"""A report is read back whole, or refused with its own sentence."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from reports.document import document, render_json, seal
from reports.errors import (
    ChangedReport,
    EmptyReport,
    ForeignFile,
    InvalidReport,
    MalformedReport,
    MissingReport,
    OtherVersion,
    TruncatedReport,
)
from reports.gate import Terms, apply
from reports.model import ReportedShard, TestResult
from reports.reader import read
from tests.reports import samples
from tests.reports.test_generated import RECORDS, REQUIREMENTS
from tests.reports.test_waivers import TODAY, waiver

TESTS = (TestResult("suites/test_a.py::test_a[x]", "failed", 0.5, 12),)
REPORT = samples.failing_report()
TEXT = render_json(REPORT)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    part = samples.run(shard=ReportedShard(2, 5, 178, "abc"))
    fails = samples.report({"violations": [samples.violation()]}, in_run=part, tests=TESTS)
    terms = Terms(baseline=REPORT, waivers=(waiver(),), strict=True)
    for report in (REPORT, fails, replace(fails, target=None), apply(terms, fails, TODAY)):
        assert read(samples.saved(report, tmp_path / "report.json")) == report


@settings(max_examples=50, deadline=None)
@given(RECORDS)
def test_whatever_a_service_said_is_read_back(tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]) -> None:
    report = samples.report(record, some=REQUIREMENTS)
    path = samples.saved(report, tmp_path_factory.mktemp("report") / "report.json")
    assert document(read(path)) == document(report)


def test_every_shorter_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    for length in range(0, len(TEXT) - 1, 37):
        path.write_text(TEXT[:length], "utf-8")
        with pytest.raises((TruncatedReport, EmptyReport, ForeignFile)):
            read(path)
    path.write_text(TEXT[:-1], "utf-8")
    assert read(path)


def changed(change: Callable[[dict[str, Any]], object], *, sealed: bool = False) -> bytes:
    content = json.loads(TEXT)
    change(content)
    if sealed:
        content["end"] = asdict(seal(content))
    return json.dumps(content).encode()


BROKEN: dict[str, tuple[bytes, type[InvalidReport], str]] = {
    "empty": (b" \n", EmptyReport, "is empty"),
    "not UTF-8": (b"\xff\xfe", ForeignFile, "is not UTF-8"),
    "not JSON": (b"<html>", ForeignFile, "is not JSON"),
    "nested too deeply": (b"[" * 100_000, ForeignFile, "is not JSON"),
    "a list": (b"[]", ForeignFile, "not a report of this suite"),
    "other JSON": (b'{"schema": 2}', ForeignFile, "not a report of this suite"),
    "cut off": (TEXT[:2000].encode(), TruncatedReport, "is truncated or damaged"),
    "not a number": (TEXT.replace('"seconds": 2.1', '"seconds": NaN').encode(), TruncatedReport, "damaged"),
    "no end": (changed(lambda content: content.pop("end")), TruncatedReport, "the end of the report is missing"),
    "something after the end": (
        changed(lambda content: content.update(more=1)),
        TruncatedReport,
        "the end of the report is missing",
    ),
    "the version before": (changed(lambda content: content.update(schema=2)), OtherVersion, "of version 2"),
    "a version to come": (changed(lambda content: content.update(schema=5)), OtherVersion, "of version 5"),
    "no version": (changed(lambda content: content.pop("schema")), OtherVersion, "of version None"),
    "another verdict": (
        changed(lambda content: content.update(verdict="fine"), sealed=True),
        MalformedReport,
        "at verdict: Input should be",
    ),
    "a field too many": (
        changed(lambda content: content["run"].update(more=1), sealed=True),
        MalformedReport,
        "at run/more: ",
    ),
    "a field too few": (
        changed(lambda content: content["requirements"][0].pop("held"), sealed=True),
        MalformedReport,
        "at requirements/0/held: Field required",
    ),
    "a text for a number": (
        changed(lambda content: content["run"].update(workers="1"), sealed=True),
        MalformedReport,
        "at run/workers: ",
    ),
    "a day that does not exist": (
        changed(lambda content: content["run"].update(started_at="2030-02-30T00:00:00+00:00"), sealed=True),
        MalformedReport,
        "at run/started_at: ",
    ),
    "a number beyond all": (
        changed(lambda content: content["run"].update(seconds=0)).replace(b'"seconds": 0,', b'"seconds": 1e999,'),
        MalformedReport,
        "at run/seconds: ",
    ),
    "a failure without violation": (
        changed(lambda content: content["requirements"][0].update(violations=[]), sealed=True),
        MalformedReport,
        "at requirements/0: ",
    ),
    "a violation of another requirement": (
        changed(lambda content: content["requirements"][0]["violations"][0].update(requirement="x"), sealed=True),
        MalformedReport,
        "at requirements/0: ",
    ),
    "a requirement less": (changed(lambda content: content["requirements"].pop()), ChangedReport, "was changed"),
    "another count": (changed(lambda content: content["run"].update(workers=2)), ChangedReport, "was changed"),
    "an invalid end": (changed(lambda content: content.update(end=7)), ChangedReport, "was changed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_not_a_whole_report_is_refused_by_what_is_wrong_with_it(name: str, tmp_path: Path) -> None:
    content, error, words = BROKEN[name]
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(error, match=re.escape(words)) as refused:
        read(path)
    assert str(refused.value).startswith(str(path))
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_report_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingReport, match="There is no report"):
        read(tmp_path / "report.json")
    with pytest.raises(MissingReport, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(MissingReport, match=r"cannot be read \(it is a device\)"):
        read(Path(os.devnull))


def test_the_document_has_a_head_and_an_end() -> None:
    names = list(document(REPORT))
    assert (names[0], names[1], names[-1]) == ("kind", "schema", "end")
