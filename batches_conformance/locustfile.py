"""The locustfile: users who work as the guide says, every answer of whose is judged, and one report at the end.

    locust -f $(batches-conformance load --locustfile) --host URL --users 50 --run-time 2m

It runs by itself or beside others, such as one with a `LoadTestShape`: alone, with `--processes`, or as master and
workers. The exit code is that of the report.
"""

import os
import signal
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final

if __package__ is None or __package__ == "":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from batches_conformance import location

location.enter()

import gevent
import pytest
from gevent.event import AsyncResult
from locust import events
from locust.runners import LocalRunner, WorkerRunner

from batches_conformance.load_report import publish, report_of
from fixtures.errors import RunError
from fixtures.exchange import Exchange
from fixtures.mask import MASK, hide
from fixtures.preflight import check_target
from fixtures.settings import Settings, billable_files, rate, requests
from reports.load import LoadFindings
from spec import profiles
from spec.usage import WRONG_USAGE, WrongUsage
from suites.load.budget import FILES, REQUESTS, Allowance, Grant, Grants, used_up
from suites.load.leftovers import clean_up_rest
from suites.load.options import OPTIONS, LoadOptions, load_options, settings_for
from suites.load.session import Session
from suites.load.users import GuideUser
from suites.traffic import read

__all__ = ["GuideUser"]

ASKED, GRANTED, REPORTED, LAST, WRAP_UP = (f"conformance-{name}" for name in ("ask", "grant", "report", "last", "end"))
"""The messages between master and workers."""
LOCAL: Final = "main"
"""What the one process of a load is called where there are no workers."""
BROKEN: Final = 6
SECONDS_BETWEEN_REPORTS: Final = 3.0
SECONDS_FOR_A_GRANT: Final = 30.0
"""Seconds after which a master that does not answer is gone, and nothing more is spent."""
SECONDS_TO_WRAP_UP: Final = 60.0
"""Seconds that workers have to delete what they made, and to report for the last time."""
SECONDS_BETWEEN_LOOKS: Final = 0.2
BY_TIME, BY_HAND, BY_LOSS = "its run time", "its user", "the loss of its workers"


def ends_in_a_sentence(function: Callable[..., None]) -> Callable[..., None]:
    """Let a listener end the process by a sentence and a code of the suite; locust would go on, or end with 1."""

    @wraps(function)
    def listener(*arguments: Any, **named: Any) -> None:
        try:
            function(*arguments, **named)
        except (WrongUsage, pytest.UsageError) as error:
            _end(str(error), WRONG_USAGE)
        except RunError as error:
            _end(f"The target cannot be checked: {error}", BROKEN)
        except Exception as error:
            _end(f"{traceback.format_exc()}\nThe suite itself broke: {type(error).__name__}: {error}", BROKEN)

    return listener


def _end(sentence: str, code: int) -> None:
    print(MASK.hide(sentence), file=sys.stderr, flush=True)
    raise SystemExit(code)


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    """Add the options to those of locust."""
    for name, declared in OPTIONS.items():
        parser.add_argument(name, include_in_web_ui=False, **declared)
    parser.add_argument("--mock", include_in_web_ui=False, help="The host is a mock, with these variants.")
    parser.add_argument("--run-id", include_in_web_ui=False, help="The id of the run.")


@events.init.add_listener
@ends_in_a_sentence
def begin(environment: Any, runner: Any, **_: Any) -> None:
    """Take the part of a master, of a worker, or of both; Ctrl-C ends it as SIGTERM does, and not in some user."""
    gevent.signal_handler(signal.SIGINT, os.kill, os.getpid(), signal.SIGTERM)
    if not isinstance(runner, WorkerRunner):
        Master(environment)
    if isinstance(runner, WorkerRunner | LocalRunner):
        Worker(environment)


class Given:
    """The options as locust has parsed them; those of a worker are those of its master once a test starts."""

    def __init__(self, environment: Any) -> None:
        self._options = environment.parsed_options
        self._host = environment.host

    def __call__(self, name: str) -> Any:
        """Return the value of an option."""
        if name == "--target":
            return self._host
        return getattr(self._options, name.removeprefix("--").replace("-", "_"), None)

    def settings(self) -> Settings:
        """Return the settings of the target."""
        if not self._host and not os.environ.get("LLAMA_CLOUD_BASE_URL"):
            raise WrongUsage("Name the service with --host; batches-conformance mock serves one to try with.")
        return settings_for(self)

    def load_options(self) -> LoadOptions:
        """Return what the users do."""
        return load_options(self, sorted(profiles.load()))


