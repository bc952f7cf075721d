"""The pytest plugin that turns the records of the tests of `suites/` into a report and an exit code.

Load it from the root `conftest.py` (`pytest_plugins = ["reports.plugin"]`). The record of a test is the attribute
`findings` of the `TestReport` of each phase (see `reports.findings` for its parts). A phase that fails without a
violation or an error of its own counts as an error. Sessions without tests below `suites/` are left alone.

`report.json` is written when the first test starts, repeatedly while tests end, and at the end, so that a killed
process leaves what was known by then, marked as interrupted. The other files are made of it at the end.
"""

from spec import process  # isort: split

import platform
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import pytest

import spec
import spec.profiles
from reports import clock, exit_codes, files, gate, hooks
from reports.annotations import annotation_lines
from reports.circumstances import packages, suite_version
from reports.ending import PromptEnd
from reports.files import REPORT_DIR
from reports.findings import Findings
from reports.gate import Terms
from reports.hooks import ERRORS
from reports.keeper import Keeper
from reports.lines import Line, Style
from reports.model import Report, ReportedTarget, Run, TestCounts
from reports.narrowing import SUITES, addresses_suites, narrowed_by
from reports.outcomes import Outcomes
from reports.terminal import advice_lines, report_lines
from reports.verdicts import judge
from spec import requirements
from spec.usage import WrongUsage

REPORTER: Final = "conformance-reporter"
"""The name under which the reporter of a session is registered."""
ENDED_EARLY: Final = "The run was interrupted before its first test: nothing was checked, and there is no report."

_LISTING_OPTIONS: Final = (
    "help",
    "version",
    "markers",
    "collectonly",
    "showfixtures",
    "show_fixtures_per_test",
    "cacheshow",
)
_MARKUP: Final[dict[Style, dict[str, bool]]] = {
    "plain": {},
    "strong": {"bold": True},
    "good": {"green": True, "bold": True},
    "bad": {"red": True, "bold": True},
    "doubtful": {"yellow": True, "bold": True},
    "quiet": {"light": True},
}


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks of `reports.hooks`, and let a run go on when nobody reads what it prints."""
    process.tolerant_output()
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say where the report goes, and what is required beyond the contract."""
    group = parser.getgroup("conformance")
    group.addoption(
        "--annotations",
        choices=["github"],
        help="also print what did not pass as workflow commands, which GitHub shows beside a change",
    )
    group.addoption(
        "--report-dir",
        metavar="DIR",
        default=REPORT_DIR,
        help=f"directory for report.json, report.html and what else is written (default: {REPORT_DIR}, "
        "below the working directory)",
    )
    group.addoption(
        "--repeat",
        metavar="COUNT",
        type=int,
        help="run so many times, and name the requirements that change from run to run",
    )
    group.addoption(
        "--baseline",
        metavar="REPORT",
        type=Path,
        help="the report.json of an earlier run: exit with 7 where something got worse since, and with 0 otherwise",
    )
    group.addoption(
        "--only-new",
        action="store_true",
        help="show only violations that the baseline does not have",
    )
    group.addoption(
        "--waivers",
        metavar="FILE",
        type=Path,
        help="a YAML file of violations that are tolerated until a day",
    )
    group.addoption("--strict-should", action="store_true", help="let a should count as a must")
    group.addoption("--require-exercised", action="store_true", help="exit with 7 where a must was not exercised")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take part in sessions that run tests, in the process that a person started; in workers let them end soon."""
    is_worker = hasattr(config, "workerinput")
    if addresses_suites(config):
        config.pluginmanager.register(PromptEnd(config), "conformance-prompt-end")
    if not is_worker and not any(config.getoption(name, None) for name in _LISTING_OPTIONS):
        config.stash.setdefault(ERRORS, [])
        terms = _terms(config) if addresses_suites(config) else Terms()
        config.pluginmanager.register(ConformanceReporter(config, terms), REPORTER)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Report in a sentence that the run was interrupted before there was anything to report.

    An earlier report is set aside then, lest somebody takes it for that of this run.
    """
    try:
        code = yield
    except KeyboardInterrupt:
        code = pytest.ExitCode.INTERRUPTED
    if hasattr(config, "workerinput") or not addresses_suites(config):
        return code
    reporter: ConformanceReporter | None = config.pluginmanager.get_plugin(REPORTER)
    if code == pytest.ExitCode.INTERRUPTED and not (reporter and reporter.has_something_to_report):
        print(ENDED_EARLY, file=sys.stderr)
        if reporter:
            reporter.set_aside_earlier()
    return code


