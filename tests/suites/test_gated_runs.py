"""Whole runs with baselines and waivers, in parts, and again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from fixtures.mock.faults import FAULTS
from reports import reader
from reports.comparable import comparable
from reports.merge import merge
from reports.model import Report
from spec import requirements
from tests.suites.sessions import SCENARIOS, Ended, run

NAME = "anonymous-request-refused"
SELECTED = (f"{SCENARIOS}/test_access.py", "-k", "anonymous", f"--requirement={NAME}")
IN_PARTS = ("suites/scenarios/test_create.py", "suites/scenarios/test_results.py")
SHARING = pytest.mark.xdist_group("gated runs")
LOOKED_AT = 4
"""Defects of one requirement that are distinguished."""
MOST = 0.8
"""Part of the pairs of defects of one requirement that are to have different names."""


@dataclass(frozen=True)
class Runs:
    """Runs that several tests look at, each made when it is first asked for."""

    clean: Callable[[], Ended]
    faulty: Callable[[str], Ended]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    @cache
    def clean() -> Ended:
        return run(tmp_path_factory.mktemp("clean"), *SELECTED)

    @cache
    def faulty(name: str) -> Ended:
        return run(tmp_path_factory.mktemp("faulty"), *SELECTED, f"--fault={name}")

    return Runs(clean, faulty)


def report_of(ended: Ended) -> Report:
    return reader.read(ended.directory / "report.json")


def named(ended: Ended) -> tuple[str, ...]:
    (result,) = (result for result in report_of(ended).requirements if result.id == NAME)
    return result.fingerprints


def breaking() -> list[str]:
    return [name for name, each in FAULTS.items() if each.requirements == (NAME,) and not each.needs_load]


FIRST, SECOND = "get-needs-no-key", "list-needs-no-key"
"""Two defects of one requirement that are distinguished by their operations."""


@SHARING
def test_two_runs_differ_in_nothing_but_the_occasion(runs: Runs, tmp_path: Path) -> None:
    again = run(tmp_path, *SELECTED)
    assert again.code == runs.clean().code == 0
    assert comparable(report_of(again)) == comparable(report_of(runs.clean()))
    assert comparable(report_of(again)) != comparable(report_of(runs.faulty(FIRST)))


@SHARING
def test_a_defect_has_the_same_name_in_every_run(runs: Runs, tmp_path: Path) -> None:
    again = run(tmp_path, *SELECTED, f"--fault={FIRST}", "-n", "2")
    assert named(again) == named(runs.faulty(FIRST)) != ()


@SHARING
def test_most_defects_of_a_requirement_have_names_of_their_own(runs: Runs) -> None:
    found = [named(runs.faulty(name)) for name in breaking()[:LOOKED_AT]]
    pairs = [one != other for one, other in combinations(found, 2)]
    assert all(found)
    assert sum(pairs) >= MOST * len(pairs)


@SHARING
def test_what_the_baseline_knows_is_green_and_what_is_new_is_7(runs: Runs, tmp_path: Path) -> None:
    baseline = f"--baseline={runs.faulty(FIRST).directory / 'report.json'}"
    known = run(tmp_path / "known", *SELECTED, f"--fault={FIRST}", baseline, "--only-new")
    assert known.code == 0, known.output
    assert known.report["verdict"] == "nonconformant"
    summary = known.output.partition("= conformance =")[2]
    assert "GATE GREEN  against run " in summary
    assert not {"FAIL", "NEW", "KNOWN"} & set(summary.split())
    new = run(tmp_path / "new", *SELECTED, f"--fault={FIRST}", f"--fault={SECOND}", baseline, "--only-new")
    assert new.code == 7, new.output
    (change,) = (change for change in new.report["gate"]["changes"] if change["is_worse"])
    assert (change["requirement"], change["attributed_to"]) == (NAME, ["target"])
    summary = new.output.partition("= conformance =")[2]
    assert change["new"][0] in summary
    assert named(runs.faulty(FIRST))[0] not in summary
    assert "GATE RED  against run " in summary


@SHARING
@pytest.mark.parametrize("fingerprint", [True, False], ids=["one violation", "any violation"])
def test_a_waived_violation_is_green_and_no_pass(fingerprint: bool, runs: Runs, tmp_path: Path) -> None:
    entry = {
        "requirement": NAME,
        "target": "mock",
        "reason": "known",
        "owner": "the-team",
        "link": "https://example.com/1",
        "expires": "9999-12-31",
    }
    which = {"fingerprint": named(runs.faulty(FIRST))[0]} if fingerprint else {}
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump([{**entry, **which}]), "utf-8")
    waivers = f"--waivers={tmp_path / 'waivers.yaml'}"
    ended = run(tmp_path / "otherwise", *SELECTED, f"--fault={SECOND}", waivers)
    assert (ended.code, ended.verdicts[NAME]) == ((1, "fail") if fingerprint else (0, "waived"))
    if not fingerprint:
        assert "1 waived" in ended.output
        return
    ended = run(tmp_path / "waived", *SELECTED, f"--fault={FIRST}", waivers)
    assert (ended.code, ended.verdicts[NAME]) == (0, "waived"), ended.output
    ended = run(tmp_path / "clean", *SELECTED, waivers)
    assert (ended.code, ended.verdicts[NAME]) == (7, "pass")
    assert "is no longer needed" in ended.output


def test_a_must_that_was_not_exercised_is_7_where_that_is_asked(tmp_path: Path) -> None:
    ended = run(tmp_path, *SELECTED, "--require-exercised")
    assert ended.code == 7
    assert "is a must and was not exercised" in ended.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--baseline=none.json",), "There is no report"),
        (("--waivers=none.yaml",), "There is no file of waivers"),
        (("--only-new",), "--only-new goes with a --baseline"),
        (("--shard=1/2", "--require-exercised"), "judge a whole run"),
        (("--shard=3/2",), "such as 2/5"),
        (("--shard=1/999", "-n", "2"), "No test of the suites was selected"),
        (("--shard=1/999", "-n", "0"), "ask for fewer"),
        (("--shard-by=none.json",), "--shard-by balances the parts of a --shard"),
        (("--shard=1/2", "--shard-by=none.json"), "There is no report"),
    ],
    ids=str,
)
def test_what_cannot_be_used_ends_before_anything_is_asked(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    ended = run(tmp_path / "report", *SELECTED, *arguments)
    assert ended.code == 4, ended.output
    assert words in " ".join(ended.output.split())
    assert not (tmp_path / "report" / "report.json").exists()


def verdicts(report: Report) -> Iterator[tuple[object, ...]]:
    for result in report.requirements:
        yield (result.id, result.verdict, result.fingerprints, result.reasons)


IN_ALL = (*IN_PARTS, "--fault=missing-job-type-means-parse")


@pytest.fixture(scope="module")
def whole_of_parts(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return run(tmp_path_factory.mktemp("whole"), *IN_ALL)


@pytest.mark.parametrize("by_time", [False, True], ids=["by number", "by time"])
@SHARING
def test_three_parts_come_to_what_the_one_run_comes_to(by_time: bool, whole_of_parts: Ended, tmp_path: Path) -> None:
    whole = report_of(whole_of_parts)
    weighed = [f"--shard-by={whole_of_parts.directory / 'report.json'}"] if by_time else []
    parts = {}
    for number in (1, 2, 3):
        workers = ("-n", "2") if number == 2 and by_time else ()
        ended = run(tmp_path / f"{number}", *IN_ALL, f"--shard={number}/3", *weighed, *workers)
        parts[ended.directory / "report.json"] = report_of(ended)
    merged = merge(parts, requirements.load())
    assert [test.id for test in merged.tests] == [test.id for test in whole.tests]
    assert {test.id: test.outcome for test in merged.tests} == {test.id: test.outcome for test in whole.tests}
    assert list(verdicts(merged)) == list(verdicts(whole))
    assert (merged.verdict, merged.sentence) == (whole.verdict, whole.sentence)
    assert max(len(part.tests) for part in parts.values()) < len(whole.tests)
