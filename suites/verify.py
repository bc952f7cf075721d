"""Where observations are made: requirement R held, or was violated, as these exchanges show."""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from fixtures.exchange import Exchange
from fixtures.words import unsigned
from spec import requirements
from spec.kinds import KINDS
from spec.openapi import match
from spec.text import visible
from suites.values import as_value

EXCHANGES_SHOWN = 4
"""How many exchanges a violation carries into the report."""
ANY_OPERATION = ""
"""Given where it is a matter of chance which operation shows that something is wrong with a batch."""
CHECKS_REMEMBERED = 1024
"""Checks of requirements that are known to have proper names; the suite has fewer."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The form of the id of a check."""


@dataclass(frozen=True)
class Observation:
    """One look at one requirement: what was asked, and if it does not hold, what was expected and what was received.

    `check` and `kind` name what was asked and in which way the answer was wrong. `exchanges` show it, `deciding` is the
    index of the one that shows the fault. `oracle` is the one that looked; a test that looks itself has none. Where the
    requirement holds, nothing is kept but that, and how many `times` it did.
    """

    requirement: str
    check: str
    holds: bool
    kind: str
    expected: Any
    actual: Any
    difference: str
    case: str
    exchanges: tuple[Exchange, ...]
    deciding: int
    operation: str | None = None
    oracle: str | None = None
    times: int = 1

    def __str__(self) -> str:
        shown = "; ".join(map(str, self.exchanges[-EXCHANGES_SHOWN:]))
        case = f" [{self.case}]" if self.case else ""
        described = self.difference or f"expected {_as_text(self.expected)}, got {_as_text(self.actual)}"
        return f"{self.requirement}{case}: {described} ({shown})"


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class RequirementViolated(AssertionError):
    """Raised in a test when the service broke a promise."""

    def __init__(self, *observations: Observation) -> None:
        super().__init__("\n".join(visible(str(observation)) for observation in observations))
        self.observations = observations


@lru_cache(maxsize=CHECKS_REMEMBERED)
def held(requirement: str, *, check: str, kind: str) -> Observation:
    """Return the observation that `requirement` holds. Raises as `observe` does for what is not known."""
    if requirement not in requirements.load():
        raise KeyError(f"spec/requirements.yaml has no requirement {requirement!r}")
    if kind not in KINDS:
        raise KeyError(f"spec/kinds.py has no kind {kind!r}")
    if not SLUG.fullmatch(check):
        raise ValueError(f"{check!r} is not an id of a check: use small letters, digits and hyphens")
    return Observation(
        requirement=requirement,
        check=check,
        holds=True,
        kind=kind,
        expected=None,
        actual=None,
        difference="",
        case="",
        exchanges=(),
        deciding=-1,
    )


def observe(
    requirement: str,
    holds: bool,
    *,
    check: str,
    kind: str,
    expected: object,
    actual: object,
    difference: str = "",
    exchanges: Sequence[Exchange],
    deciding: int = -1,
    case: str = "",
    operation: str | None = None,
) -> Observation:
    """Return an observation of `requirement`: whether it holds, and if not, all that shows somebody what is wrong.

    `check` is an id that is never changed: with the kind and the operation it makes the fingerprint. The operation is
    that of the deciding exchange, unless another is given, as where that is a matter of chance. Raises `KeyError` when
    the contract has no such requirement or there is no such kind, `ValueError` when the check has no proper id, or
    nothing shows that something is wrong.
    """
    observation = held(requirement, check=check, kind=kind)
    if holds:
        return observation
    if not exchanges:
        raise ValueError(f"the check {check} finds {requirement} violated, and no exchange shows it")
    return replace(
        observation,
        holds=False,
        expected=as_value(expected),
        actual=as_value(actual),
        difference=unsigned(difference),
        case=case,
        exchanges=tuple(exchanges),
        deciding=deciding,
        operation=operation,
    )


