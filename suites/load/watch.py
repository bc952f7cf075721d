"""What a worker observes of all users of its process: by the oracles and the tally, and for the section on load."""

from typing import Any

from fixtures.exchange import Exchange
from suites.load.consistency import Consistency
from suites.load.creates import plain
from suites.load.ends import Ends
from suites.load.figures import Figures
from suites.load.webhooks import Webhooks
from suites.oracles import of_run
from suites.oracles.creation import batch_id_is_unique
from suites.oracles.panel import Panel
from suites.tally import Tally
from suites.traffic import CREATE, read
from suites.verify import Verify

CAUSE = "load"
"""What stands in a report in the place of the test that caused a violation."""
FINGERPRINTED = ("requirement", "check", "kind", "operation")


class Watch:
    """Observes the exchanges of the users of one process.

    Every directory is written to by one user alone, and all users of a process have one watch: so the oracles of a run
    are right here, which take for granted that they see every change of a directory. `lag` is how many seconds one
    operation may lag behind another, and `webhooks` are those of the users, where they have any.
    """

    def __init__(self, lag: float, webhooks: Webhooks | None = None) -> None:
        self._verify = Verify()
        self._panel = Panel([oracle for oracle in of_run(lag) if oracle != batch_id_is_unique], self._verify)
        self._tally = Tally()
        self._figures = Figures()
        self._consistency = Consistency()
        self._ends = Ends()
        self._problems: dict[str, dict[str, Any]] = {}
        self._creates: list[dict[str, Any]] = []
        self._webhooks = webhooks

    def on_exchange(self, user: str, exchange: Exchange) -> str | None:
        """Observe an exchange of a user, and return in a few words what is wrong with it, if something is."""
        known = len(self._verify.violated)
        call = read(exchange)
        self._figures.on_exchange(exchange, call.name if call else None)
        if call:
            self._consistency.on_exchange(user, call)
            self._ends.on_exchange(call)
            if self._webhooks:
                self._webhooks.on_exchange(user, call)
            if call.name == CREATE and call.succeeded:
                self._creates.append(plain(exchange))
        self._tally.count(exchange, call)
        if call:
            self._panel.on_call(call)
            call.forget()
        if exchange.response is None:
            return exchange.error
        new = self._verify.violated[known:]
        return new[0].requirement if new else None

    def problem(self, error: Exception) -> None:
        """Note what kept a user from what it was about to do; the first of each kind is shown, the others counted."""
        known = self._problems.setdefault(type(error).__name__, {"first": str(error), "count": 0})
        known["count"] += 1

    def finish(self) -> None:
        """Wait for what has to come to webhooks yet, and judge it."""
        if self._webhooks:
            self._webhooks.finish(self._verify)

    def take(self) -> dict[str, Any]:
        """Return what was found since the last call, as plain data.

        Of the violations of one fingerprint the first is an example, with how many there were.
        """
        if self._webhooks:
            self._webhooks.look(self._verify)
        found = self._verify.take(CAUSE)
        examples: dict[tuple[Any, ...], dict[str, Any]] = {}
        for violation in found["violations"]:
            kept = examples.setdefault(tuple(violation[name] for name in FINGERPRINTED), {**violation, "count": 0})
            kept["count"] += 1
        problems, self._problems = self._problems, {}
        creates, self._creates = self._creates, []
        return {
            "creates": creates,
            "problems": problems,
            "findings": {**found, "violations": list(examples.values()), **self._tally.take([])},
            "figures": self._figures.take(),
            "consistency": self._consistency.take(),
            "batches": self._ends.take(),
            "webhooks": self._webhooks.take() if self._webhooks else {},
        }
