"""Allure results say of each requirement what the report says, and Allure reads them."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.allure import render_results
from reports.document import render_json
from reports.model import Report
from tests.command import main_of
from tests.reports.html import pages

main = main_of("report", "allure")

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".tox" / "allure"
"""Where Allure is looked for, besides the path of the shell."""
READ_BOUND = 60.0
"""Seconds that Allure may take to read."""
STATUSES = {"pass": "passed", "fail": "failed", "waived": "skipped", "not-exercised": "skipped"}


def results(report: Report) -> dict[str, dict[str, Any]]:
    found = {name: json.loads(text) for name, text in render_results(report).items()}
    assert all(name == f"{each['uuid']}-result.json" for name, each in found.items())
    return {each["name"]: each for each in found.values()}


@pytest.mark.parametrize("name", pages.ALL)
def test_every_requirement_has_a_result_with_its_verdict(name: str) -> None:
    report = pages.ALL[name]()
    found = results(report)
    assert list(found) == [each.id for each in report.requirements]
    for each in report.requirements:
        is_broken = report.verdict == "inconclusive" and each.verdict == "not-exercised"
        assert found[each.id]["status"] == ("broken" if is_broken else STATUSES[each.verdict])
        assert bool(found[each.id]["statusDetails"]["message"]) is (each.verdict != "pass")


def test_a_broken_result_says_what_kept_the_run_from_it() -> None:
    report = pages.inconclusive()
    assert all(report.errors[0] in each["statusDetails"]["trace"] for each in results(report).values())


def test_a_history_is_that_of_a_requirement_on_a_target() -> None:
    report = pages.failing()
    again = replace(report, run=replace(report.run, id="another"))
    assert report.target
    elsewhere = replace(report, target=replace(report.target, base_url="https://other.example"))
    ids = [{(name, each["historyId"]) for name, each in results(of).items()} for of in (report, again, elsewhere)]
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]
    assert len(render_results(report).keys() | render_results(again).keys()) == 2 * len(report.requirements)
    assert render_results(report) == render_results(report)


def allure() -> str | None:
    return shutil.which("allure") or shutil.which("allure", path=INSTALLED / "node_modules" / ".bin")


def read_by_allure(report: Report, folder: Path) -> dict[str, int]:
    program = allure()
    if program is None:
        pytest.skip(f"Allure is not there: npm install --prefix {INSTALLED.relative_to(ROOT)} allure@3.18.0")
    (folder / "report.json").write_text(render_json(report), encoding="utf-8")
    assert main([str(folder / "report.json"), "--out", str(folder / "results")]) == 0
    command = [program, "generate", "results", "--output", "page"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=READ_BOUND)
    counted: dict[str, int] = json.loads((folder / "page" / "summary.json").read_text(encoding="utf-8"))["stats"]
    return counted


@pytest.mark.parametrize("make", [pages.failing, pages.hostile, pages.inconclusive])
def test_allure_reads_as_many_results_of_each_status(make: Callable[[], Report], tmp_path: Path) -> None:
    report = make()
    counts = Counter(each["status"] for each in results(report).values())
    assert read_by_allure(report, tmp_path) == {**counts, "total": len(report.requirements)}


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    file.write_text(render_json(pages.failing()), encoding="utf-8")
    assert main([str(file), "--out", str(file)]) == 4
    assert "name another one with --out" in capsys.readouterr().err
