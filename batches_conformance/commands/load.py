"""`load`: whether the promises hold while many users are at work at once."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, Self

import click
import pytest

from batches_conformance import location
from batches_conformance.completion import OF_OPTIONS, named_option
from batches_conformance.groups import FILE
from batches_conformance.load.options import DECLARED, SECONDS_TO_REPORT, VARIABLES
from batches_conformance.variants import refuse_unknown_variants
from fixtures.embedded import running_mock
from fixtures.errors import RunError
from fixtures.settings import KEY, LOOPBACK, OTHER_KEY, Settings
from reports import exit_codes
from reports.files import SOURCE
from reports.model import Report
from reports.reader import read
from spec.codes import INCONCLUSIVE, INTERRUPTED, WRONG_USAGE
from spec.process import STOPPED
from spec.signals import ENDING, is_free, leave_terminal
from spec.usage import WrongUsage
from suites.load.leftovers import clean_up_rest
from suites.load.options import load_options, parameter_of, settings_for
from suites.load.plan import in_short, plan, plan_lines

LOCUSTFILE: Final = Path(location.__file__).with_name("locustfile.py")
RENAMED: Final = {"--profile": "--contract-profile"}
"""Options that are called otherwise in the locustfile, since locust has one of that name."""
MISSING: Final = (
    "load needs locust, which is not installed: install it, as by `pip install 'batches-conformance[load]'`."
)
SECONDS_TO_END: Final = 30.0
"""Seconds that workers without a master have to end."""
SECONDS_TO_BEGIN: Final = 60
"""Seconds in which all processes of a load on this machine have to be there."""
SECONDS_BETWEEN_LOOKS: Final = 0.2
SAID: Final = frozenset({WRONG_USAGE, INCONCLUSIVE})
"""Exit codes of the locustfile before which it has said why."""


def _declared(function: Callable[..., Any]) -> Callable[..., Any]:
    names = {theirs: ours for ours, theirs in RENAMED.items()}
    for name, declared in reversed(list(DECLARED.items())):
        kind: Any = FILE if declared.get("metavar") == "DIR" else declared.get("type")
        is_flag = declared.get("action") == "store_true"
        function = click.option(
            names.get(name, name),
            parameter_of(name),
            type=None if is_flag else kind,
            is_flag=is_flag,
            metavar=declared.get("metavar"),
            multiple=declared.get("action") == "append",
            shell_complete=OF_OPTIONS.get(names.get(name, name)),
            default=declared.get("default") or None,
            envvar=VARIABLES.get(name),
            help=declared["help"],
        )(function)
    return function


@click.command(name="load")
@click.option("--target", metavar="URL", help="A base URL; by default the mock, or $LLAMA_CLOUD_BASE_URL.")
@click.option(
    "--users",
    metavar="N",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    envvar="LOCUST_USERS",
    help="Users at once.",
)
@click.option(
    "--spawn-rate",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    envvar="LOCUST_SPAWN_RATE",
    help="Users that begin in each second.",
)
@click.option(
    "--run-time",
    metavar="TIME",
    default="30s",
    show_default=True,
    envvar="LOCUST_RUN_TIME",
    help="How long, as 90s, 10m or 1h30m.",
)
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(1),
    envvar="LOCUST_PROCESSES",
    help="Processes that share the users.",
)
@named_option("--fault", help="Let the mock break a promise.")
@named_option("--variation", help="Let the mock use a variation.")
@_declared
@click.option("--plan", is_flag=True, help="Say what the load would send and spend; nothing is sent.")
@click.option("--locustfile", is_flag=True, help="Print where the file for locust is, and do nothing else.")
def command(**given: Any) -> int:
    """Let many users work with a service at once, and judge every answer."""
    if given["locustfile"]:
        print(LOCUSTFILE)
        return 0
    try:
        return _load(given)
    except pytest.UsageError as error:
        raise click.UsageError(str(error)) from None
    except RunError as error:
        print(error, file=sys.stderr)
        return INCONCLUSIVE


def _load(given: Mapping[str, Any]) -> int:
    def option(name: str) -> Any:
        return given.get(parameter_of(name))

    settings = settings_for(option)
    options = load_options(option)
    seconds = _seconds(given["run_time"])
    if given["plan"]:
        print("\n".join(plan_lines(settings, options, given["users"], given["spawn_rate"], seconds)))
        return 0
    if importlib.util.find_spec("locust") is None:
        raise WrongUsage(MISSING)
    refuse_unknown_variants(settings)
    _confirm(settings, in_short(plan(settings, options, given["users"], given["spawn_rate"], seconds)))
    with ExitStack() as stack:
        environment = dict(os.environ)
        words = [*_words(given), *(() if settings.is_local or settings.yes else ("--yes",))]
        host = settings.target
        if settings.is_mock:
            mock = stack.enter_context(running_mock(*settings.variants))
            environment |= {KEY: mock.api_key, OTHER_KEY: mock.other_api_key}
            host = mock.base_url
            words.append(f"--mock={' '.join(settings.variants)}")
            words.append(f"--extract-configuration-id={mock.extract_configuration_id}")
        return _run([*words, "--host", host], settings, environment, given["report_dir"])


def _words(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options as the locustfile takes them."""
    yield from ("-f", str(LOCUSTFILE), "--headless", "--skip-log-setup")
    yield from ("--users", str(given["users"]), "--spawn-rate", str(given["spawn_rate"]))
    yield from ("--run-time", given["run_time"])
    if given["processes"]:
        yield from _sharing(given["processes"])
    for name, declared in DECLARED.items():
        value = given[parameter_of(name)]
        if declared.get("action") == "store_true":
            yield from (name,) if value else ()
        elif value is not None:
            for each in value if isinstance(value, tuple) else (value,):
                yield f"{name}={each}"


