"""Where observations are made: requirement R held, or was violated, as these exchanges show."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fixtures.exchange import Exchange
from fixtures.words import legible, unsigned
from spec import requirements
from spec.openapi import match

EXCHANGES_SHOWN = 4
"""How many exchanges a violation carries into the report."""
TEXT_LIMIT = 600
"""Characters of a value that a message shows."""


@dataclass(frozen=True)
class Observation:
    """One look at one requirement: what was expected in which case, what came, and the exchanges that show it.

    `oracle` is the one that looked; a test that looks itself has none.
    """

    requirement: str
    holds: bool
    expected: str
    actual: str
    case: str
    exchanges: tuple[Exchange, ...]
    oracle: str | None = None

    def __str__(self) -> str:
        shown = "; ".join(map(str, self.exchanges[-EXCHANGES_SHOWN:]))
        case = f" [{self.case}]" if self.case else ""
        return f"{self.requirement}{case}: expected {self.expected}, got {self.actual} ({shown})"


class Violation(AssertionError):
    """Raised in a test when the service broke a promise."""

    def __init__(self, *observations: Observation) -> None:
        super().__init__("\n".join(legible(str(observation)) for observation in observations))
        self.observations = observations


def observe(
    requirement: str,
    holds: bool,
    *,
    expected: object,
    actual: object,
    exchanges: Sequence[Exchange],
    case: str = "",
) -> Observation:
    """An observation of `requirement`. Raises `KeyError` when the contract has no such requirement."""
    if requirement not in requirements.load():
        raise KeyError(f"spec/requirements.yaml has no requirement {requirement!r}")
    return Observation(
        requirement,
        holds,
        "" if holds else _shown(expected),
        "" if holds else _shown(actual),
        case,
        tuple(exchanges),
    )


def _shown(value: object) -> str:
    try:
        text = value if isinstance(value, str) else repr(value)
    except RecursionError:
        return "a value that is nested too deeply to be shown"
    return unsigned(text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}…")


class Verify:
    """Keeps the observations of a run until they are taken for a report."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._violated: list[Observation] = []
        self._unexercised: list[tuple[str, str]] = []
        self._troubles: list[str] = []

    def __call__(
        self,
        requirement: str,
        holds: bool,
        *,
        expected: object,
        actual: object,
        exchanges: Sequence[Exchange],
        case: str = "",
    ) -> None:
        """Observes a requirement from within a test. Raises `Violation` when it does not hold."""
        observation = observe(requirement, holds, expected=expected, actual=actual, exchanges=exchanges, case=case)
        self.record(observation)
        if not holds:
            raise Violation(observation)

    def record(self, observation: Observation) -> None:
        """Keeps an observation that was made elsewhere."""
        with self._lock:
            if observation.holds:
                self._held[observation.requirement] += 1
            else:
                self._violated.append(observation)

    def could_not_ask(self, requirement: str, reason: str) -> None:
        """Notes why a requirement was not exercised on some occasion."""
        with self._lock:
            self._unexercised.append((requirement, reason))

    def met_trouble(self, sentence: str) -> None:
        """Notes a problem that leaves the run inconclusive."""
        with self._lock:
            self._troubles.append(sentence)

    @property
    def violated(self) -> tuple[Observation, ...]:
        """The violations that were not taken yet."""
        return tuple(self._violated)

    def take(self, test: str) -> dict[str, Any]:
        """What was observed since the last call, as plain data; `test` is the id of the test that caused it."""
        with self._lock:
            findings = {
                "held": dict(self._held),
                "violations": [_as_json(observation, test) for observation in self._violated],
                "unexercised": [{"requirement": id_, "reason": reason} for id_, reason in self._unexercised],
                "troubles": list(self._troubles),
            }
            self._held.clear()
            for noted in (self._violated, self._unexercised, self._troubles):
                noted.clear()
            return findings


def _as_json(observation: Observation, test: str) -> dict[str, Any]:
    return {
        "requirement": observation.requirement,
        "expected": observation.expected,
        "actual": observation.actual,
        "case": observation.case,
        "test": test,
        "oracle": observation.oracle,
        "exchanges": [_exchange_as_json(exchange) for exchange in observation.exchanges[-EXCHANGES_SHOWN:]],
    }


def _exchange_as_json(exchange: Exchange) -> dict[str, Any]:
    found = match(exchange.request.method, exchange.request.path)
    return exchange.as_json(found[0].id if found else None)
