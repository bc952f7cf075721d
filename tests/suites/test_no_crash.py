"""A violation is no crash: the report tells it, and no traceback of the suite, unless that is asked for."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from suites.selection import is_violation, pytest_report_teststatus
from suites.verify import RequirementViolated
from tests.suites.sessions import ROOT, Ended, run

ONE_TEST = ("suites/scenarios/test_pages.py", "-k", "meets_every_batch_once and 3")
FAULT = "--fault=page-starts-one-too-late"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return run(tmp_path_factory.mktemp("broken"), "-n0", FAULT, *ONE_TEST, COLUMNS="80")


def test_a_violation_shows_no_line_of_the_suite(broken: Ended) -> None:
    assert broken.code == 1
    assert "FAILURES" not in broken.output
    assert "Traceback" not in broken.output
    assert not re.search(r"^\S+\.py:\d+", broken.output, re.M)
    assert "verify(" not in broken.output
    assert re.search(r"1 violated.* in ", broken.output)
    assert "FAIL  must  pages-lose-nothing" in broken.output


def test_a_terminal_of_80_columns_is_enough(broken: Ended) -> None:
    summary = broken.output[broken.output.index("= conformance =") :]
    wide = [line for line in summary.splitlines() if len(line) > 80]
    assert all(line.startswith("      curl ") for line in wide)


def status(is_violation: bool, **changes: Any) -> Any:
    option = SimpleNamespace(**{"tbstyle": "auto", "showlocals": False, "verbose": 0, **changes})
    report: Any = SimpleNamespace(is_violation=is_violation)
    config: Any = SimpleNamespace(option=option)
    return pytest_report_teststatus(report, config)


@pytest.mark.parametrize("changes", [{"tbstyle": "short"}, {"tbstyle": "long"}, {"showlocals": True}, {"verbose": 2}])
def test_a_traceback_is_there_for_whoever_asks(changes: dict[str, Any]) -> None:
    assert status(True, **changes) is None


@pytest.mark.parametrize("verbose", [-1, 0, 1])
def test_a_crash_keeps_its_traceback_and_a_violation_has_none(verbose: int) -> None:
    assert status(False, verbose=verbose) is None
    assert status(True, verbose=verbose)[0] == "violated"


CRASH = RuntimeError("a bug")
VIOLATION = RequirementViolated()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (VIOLATION, True),
        (ExceptionGroup("both", [VIOLATION, VIOLATION]), True),
        (CRASH, False),
        (ExceptionGroup("both", [VIOLATION, CRASH]), False),
        (AssertionError(), False),
    ],
)
def test_only_what_the_service_is_to_blame_for_is_a_violation(error: Exception, expected: bool) -> None:
    assert is_violation(error) is expected


def labels(screen: str) -> list[str]:
    """The first word of each line of a block that has a label, or is the head of the block."""
    block = screen[screen.index("FAIL  must") :]
    return re.findall(r"^(?:FAIL|      (?!A |when )[a-z]+)(?= )", block[: block.index("Bearer")], re.M)


def test_the_page_shows_a_block_as_a_run_shows_it(broken: Ended) -> None:
    page = (ROOT / "docs" / "reading-a-report.md").read_text("utf-8")
    assert labels(page) == labels(broken.output)
    head = re.search(r"^FAIL  must .*$", broken.output, re.M)
    assert head is not None
    assert head[0] in page