def _sharing(processes: int) -> Iterator[str]:
    """Let the processes of this load find each other on loopback, at a port that no other load has."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port = str(free.getsockname()[1])
    yield from ("--processes", str(processes), "--expect-workers-max-wait", str(SECONDS_TO_BEGIN))
    yield from ("--master-bind-host", LOOPBACK)
    yield from ("--master-bind-port", port, "--master-host", LOOPBACK, "--master-port", port)


def _confirm(settings: Settings, short: str) -> None:
    """Ask before a service beyond loopback is written to. Raises `pytest.UsageError` on any answer but yes."""
    if settings.is_local or settings.yes:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise pytest.UsageError(
            f"the load would write to {settings.target}; confirm that with --yes, or start it in a terminal"
        )
    question = f"This load creates directories, files and batches on {settings.target}: {short}. Start it?"
    if not click.confirm(question):
        raise pytest.UsageError(f"nothing was sent to {settings.target}, since the load was not confirmed")


def _run(words: Sequence[str], settings: Settings, environment: Mapping[str, str], report_dir: Path) -> int:
    """Run locust as a process of its own, which changes the standard library for itself, and return the exit code."""
    run_id = uuid.uuid4().hex[:8]
    path = os.pathsep.join(filter(None, [str(location.ROOT), os.environ.get("PYTHONPATH")]))
    starter = () if sys.platform == "win32" else ("--started-by", f"{os.getpid()}")
    process = subprocess.Popen(
        [sys.executable, "-m", "locust", *words, "--run-id", run_id, *starter],
        env={**environment, "PYTHONPATH": path},
        start_new_session=True,
    )
    with _Signals(process) as signals:
        process.wait()
        _end_group(process.pid)
        if not settings.is_mock:
            for line in clean_up_rest(settings, run_id, report_dir):
                print(line, file=sys.stderr)
        return _code(process.returncode, _report_of(run_id, report_dir), was_interrupted=signals.were_received)


def _code(ended_with: int, report: Report | None, *, was_interrupted: bool) -> int:
    """Return the exit code, and say why where there is no report."""
    if report:
        if ended_with >= 0:
            return ended_with
        return INTERRUPTED if report.run.interrupted else exit_codes.of(report)
    if was_interrupted:
        if ended_with != INTERRUPTED:
            print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    if ended_with not in SAID:
        print(
            f"locust ended with {ended_with} before there was a report: nothing is said for or against a service.",
            file=sys.stderr,
        )
        return INCONCLUSIVE
    return ended_with


class _Signals:
    """Lets a load end with its report at a signal; later ones change nothing for a while, then end it at once.

    Those that are ignored stay so, as SIGHUP below nohup.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._first: float | None = None

    @property
    def were_received(self) -> bool:
        """Whether there was one."""
        return self._first is not None

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._take) for each in ENDING if is_free(each)}
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back; where there was one already, no further one may change the exit code."""
        for each, handler in self._before.items():
            signal.signal(each, signal.SIG_IGN if self.were_received else handler)

    def _take(self, number: int, _frame: object) -> None:
        leave_terminal(number)
        now = time.monotonic()
        is_first = self._first is None
        self._first = self._first or now
        if not is_first and now - self._first < SECONDS_TO_REPORT:
            return
        if self._process.returncode is not None:
            raise KeyboardInterrupt
        if is_first:
            self._process.terminate()
        else:
            self._process.kill()


def _end_group(group: int) -> None:
    """Let workers end that a killed master has left, and wait until they have deleted what they made."""
    until = time.monotonic() + SECONDS_TO_END
    with suppress(OSError, AttributeError):
        os.killpg(group, signal.SIGTERM)
        while time.monotonic() < until:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            os.killpg(group, 0)


def _report_of(run_id: str, report_dir: Path) -> Report | None:
    with suppress(OSError, WrongUsage):
        if (report := read(report_dir / SOURCE)).run.id == run_id:
            return report
    return None


def _seconds(text: str) -> float:
    """Return the seconds of a time as locust takes it."""
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if not (whole := 3600 * hours + 60 * minutes + seconds):
        raise click.UsageError("--run-time takes a time such as 90s, 10m or 1h30m")
    return whole
