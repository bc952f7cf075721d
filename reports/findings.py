"""Adds up the records of the tests of a run."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import ValidationError

from reports.examples import in_order, joined
from reports.fingerprints import fingerprint
from reports.model import (
    ElementCoverage,
    Latency,
    RecordedReason,
    RecordedSpending,
    RecordedTraffic,
    RecordedViolation,
    ReportedShard,
    ReportedViolation,
    ResponseFeatures,
    Spending,
    Timeline,
    Traffic,
    ViolationExample,
    validated,
)
from reports.percentiles import percentiles
from reports.reader import problem
from reports.timelines import Timelines
from spec.elements import elements

Record = Mapping[str, Any]

_NUMBER = re.compile(r"#\d+")
"""How a sentence names an exchange."""


class Findings:
    """The sum of all records of a run, whatever their order.

    A record is a JSON-able mapping with any of the parts `held`, `violations`, `unexercised`,
    `errors`, `exchanges`, `latencies`, `coverage`, `appearance`, `batches`, `spent` and `shard`. A part that
    cannot be read becomes an error: it is never dropped silently.
    """

    def __init__(self) -> None:
        """Start with nothing found."""
        self.held: Counter[str] = Counter()
        self.shard: ReportedShard | None = None
        self.spent = Spending()
        self.spent_on: defaultdict[str, Spending] = defaultdict(Spending)
        self._violations: defaultdict[str, dict[str, ReportedViolation]] = defaultdict(dict)
        self._reasons: defaultdict[str, set[str]] = defaultdict(set)
        self._errors: set[str] = set()
        self._exchanges = 0
        self._seconds = 0.0
        self._by_operation: Counter[str] = Counter()
        self._latencies: defaultdict[str, Counter[float]] = defaultdict(Counter)
        self._sent: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._appearance: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._timelines = Timelines()

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
            "batches": self._each(self._add_timeline),
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
    def violations(self) -> tuple[ReportedViolation, ...]:
        """One violation for each fingerprint, in an order that does not depend on which worker was first."""
        return tuple(violation for _, kept in sorted(self._violations.items()) for violation in in_order(kept.values()))

    @property
    def errors(self) -> tuple[str, ...]:
        """The errors, sorted; of those that differ in the number of their exchange alone, the first with how many."""
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for sentence in sorted(self._errors, key=lambda each: (len(each), each)):
            alike[_NUMBER.sub("#", sentence)].append(sentence)
        return tuple(
            sorted(
                f"{first} [and {len(others)} more like it]" if others else first for first, *others in alike.values()
            )
        )

    def traffic(self, profiles: Iterable[str] = ()) -> Traffic:
        """Sum up the exchanges of all tests, and how they cover the contract with these profiles."""
        return Traffic(
            count=self._exchanges,
            seconds=round(self._seconds, 6),
            by_operation=dict(sorted(self._by_operation.items())),
            latencies={name: _latency(counts) for name, counts in sorted(self._latencies.items())},
            coverage={name: ElementCoverage(self._sent[name], self._seen[name]) for name in elements(*profiles)},
            appearance=ResponseFeatures(
                **{sort: dict(sorted(counts.items())) for sort, counts in self._appearance.items()}
            ),
            batches=self._timelines.kept,
            batches_omitted=self._timelines.omitted,
        )

    def add_violation(self, violation: ReportedViolation) -> None:
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
        except ValidationError as error:
            self.error(f"The suite left a record whose {part} cannot be read, at {problem(error)}.")
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            self.error(f"The suite left a record whose {part} cannot be read: {type(error).__name__}: {error}.")

    def _each(self, add_one: Callable[[Any], None]) -> Callable[[Iterable[Any]], None]:
        def add_all(entries: Iterable[Any]) -> None:
            for entry in entries:
                self._read("entry", add_one, entry)

        return add_all

    def _add_held(self, counts: Mapping[str, int]) -> None:
        self.held.update({str(requirement): int(count) for requirement, count in counts.items()})

    def _add_violation(self, entry: Any) -> None:
        example = validated(RecordedViolation, entry)
        count = len(example.exchanges)
        deciding = None if example.deciding is None or not count else range(count)[example.deciding]
        known = {each.name: getattr(example, each.name) for each in fields(ViolationExample)} | {"deciding": deciding}
        self.add_violation(
            ReportedViolation(
                **known,
                fingerprint=fingerprint(
                    requirement=example.requirement,
                    check=example.check,
                    kind=example.kind,
                    operation=example.operation,
                ),
                curl=None,
                tests=(example.test,),
                count=example.count,
            )
        )

    def _add_reason(self, entry: Any) -> None:
        recorded = validated(RecordedReason, entry)
        self._reasons[recorded.requirement].add(recorded.reason)

    def _add_exchanges(self, entry: Any) -> None:
        recorded = validated(RecordedTraffic, entry)
        self._exchanges += recorded.count
        self._seconds += recorded.seconds
        self._by_operation.update(recorded.by_operation)

    def _add_timeline(self, entry: Any) -> None:
        self._timelines.add(validated(Timeline, entry))

    def _add_shard(self, entry: Any) -> None:
        shard = validated(ReportedShard, entry)
        if self.shard not in (None, shard):
            self.error("The workers of the run split the tests differently: select the same tests in all of them.")
        self.shard = shard

    def _add_latencies(self, operations: Mapping[str, Mapping[str, int]]) -> None:
        for name, counts in operations.items():
            self._latencies[str(name)].update({_seconds(seconds): int(count) for seconds, count in counts.items()})

    def _add_coverage(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        self._sent.update(counts["sent"])
        self._seen.update(counts["seen"])

    def _add_appearance(self, entry: Any) -> None:
        recorded = validated(ResponseFeatures, entry)
        for sort in fields(ResponseFeatures):
            self._appearance[sort.name].update(getattr(recorded, sort.name))

    def _add_spending(self, entry: Any) -> None:
        recorded = validated(RecordedSpending, entry)
        self.spent += recorded
        for requirement in recorded.requirements:
            self.spent_on[requirement] += recorded


def _latency(counts: Counter[float]) -> Latency:
    """Sum up latencies that are counted by value."""
    p50, p95 = percentiles(counts, 0.5, 0.95)
    return Latency(counts.total(), min(counts), p50, p95, max(counts))


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError(f"{seconds} is not a number of seconds")
    return seconds
