"""Accumulates the records that the tests of a run leave behind."""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from itertools import accumulate
from typing import Any

from reports.course import Course
from reports.examples import in_order, joined
from reports.fingerprints import fingerprint
from reports.model import (
    Appearance,
    Exchange,
    Headers,
    Latency,
    Request,
    Response,
    Shard,
    Spending,
    Traffic,
    Use,
    Violation,
)
from spec.elements import elements

Record = Mapping[str, Any]


class Findings:
    """The sum of all records of a run, whatever the order in which they came.

    A record is a JSON-able mapping with any of the parts `held`, `violations`, `unexercised`,
    `errors`, `exchanges`, `latencies`, `coverage`, `appearance`, `batches`, `spent` and `shard`. A part that
    cannot be read becomes an error: it is never dropped without a word.
    """

    def __init__(self) -> None:
        """Start with nothing found."""
        self.held: Counter[str] = Counter()
        self.shard: Shard | None = None
        self.spent = Spending()
        self.spent_on: defaultdict[str, Spending] = defaultdict(Spending)
        self._violations: defaultdict[str, dict[str, Violation]] = defaultdict(dict)
        self._reasons: defaultdict[str, set[str]] = defaultdict(set)
        self._errors: set[str] = set()
        self._exchanges = 0
        self._seconds = 0.0
        self._by_operation: Counter[str] = Counter()
        self._latencies: defaultdict[str, Counter[float]] = defaultdict(Counter)
        self._sent: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._appearance: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._course = Course()

    def add(self, record: Record) -> None:
        """Add one record; violations of one fingerprint are merged, the simplest example staying."""
        parts: dict[str, Callable[[Any], None]] = {
            "held": self._add_held,
            "violations": self._each(self._add_violation),
            "unexercised": self._each(self._add_reason),
            "errors": self._each(self.error),
            "exchanges": self._add_exchanges,
            "latencies": self._add_latencies,
            "coverage": self._add_coverage,
            "appearance": self._add_appearance,
            "batches": self._each(self._course.add),
            "spent": self._add_spending,
            "shard": self._add_shard,
        }
        for name, add_part in parts.items():
            if record.get(name):
                self._read(name, add_part, record[name])

    def error(self, sentence: str) -> None:
        """Add something that kept the run from judging: one sentence."""
        self._errors.add(str(sentence))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """One violation for each fingerprint, in an order that does not depend on which worker was first."""
        return tuple(violation for _, kept in sorted(self._violations.items()) for violation in in_order(kept.values()))

    @property
    def errors(self) -> tuple[str, ...]:
        """The distinct errors, sorted."""
        return tuple(sorted(self._errors))

    def traffic(self, profiles: Iterable[str] = ()) -> Traffic:
        """The exchanges of all tests together, and which elements of the contract with these profiles they met."""
        return Traffic(
            count=self._exchanges,
            seconds=round(self._seconds, 6),
            by_operation=dict(sorted(self._by_operation.items())),
            latencies={name: _latency(counts) for name, counts in sorted(self._latencies.items())},
            coverage={name: Use(self._sent[name], self._seen[name]) for name in elements(*profiles)},
            appearance=Appearance(**{sort: dict(sorted(counts.items())) for sort, counts in self._appearance.items()}),
            batches=self._course.timelines,
            batches_left_out=self._course.left_out,
        )

    def add_violation(self, violation: Violation) -> None:
        """Add a violation as often as it counts; of several with one fingerprint the simplest stays as the example."""
        kept = self._violations[violation.requirement]
        known = kept.get(violation.fingerprint)
        kept[violation.fingerprint] = joined(known, violation) if known else violation

    def reasons(self, requirement: str) -> tuple[str, ...]:
        """List the distinct reasons that tests gave for not exercising a requirement, sorted."""
        return tuple(sorted(self._reasons.get(requirement, ())))

    def named(self) -> frozenset[str]:
        """Collect every requirement id that any record named."""
        return frozenset({*self.held, *self._reasons, *self._violations})

    def _read(self, part: str, add_part: Callable[[Any], None], value: Any) -> None:
        try:
            add_part(value)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            self.error(f"The suite left a record whose {part} cannot be read: {type(error).__name__}: {error}.")

    def _each(self, add_one: Callable[[Any], None]) -> Callable[[Iterable[Any]], None]:
        def add_all(entries: Iterable[Any]) -> None:
            for entry in entries:
                self._read("entry", add_one, entry)

        return add_all

    def _add_held(self, counts: Mapping[str, int]) -> None:
        self.held.update({str(requirement): int(count) for requirement, count in counts.items()})

    def _add_violation(self, entry: Mapping[str, Any]) -> None:
        exchanges = tuple(read_exchange(exchange) for exchange in entry["exchanges"])
        deciding = range(len(exchanges))[int(entry["deciding"])] if exchanges else None
        requirement, check, kind = (str(entry[name]) for name in ("requirement", "check", "kind"))
        operation = _optional(entry["operation"])
        self.add_violation(
            Violation(
                requirement=requirement,
                check=check,
                kind=kind,
                operation=operation,
                fingerprint=fingerprint(requirement=requirement, check=check, kind=kind, operation=operation),
                expected=entry["expected"],
                actual=entry["actual"],
                difference=str(entry["difference"]),
                case=str(entry["case"]),
                exchanges=exchanges,
                deciding=deciding,
                generated=bool(entry["generated"]),
                oracle=_optional(entry["oracle"]),
                tests=(str(entry["test"]),),
                count=1,
            )
        )

    def _add_reason(self, entry: Mapping[str, Any]) -> None:
        self._reasons[str(entry["requirement"])].add(str(entry["reason"]))

    def _add_exchanges(self, traffic: Mapping[str, Any]) -> None:
        self._exchanges += int(traffic["count"])
        self._seconds += _seconds(traffic["seconds"])
        by_operation = traffic["by_operation"].items()
        self._by_operation.update({str(name): int(count) for name, count in by_operation})

    def _add_shard(self, entry: Mapping[str, Any]) -> None:
        shard = Shard(int(entry["index"]), int(entry["count"]), int(entry["selected"]), str(entry["plan"]))
        if self.shard not in (None, shard):
            self.error("The workers of the run split the tests differently: select the same tests in all of them.")
        self.shard = shard

    def _add_latencies(self, operations: Mapping[str, Mapping[str, int]]) -> None:
        for name, counts in operations.items():
            self._latencies[str(name)].update({_seconds(seconds): int(count) for seconds, count in counts.items()})

    def _add_coverage(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        self._sent.update(counts["sent"])
        self._seen.update(counts["seen"])

    def _add_appearance(self, sorts: Mapping[str, Mapping[str, int]]) -> None:
        for sort in fields(Appearance):
            self._appearance[sort.name].update(sorts[sort.name])

    def _add_spending(self, entry: Mapping[str, Any]) -> None:
        spent = Spending(**{field.name: int(entry[field.name]) for field in fields(Spending)})
        self.spent += spent
        for requirement in entry["requirements"]:
            self.spent_on[str(requirement)] += spent


def _latency(counts: Counter[float]) -> Latency:
    """The percentiles of latencies that are counted by value."""
    values, until = sorted(counts), list(accumulate(counts[value] for value in sorted(counts)))

    def percentile(share: float) -> float:
        return values[bisect_left(until, share * until[-1])]

    return Latency(until[-1], values[0], percentile(0.5), percentile(0.95), values[-1])


def read_exchange(entry: Mapping[str, Any]) -> Exchange:
    """Read an exchange as a record has it. Raises what a record that cannot be read makes it raise."""
    request, response = entry["request"], entry["response"]
    return Exchange(
        number=int(entry["number"]),
        worker=str(entry["worker"]),
        caller=str(entry["caller"]),
        operation=_optional(entry["operation"]),
        request=Request(
            method=str(request["method"]),
            url=str(request["url"]),
            headers=_headers(request["headers"]),
            body=_optional(request["body"]),
        ),
        response=None
        if response is None
        else Response(
            status=int(response["status"]),
            headers=_headers(response["headers"]),
            body=str(response["body"]),
        ),
        error=_optional(entry["error"]),
        sent_at=str(entry["sent_at"]),
        seconds=_seconds(entry["seconds"]),
    )


def _headers(pairs: Iterable[tuple[str, str]]) -> Headers:
    return tuple((str(name), str(value)) for name, value in pairs)


def _optional(value: Any) -> str | None:
    return None if value is None else str(value)


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError(f"{seconds} is no time in seconds")
    return seconds
