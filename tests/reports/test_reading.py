"""A report is read back whole, or refused with its own sentence."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fixtures.exchange import BODY_LIMIT
from reports.document import document, render_json, schema, seal
from reports.gate import Terms, apply
from reports.model import Ended, Shard
from reports.reading import read
from reports.refusal import Refusal
from tests.reports import samples
from tests.reports.test_generated import RECORDS, REQUIREMENTS
from tests.reports.test_waivers import TODAY, waiver

TESTS = (Ended("suites/test_a.py::test_a[x]", "failed", 0.5, 12),)
REPORT = samples.failing_report()
TEXT = render_json(REPORT)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    part = samples.run(shard=Shard(2, 5, 178, "abc"))
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
        with pytest.raises(Refusal, match=r"is cut off|is empty|is no report"):
            read(path)
    path.write_text(TEXT[:-1], "utf-8")
    assert read(path)


def changed(change: Callable[[dict[str, Any]], object], *, sealed: bool = False) -> bytes:
    content = json.loads(TEXT)
    change(content)
    if sealed:
        content["end"] = seal(content)
    return json.dumps(content).encode()


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b" \n", "is empty"),
    "not UTF-8": (b"\xff\xfe", "is not UTF-8"),
    "not JSON": (b"<html>", "is not JSON"),
    "nested too deeply": (b"[" * 100_000, "is not JSON"),
    "a list": (b"[]", "no report of this suite"),
    "other JSON": (b'{"schema": 2}', "no report of this suite"),
    "cut off": (TEXT[:2000].encode(), "is cut off or damaged"),
    "not a number": (TEXT.replace('"seconds": 2.1', '"seconds": NaN').encode(), "is cut off or damaged"),
    "no end": (changed(lambda content: content.pop("end")), "the end of the report is missing"),
    "something after the end": (changed(lambda content: content.update(more=1)), "the end of the report is missing"),
    "the version before": (changed(lambda content: content.update(schema=2)), "is a report of version 2"),
    "a version to come": (changed(lambda content: content.update(schema=5)), "is a report of version 5"),
    "no version": (changed(lambda content: content.pop("schema")), "is a report of version None"),
    "another verdict": (
        changed(lambda content: content.update(verdict="fine"), sealed=True),
        "is no valid report, at verdict",
    ),
    "a field too many": (
        changed(lambda content: content["run"].update(more=1), sealed=True),
        "is no valid report, at run",
    ),
    "a field too few": (
        changed(lambda content: content["requirements"][0].pop("held"), sealed=True),
        "is no valid report, at requirements/0",
    ),
    "a failure without violation": (
        changed(lambda content: content["requirements"][0].update(violations=[]), sealed=True),
        "is no valid report, at requirements/0",
    ),
    "a requirement less": (changed(lambda content: content["requirements"].pop()), "is not as it was written"),
    "another count": (changed(lambda content: content["run"].update(workers=2)), "is not as it was written"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_whole_report_is_refused_in_its_own_words(name: str, tmp_path: Path) -> None:
    content, words = BROKEN[name]
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=re.escape(words)) as refused:
        read(path)
    assert str(refused.value).startswith(str(path))
    assert str(refused.value).endswith(".")


def test_a_report_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="There is no report"):
        read(tmp_path / "report.json")
    with pytest.raises(Refusal, match="cannot be read"):
        read(tmp_path)


def test_the_document_has_a_head_and_an_end() -> None:
    names = list(document(REPORT))
    assert (names[0], names[1], names[-1]) == ("kind", "schema", "end")


def test_the_schema_says_where_bodies_are_cut() -> None:
    parts = schema()["$defs"]["exchange"]["properties"]
    for name in ("request", "response"):
        assert f"after {BODY_LIMIT:,} characters" in parts[name]["properties"]["body"]["description"]
