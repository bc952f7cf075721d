"""A run that is interrupted at each kind of moment: a sentence or a verdict, the code 2, and no traceback."""

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from batches_conformance.commands import run as command
from fixtures.confirmation import confirm
from fixtures.preflight import check_target
from fixtures.settings import KEY
from reports import files
from reports.plan import rehearse
from reports.plugin import ENDED_EARLY
from spec import process, signals
from tests.fixtures.loopback import serving
from tests.prove.runs import LEAN, forked_mock
from tests.reports import samples

TIME_LIMIT = 60
"""Seconds after which a run is given up."""
ONE_TEST = (
    *("suites/scenarios/test_create.py", "-k", "an_unknown_job_type_is_refused"),
    *(*LEAN, "--numprocesses=0"),
)
FIRST_WORD_OF_A_TEST = "pytest_runtest_logstart"
SENTENCES = (ENDED_EARLY, process.STOPPED)


def first_calls(called: list[str], begin: int, end: int) -> dict[str, int]:
    """Of each hook the first call in a part of all calls, counted from 1."""
    return {name: called.index(name, begin, end) + 1 for name in dict.fromkeys(called[begin:end])}


class Interrupts:
    """Raises `KeyboardInterrupt` at the so-manieth call of a hook, or names the hooks in the order of their calls."""

    def __init__(self, moment: int | None = None) -> None:
        self.called: list[str] = []
        self._moment = moment

    def pytest_plugin_registered(self, plugin: object, manager: pytest.PytestPluginManager) -> None:
        """Listens from the moment that it is there itself."""
        if plugin is self:
            manager.add_hookcall_monitoring(self._before, lambda *_: None)

    def _before(self, hook: str, _implementations: object, _given: object) -> None:
        self.called.append(hook)
        if len(self.called) == self._moment:
            raise KeyboardInterrupt


def in_fork(work: Callable[[], int], output: Path) -> int:
    """The exit code of a process that does some work as a command does, and writes to a file."""

    def child() -> None:
        os.setpgid(0, 0)
        with output.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for each in signals.ENDING[1:]:
            signal.signal(each, signal.SIG_DFL)
        signals.take()
        process.run(work)

    forked = multiprocessing.get_context("fork").Process(target=child)
    forked.start()
    forked.join(TIME_LIMIT)
    assert forked.exitcode is not None
    return forked.exitcode


def run_with(plugin: object, *arguments: str) -> int:
    """A run of one test on the mock."""
    with patch("fixtures.target.running_mock", forked_mock), patch.object(pytest, "main", _main_with(plugin)):
        return command.run([*ONE_TEST, *arguments])