@dataclass(frozen=True, eq=False)
class Check:
    """What is asked of so many batches that nothing shall be written down where it holds: `observe` in two halves."""

    requirement: str
    check: str
    kind: str

    @cached_property
    def held(self) -> Observation:
        """The observation that the requirement holds."""
        return held(self.requirement, check=self.check, kind=self.kind)

    @lru_cache(maxsize=CHECKS_REMEMBERED)  # noqa: B019
    def held_so_often(self, times: int) -> Observation:
        """Return the observation that the requirement holds so many times."""
        return replace(self.held, times=times)

    def counted(self, times: int) -> Iterable[Observation]:
        """Return the observation that the requirement holds so many times, if it does at all."""
        return (self.held_so_often(times),) if times else ()

    def violated(self, **shown: Any) -> Observation:
        """Return the observation that the requirement is violated, as `shown`, with what `observe` takes, shows."""
        return observe(self.requirement, False, check=self.check, kind=self.kind, **shown)


class Verify:
    """Keeps the observations of a run until they are taken for a report."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._violated: list[Observation] = []
        self._unexercised: list[tuple[str, str]] = []
        self._errors: list[str] = []

    def __call__(
        self,
        requirement: str,
        holds: bool,
        *,
        check: str,
        kind: str,
        expected: object,
        actual: object,
        difference: str = "",
        exchanges: Sequence[Exchange],
        deciding: int = -1,
        case: str = "",
        operation: str | None = None,
    ) -> None:
        """Observe a requirement from within a test. Raises `RequirementViolated` when it does not hold."""
        observation = observe(
            requirement,
            holds,
            check=check,
            kind=kind,
            expected=expected,
            actual=actual,
            difference=difference,
            exchanges=exchanges,
            deciding=deciding,
            case=case,
            operation=operation,
        )
        self.record(observation)
        if not holds:
            raise RequirementViolated(observation)

    def record(self, *observations: Observation) -> None:
        """Keep observations that were made elsewhere."""
        with self._lock:
            for observation in observations:
                if observation.holds:
                    self._held[observation.requirement] += observation.times
                else:
                    self._violated.append(observation)

    def could_not_ask(self, requirement: str, reason: str) -> None:
        """Note why a requirement was not exercised on some occasion."""
        with self._lock:
            self._unexercised.append((requirement, reason))

    def record_error(self, sentence: str) -> None:
        """Note a problem that leaves the run inconclusive."""
        with self._lock:
            self._errors.append(sentence)

    @property
    def violated(self) -> tuple[Observation, ...]:
        """The violations that were not taken yet."""
        return tuple(self._violated)

    def take(self, test: str, *, generated: bool = False) -> dict[str, Any]:
        """Return what was observed since the last call, as plain data.

        `test` is the id of the test that caused it, `generated` says that its requests were not written by hand.
        """
        occasion = {"test": test, "generated": generated}
        with self._lock:
            findings = {
                "held": dict(self._held),
                "violations": [{**_as_json(observation), **occasion} for observation in self._violated],
                "unexercised": [{"requirement": id_, "reason": reason} for id_, reason in self._unexercised],
                "errors": list(self._errors),
            }
            self._held.clear()
            for noted in (self._violated, self._unexercised, self._errors):
                noted.clear()
            return findings


def _as_json(observation: Observation) -> dict[str, Any]:
    shown, deciding = _shown(observation)
    exchanges = [_exchange_as_json(exchange) for exchange in shown]
    return {
        "requirement": observation.requirement,
        "check": observation.check,
        "kind": observation.kind,
        "operation": _operation(observation, exchanges[deciding]),
        "expected": observation.expected,
        "actual": observation.actual,
        "difference": observation.difference,
        "case": observation.case,
        "oracle": observation.oracle,
        "exchanges": exchanges,
        "deciding": deciding,
    }


def _operation(observation: Observation, deciding: dict[str, Any]) -> str | None:
    given = observation.operation
    operation: str | None = deciding["operation"] if given is None else given or None
    return operation


def _shown(observation: Observation) -> tuple[tuple[Exchange, ...], int]:
    """Return the last exchanges that are shown together with the deciding one, and where in them this one stands."""
    exchanges = observation.exchanges
    deciding = range(len(exchanges))[observation.deciding]
    first = min(max(len(exchanges) - EXCHANGES_SHOWN, 0), deciding)
    return exchanges[first : first + EXCHANGES_SHOWN], deciding - first


def _exchange_as_json(exchange: Exchange) -> dict[str, Any]:
    found = match(exchange.request.method, exchange.request.path)
    return exchange.as_json(found[0].id if found else None)
