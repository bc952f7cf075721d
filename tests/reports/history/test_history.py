"""A history is right in every cell, says since when, and loses nothing to a damaged file."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from reports.history.file import alone_with, read_history
from reports.history.lines import MARKS, history_lines
from reports.history.model import Cell, History
from reports.history.past import past_requirements, past_run
from reports.history.tracking import track
from reports.model import Report, adapter
from tests.command import main_of
from tests.reports.history import months
from tests.suites.sessions import ROOT

main = main_of("report", "history")
diff = main_of("report", "diff")

FIFTY = months.plan(50)
NAME = "promise-1"
NIGHTS: dict[str, Cell] = {".": "pass", "F": "fail", "-": "not-exercised", "?": "inconclusive"}


def nights(states: str, **settings: Any) -> list[Report]:
    """The reports of nights of one requirement, a sign for each."""
    return [months.report(number, {NAME: NIGHTS[state]}, **settings) for number, state in enumerate(states)]


def history_of(reports: Iterable[Report], folder: Path, *options: str) -> History:
    months.write(reports, folder / "nights")
    assert main([str(folder / "nights"), "--out", str(folder), *options]) == 0
    return read_history(folder / "history.json")


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> History:
    reports = (months.report(number, cells) for number, cells in enumerate(FIFTY))
    return history_of(reports, tmp_path_factory.mktemp("fifty"))


def test_every_cell_is_what_became_of_the_requirement_that_night(fifty: History) -> None:
    assert {state for cells in FIFTY for state in cells.values()} == {*NIGHTS.values()}
    assert {each.id: each.strip for each in fifty.requirements} == {
        name: tuple(cells[name] for cells in FIFTY) for name in months.NAMES
    }
    assert [run.id for run in fifty.runs] == [f"run-{number}" for number in range(50)]


def test_flips_are_those_between_nights_that_say_something(fifty: History) -> None:
    for each in fifty.requirements:
        decided = [cells[each.id] for cells in FIFTY if cells[each.id] in ("pass", "fail")]
        assert each.flips == sum(before != after for before, after in pairwise(decided))
        assert each.flakiness is None, "nobody said that the target was the same"


@pytest.mark.parametrize(
    ("states", "first", "since", "last", "runs", "is_open"),
    [
        ("..FF", 2, 2, 3, 2, True),
        ("F.FF", 0, 2, 3, 3, True),
        ("FF-F", 0, 0, 3, 3, True),
        (".F?-", 1, 1, 1, 1, True),
        ("FF..", 0, 0, 1, 2, False),
        ("F.F.-", 0, 2, 2, 2, False),
    ],
)
def test_a_violation_has_a_beginning_and_an_end(
    tmp_path: Path, states: str, first: int, since: int, last: int, runs: int, is_open: bool
) -> None:
    (found,) = history_of(nights(states), tmp_path).violations
    assert (found.first_seen, found.since, found.last_seen) == (f"run-{first}", f"run-{since}", f"run-{last}")
    assert (found.runs, found.is_open, found.requirement) == (runs, is_open, NAME)


@pytest.mark.parametrize(
    ("states", "version", "expected"),
    [
        (".F.F", "1.0", (3, 4)),
        (".-?F", "1.0", (1, 2)),
        ("....", "1.0", None),
        (".F.F", None, None),
    ],
)
def test_flaky_is_what_changes_while_the_target_is_known_to_stay(
    tmp_path: Path,
    states: str,
    version: str | None,
    expected: tuple[int, int] | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (requirement,) = history_of(nights(states, target_version=version), tmp_path).requirements
    found = requirement.flakiness
    assert (found and (found.changes, found.runs)) == expected
    shown = f"changed {'once' if expected and expected[0] == 1 else '3 times'} in"
    assert (shown in capsys.readouterr().out) is (expected is not None)


def test_a_new_version_that_behaves_otherwise_is_not_flaky(tmp_path: Path) -> None:
    reports = [
        months.report(number, {NAME: "fail" if number > 1 else "pass"}, target_version=f"1.{number // 2}")
        for number in range(4)
    ]
    (requirement,) = history_of(reports, tmp_path).requirements
    assert (requirement.flips, requirement.flakiness) == (1, None)


def test_runs_are_added_one_by_one_and_each_counts_once(tmp_path: Path) -> None:
    paths = months.write((months.report(number, cells) for number, cells in enumerate(FIFTY[:4])), tmp_path / "nights")
    for path in (paths[2], paths[0], paths[3], paths[1], paths[1]):
        assert main(["--append", str(tmp_path / "kept.json"), str(path)]) == 0
    one_by_one = (tmp_path / "kept.json").read_text(encoding="utf-8")
    assert main([str(tmp_path / "nights"), "--out", str(tmp_path)]) == 0
    assert one_by_one == (tmp_path / "history.json").read_text(encoding="utf-8")
    assert (tmp_path / "kept.html").read_text() == (tmp_path / "history.html").read_text()


def test_commands_that_add_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    paths = months.write(nights("F.F"), tmp_path / "nights")
    words = [sys.executable, "-m", "batches_conformance", "report", "history", "--append", str(tmp_path / "kept.json")]
    running = [subprocess.Popen([*words, str(path)], cwd=ROOT, stdout=subprocess.DEVNULL) for path in paths]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(read_history(tmp_path / "kept.json").runs) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"nights", "kept.json", "kept.html"}


def test_a_history_that_somebody_else_writes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = months.write(nights("F"), tmp_path / "nights")
    monkeypatch.setattr("reports.history.file.PATIENCE", 0.0)
    with alone_with(tmp_path / "kept.json"):
        assert main(["--append", str(tmp_path / "kept.json"), str(path)]) == 4
    assert "try again" in capsys.readouterr().err
    assert main(["--append", str(tmp_path / "kept.json"), str(path)]) == 0


def test_a_history_is_not_where_its_page_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = months.write(nights("F"), tmp_path / "nights")
    assert main(["--append", str(tmp_path / "history.html"), str(path)]) == 4
    assert "give the history another name" in capsys.readouterr().err
    assert not (tmp_path / "history.html").exists()


def test_only_the_newest_runs_are_kept(tmp_path: Path) -> None:
    kept = history_of(nights("F..F."), tmp_path, "--keep", "2")
    assert [run.id for run in kept.runs] == ["run-3", "run-4"]
    assert [each.strip for each in kept.requirements] == [("fail", "pass")]
    assert [each.first_seen for each in kept.violations] == ["run-3"]


def test_runs_of_other_targets_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(history_of(nights("..F"), tmp_path, "--target", "https://service.example").runs) == 3
    assert main([str(tmp_path), "--out", str(tmp_path / "out"), "--target", "https://other.example"]) == 4
    assert "no run of https://other.example; there are runs of https://service.example" in capsys.readouterr().err


def test_damaged_files_are_listed_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = months.write(nights("F.F"), tmp_path / "nights")
    whole = paths[1].read_text(encoding="utf-8")
    paths[1].write_text(whole.replace("run-1", "run-7"), encoding="utf-8")
    (tmp_path / "nights" / "cut").mkdir()
    (tmp_path / "nights" / "cut" / "report.json").write_text(whole[:300], encoding="utf-8")
    assert main([str(tmp_path / "nights"), "--out", str(tmp_path)]) == 0
    found = read_history(tmp_path / "history.json")
    assert [run.id for run in found.runs] == ["run-0", "run-2"]
    assert [Path(each.file) for each in found.unread] == [tmp_path / "nights" / "cut" / "report.json", paths[1]]
    shown = capsys.readouterr().out
    assert "LEFT OUT  2 files" in shown
    for sign in ("truncated", "changed after it was written"):
        assert sign in shown
        assert sign in (tmp_path / "history.html").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are Unicode there")
def test_a_name_of_a_damaged_file_may_be_anything(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (path,) = months.write(nights("F"), tmp_path / "nights")
    folder = os.fsencode(tmp_path / "nights") + b"/\xff\x1b[31m<script>"
    os.mkdir(folder)
    Path(os.fsdecode(folder), "report.json").write_text("{", encoding="utf-8")
    kept = tmp_path / "kept.json"
    for _ in range(2):
        assert main(["--append", str(kept), str(tmp_path / "nights")]) == 0
    assert [r"\xff" in each.file or r"\udcff" in each.file for each in read_history(kept).unread] == [True]
    assert "\x1b" not in capfd.readouterr().out
    assert path.exists()


def test_a_history_without_a_run_is_wrong_usage(tmp_path: Path) -> None:
    for sources in ([], [str(tmp_path)], [str(tmp_path / "none.json")]):
        assert main([*sources, "--out", str(tmp_path / "out")]) == 4
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("", "not JSON"),
        ("[]", "not a history"),
        ('{"kind": "batches-conformance history", "schema": 9}', "another version"),
        ('{"kind": "batches-conformance history", "schema": 1, "runs": 3}', "runs"),
    ],
)
def test_what_is_no_history_is_not_added_to(
    tmp_path: Path, text: str, sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = months.write(nights("."), tmp_path / "nights")
    kept = tmp_path / "kept.json"
    kept.write_text(text, encoding="utf-8")
    assert main(["--append", str(kept), str(path)]) == 4
    assert sign in capsys.readouterr().err
    assert kept.read_text(encoding="utf-8") == text


def test_a_comparison_says_since_when(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = months.write(nights(".F.FF"), tmp_path / "nights")
    assert main([str(tmp_path / "nights"), "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    assert diff([str(paths[0]), str(paths[4]), "--history", str(tmp_path / "history.json")]) == 7
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"  {NAME}: ")]
    assert line.endswith("since 2030-01-04 (run run-3), first seen 2030-01-02 (run run-1), in 3 runs")
    assert diff([str(paths[0]), str(paths[4]), "--history", str(tmp_path / "history.json"), "--json"]) == 7
    (known,) = json.loads(capsys.readouterr().out)["history"]
    assert (known["since"], known["runs"]) == ("run-3", 3)


@pytest.mark.parametrize(("width", "shown"), [(60, 55), (80, 60)])
def test_a_terminal_is_wide_enough(width: int, shown: int) -> None:
    reports = [months.report(number, cells) for number, cells in enumerate(months.plan(70))]
    history = track(map(past_run, reports), past_requirements(reports[0]))
    lines = ["".join(span.text for span in line) for line in history_lines(history, width=width)]
    assert max(map(len, lines)) < width
    strips = [line.strip() for line in lines if line.strip() and set(line.strip()) <= {*MARKS.values()}]
    assert {len(strip) for strip in strips} == {shown}


def test_a_target_of_another_name_is_another_one(tmp_path: Path) -> None:
    before, after = nights(".F", target_version="1.0")
    assert after.target
    renamed = replace(after, target=replace(after.target, base_url="https://service.example/v2"))
    found = history_of([before, renamed], tmp_path)
    (requirement,), (violation,) = found.requirements, found.violations
    assert (requirement.strip, requirement.flips, requirement.flakiness) == (("pass", "fail"), 0, None)
    assert (violation.since, violation.is_open) == ("run-1", True)


def test_the_file_follows_the_schema_of_its_models(fifty: History, tmp_path: Path) -> None:
    history_of(nights("F"), tmp_path)
    content = json.loads((tmp_path / "history.json").read_text(encoding="utf-8"))
    schema = adapter(History).json_schema(mode="serialization")
    jsonschema_rs.Draft202012Validator(schema).validate(content)
    assert fifty.runs
