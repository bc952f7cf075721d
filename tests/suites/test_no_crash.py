"""A violation or an error is not a crash: the report shows it without a traceback, unless one is wanted."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.embedded import running_mock
from fixtures.errors import SetupFailed
from fixtures.settings import KEY
from fixtures.state_folder import STATE_DIR
from reports import files
from suites.selection import pytest_report_teststatus, word_for
from suites.verify import RequirementViolated
from tests.fixtures.loopback import Answer, serving
from tests.reports import samples
from tests.suites.relay import relaying
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


def status(word: str | None, **changes: Any) -> Any:
    option = SimpleNamespace(**{"tbstyle": "auto", "showlocals": False, "verbose": 0, **changes})
    report: Any = SimpleNamespace(outcome_word=word)
    config: Any = SimpleNamespace(option=option)
    return pytest_report_teststatus(report, config)


@pytest.mark.parametrize("changes", [{"tbstyle": "short"}, {"tbstyle": "long"}, {"showlocals": True}, {"verbose": 2}])
def test_a_traceback_is_there_for_whoever_wants_it(changes: dict[str, Any]) -> None:
    assert status("violated", **changes) is None
    assert status("inconclusive", **changes) is None


@pytest.mark.parametrize("verbose", [-1, 0, 1])
def test_a_crash_alone_keeps_its_traceback(verbose: int) -> None:
    assert status(None, verbose=verbose) is None
    assert status("violated", verbose=verbose)[0] == "violated"
    assert status("inconclusive", verbose=verbose)[0] == "inconclusive"


CRASH = RuntimeError("a bug")
VIOLATION = RequirementViolated()
ERROR = SetupFailed("no directory can be made")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (VIOLATION, "violated"),
        (ExceptionGroup("both", [VIOLATION, VIOLATION]), "violated"),
        (ERROR, "inconclusive"),
        (ExceptionGroup("both", [VIOLATION, ERROR]), "inconclusive"),
        (CRASH, None),
        (ExceptionGroup("both", [VIOLATION, CRASH]), None),
        (AssertionError(), None),
    ],
)
def test_only_what_the_service_is_to_blame_for_is_a_violation(error: Exception, word: str | None) -> None:
    assert word_for(error) == word


def test_a_violation_that_a_shared_fixture_meets_is_no_error(tmp_path: Path) -> None:
    """Each test that needs the fixture fails with the violation, which is recorded with the first of them."""
    known = ("--fault=pending-batch-not-found", "--requirement=get-returns-requested-batch")
    ended = run(tmp_path, "-n0", *known)
    assert ended.code == 1, ended.output
    assert int(re.findall(r"(\d+) violated", ended.output)[-1]) > 1
    assert ended.report["errors"] == []


def test_errors_of_a_run_are_sentences(tmp_path: Path) -> None:
    """A set-up that fails in each test is one sentence, with how often it failed."""
    tests = ("suites/scenarios/test_results.py", "-n0", "--request-timeout=5")
    with serving() as service:
        service.answers = [Answer(200, b'{"items": [], "next_page_token": null}')] * 2 + [Answer(500, b"{}")]
        ended = run(tmp_path, f"--target={service.url}", *tests, LLAMA_CLOUD_API_KEY="llx-some-key")
    assert ended.code == 6, ended.output
    assert "Traceback" not in ended.output
    assert not re.search(r"^\S+\.py:\d+", ended.output, re.M)
    assert re.search(r"\d inconclusive", ended.output)
    screen = " ".join(ended.output.split())
    assert re.search(r"creating a directory failed in the set-up.*? \[and \d+ more like it\]", screen)
    errors = screen.partition(" ERRORS ")[2].partition(" NOT EXERCISED ")[0]
    assert errors.count("creating a directory failed") == 1


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        ("OSError(28, 'No space left')", "names could not be written ([Errno 28] No space left): free space there"),
        ("RuntimeError('a bug')", "A plugin of pytest failed at the end of the run: RuntimeError: a bug."),
    ],
)
def test_what_fails_at_the_end_of_a_run_hides_no_violation(failure: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "failing_at_the_end.py").write_text(f"def pytest_sessionfinish(): raise {failure}", "utf-8")
    words = ("-n0", "-pfailing_at_the_end", FAULT, *ONE_TEST)
    ended = run(tmp_path / "report", *words, PYTHONPATH=str(tmp_path))
    assert ended.code == 1, ended.output
    (error,) = ended.report["errors"]
    assert sentence in error
    assert (tmp_path / "report" / "report.html").exists()


@pytest.mark.parametrize("hook", ["pytest_configure", "pytest_sessionstart", "pytest_collection"])
def test_a_crash_before_the_first_test_leaves_no_report_of_an_earlier_run(hook: str, tmp_path: Path) -> None:
    (tmp_path / "crashing.py").write_text(f"def {hook}(): raise RuntimeError('a bug')", "utf-8")
    files.write(samples.failing_report(), tmp_path / "report")
    ended = run(tmp_path / "report", "-n0", "-pcrashing", *ONE_TEST, PYTHONPATH=str(tmp_path))
    assert ended.code in (3, 6), "pytest has 3 where the command has 6"
    assert ended.report["errors"] == ["The suite itself failed: RuntimeError: a bug."]
    assert "a bug" in (tmp_path / "report" / "junit.xml").read_text("utf-8")


def test_a_journal_that_is_lost_is_a_sentence_and_no_crash_of_each_test(tmp_path: Path) -> None:
    state = tmp_path / "state"

    def lose_the_journal() -> None:
        for path in state.glob("targets/*/run-*.sqlite"):
            path.write_text("no database any more, and not read as one either", "utf-8")

    with running_mock("--pace", "0.05") as mock, relaying(mock.base_url, {}) as relay:
        relay.before = lose_the_journal
        target = (f"--target={relay.url}", "suites/scenarios/test_guide.py", "-n0")
        given = {STATE_DIR: str(state), KEY: mock.api_key}
        ended = run(tmp_path / "report", *target, **given)
    assert ended.code == 6, ended.output
    (error,) = ended.report["errors"]
    assert re.fullmatch(r"what the run creates cannot be written down in .* any more \(.*\): free space .*", error)


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