def _terms(config: pytest.Config) -> Terms:
    """Read the terms that the options set; an invalid file ends the run before anything is sent to the target."""
    option, root = config.getoption, config.invocation_params.dir
    baseline, waived = (root / path if path else None for path in (option("--baseline"), option("--waivers")))
    if option("--repeat") is not None:
        raise pytest.UsageError("--repeat goes with batches-conformance run, on the command line itself")
    if option("--only-new") and not baseline:
        raise pytest.UsageError("--only-new goes with a --baseline: name the report.json of an earlier run")
    if config.getoption("--shard", None) and (baseline or waived or option("--require-exercised")):
        raise pytest.UsageError(
            "--baseline, --waivers and --require-exercised judge a whole run: "
            "merge the reports of all shards, and give them to batches-conformance report gate"
        )
    try:
        return gate.read_terms(
            baseline, waived, strict=option("--strict-should"), require_exercised=option("--require-exercised")
        )
    except WrongUsage as error:
        raise pytest.UsageError(str(error)) from None


class ConformanceReporter:
    """Collects what the tests of one session found, and reports it when the session ends."""

    def __init__(self, config: pytest.Config, terms: Terms) -> None:
        """Start collecting, and the clock."""
        self._config = config
        self._terms = terms
        self._findings = Findings()
        self._ended = Outcomes()
        self._outcomes: Counter[str] = Counter()
        self._touches_suites = False
        self._begun = False
        self._is_complete = False
        self._interrupted = False
        self._is_ctrl_c = False
        self._started_at = datetime.now(UTC)
        self._started = perf_counter()
        self._finished = False
        self._has_reported = False
        self._lines: list[Line] = []
        self._annotations: list[str] = []
        self._fallback_id = uuid.uuid4().hex
        self._hook_results: dict[str, dict[str, Any] | None] = {}
        self._lock = threading.Lock()
        self._keeper = Keeper(self._write_so_far)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Refuse a place where no report can be written before anything is sent."""
        if not addresses_suites(self._config):
            return
        try:
            files.refuse_unwritable(self._directory)
        except WrongUsage as error:
            raise pytest.UsageError(str(error)) from None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Learn whether the session touches the suites."""
        self._notice(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a module that could not be collected as an error."""
        if report.failed:
            self._notice(report.nodeid)
            self._add_error(f"{report.nodeid} could not be collected: {_last_line(report)}.")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Learn that every test was run; without that a run counts as interrupted, whoever stopped it."""
        result = yield
        self._is_complete = True
        return result

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Put a report of this run in the place of an earlier one before the first test; end a run that has no place.

        Nothing is spent that could not be reported.
        """
        self._notice(nodeid)
        if self._begun or not self._has_suites():
            return
        self._begun = True
        try:
            files.begin(self._judge(interrupted=True), self._directory, self._hide)
        except OSError as error:
            self._config.stash[ERRORS].append(files.unwritable(self._directory, error))
            pytest.exit("the report cannot be written", returncode=exit_codes.INCONCLUSIVE)
        self._keeper.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the findings of one phase of one test."""
        self._notice(report.nodeid)
        record = getattr(report, "findings", None) or {}
        with self._lock:
            self._count(report)
            self._ended.add(report, record)
            self._findings.add(record)
        is_known = record.get("violations") or record.get("errors") or getattr(report, "outcome_word", None)
        if report.failed and not is_known:
            self._add_failure(report)
        self._keeper.note()

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Distinguish Ctrl-C, an exit, and a stop by pytest.

        The stop of `-x` under xdist does not count as an interrupt, as it does not without xdist.
        """
        is_exit = isinstance(excinfo.value, pytest.exit.Exception)
        self._is_ctrl_c = excinfo.type is KeyboardInterrupt
        if not is_exit and not self._is_ctrl_c and self._stopped_by_maxfail():
            return
        self._interrupted = True
        if is_exit and not self._config.stash[ERRORS]:
            self._add_error(f"The run was ended: {excinfo.value}")
        if self._begun:
            with suppress(OSError):
                self._write_so_far()

    def pytest_internalerror(self, excrepr: object) -> None:
        """Count an error of pytest or of a plugin as an error."""
        self._interrupted = True
        last = str(excrepr).strip().rpartition("\n")[2]
        self._add_error(f"The suite itself failed: {last}.")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Judge after all other plugins, one of which may fail, write the files, and set the exit code."""
        try:
            yield
        except OSError as error:
            self._add_error(
                f"A file that an option of pytest names could not be written ({error}): free space there, or name "
                "another one."
            )
        except Exception as error:
            self._add_error(f"A plugin of pytest failed at the end of the run: {type(error).__name__}: {error}.")
        try:
            session.exitstatus = self._finish(int(session.exitstatus))
        except KeyboardInterrupt:
            self._finished, self._interrupted, self._is_ctrl_c = False, True, True
            raise
        except Exception:
            session.exitstatus = exit_codes.INCONCLUSIVE
            self._config.notify_exception(pytest.ExceptionInfo.from_current())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self) -> Generator[None]:
        """Print the report after everything that pytest itself prints."""
        yield
        self._print()

    def pytest_unconfigure(self) -> None:
        """Report a session that ended before its start was complete, in its end, or without a summary."""
        if not self._finished and (self._begun or self._config.stash[ERRORS] or self._findings.errors):
            self._interrupted = True
            self._finish(exit_codes.INCONCLUSIVE)
        self._print()

    @property
    def has_something_to_report(self) -> bool:
        """Whether there is a report, or will be one at the end."""
        return self._begun or self._has_reported

    def set_aside_earlier(self) -> None:
        """Move the report of an earlier run out of the way of one that has none, and say where it is."""
        try:
            aside = files.set_aside(self._directory)
        except OSError as error:
            print(f"{self._directory} still has the report of an earlier run: {error}.", file=sys.stderr)
            return
        if aside:
            print(f"The report of an earlier run is now in {aside}.", file=sys.stderr)

    @property
    def _directory(self) -> Path:
        chosen: str = self._config.getoption("report_dir")
        return self._config.invocation_params.dir / chosen

    def _hide(self, text: str) -> str:
        hidden: str | None = self._config.hook.pytest_conformance_hide(text=text)
        return text if hidden is None else hidden

    def _notice(self, nodeid: str) -> None:
        self._touches_suites = self._touches_suites or nodeid.startswith(f"{SUITES}/")

    def _has_suites(self) -> bool:
        return self._touches_suites or addresses_suites(self._config)

    def _add_error(self, sentence: str) -> None:
        with self._lock:
            self._findings.error(sentence)

    def _add_failure(self, report: pytest.TestReport) -> None:
        word = _last_line(report)
        if word == KeyboardInterrupt.__name__:
            self._interrupted = True
        else:
            self._add_error(f"{report.nodeid} ended with {word}.")

    def _count(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.skipped:
            self._outcomes[report.outcome] += 1
        elif report.failed:
            self._outcomes["error"] += 1

    def _stopped_by_maxfail(self) -> bool:
        limit = self._config.getoption("maxfail", 0)
        return bool(limit) and self._outcomes["failed"] + self._outcomes["error"] >= limit

    def _finish(self, status: int) -> int:
        self._keeper.stop()
        self._finished = True
        if not self._has_suites():
            return status
        if status == pytest.ExitCode.NO_TESTS_COLLECTED:
            self._report_empty_selection()
            return exit_codes.WRONG_USAGE
        for error in self._config.stash[ERRORS]:
            self._add_error(error)
        if not self._begun and not self._findings.errors:
            return status
        report = self._judge_and_write()
        if self._is_ctrl_c or status == pytest.ExitCode.USAGE_ERROR:
            return status
        return exit_codes.of(report)

    def _write_so_far(self) -> None:
        files.write_source(self._judge(interrupted=True), self._directory, self._hide)

    def _is_interrupted(self) -> bool:
        is_incomplete = self._begun and not self._is_complete and not self._stopped_by_maxfail()
        return self._interrupted or is_incomplete

    def _judge_and_write(self) -> Report:
        self._has_reported = True
        report = self._judge_by_terms()
        written: tuple[Path, ...] = ()
        try:
            written = files.write(report, self._directory, self._hide)
        except OSError as error:
            self._add_error(files.unwritable(self._directory, error))
            report = self._judge_by_terms()
        names = [_from_here(path, self._config.invocation_params.dir) for path in written]
        only_new = self._config.getoption("--only-new")
        self._lines = report_lines(
            report, width=self._width(), files=names, only_new=only_new, verbosity=self._config.get_verbosity()
        )
        if self._config.getoption("annotations"):
            self._annotations = list(annotation_lines(report, only_new=only_new))
        return report

    def _judge_by_terms(self) -> Report:
        return gate.apply(self._terms, self._judge(interrupted=self._is_interrupted()), clock.today())

    def _judge(self, *, interrupted: bool) -> Report:
        target, given = self._target(), self._call_hook("pytest_conformance_run")
        with self._lock:
            run = self._run(given or {}, interrupted=interrupted)
            return judge(requirements.of(run.profiles), self._findings, target=target, run=run, tests=self._ended.all)

    def _target(self) -> ReportedTarget | None:
        described = self._call_hook("pytest_conformance_target")
        if described is None:
            return None
        return ReportedTarget(
            base_url=described["base_url"],
            kind=described["kind"],
            capabilities=tuple(sorted(described["capabilities"])),
            settings=described["settings"],
        )

    def _call_hook(self, hook: str) -> dict[str, Any] | None:
        """Call a hook of other plugins, each once; the report is written even if it fails."""
        if hook not in self._hook_results:
            self._hook_results[hook] = None
            try:
                self._hook_results[hook] = getattr(self._config.hook, hook)(config=self._config)
            except Exception as error:
                self._add_error(f"{hook} failed: {type(error).__name__}: {error}.")
        return self._hook_results[hook]

    def _run(self, given: dict[str, Any], *, interrupted: bool) -> Run:
        profiles = {name: spec.profiles.load()[name].version for name in given.get("profiles", ())}
        return Run(
            id=given.get("id") or self._fallback_id,
            started_at=self._started_at.isoformat(),
            ended_at=datetime.now(UTC).isoformat(),
            seconds=round(perf_counter() - self._started, 3),
            suite_version=suite_version(),
            contract_version=spec.__version__,
            profiles=profiles,
            python=platform.python_version(),
            platform=platform.platform(),
            packages=packages(),
            seed=given.get("seed"),
            narrowed=", ".join(self._narrowed_by()) or None,
            shard=self._findings.shard,
            interrupted=interrupted,
            workers=self._config.getoption("numprocesses", None) or 1,
            exchanges=self._findings.traffic(profiles),
            spent=self._findings.spent,
            tests=TestCounts(**self._outcomes),
        )

    def _narrowed_by(self) -> list[str]:
        stopped = ["a stop after the first failures (-x)"] if self._stopped_by_maxfail() else []
        return [*narrowed_by(self._config), *stopped]

    def _report_empty_selection(self) -> None:
        shard = self._config.getoption("--shard", None)
        narrowed = " and ".join([*narrowed_by(self._config), *([f"--shard {shard}"] if shard else [])])
        what = "No test of the suites was selected" + (f" by {narrowed}." if narrowed else ".")
        advice = exit_codes.ADVICE[exit_codes.WRONG_USAGE]
        self._lines = advice_lines([what, advice], width=self._width())

    def _terminal(self) -> pytest.TerminalReporter | None:
        plugin: pytest.TerminalReporter | None = self._config.pluginmanager.get_plugin("terminalreporter")
        return plugin

    def _width(self) -> int:
        return self._config.get_terminal_writer().fullwidth if self._terminal() else 80

    def _print(self) -> None:
        terminal = self._terminal()
        annotations, self._annotations = self._annotations, []
        if annotations:
            print("", *annotations, sep="\n")
        lines, self._lines = self._lines, []
        if not lines or self._config.getoption("no_summary", False):
            return
        if terminal is None:
            self._print_without_terminal(lines)
            return
        terminal.write_sep("=", "conformance")
        for line in lines:
            for span in line:
                terminal.write(span.text, **_MARKUP[span.style])
            terminal.line("")

    def _print_without_terminal(self, lines: list[Line]) -> None:
        is_wanted = not self._config.pluginmanager.is_blocked("terminal")
        for line in lines if is_wanted else ():
            print("".join(span.text for span in line), file=sys.stderr)


def _last_line(report: pytest.CollectReport | pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message).partition("\n")[0].rstrip(".")
    return report.longreprtext.strip().rpartition("\n")[2].removeprefix("E ").strip(" .")


def _from_here(path: Path, here: Path) -> Path:
    return path.relative_to(here) if path.is_relative_to(here) else path
