"""What surrounds a run (variables, streams, folders, warnings) changes no verdict, or is named in one sentence."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.suites.sessions import ROOT, TIME_LIMIT, Ended, completed, environment

LITTLE = "--requirement=create-refuses-unknown-job-type"
FAULT = "--fault=unknown-job-type-means-parse"
"""Breaks the one requirement of `LITTLE`."""
OF_PROFILE = "cancel-answers-with-batch"
TARGET = "--target=http://127.0.0.1:9"
NOWHERE = "/proc/nowhere"
"""A folder that nobody can make, not even root."""
HOSTILE = {
    "COLUMNS": "wide",
    "HOME": NOWHERE,
    "TMPDIR": NOWHERE,
    "LANG": "C",
    "LC_ALL": "C",
    "TERM": "",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "ascii",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "HYPOTHESIS_STORAGE_DIRECTORY": NOWHERE,
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}

Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Makes a run as its task does, in a shell."""

    def made(*arguments: str, shell: str = '"$@"', **given: str) -> Ended:
        folder = tmp_path / "report"
        own = (f"--report-dir={folder}", "-o", f"cache_dir={NOWHERE}/cache")
        command = [sys.executable, "-m", "batches_conformance", "run", *own, *arguments]
        return completed(folder, ["bash", "-c", shell, "bash", *command], **given)

    return made


@pytest.mark.parametrize(("arguments", "code"), [((), 0), ((FAULT,), 1)], ids=str)
def test_hostile_surroundings_change_no_verdict(arguments: tuple[str, ...], code: int, run: Run) -> None:
    """Neither caches that cannot be kept, nor assertions and docstrings that are left out, nor an output for ASCII."""
    ended = run(LITTLE, *arguments, **HOSTILE)
    assert ended.code == code, ended.output
    assert "warnings summary" not in ended.output
    assert ended.report["errors"] == []
    failed = [id_ for id_, verdict in ended.verdicts.items() if verdict == "fail"]
    assert failed == (["create-refuses-unknown-job-type"] if code else [])
    assert (ended.verdicts["create-refuses-unknown-job-type"] == "pass") is (code == 0)
    # Only the fault has a batch made where none should be.
    assert ended.verdicts["create-answers-with-batch"] == ("pass" if code else "not-exercised")


@pytest.mark.parametrize("shell", ['"$@" | head -n 1; exit "${PIPESTATUS[0]}"', '"$@" >&- 2>&-'], ids=str)
def test_a_run_that_nobody_reads_has_its_verdict(shell: str, run: Run) -> None:
    ended = run(LITTLE, FAULT, shell=shell)
    assert ended.code == 1
    assert ended.report["verdict"] == "nonconformant"
    assert not ended.report["run"]["interrupted"]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("'", 4, "The environment variable PYTEST_ADDOPTS cannot be read (No closing quotation): '"),
        ("--nonsense", 4, "The environment variable PYTEST_ADDOPTS has added to the command line: --nonsense"),
        ("-p nosuch", 4, 'Error importing plugin "nosuch"'),
    ],
)
def test_options_from_the_environment_are_named(given: str, code: int, said: str, run: Run) -> None:
    ended = run(LITTLE, PYTEST_ADDOPTS=given)
    assert ended.code == code
    assert said in ended.output
    assert "Traceback" not in ended.output
    assert not ended.directory.exists()


@pytest.mark.parametrize("plugin", ["xdist", "hypothesispytest", "skipping"])
def test_a_plugin_that_is_needed_cannot_be_left_out(plugin: str, run: Run) -> None:
    ended = run(LITTLE, "-p", f"no:{plugin}")
    assert (ended.code, ended.output) == (
        4,
        f"ERROR: A run needs the plugin {plugin} of pytest; leave out -p no:{plugin}\n\n",
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--junit-xml=/dev/full", "--junit-xml names /dev/full, which is no file; name another one"),
        ("--junit-xml=/dev/stdout", "--junit-xml names /dev/stdout, which is no file; name another one"),
        ("--pastebin=all", "--pastebin would show to everybody what the run prints; leave it out"),
        (f"--log-file={NOWHERE}/log", f"--log-file names {NOWHERE}/log, which cannot be written (No such file or"),
        ("--hypothesis-profile=nosuch", "--hypothesis-profile names nosuch, which Hypothesis does not know"),
    ],
)
def test_what_pytest_could_not_use_is_refused_in_one_sentence(option: str, said: str, run: Run) -> None:
    ended = run(LITTLE, option)
    assert (ended.code, ended.output.startswith(f"ERROR: {said}"), ended.output.count("\n")) == (4, True, 2)


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--requirement=no-such", TARGET), "requirement no-such; batches-conformance contract page shows"),
        ((f"--requirement={OF_PROFILE}", TARGET), f"{OF_PROFILE} is of the profile cancel: add --profile=cancel"),
        (("--fault=no-such",), "There is no fault 'no-such'; batches-conformance mock --list faults"),
        (("--variation=no-such",), "There is no variation 'no-such'; batches-conformance mock --list variations"),
    ],
)
def test_a_name_that_nobody_knows_is_wrong_usage(arguments: tuple[str, ...], said: str, workers: str, run: Run) -> None:
    ended = run(*arguments, workers, LLAMA_CLOUD_API_KEY="some-key")
    assert ended.code == 4
    assert said in ended.output
    assert ended.output.count("\n") < 4
    assert not ended.directory.exists()


@pytest.mark.parametrize("place", [NOWHERE, __file__])
def test_a_report_that_has_no_place_is_reported_before_anything_is_sent(place: str, run: Run) -> None:
    ended = run(LITTLE, f"--report-dir={place}")
    assert ended.code == 4
    assert ended.output.count(f"{place} cannot be written (") == 1
    assert "name another one with --report-dir." in ended.output
    assert ended.output.count("\n") < 4


WARNER = """
import warnings

def pytest_runtest_call():
    warnings.warn("this will go away", DeprecationWarning, stacklevel=2)
"""
KILLER = """
import os, signal

def pytest_runtest_call(item):
    if hasattr(item.config, "workerinput"):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def plugins(tmp_path: Path) -> dict[str, str]:
    """The variable that says where the plugins are."""
    for name, source in {"warner": WARNER, "killer": KILLER}.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    return {"PYTHONPATH": str(tmp_path)}


def test_a_warning_of_a_library_breaks_no_run(run: Run, plugins: dict[str, str]) -> None:
    ended = run(LITTLE, "-p", "warner", **plugins)
    assert ended.code == 0, ended.output
    assert "this will go away" in ended.output


def test_the_same_warning_breaks_a_test_of_the_project(plugins: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-p", "warner", "-p", "no:cacheprovider", "tests/spec/test_text.py"],
        cwd=ROOT,
        env=environment(plugins),
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        check=False,
    )
    assert ended.returncode == 1
    assert "DeprecationWarning: this will go away" in ended.stdout


def test_a_worker_that_is_killed_leaves_the_run_inconclusive(run: Run, plugins: dict[str, str]) -> None:
    ended = run(LITTLE, "-n2", "-p", "killer", **plugins)
    assert ended.code == 6, ended.output
    assert ended.report["verdict"] == "inconclusive"
    assert any("crashed while running" in error for error in ended.report["errors"])
