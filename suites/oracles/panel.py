"""The panel: observes the exchanges of a client and lets the oracles look at them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from fixtures.exchange import Exchange
from suites.oracles.oracle import Look, Oracle
from suites.traffic import Call, read
from suites.verify import Observation, Verify


class Panel:
    """A fresh set of oracles, and where their observations go."""

    def __init__(self, oracles: Sequence[Oracle], verify: Verify) -> None:
        self._verify = verify
        self._looks: defaultdict[str, list[tuple[str, Look]]] = defaultdict(list)
        for oracle in oracles:
            look = oracle.begin()
            for operation in oracle.looks_at:
                self._looks[operation].append((oracle.name, look))

    def on_exchange(self, exchange: Exchange) -> None:
        """Show an exchange to the oracles, and forget what was read of it."""
        call = read(exchange)
        if call is not None:
            self.on_call(call)
            call.forget()

    def on_call(self, call: Call) -> None:
        """Let the oracles of its operation look at a call; one that breaks is an error of the suite, and ends."""
        observations: list[Observation] = []
        for name, look in tuple(self._looks[call.name]):
            try:
                for observation in look(call):
                    observations.append(observation if observation.holds else replace(observation, oracle=name))
            except Exception as error:
                self._end(name)
                self._verify.record_error(
                    f"the oracle {name} broke on {call.exchange}: {error!r}; report this as a bug of the suite"
                )
        self._verify.record(*observations)

    def _end(self, name: str) -> None:
        for looks in self._looks.values():
            looks[:] = [(other, look) for other, look in looks if other != name]