class Master:
    """Grants what may be spent, adds up what workers report, and makes the report."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        given = Given(environment)
        self._settings, self._options = given.settings(), given.load_options()
        self._mock: str | None = given("--mock")
        self._report_folder = Path(given("--report-dir"))
        hide(self._settings.secrets)
        if not (self._settings.is_local or self._settings.yes):
            raise WrongUsage(
                f"The load would write to {self._settings.target}, and spend "
                f"{_limit(billable_files(self._settings))}; confirm that with --yes."
            )
        if self._mock is None:
            check_target(self._settings)
        self._limits = {REQUESTS: requests(self._settings), FILES: billable_files(self._settings)}
        self._is_running = False
        environment.process_exit_code = BROKEN
        runner = environment.runner
        runner.register_message(ASKED, self.on_ask)
        runner.register_message(LAST, self.on_last)
        events = environment.events
        events.worker_report.add_listener(self.on_report)
        events.test_start.add_listener(ends_in_a_sentence(self.on_start))
        events.test_stop.add_listener(ends_in_a_sentence(self.on_stop))
        events.quitting.add_listener(self.on_quitting)

    def on_start(self, **_: Any) -> None:
        """Begin a load."""
        self._run_id = self._environment.parsed_options.run_id or uuid.uuid4().hex[:8]
        self._began = datetime.now(UTC)
        self._load = LoadFindings()
        self._grants = Grants(self._limits)
        self._ended_by: str | None = None
        self._done: set[str] = set()
        self._workers: set[str] = set()
        self._is_running = True
        gevent.spawn(self._note_users)

    def on_ask(self, environment: Any, msg: Any, **_: Any) -> None:
        """Answer a worker that wants to spend something."""
        what, count, whole = msg.data["what"], msg.data["count"], msg.data["whole"]
        granted = self._grants.grant(what, count, whole=whole)
        workers = max(1, getattr(environment.runner, "worker_count", 1))
        answer = {"ticket": msg.data["ticket"], "count": granted, "workers": workers}
        environment.runner.send_message(GRANTED, answer, client_id=msg.node_id)
        if what == REQUESTS and not granted and self._ended_by is None:
            self._ended_by = used_up(what, self._limits)
            gevent.spawn(self._environment.runner.quit)

    def on_report(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        """Add what a worker has found."""
        if self._is_running and data.get(REPORTED):
            self._add(client_id, data[REPORTED])

    def on_last(self, msg: Any, **_: Any) -> None:
        """Add what a worker has found last."""
        if self._is_running:
            self._add(msg.node_id, msg.data)
            self._done.add(self._name(msg.node_id))

    def on_quitting(self, **_: Any) -> None:
        """End a load that somebody has ended, before locust asks for the exit code."""
        if self._is_running:
            self._ended_by = self._ended_by or BY_HAND
            self._environment.runner.quit()

    def on_stop(self, **_: Any) -> None:
        """Wait for what the workers report last, then make the report."""
        lost = self._wrap_up()
        self._is_running = False
        if self._mock is None:
            self._clean_up()
        options = self._environment.parsed_options
        is_timed = bool(options.run_time) or self._environment.shape_class is not None
        ended_by = self._ended_by or BY_TIME
        interrupted = ended_by == BY_HAND and is_timed and options.headless
        workers = self._workers | self._done
        if workers and lost == workers:
            ended_by = BY_LOSS
        load = self._load.load(workers, lost, ended_by)
        report = report_of(
            self._load.findings,
            load,
            settings=self._settings,
            mock=self._mock,
            options=self._options,
            run_id=self._run_id,
            began=self._began,
            interrupted=interrupted,
        )
        self._environment.process_exit_code = publish(report, self._report_folder)

    def _add(self, client_id: str, record: dict[str, Any]) -> None:
        self._workers.add(self._name(client_id))
        self._load.add(self._name(client_id), record)

    def _name(self, client_id: str) -> str:
        runner = self._environment.runner
        return LOCAL if isinstance(runner, LocalRunner) else f"{runner.get_worker_index(client_id)}"

    def _wrap_up(self) -> set[str]:
        """Let the workers end, and return the names of those that did not say so."""
        runner = self._environment.runner
        if isinstance(runner, LocalRunner):
            return set()
        self._workers |= {self._name(client.id) for client in runner.clients.all}
        runner.send_message(WRAP_UP)
        until = time.monotonic() + SECONDS_TO_WRAP_UP
        while time.monotonic() < until:
            there = {self._name(client.id) for client in runner.clients.all if client.state != "missing"}
            if not (there & self._workers) - self._done:
                break
            gevent.sleep(SECONDS_BETWEEN_LOOKS)
        return self._workers - self._done

    def _clean_up(self) -> None:
        for line in clean_up_rest(self._settings, self._run_id, self._report_folder):
            print(line, file=sys.stderr, flush=True)

    def _note_users(self) -> None:
        load = self._load
        while self._is_running and load is self._load:
            load.note_users(int(time.time()), self._environment.runner.user_count)
            gevent.sleep(1.0)


class Worker:
    """Holds the session of a process, and reports what it finds."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._session: Session | None = None
        self._grants: dict[str, AsyncResult] = {}
        runner = environment.runner
        runner.register_message(GRANTED, self.on_grant)
        runner.register_message(WRAP_UP, self.on_wrap_up, concurrent=True)
        events = environment.events
        events.test_start.add_listener(ends_in_a_sentence(self.on_start))
        events.test_stop._handlers.insert(0, ends_in_a_sentence(self.on_stop))
        events.report_to_master.add_listener(self.on_report)
        if isinstance(runner, WorkerRunner):
            events.quitting.add_listener(self.on_quitting)

    def on_start(self, **_: Any) -> None:
        """Open the session."""
        environment = self._environment
        given = Given(environment)
        settings, runner = given.settings(), environment.runner
        hide(settings.secrets)
        limits = {REQUESTS: requests(settings), FILES: billable_files(settings)}
        index = LOCAL if isinstance(runner, LocalRunner) else f"{runner.worker_index}"
        run_id = given("--run-id") or uuid.uuid4().hex[:8]
        self._session = environment.conformance = Session(
            settings,
            given.load_options(),
            name=index,
            run_id=f"{run_id}-{index}",
            allowance=Allowance(limits, rate(settings), self._ask),
            on_request=self._on_request,
            is_remembered=given("--mock") is None,
            report_folder=Path(given("--report-dir")),
        )
        if isinstance(runner, LocalRunner):
            gevent.spawn(self._report_to_self, self._session)

    def on_stop(self, **_: Any) -> None:
        """Close the session, and report for the last time."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.close()
        except RunError as error:
            session.watch.problem(error)
        self._environment.runner.send_message(LAST, session.watch.take())

    def on_wrap_up(self, environment: Any, **_: Any) -> None:
        """Stop the users."""
        environment.runner.stop()

    def on_quitting(self, **_: Any) -> None:
        """Report for the last time before the master hears that this process quits."""
        self._environment.runner.stop()

    def on_report(self, data: dict[str, Any], **_: Any) -> None:
        """Put what was found to what locust reports."""
        if self._session is not None:
            data[REPORTED] = self._session.watch.take()

    def on_grant(self, msg: Any, **_: Any) -> None:
        """Take what the master has granted."""
        waiting = self._grants.pop(msg.data["ticket"], None)
        if waiting:
            waiting.set(Grant(msg.data["count"], msg.data["workers"]))

    def _ask(self, what: str, count: int, whole: bool) -> Grant:
        ticket = uuid.uuid4().hex
        waiting = self._grants[ticket] = AsyncResult()
        self._environment.runner.send_message(ASKED, {"what": what, "count": count, "whole": whole, "ticket": ticket})
        try:
            granted: Grant = waiting.get(timeout=SECONDS_FOR_A_GRANT)
        except gevent.Timeout:
            self._grants.pop(ticket, None)
            return Grant(0, 1)
        return granted

    def _on_request(self, exchange: Exchange, wrong: str | None) -> None:
        call = read(exchange)
        self._environment.events.request.fire(
            request_type=exchange.request.method,
            name=call.name if call else exchange.request.path,
            response_time=exchange.seconds * 1000,
            response_length=len(exchange.response.body) if exchange.response else 0,
            exception=RuntimeError(wrong) if wrong else None,
            context={},
            url=exchange.request.url,
            response=None,
            start_time=exchange.sent_at.timestamp(),
        )

    def _report_to_self(self, session: Session) -> None:
        while session is self._session:
            gevent.sleep(SECONDS_BETWEEN_REPORTS)
            if session is self._session:
                data = {REPORTED: session.watch.take()}
                self._environment.events.worker_report.fire(client_id=LOCAL, data=data)


def _limit(files: float) -> str:
    return "billable files without limit" if files == float("inf") else f"at most {files:g} billable files"
