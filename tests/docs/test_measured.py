"""The figures of docs/measured.md are those that can be taken now."""

import ast
import re
from pathlib import Path

import pytest

from fixtures.mock.faults import FAULTS
from fixtures.settings import KEY, OTHER_KEY
from tests.bench import measures
from tests.docs.pages import ROOT
from tests.prove.recordings import excuse
from tests.suites.sessions import run

PAGE = (ROOT / "docs" / "measured.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<offered>[^|]+) \| (?P<passed>\d+) \| (?P<left>\d+) \| (?P<files>[\d,]+) \|$", re.MULTILINE)
BOUND = re.compile(r"^\| [^|]+ \| ([\d.]+) \|$", re.MULTILINE)
TWO_KEYS = {KEY: "llx-one", OTHER_KEY: "llx-two"}
ORGANIZATION = "--organization-id=org-1"
OFFERED: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "a key, and the 20 files of the default": ((), {KEY: "llx-one"}),
    "two keys, the organization, 60 files": ((ORGANIZATION, "--max-billable-files=60"), TWO_KEYS),
    "two keys, the organization, 1,100 files": ((ORGANIZATION, "--max-billable-files=1100"), TWO_KEYS),
    "all that, and the control protocol": (
        (ORGANIZATION, "--max-billable-files=1100", "--control-url=https://control.your-service.example"),
        TWO_KEYS,
    ),
}
ROWS = {match["offered"]: match for match in ROW.finditer(PAGE)}


def test_each_row_can_be_taken_again() -> None:
    assert list(ROWS) == list(OFFERED)


@pytest.mark.parametrize("offered", [*OFFERED][:1])
def test_a_rehearsal_exercises_what_the_page_says(offered: str, tmp_path: Path) -> None:
    """The other rows are taken in the same way, and take longer."""
    options, keys = OFFERED[offered]
    ended = run(tmp_path, "--target=https://your-service.example", "--yes", "--rehearse", "-q", *options, **keys)
    assert ended.code == 0, ended.output
    verdicts = [*ended.verdicts.values()]
    files = ended.report["run"]["spent"]["billable_files"]
    found = (verdicts.count("pass"), verdicts.count("not-exercised"), f"{files:,}")
    assert found == (int(ROWS[offered]["passed"]), int(ROWS[offered]["left"]), ROWS[offered]["files"])


def test_as_many_faults_are_out_of_sight() -> None:
    unseen = [variant for variant in FAULTS.values() if variant.needs_control]
    assert re.findall(r"(\d+) faults cannot\s+be seen that way", PAGE) == [str(len(unseen))]


def test_as_many_faults_are_shown_from_recordings() -> None:
    heard = [variant for variant in FAULTS.values() if excuse(variant) is None]
    assert re.findall(r"A recording shows (\d+) faults", PAGE) == [str(len(heard))]


def test_the_bounds_are_those_of_the_bench() -> None:
    code = ast.parse(Path(measures.__file__).read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(code) if isinstance(node, ast.Call))
    made = [node.args[-1] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Ratio"]
    bounds = {node.lineno: node.value for node in made if isinstance(node, ast.Constant)}
    told = [float(bound) for bound in BOUND.findall(PAGE)]
    assert len(told) == 7
    assert told == [bounds[line] for line in sorted(bounds)]
