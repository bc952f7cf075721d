"""The master of a load: it grants what may be spent, and makes the report."""

import signal
import sys
import time
import uuid
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import gevent
from locust.runners import STATE_CLEANUP, STATE_MISSING, STATE_STOPPED, STATE_STOPPING, LocalRunner, WorkerNode

from batches_conformance.load.ending import Ending, ends_in_a_sentence
from batches_conformance.load.messages import LOCAL, REPORTED, LocustOptions, MessageType
from batches_conformance.load.report import report_of
from fixtures.mask import MASK, hide
from fixtures.preflight import check_target
from fixtures.settings import billable_files_in_words
from reports import files
from reports.circumstances import suite_version
from reports.load import LoadFindings
from reports.model import WorkerEnd
from reports.standalone import publish
from reports.wording import counted
from spec import profiles
from spec.codes import INCONCLUSIVE, INTERRUPTED
from spec.process import STOPPED
from spec.usage import WrongUsage
from suites.load.budget import OPTION, REQUESTS, Grants, limits_of
from suites.load.creates import Creates
from suites.load.leftovers import MadeByWorkers, clean_up_rest
from suites.load.plan import webhooks_line
from suites.load.watch import CAUSE

SECONDS_TO_WRAP_UP: Final = 60.0
"""Seconds that workers have to delete what they made, and to report for the last time; webhooks may come before."""
SECONDS_BETWEEN_LOOKS: Final = 0.2
SECONDS_BETWEEN_LINES: Final = 10.0
"""Seconds between two lines that show that a load goes on."""
BY_TIME: Final = "its run time"
BY_HAND: Final = "its user"
BY_WORKERS: Final = "the end of its workers"
ENDS: Final = (STATE_STOPPING, STATE_CLEANUP, STATE_STOPPED)
"""The states in which locust ends a load, or has ended it."""
ALONE: Final = "The load ended early, since its last worker had ended: run again with workers that stay to its end."


