"""What a process of users works with, from the start of a load to its end: the target, the watch, what was made."""

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

from fixtures.cleanup import clean_up
from fixtures.client import Client
from fixtures.directories import Directories
from fixtures.exchange import Exchange
from fixtures.leftovers import Leftovers
from fixtures.mask import MASK
from fixtures.receiver import Receiver
from fixtures.runfile import RunFile
from fixtures.settings import Settings
from fixtures.target import MAIN, OTHER, capabilities, open_target
from suites.load.budget import Allowance
from suites.load.client import LightClient
from suites.load.guide import Guide, Shared
from suites.load.leftovers import OnMade, SharedJournal
from suites.load.options import RECEIVER, WEBHOOKS, LoadOptions
from suites.load.watch import Watch
from suites.load.webhooks import Webhooks
from suites.products import EXTRACT, PARSE

OnRequest = Callable[[Exchange, str | None], None]
"""Takes each exchange, and in a few words what is wrong with it."""

CONNECTIONS = 2_000
"""Connections at a time by which webhooks are received."""
ONE_OF_OTHER_PROJECT = 5
"""Of so many users one has the key of the other project, where there is one."""


class Session:
    """The users of one process. `name` is its name among others, `run_id` stands in the names of what it makes.

    Where webhooks come to one port, they come to the first process.

    What is made is remembered beyond the death of the process, unless the target ends with the run.
    """

    def __init__(
        self,
        settings: Settings,
        options: LoadOptions,
        *,
        name: str,
        is_first: bool,
        run_id: str,
        allowance: Allowance,
        on_request: OnRequest,
        on_made: OnMade,
        is_remembered: bool,
        report_folder: Path,
    ) -> None:
        self.options = options
        self._settings = settings
        self._name = name
        self._run_id = run_id
        self._allowance = allowance
        self._on_request = on_request
        self._stack = ExitStack()
        self._target = self._stack.enter_context(open_target(settings))
        MASK.learn(self._target.secrets)
        self._webhooks = self._received() if is_first or not settings.webhook_port else None
        self.watch = Watch(settings.settle_timeout, self._webhooks)
        path = None
        if is_remembered:
            leftovers = Leftovers(settings.target, run_id, report_folder)
            self._stack.callback(leftovers.pytest_unconfigure)
            path = leftovers.path
        self._file = RunFile(path)
        self._stack.callback(self._file.close)
        self._journal = SharedJournal(self._file, self._target.base_url, name, on_made)
        self._numbers = itertools.count(1)
        self._users = itertools.count(1)
        self._shared = Shared()
        self._is_remembered = is_remembered

    def user(self) -> Guide:
        """Return one more user, with connections of its own."""
        number = next(self._users)
        has_other = self._target.keys.get(OTHER) is not None
        caller = OTHER if has_other and number % ONE_OF_OTHER_PROJECT == 0 else MAIN
        client = self._stack.enter_context(
            LightClient(
                self._target, self._settings.request_timeout, self._settings.poll_timeout, self._name, self._numbers
            )
        )
        name = f"{self._name} {number}"
        client.permits.append(self._allowance.spend_request)
        client.observers.append(lambda exchange: self._observe(name, exchange))
        return Guide(
            client,
            Directories(client, self._journal, f"{self._run_id}-{number}"),
            caller,
            self._jobs(caller),
            self.options.files,
            self._allowance.spend_files,
            self._webhooks.of_create if self._webhooks else dict,
            self._shared,
            Random(f"{self._run_id} {number}"),
        )

    def close(self) -> None:
        """Wait for the webhooks of what has ended, and delete what the users have made."""
        try:
            self.watch.finish()
            if self._is_remembered:
                with Client(
                    self._target, self._settings.request_timeout, self._settings.poll_timeout, self._name
                ) as client:
                    clean_up(client, self._journal)
        finally:
            self._stack.close()

    def _received(self) -> Webhooks | None:
        """Return the webhooks of the users, where the profile is selected and the target can reach a receiver."""
        settings = self._settings
        if WEBHOOKS not in self.options.profiles or RECEIVER not in capabilities(settings):
            return None
        receiver = Receiver(settings.webhook_url, settings.webhook_port or 0, CONNECTIONS)
        random = Random(f"{self._run_id} {WEBHOOKS}")
        return Webhooks(self._stack.enter_context(receiver), settings.settle_timeout, settings.poll_timeout, random)

    def _jobs(self, caller: str) -> list[tuple[str, str]]:
        jobs = [(PARSE, self._settings.parse_configuration_id)]
        if self._settings.extract_configuration_id and caller == MAIN:
            jobs.append((EXTRACT, self._settings.extract_configuration_id))
        return jobs

    def _observe(self, user: str, exchange: Exchange) -> None:
        self._on_request(exchange, self.watch.on_exchange(user, exchange))