def _main_with(plugin: object) -> Callable[[list[str], Sequence[object]], Any]:
    main = pytest.main
    return lambda arguments, plugins: main(arguments, [*plugins, plugin])


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The hooks in the order of their calls in a run; all that a run imports is there for the forks from here on."""
    import_module("tests.warm")
    folder = tmp_path_factory.mktemp("moments")
    names = folder / "names"

    def work() -> int:
        plugin = Interrupts()
        code = run_with(plugin, f"--report-dir={folder}")
        names.write_text("\n".join(plugin.called), "utf-8")
        return code

    assert in_fork(work, folder / "output") == 0, (folder / "output").read_text("utf-8")
    return names.read_text("utf-8").splitlines()


def test_an_interrupt_at_any_hook_before_the_first_test_ends_with_a_sentence(called: list[str], tmp_path: Path) -> None:
    moments = first_calls(called, 0, called.index(FIRST_WORD_OF_A_TEST) + 1)
    assert {"pytest_addoption", "pytest_configure", "pytest_sessionstart", "pytest_collection"} <= moments.keys()
    for name, moment in moments.items():
        output = tmp_path / f"{name}.txt"
        report = tmp_path / name
        code = in_fork(lambda: run_with(Interrupts(moment), f"--report-dir={report}"), output)  # noqa: B023
        text = output.read_text("utf-8")
        assert code == 2, (name, text)
        assert "Traceback" not in text, (name, text)
        assert "INTERNALERROR" not in text, (name, text)
        assert "!!!" not in text, (name, text)
        assert sum(map(text.count, SENTENCES)) == 1, (name, text)
        assert "INCONCLUSIVE" not in text, (name, text)
        assert not report.exists(), (name, text)


class Collection:
    """Ends a run by a signal while the tests of the suites are collected."""

    def pytest_pycollect_makeitem(self) -> None:
        """Signals."""
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.usefixtures("called")
def test_a_signal_during_the_collection_shows_nothing_of_the_tools(tmp_path: Path) -> None:
    assert in_fork(lambda: run_with(Collection(), f"--report-dir={tmp_path / 'report'}"), tmp_path / "output") == 2
    text = (tmp_path / "output").read_text("utf-8")
    assert text.count(ENDED_EARLY) == 1, text
    assert "Warning" not in text, text
    assert "ending.py" not in text, text


@pytest.mark.parametrize("hook", ["pytest_sessionstart", "pytest_collection", FIRST_WORD_OF_A_TEST])
def test_no_earlier_report_is_left_in_the_place_of_one_that_was_not_written(
    hook: str, called: list[str], tmp_path: Path
) -> None:
    """Not even where the earlier report is the baseline of the run; all that was there is kept."""
    folder = tmp_path / "out"
    files.write(samples.failing_report(), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    words = (f"--report-dir={folder}", f"--baseline={folder}/report.json")
    for number in (1, 2):
        moment = called.index(hook) + 1
        assert in_fork(lambda: run_with(Interrupts(moment), *words), tmp_path / "output") == 2  # noqa: B023
        aside = folder / f"earlier-{number}"
        assert f"The report of an earlier run is now in {aside}." in (tmp_path / "output").read_text("utf-8")
        assert {path.name: path.read_bytes() for path in aside.iterdir()} == before
        assert {path.name for path in folder.iterdir()} == {f"earlier-{each}" for each in range(1, number + 1)}
        shutil.copytree(aside, folder, dirs_exist_ok=True)


def test_an_interrupt_at_any_hook_after_that_leaves_a_verdict(called: list[str], tmp_path: Path) -> None:
    begun = called.index(FIRST_WORD_OF_A_TEST) + 1
    moments = first_calls(called, begun, called.index("pytest_unconfigure"))
    assert {"pytest_runtest_call", "pytest_sessionfinish", "pytest_terminal_summary"} <= moments.keys()
    for name, moment in moments.items():
        output = tmp_path / f"{name}.txt"
        report = tmp_path / name
        code = in_fork(lambda: run_with(Interrupts(moment), f"--report-dir={report}"), output)  # noqa: B023
        text = output.read_text("utf-8")
        assert code == 2, (name, text)
        assert "Traceback" not in text, (name, text)
        assert "!!!" not in text, (name, text)
        assert text.count("= conformance =") == 1, (name, text)
        assert (report / "report.html").exists(), (name, text)


AT_START = {"the question": confirm, "the look at the target": check_target, "the rehearsal": rehearse}


@pytest.mark.parametrize("step", AT_START.values(), ids=AT_START)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_start_of_a_run_by_url_ends_with_a_sentence(
    step: Callable[..., Any], number: signal.Signals, tmp_path: Path
) -> None:
    module = {confirm: "fixtures.start", check_target: "fixtures.start", rehearse: "reports.planning"}[step]

    def terminate(*_: object) -> None:
        signal.raise_signal(number)

    files.write(samples.failing_report(), tmp_path / "report")
    with serving() as service:
        arguments = [f"--target={service.url}", f"--report-dir={tmp_path / 'report'}"]
        if step is rehearse:
            arguments.append("--plan")

        def work() -> int:
            with patch.dict(os.environ, {KEY: "llx-of-a-test"}), patch(f"{module}.{step.__name__}", terminate):
                return command.run([*ONE_TEST, *arguments])

        code = in_fork(work, tmp_path / "output")
    text = (tmp_path / "output").read_text("utf-8")
    assert code == 2, text
    assert "Traceback" not in text
    assert sum(map(text.count, SENTENCES)) == 1, text
    assert (tmp_path / "report" / "report.json").exists() == (step is rehearse), "a plan is no run"


def test_an_interrupt_while_modules_are_imported_ends_with_a_sentence(tmp_path: Path) -> None:
    """Each module that the command imports takes Ctrl-C at that moment; what is imported already is let go of."""
    for module in ("suites.generation", "reports.verdicts", "fixtures.client"):
        output = tmp_path / f"{module}.txt"

        class Interrupting(MetaPathFinder):
            """Finds no module, and is interrupted at one."""

            def find_spec(self, fullname: str, *_: Any) -> None:
                """Interrupts."""
                if fullname == module:  # noqa: B023
                    signal.raise_signal(signal.SIGTERM)

        def work() -> int:
            for name in [
                name
                for name in sys.modules
                if name.split(".")[0] in ("batches_conformance", "suites", "reports", "fixtures")
            ]:
                del sys.modules[name]
            sys.meta_path.insert(0, Interrupting())
            return command.run([*ONE_TEST])

        code = in_fork(work, output)
        text = output.read_text("utf-8")
        assert code == 2, (module, text)
        assert "Traceback" not in text, (module, text)
        assert text.count(process.STOPPED) == 1, (module, text)
