"""The panel: observes the exchanges of a client and lets the oracles look at them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from fixtures.exchange import Exchange
from suites.oracles.oracle import Look, Oracle, has_memory
from suites.traffic import Call, read
from suites.verify import Observation, Verify

Looks = defaultdict[str, list[tuple[str, Look]]]
"""The looks at each operation, with the names of their oracles."""


class Panel:
    """A fresh set of oracles, and where their observations go.

    A look without a memory finds the same whenever the same is asked and answered. So where all that such looks observe
    in a call holds, it is remembered, and they are not shown the like of it again.
    """

    def __init__(self, oracles: Sequence[Oracle], verify: Verify) -> None:
        self._verify = verify
        self._with_memory: Looks = defaultdict(list)
        self._without_memory: Looks = defaultdict(list)
        self._held = object()
        for oracle in oracles:
            look = oracle.begin()
            looks = self._with_memory if has_memory(look) else self._without_memory
            for operation in oracle.looks_at:
                looks[operation].append((oracle.name, look))

    def on_exchange(self, exchange: Exchange) -> None:
        """Show an exchange to the oracles, and forget what was read of it."""
        call = read(exchange)
        if call is not None:
            self.on_call(call)
            call.forget()

    def on_call(self, call: Call) -> None:
        """Let the oracles of its operation look at a call; one that breaks is an error of the suite, and ends."""
        like = call.like if call.succeeded else {}
        observations = like.get(self._held)
        if observations is None:
            observations = self._observed(call, self._without_memory)
            if all(observation.holds for observation in observations):
                like[self._held] = observations
        self._verify.record(*observations, *self._observed(call, self._with_memory))

    def _observed(self, call: Call, looks: Looks) -> list[Observation]:
        observations: list[Observation] = []
        for name, look in looks[call.name]:
            try:
                for observation in look(call):
                    observations.append(observation if observation.holds else replace(observation, oracle=name))
            except Exception as error:
                self._end(name)
                self._verify.record_error(
                    f"the oracle {name} broke on {call.exchange}: {error!r}; report this as a bug of the suite"
                )
        return observations

    def _end(self, name: str) -> None:
        self._held = object()
        for looks in (self._with_memory, self._without_memory):
            for operation, each in looks.items():
                looks[operation] = [(other, look) for other, look in each if other != name]