class Master:
    """Grants what may be spent, adds up what workers report, and makes the report."""

    def __init__(self, environment: Any, on_code: Callable[[int], None]) -> None:
        self._environment = environment
        self._on_code = on_code
        self._is_waiting, self._is_running = True, False
        self._ending = Ending()
        if environment.parsed_options.headless:
            gevent.signal_handler(signal.SIGTERM, self.on_signal)
        given = LocustOptions(environment)
        if environment.parsed_options.num_users == 0 and environment.shape_class is None:
            raise WrongUsage("--users 0 leaves nobody to send anything: give 1 or more.")
        _refuse_what_does_nothing(environment)
        self._settings, self._options = given.settings(), given.load_options()
        self._mock: str | None = given("--mock")
        self._asked_run_id: str | None = given("--run-id")
        self._report_folder = Path(given("--report-dir"))
        hide(self._settings.secrets)
        if not (self._settings.is_local or self._settings.yes):
            raise WrongUsage(
                f"The load would write to {self._settings.target}, and spend "
                f"{billable_files_in_words(self._settings)}; confirm that with --yes."
            )
        files.refuse_unwritable(self._report_folder)
        if self._mock is None:
            check_target(self._settings)
        if said := webhooks_line(self._settings, self._options):
            print(said, file=sys.stderr)
        self._limits = limits_of(self._settings)
        environment.process_exit_code = INCONCLUSIVE
        runner = environment.runner
        runner.register_message(MessageType.ASK, self._of_this_run(self.on_ask))
        runner.register_message(MessageType.MADE, self._of_this_run(self.on_made))
        runner.register_message(MessageType.FAILED, self._of_this_run(self.on_failed))
        runner.register_message(MessageType.LAST, self._of_this_run(self.on_last))
        events = environment.events
        events.worker_report.add_listener(self.on_report)
        events.test_stop.add_listener(ends_in_a_sentence(self.on_stop))
        events.quitting.add_listener(self.on_quitting)
        seconds = environment.parsed_options.expect_workers_max_wait
        if seconds and environment.parsed_options.headless and not isinstance(runner, LocalRunner):
            gevent.spawn_later(seconds, self.on_late)

    @property
    def target(self) -> str:
        """The base URL of the service that is loaded."""
        return self._settings.target

    def start(self) -> None:
        """Begin a load; with the options its workers get the id of the run, the version of the suite and the target."""
        options, runner = self._environment.parsed_options, self._environment.runner
        self._environment.host = options.target = self._settings.target
        self._run_id = options.run_id = self._asked_run_id or uuid.uuid4().hex[:8]
        options.suite_version = suite_version()
        self._made = (
            None
            if self._mock is not None or isinstance(runner, LocalRunner)
            else MadeByWorkers(self._settings, self._run_id, self._report_folder)
        )
        self._began = datetime.now(UTC)
        self._load = LoadFindings()
        self._creates = Creates()
        self._grants = Grants(self._limits)
        self._ended_by: str | None = None
        self._ends: dict[str, WorkerEnd] = {}
        self._workers: set[str] = set()
        self._gone = {client.id for client in self._clients if client.state == STATE_MISSING}
        self._is_waiting, self._is_running = False, True
        self._ending.begin()
        gevent.spawn(self._note_users)

    def on_ask(self, client_id: str, wanted: dict[str, Any]) -> None:
        """Answer a worker that wants to spend something."""
        runner, name = self._environment.runner, self._name(client_id)
        workers = max(1, runner.worker_count)
        if wanted["whole"]:
            granted = self._grants.grant(wanted["what"], wanted["count"])
        else:
            granted = self._grants.lease(name, wanted["count"], workers)
        answer = {"ticket": wanted["ticket"], "count": granted, "workers": workers}
        runner.send_message(MessageType.GRANT, answer, client_id=client_id)
        self._end_if_used_up()

    def on_report(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        """Add what a worker has found."""
        if REPORTED in data:
            self._take(self._add, client_id, data[REPORTED])

    def on_made(self, client_id: str, entry: dict[str, Any]) -> None:
        """Remember what a worker makes, for the case that it dies on another machine."""
        if self._made:
            self._made.note(self._name(client_id), entry)

    def on_failed(self, client_id: str, reason: str) -> None:
        """Say why a worker could not begin."""
        name = self._name(client_id)
        self._load.findings.error(f"The worker {name} could not begin: {reason}")
        self._ends[name] = "failed"

    def on_last(self, client_id: str, record: dict[str, Any] | None) -> None:
        """Add what a worker has found last."""
        if record:
            self._add(client_id, record)
        self._ends.setdefault(self._name(client_id), "reported")

    def on_signal(self) -> None:
        """End at a signal what locust does not end yet, since it waits: for workers, or for the end of a shape."""
        runner = self._environment.runner
        if self._is_waiting:
            print(STOPPED, file=sys.stderr, flush=True)
            runner.quit()
            raise SystemExit(INTERRUPTED)
        if self._is_running and self._ended_by is None and runner.shape_greenlet is not None:
            self._ended_by = BY_HAND
            runner.shape_greenlet.kill(block=False)

    def on_late(self) -> None:
        """End where workers are missing; locust would do so as well, and not say what to do."""
        runner, options = self._environment.runner, self._environment.parsed_options
        if self._is_waiting:
            print(
                f"Of {counted(options.expect_workers, 'expected worker')} {len(runner.clients.ready)} connected within "
                f"{options.expect_workers_max_wait:g} s: start the others, or expect fewer with --expect-workers; with "
                "--expect-workers-max-wait the master waits longer.",
                file=sys.stderr,
                flush=True,
            )
            runner.quit()
            raise SystemExit(INCONCLUSIVE)

    def on_quitting(self, **_: Any) -> None:
        """End a load that somebody has ended, before locust asks for the exit code; none may have been started."""
        runner = self._environment.runner
        if self._is_running and runner.state not in ENDS:
            self._ended_by = self._ended_by or BY_HAND
            runner.quit()
        is_reported = self._ending.wait()
        if not is_reported or (self._is_waiting and not self._environment.parsed_options.headless):
            print(STOPPED, file=sys.stderr, flush=True)
            self._environment.process_exit_code = INTERRUPTED

    def on_stop(self, **_: Any) -> None:
        """Wait for what the workers report last, then make the report."""
        try:
            if self._is_running:
                self._report()
        finally:
            self._ending.over()

    def _report(self) -> None:
        runner, options = self._environment.runner, self._environment.parsed_options
        ended_by = self._ended_by or (BY_TIME if runner.worker_count else BY_WORKERS)
        self._wrap_up()
        self._is_running = False
        if self._mock is None:
            self._clean_up()
        is_timed = bool(options.run_time) or self._environment.shape_class is not None
        interrupted = ended_by == BY_HAND and is_timed and options.headless
        if ended_by == BY_WORKERS:
            self._load.findings.error(ALONE)
        for each in runner.exceptions.values():
            self._load.findings.error(f"The code of a user broke {counted(each['count'], 'time')}: {each['msg']}")
        load = self._load.load(self._ends, ended_by)
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
        code = publish(report, self._report_folder, MASK.hide)
        self._environment.process_exit_code = INTERRUPTED if interrupted else code
        self._on_code(code)
        if ended_by == BY_WORKERS and options.headless:
            gevent.spawn(runner.quit)  # Locust would wait for the end of the run time.

    def _of_this_run(self, listener: Callable[[str, Any], None]) -> Callable[..., None]:
        return lambda msg, **_: self._take(listener, msg.node_id, msg.data)

    def _take(self, listener: Callable[[str, Any], None], client_id: str, said: dict[str, Any]) -> None:
        """Let a listener have what a worker of this run says; one of another may have had its master here."""
        if self._is_running and said["run"] == self._run_id:
            listener(client_id, said["data"])

    def _add(self, client_id: str, record: dict[str, Any]) -> None:
        self._workers.add(self._name(client_id))
        self._load.add(self._name(client_id), record)
        self._load.findings.add(self._creates.look(record["creates"], CAUSE))

    @property
    def _clients(self) -> Collection[WorkerNode]:
        """The workers as locust knows them, which remembers for a minute those that are missing."""
        runner = self._environment.runner
        return () if isinstance(runner, LocalRunner) else runner.clients.all

    @property
    def _living(self) -> set[str]:
        if isinstance(self._environment.runner, LocalRunner):
            return {LOCAL}
        return {self._name(client.id) for client in self._clients if client.state != STATE_MISSING}

    def _name(self, client_id: str) -> str:
        runner = self._environment.runner
        return LOCAL if isinstance(runner, LocalRunner) else f"{runner.get_worker_index(client_id)}"

    def _wrap_up(self) -> None:
        """Let the workers end; those that do not say so are lost."""
        if isinstance(self._environment.runner, LocalRunner):
            return
        self._workers |= {self._name(client.id) for client in self._clients if client.id not in self._gone}
        self._environment.runner.send_message(MessageType.END, self._run_id)
        until = time.monotonic() + SECONDS_TO_WRAP_UP + self._settings.poll_timeout
        while time.monotonic() < until:
            if not (self._living & self._workers) - self._ends.keys():
                break
            gevent.sleep(SECONDS_BETWEEN_LOOKS)
        self._ends |= dict.fromkeys(self._workers - self._ends.keys(), "lost")

    def _end_if_used_up(self) -> None:
        """End the load once all requests are used, also where a worker is lost that had not used its own."""
        if self._ended_by is None and self._grants.are_used(self._living):
            self._ended_by = OPTION[REQUESTS]
            gevent.spawn(self._environment.runner.quit)

    def _clean_up(self) -> None:
        if self._made:
            self._made.close()
        for line in clean_up_rest(self._settings, self._run_id, self._report_folder):
            print(line, file=sys.stderr, flush=True)

    def _note_users(self) -> None:
        load, last = self._load, time.monotonic()
        while self._is_running and load is self._load:
            users = self._environment.runner.user_count
            load.note_users(int(time.time()), users)
            self._end_if_used_up()
            if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                print(f"{datetime.now(UTC):%H:%M:%S}  {counted(users, 'user')}, {load.so_far}", file=sys.stderr)
            gevent.sleep(1.0)


def _refuse_what_does_nothing(environment: Any) -> None:
    """Raise `WrongUsage` for a profile that only locust would know, and for tags that no task of a user has."""
    options = environment.parsed_options
    if options.profile in profiles.load():
        raise WrongUsage(f"--profile is a name for a run of locust: select with --contract-profile {options.profile}.")
    if not (options.tags or options.exclude_tags):
        return
    environment._filter_tasks_by_tags()
    if idle := [user.__name__ for user in environment.user_classes if not user.tasks]:
        raise WrongUsage(
            f"--tags leaves {' and '.join(idle)} nothing to do: leave it out, and say with --weights how often a user "
            "does each thing, as in --weights list=10,poll=0."
        )
