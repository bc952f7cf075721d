"""How far one read lags behind another, and whether reads go backwards: observed, and no verdict."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from suites.moments import Moment, moment
from suites.oracles.memory import Memory
from suites.tally import rounded
from suites.traffic import COMPLETED, CREATE, GET, LIST, TERMINAL, Call, status_of

GET_FINDS = "a get finds a new batch"
LIST_SHOWS = "a list shows a new batch"
LIST_ENDS = "a list shows the end"
RESULTS_COME = "results come after the end"
ONE_USER, BETWEEN_USERS = "for one user", "between users"


@dataclass
class _Waited:
    """Something that will show, the call after which it could, and whether a read missed it."""

    since: Call
    missed: bool = False


class Consistency:
    """Measures from the answer after which something could show to the answer that first shows it.

    A batch that is read late shows late, so these times are upper bounds; `late` counts those of which an earlier read
    did not show it, although it was sent after the answer.
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, Memory[str, _Waited]] = defaultdict(Memory)
        self._done: defaultdict[str, Memory[str, bool]] = defaultdict(Memory)
        self._over: Memory[str, list[str]] = Memory()
        self._seconds: dict[str, Counter[str]] = {}
        self._late: Counter[str] = Counter()
        self._latest: Memory[str, tuple[Call, str, Moment]] = Memory()
        self._backwards: Counter[str] = Counter()
        self._compared: Counter[str] = Counter()

    def on_exchange(self, user: str, call: Call) -> None:
        """Take in one call of a user."""
        if call.name == CREATE:
            for batch in call.batches:
                self._begin(GET_FINDS, batch["id"], call)
                self._begin(LIST_SHOWS, batch["id"], call)
                self._over.setdefault(str(call.sent_body.get("source_directory_id")), []).append(batch["id"])
        elif call.name == GET:
            self._on_get(user, call)
        elif call.name == LIST:
            self._on_list(call)

    def take(self) -> dict[str, Any]:
        """Return what was measured since the last call, as plain data."""
        taken = {
            "lags": {
                name: {"seconds": dict(counts), "late": self._late[name]} for name, counts in self._seconds.items()
            },
            "compared": dict(self._compared),
            "backwards": dict(self._backwards),
        }
        for counts in (self._seconds, self._late, self._backwards, self._compared):
            counts.clear()
        return taken

    def _on_get(self, user: str, call: Call) -> None:
        if call.may_not_find:
            self._miss(GET_FINDS, call.path["batch_id"], call)
        for batch in call.batches:
            id_, status = batch["id"], status_of(batch)
            self._end(GET_FINDS, id_, call)
            if status in TERMINAL:
                self._begin(LIST_ENDS, id_, call)
            if status == COMPLETED:
                self._begin(RESULTS_COME, id_, call)
                if batch.get("results") is not None:
                    self._end(RESULTS_COME, id_, call)
                elif call.surely_asks_for_results:
                    self._miss(RESULTS_COME, id_, call)
            self._compare(user, call, id_, batch)

    def _on_list(self, call: Call) -> None:
        if not self._waiting[LIST_SHOWS] and not self._waiting[LIST_ENDS]:
            return
        shown = {seen.id: seen.status for seen in call.seen}
        for id_ in shown.keys() & self._waiting[LIST_SHOWS].keys():
            self._end(LIST_SHOWS, id_, call)
        for id_ in shown.keys() & self._waiting[LIST_ENDS].keys():
            if shown[id_] in TERMINAL:
                self._end(LIST_ENDS, id_, call)
            else:
                self._miss(LIST_ENDS, id_, call)
        for id_ in self._that_should_show(call):
            if id_ not in shown:
                self._miss(LIST_SHOWS, id_, call)

    def _that_should_show(self, call: Call) -> Iterable[str]:
        """Return the batches that a list over their directory shows, as long as nothing else is asked of it."""
        asked = call.exchange.request.param("source_directory_id")
        used = {name for name, _ in call.exchange.request.params}
        if asked is None or used - {"source_directory_id", "project_id"} or not call.succeeded:
            return ()
        waiting = [id_ for id_ in self._over.get(asked, ()) if id_ in self._waiting[LIST_SHOWS]]
        self._over[asked] = waiting
        return waiting

    def _begin(self, name: str, id_: str, call: Call) -> None:
        if id_ not in self._done[name]:
            self._done[name][id_] = True
            self._waiting[name][id_] = _Waited(call)

    def _miss(self, name: str, id_: str, call: Call) -> None:
        waited = self._waiting[name].get(id_)
        if waited and call.is_after(waited.since) and call.caller == waited.since.caller:
            waited.missed = True

    def _end(self, name: str, id_: str, call: Call) -> None:
        waited = self._waiting[name].pop(id_, None)
        if waited:
            seconds = max(0.0, call.exchange.received - waited.since.exchange.received)
            self._seconds.setdefault(name, Counter())[rounded(seconds)] += 1
            self._late[name] += waited.missed

    def _compare(self, user: str, call: Call, id_: str, batch: dict[str, Any]) -> None:
        """See whether a get shows an earlier update than a get that was answered before it was sent."""
        updated = moment(batch.get("updated_at"))
        if updated is None:
            return
        known = self._latest.get(id_)
        if known and call.is_after(known[0]):
            whose = ONE_USER if known[1] == user else BETWEEN_USERS
            self._compared[whose] += 1
            self._backwards[whose] += updated.surely_before(known[2])
        if known is None or not updated.surely_before(known[2]):
            self._latest[id_] = call, user, updated
