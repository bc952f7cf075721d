"""Adds up what the workers of a load have reported."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reports.findings import Findings
from reports.model import (
    Backwards,
    DeliveredEvent,
    Lag,
    Load,
    LoadedBatches,
    LoadedOperation,
    LoadMoment,
    LoadWorker,
    WatchedBatch,
    WatchedBatches,
    WorkerEnd,
)
from reports.percentiles import percentiles
from reports.wording import counted

MOST_MOMENTS: Final = 120
"""Moments of a curve; where there are more, each becomes twice as long."""
LONGEST_SHOWN: Final = 5
"""Batches without an end that are named."""
LOST: Final = "was lost before its end: what it observed after its last report is missing; run again without that."


@dataclass
class _Counts:
    """How many exchanges took how long, and how they ended."""

    latencies: Counter[float] = field(default_factory=Counter)
    errors: int = 0
    too_many: int = 0

    def add(self, latencies: Mapping[float, int], errors: int, too_many: int) -> None:
        """Count more of them."""
        self.latencies.update(latencies)
        self.errors += errors
        self.too_many += too_many


@dataclass
class _Delivered:
    """How many deliveries of an event there were, and how long they took."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: Counter[float] = field(default_factory=Counter)


class LoadFindings:
    """The sum of what all workers have reported, in whatever order."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._operations: defaultdict[str, _Counts] = defaultdict(_Counts)
        self._moments: defaultdict[int, _Counts] = defaultdict(_Counts)
        self._users: Counter[int] = Counter()
        self._width = 1
        self._first, self._last = float("inf"), 0.0
        self._workers: Counter[str] = Counter()
        self._ended: defaultdict[str, Counter[float]] = defaultdict(Counter)
        self._going_on: dict[str, Mapping[str, Mapping[str, int]]] = {}
        self._longest: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._lags: defaultdict[str, Counter[float]] = defaultdict(Counter)
        self._late: Counter[str] = Counter()
        self._compared: Counter[str] = Counter()
        self._backwards: Counter[str] = Counter()
        self._delivered: defaultdict[str, _Delivered] = defaultdict(_Delivered)
        self._problems: dict[str, str] = {}
        self._problem_counts: Counter[str] = Counter()

    def add(self, worker: str, record: Mapping[str, Any]) -> None:
        """Add a report of a worker."""
        self.findings.add(record["findings"])
        for entry in record["figures"]:
            self._add_figures(worker, entry)
        for status, seconds in record["batches"]["ended"].items():
            self._ended[status].update(_read(seconds))
        self._going_on[worker] = record["batches"]["going_on"]
        self._longest[worker] = record["batches"]["longest"]
        for name, lag in record["consistency"]["lags"].items():
            self._lags[name].update(_read(lag["seconds"]))
            self._late[name] += lag["late"]
        self._compared.update(record["consistency"]["compared"])
        self._backwards.update(record["consistency"]["backwards"])
        for event, delivered in record["webhooks"].items():
            self._delivered[event].counts.update(delivered["counts"])
            self._delivered[event].seconds.update(_read(delivered["seconds"]))
        for kind, problem in record["problems"].items():
            self._problems.setdefault(kind, problem["first"])
            self._problem_counts[kind] += problem["count"]

    @property
    def so_far(self) -> str:
        """What was found until now, in a few words."""
        failed = len({violation.requirement for violation in self.findings.violations})
        return f"{counted(self._workers.total(), 'exchange')}, {counted(failed, 'requirement')} violated"

    def note_users(self, second: int, users: int) -> None:
        """Note how many users there are at a moment, in seconds since 1970."""
        self._users[second] = max(self._users[second], users)

    def load(self, ends: Mapping[str, WorkerEnd], ended_by: str) -> Load:
        """Return the section of the report, and count as errors what kept users from their work.

        `ends` says how each worker ended.
        """
        for worker in sorted(name for name, end in ends.items() if end == "lost"):
            self.findings.error(f"The worker {worker} {LOST}")
        for kind, sentence in self._problems.items():
            times = self._problem_counts[kind]
            self.findings.error(sentence if times == 1 else f"{times:,} times: {sentence}")
        seconds = max(self._last - self._first + 1, 1.0) if self._operations else 0.0
        return Load(
            users=max(self._users.values(), default=0),
            seconds=seconds,
            ended_by=ended_by,
            width=self._width,
            operations={name: _operation(counts, seconds) for name, counts in sorted(self._operations.items())},
            moments=tuple(self._curve()),
            workers=tuple(LoadWorker(name, self._workers[name], end) for name, end in sorted(ends.items())),
            batches=self._batches(),
            lags={name: _lag(counts, self._late[name]) for name, counts in sorted(self._lags.items())},
            reads={name: Backwards(count, self._backwards[name]) for name, count in sorted(self._compared.items())},
            webhooks={name: _event(delivered) for name, delivered in sorted(self._delivered.items())},
        )

    def _add_figures(self, worker: str, entry: Mapping[str, Any]) -> None:
        latencies = _read(entry["latencies"])
        second = entry["second"]
        self._workers[worker] += sum(latencies.values())
        self._first, self._last = min(self._first, second), max(self._last, second)
        for counts in (self._operations[entry["operation"]], self._moments[second // self._width]):
            counts.add(latencies, entry["errors"], entry["too_many"])
        if len(self._moments) > MOST_MOMENTS:
            self._widen()

    def _batches(self) -> LoadedBatches:
        going_on: defaultdict[str, Counter[float]] = defaultdict(Counter)
        for by_status in self._going_on.values():
            for status, seconds in by_status.items():
                going_on[status].update(_read(seconds))
        most = max((max(seconds) for seconds in self._ended.values()), default=float("inf"))
        longest = [WatchedBatch(**entry) for entries in self._longest.values() for entry in entries]
        return LoadedBatches(
            created=sum(seconds.total() for seconds in (*self._ended.values(), *going_on.values())),
            ended={status: _watched(seconds) for status, seconds in sorted(self._ended.items())},
            going_on={status: _watched(seconds) for status, seconds in sorted(going_on.items())},
            longer=sum(count for seconds in going_on.values() for each, count in seconds.items() if each > most),
            longest=tuple(sorted(longest, key=lambda each: (-each.seconds, each.id))[:LONGEST_SHOWN]),
        )

    def _widen(self) -> None:
        narrow, self._moments = self._moments, defaultdict(_Counts)
        self._width *= 2
        for number, counts in narrow.items():
            self._moments[number // 2].add(counts.latencies, counts.errors, counts.too_many)

    def _curve(self) -> Iterable[LoadMoment]:
        if not self._moments:
            return
        users: Counter[int] = Counter()
        for second, count in self._users.items():
            users[second // self._width] = max(users[second // self._width], count)
        first, present = min(self._moments), 0
        for number in range(first, max(self._moments) + 1):
            counts = self._moments.get(number, _Counts())
            present = users.get(number, present)
            middle, slow = percentiles(counts.latencies, 0.5, 0.95)
            yield LoadMoment(
                at=(number - first) * self._width,
                users=present,
                rate=round(counts.latencies.total() / self._width, 3),
                errors=counts.errors,
                too_many=counts.too_many,
                p50=middle,
                p95=slow,
            )


def _read(seconds: Mapping[str, int]) -> dict[float, int]:
    """Return counts by seconds, which are text in a report of a worker."""
    return {float(text): count for text, count in seconds.items()}


def _operation(counts: _Counts, seconds: float) -> LoadedOperation:
    total = counts.latencies.total()
    p50, p95, p99 = percentiles(counts.latencies, 0.5, 0.95, 0.99)
    rate = round(total / seconds, 3)
    return LoadedOperation(total, rate, counts.errors, counts.too_many, p50, p95, p99, max(counts.latencies))


def _lag(counts: Counter[float], late: int) -> Lag:
    p50, p95 = percentiles(counts, 0.5, 0.95)
    return Lag(counts.total(), late, p50, p95, max(counts))


def _watched(seconds: Counter[float]) -> WatchedBatches:
    p50, p95 = percentiles(seconds, 0.5, 0.95)
    return WatchedBatches(seconds.total(), p50, p95, max(seconds))


def _event(delivered: _Delivered) -> DeliveredEvent:
    counts, seconds = delivered.counts, delivered.seconds
    p50, p95 = percentiles(seconds, 0.5, 0.95)
    longest = max(seconds, default=0.0)
    return DeliveredEvent(counts["count"], counts["repeated"], counts["missing"], p50, p95, longest)
