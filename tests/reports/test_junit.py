"""`junit.xml` is what every reader of it takes, and says what the report says."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from reports.junit import render_junit
from reports.model import Report, TestResult
from tests.reports import samples
from tests.reports.combinations import MUST, ONE, OTHER, SHOULD, TWO, Case
from tests.reports.html import pages
from tests.reports.junit_schema import complaints

REPORT = samples.failing_report()
TESTS = (
    TestResult("suites/a.py::one", "failed", 0.5, 12, (MUST, SHOULD)),
    TestResult("suites/a.py::two", "passed", 1.25, 3, (MUST,)),
    TestResult("suites/a.py::three", "passed", 9.0, 3, ()),
)


def timed() -> Report:
    held = {"held": {MUST: 1, SHOULD: 1, OTHER: 1}}
    some = (samples.requirement(MUST), samples.requirement(SHOULD, "should"), samples.requirement(OTHER))
    return samples.report(held, some=some, tests=TESTS)


def gated(**changes: Any) -> Report:
    given = {
        "before": ONE,
        "after": TWO,
        "should": "pass",
        "other": "pass",
        "has_baseline": True,
        "waived": "none",
        "strict": False,
        "require_exercised": False,
        "circumstance": "whole",
    }
    return Case(**{**given, **changes}).report


KNOWN: dict[str, Any] = {"after": ONE}
REPORTS: dict[str, Callable[[], Report]] = {
    **pages.ALL,
    "failing, by hand": samples.failing_report,
    "with times": timed,
    "gate red": gated,
    "gate green": lambda: gated(**KNOWN),
    "gate green by a waiver": lambda: gated(**KNOWN, has_baseline=False, before="pass", waived="any"),
    "gate inconclusive": lambda: gated(**KNOWN, circumstance="error"),
    "gate red about what was not exercised": lambda: gated(other="not-exercised", require_exercised=True),
}


@pytest.mark.parametrize("name", REPORTS)
def test_every_reader_takes_it(name: str) -> None:
    assert list(complaints(render_junit(REPORTS[name]()))) == []


BROKEN: dict[str, tuple[str, str, str]] = {
    "an attribute that xUnit does not know": ("<testsuites ", '<testsuites skipped="4" ', "testsuites has skipped"),
    "properties of a test case": (
        "<failure ",
        '<properties><property name="a" value="b" /></properties><failure ',
        "testcase holds properties",
    ),
    "a time with an offset": ('timestamp="2030-01-01T00:00:00"', 'timestamp="2030-01-01T00:00:00+00:00"', "timestamp"),
    "no time of a case": (r' time="0\.\d*">\s*<failure', "><failure", "testcase has no time"),
    "a time of too many digits": ('time="2.100"', 'time="2.1000001"', "testsuites has time"),
    "no time of a suite": (' time="0.000" timestamp', " timestamp", "testsuite has no time"),
    "a kind of skipping": ("<skipped ", '<skipped type="waived" ', "skipped has type"),
    "an output before its failure": ("<failure ", "<system-out>a</system-out><failure ", "in another order"),
    "two failures": ("<failure ", '<failure type="a" message="b" /><failure ', "several failure"),
    "a name twice": ('name="status-known"', 'name="created-at-timezone"', "stands 2 times"),
    "a wrong count": ('failures="1"', 'failures="2"', "do not add up"),
    "text between": ("</testsuite>", "</testsuite>text", "holds text"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_reader_does_not_take_is_seen(name: str) -> None:
    pattern, replacement, words = BROKEN[name]
    broken, changes = re.subn(pattern, lambda _: replacement, render_junit(REPORT), count=1)
    assert changes == 1
    assert any(words in complaint for complaint in complaints(broken))


def test_there_is_a_case_per_requirement_and_one_for_errors() -> None:
    root = ET.fromstring(render_junit(REPORT))
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "9",
        "failures": "2",
        "errors": "1",
    }
    assert sum(int(str(suite.get("skipped"))) for suite in root) == 4
    outcomes = {case.get("name"): [child.tag for child in case] for case in root.iterfind("*/testcase")}
    assert outcomes["results-null-unless-expanded"] == ["failure"]
    assert outcomes["status-known"] == []
    assert outcomes["results-page-walk"] == ["skipped"]
    assert outcomes["run"] == ["error"]


def test_reasons_and_circumstances_are_shown_to_every_reader() -> None:
    root = ET.fromstring(render_junit(REPORT))
    cases = {case.get("name"): case for case in root.iterfind("*/testcase")}
    skipped = cases["other-project-hidden"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == skipped.text == "no second key was given"
    assert cases["status-known"].get("classname") == "conformance.must"
    properties = {each.get("name"): each.get("value") for each in root[0].iterfind("properties/property")}
    assert properties["target"] == "http://127.0.0.1:8000"
    assert properties["contract"] == "1.0.0"


def test_an_inconclusive_run_without_error_has_an_error_too() -> None:
    assert ET.fromstring(render_junit(samples.report())).get("errors") == "1"


def test_a_conformant_run_is_green() -> None:
    root = ET.fromstring(render_junit(samples.report({"held": {"results-null-unless-expanded": 1}})))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")


def test_a_requirement_has_its_share_of_the_time_of_its_tests() -> None:
    root = ET.fromstring(render_junit(timed()))
    times = {case.get("name"): case.get("time") for case in root.iter("testcase")}
    assert times == {MUST: "1.500", SHOULD: "0.250", OTHER: "0.000"}
    assert [suite.get("time") for suite in root] == ["1.500", "0.250"]
    assert (root.get("time"), root[0].get("timestamp")) == ("2.100", "2030-01-01T00:00:00")


def test_a_case_of_the_gate_comes_first_and_what_is_waived_is_skipped_for_its_reason() -> None:
    root = ET.fromstring(render_junit(gated()))
    assert root[0].get("name") == "gate"
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("gate red, against run 8a1f of 2030-01-01: 1 new, 1 worse, 1 known")
    assert "pass -> " not in str(failure.text)
    assert "fail -> fail; new v" in str(failure.text)
    known = ET.fromstring(render_junit(gated(**KNOWN)))
    (skipped,) = known.iter("skipped")
    assert str(skipped.get("message")).startswith("known from run 8a1f of 2030-01-01: ")
    waived = ET.fromstring(render_junit(gated(**KNOWN, waived="any")))
    (skipped,) = waived.iter("skipped")
    assert skipped.get("message") == "waived: The gateway is replaced (until 2030-06-30, the-team, any violation)"


def test_a_should_that_decides_nothing_is_red_only_where_nobody_asks_a_gate() -> None:
    alone = {"before": "pass", "after": "pass", "should": ONE, "has_baseline": False}
    assert ET.fromstring(render_junit(gated(**alone))).get("failures") == "1"
    (skipped,) = ET.fromstring(render_junit(gated(**alone, require_exercised=True))).iter("skipped")
    assert str(skipped.get("message")).startswith("a should, does not decide: ")
