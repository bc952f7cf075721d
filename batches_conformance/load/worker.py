"""A worker of a load: it holds the session of its process, and reports what that finds."""

import sys
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import gevent
from gevent.event import AsyncResult
from locust.runners import STATE_STOPPED, LocalRunner, WorkerRunner

from batches_conformance.load.ending import REFUSALS, ends_in_a_sentence
from batches_conformance.load.messages import LOCAL, REPORTED, LocustOptions, MessageType, of_run
from batches_conformance.load.patience import said_of_silence
from fixtures.errors import RunError
from fixtures.exchange import Exchange
from fixtures.mask import hide
from fixtures.settings import rate
from reports.circumstances import suite_version
from spec.codes import CONFORMANT, INCONCLUSIVE, INTERRUPTED
from spec.usage import WrongUsage
from suites.load.budget import REQUESTS, Allowance, Grant, limits_of
from suites.load.session import Session
from suites.traffic import read

SECONDS_BETWEEN_REPORTS: Final = 3.0
FIRST: Final = "0"
"""The name of the worker that the master saw first."""
SECONDS_FOR_A_GRANT: Final = 30.0
"""Seconds after which a master that does not answer is asked again; a worker without a master ends by itself."""
SECONDS_TO_FINISH: Final = 10.0
"""Seconds that users have for what they are about when all requests are used."""


class Worker:
    """Holds the session of a process, and reports what it finds."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._session: Session | None = None
        self._run_id: str | None = None
        self._grants: dict[str, AsyncResult] = {}
        runner = environment.runner
        runner.register_message(MessageType.GRANT, self.on_grant)
        runner.register_message(MessageType.END, self.on_end, concurrent=True)
        events = environment.events
        events.test_stop._handlers.insert(0, ends_in_a_sentence(self.on_stop))
        events.report_to_master.add_listener(self.on_report)
        if isinstance(runner, WorkerRunner):
            events.quitting.add_listener(self.on_quitting)

    def start(self) -> None:
        """Open the session; the master gets to know why where that fails."""
        given = LocustOptions(self._environment)
        self._run_id = given("--run-id")
        try:
            self._open(given)
        except Exception as error:
            broke = "" if isinstance(error, REFUSALS) else f"the suite itself broke: {type(error).__name__}: "
            self._say(MessageType.FAILED, f"{broke}{error}")
            raise

    def _open(self, given: LocustOptions) -> None:
        environment = self._environment
        if (version := given("--suite-version") or "none") != suite_version():
            raise WrongUsage(
                f"This worker has version {suite_version()} of the suite, and its master {version}: install the same."
            )
        settings, runner = given.settings(), environment.runner
        hide(settings.secrets)
        index = LOCAL if isinstance(runner, LocalRunner) else f"{runner.worker_index}"
        self._session = environment.conformance = Session(
            settings,
            given.load_options(),
            name=index,
            is_first=index in (LOCAL, FIRST),
            run_id=f"{self._run_id}-{index}",
            allowance=Allowance(limits_of(settings), rate(settings), self._ask),
            on_request=self._on_request,
            on_made=lambda entry: self._say(MessageType.MADE, entry),
            is_remembered=given("--mock") is None,
            report_folder=Path(given("--report-dir")),
        )
        if isinstance(runner, LocalRunner):
            gevent.spawn(self._report_to_self, self._session)

    def on_stop(self, **_: Any) -> None:
        """Close the session, and report for the last time."""
        session, self._session = self._session, None
        found = None
        if session is not None:
            try:
                session.close()
            except RunError as error:
                session.watch.problem(error)
            found = session.watch.take()
        self._say(MessageType.LAST, found)

    def on_end(self, environment: Any, msg: Any, **_: Any) -> None:
        """Stop the users, of which there are none where this worker was too late for the run."""
        self._run_id = msg.data
        environment.runner.stop()

    def on_quitting(self, **_: Any) -> None:
        """Report for the last time before the master knows that this process quits; say so where there is none."""
        runner = self._environment.runner
        code = CONFORMANT if runner.state == STATE_STOPPED else INTERRUPTED
        runner.stop()
        if said := said_of_silence(runner):
            print(said, file=sys.stderr, flush=True)
            code = INCONCLUSIVE
        self._environment.process_exit_code = code

    def on_report(self, data: dict[str, Any], **_: Any) -> None:
        """Put what was found to what locust reports."""
        if self._session is not None:
            data[REPORTED] = of_run(self._run_id, self._session.watch.take())

    def on_grant(self, msg: Any, **_: Any) -> None:
        """Take what the master has granted."""
        waiting = self._grants.pop(msg.data["ticket"], None)
        if waiting:
            waiting.set(Grant(msg.data["count"], msg.data["workers"]))

    def _say(self, kind: MessageType, data: Any) -> None:
        self._environment.runner.send_message(kind, of_run(self._run_id, data))

    def _ask(self, what: str, count: int, whole: bool) -> Grant:
        granted: Grant | None = None
        while granted is None:
            ticket = uuid.uuid4().hex
            waiting = self._grants[ticket] = AsyncResult()
            self._say(MessageType.ASK, {"what": what, "count": count, "whole": whole, "ticket": ticket})
            with suppress(gevent.Timeout):
                granted = waiting.get(timeout=SECONDS_FOR_A_GRANT)
            self._grants.pop(ticket, None)
        if what == REQUESTS and not granted.count:
            self._environment.stop_timeout = SECONDS_TO_FINISH
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
                data = {REPORTED: of_run(self._run_id, session.watch.take())}
                self._environment.events.worker_report.fire(client_id=LOCAL, data=data)
