"""The words of a report, as immutable values whose field names are those of `report.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["must", "should"]
RequirementVerdict = Literal["pass", "fail", "not-exercised", "waived"]
RunVerdict = Literal["conformant", "nonconformant", "inconclusive"]
Outcome = Literal["passed", "failed", "skipped", "error"]
Cause = Literal["target", "suite", "contract", "options"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """What was sent. Secrets are already removed; the body may have been cut."""

    method: str
    url: str
    headers: Headers
    body: str | None


@dataclass(frozen=True)
class Response:
    """What came back. The body may have been cut."""

    status: int
    headers: Headers
    body: str


@dataclass(frozen=True)
class Exchange:
    """One request and its response, or the error that came in its place.

    Numbers count per worker; `caller` says whose key was used; `seconds` is the time until the
    answer was complete.
    """

    number: int
    worker: str
    caller: str
    operation: str | None
    request: Request
    response: Response | None
    error: str | None
    sent_at: str
    seconds: float


@dataclass(frozen=True)
class Violation:
    """One way in which a requirement was broken, with the simplest example of it and the exchanges that show it.

    `check` is what was asked, `kind` in which way the answer was wrong, `operation` where it came to light; these with
    the requirement make the `fingerprint`, which is the same in any run. `expected` and `actual` are JSON values,
    `difference` says in a sentence what differs. `deciding` is the index of the exchange that shows the fault, `count`
    how often the same was seen, `tests` where. The other fields are those of the example: the one of a scenario before
    one that was `generated`, and so on. `oracle` is the one that noticed, `None` where the test itself did.
    """

    requirement: str
    check: str
    kind: str
    operation: str | None
    fingerprint: str
    expected: Any
    actual: Any
    difference: str
    case: str
    exchanges: tuple[Exchange, ...]
    deciding: int | None
    generated: bool
    oracle: str | None
    tests: tuple[str, ...]
    count: int

    @property
    def evidence(self) -> Exchange | None:
        """The exchange that shows the fault."""
        return None if self.deciding is None else self.exchanges[self.deciding]


@dataclass(frozen=True)
class Spending:
    """What tests used up: requests, uploads that were tried, batches that were accepted, and the files of those."""

    requests: int = 0
    uploads: int = 0
    batches: int = 0
    billable_files: int = 0

    def __add__(self, other: "Spending") -> "Spending":
        """What both used up together."""
        return Spending(
            self.requests + other.requests,
            self.uploads + other.uploads,
            self.batches + other.batches,
            self.billable_files + other.billable_files,
        )


@dataclass(frozen=True)
class Waiver:
    """A violation that somebody answers for, up to and including a day.

    `fingerprint` is missing where every violation of the requirement is meant; `target` is a base URL, `mock` or `*`;
    `link` is missing where it is followed up nowhere.
    """

    requirement: str
    fingerprint: str | None
    target: str
    reason: str
    owner: str
    link: str | None
    expires: str


@dataclass(frozen=True)
class RequirementResult:
    """A requirement and what became of it. `rests_on` is what its source says, in our own words.

    `observations` counts how often it held or was violated, `held` the first of these. `violations` has one entry for
    each fingerprint. `reason` says why it was not exercised, `reasons` are those that tests gave, whatever became of
    it; `spent` is what its tests used up. `waivers` are those that met one of its violations.
    """

    id: str
    level: Level
    statement: str
    source: str
    rests_on: str
    verdict: RequirementVerdict
    observations: int
    held: int
    violations: tuple[Violation, ...]
    reason: str | None
    reasons: tuple[str, ...]
    spent: Spending
    waivers: tuple[Waiver, ...] = ()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The names of its violations."""
        return tuple(violation.fingerprint for violation in self.violations)

    def is_waived(self, fingerprint: str) -> bool:
        """Whether one of its waivers is for this violation."""
        return any(waiver.fingerprint in (None, fingerprint) for waiver in self.waivers)


@dataclass(frozen=True)
class Target:
    """The service under test as it was configured, without keys; of a recording, the one that is heard in it."""

    base_url: str
    kind: Literal["mock", "url", "recording"]
    capabilities: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Latency:
    """How many seconds the exchanges of one operation took, to two digits; `p50` and `p95` are percentiles."""

    count: int
    least: float
    p50: float
    p95: float
    most: float


@dataclass(frozen=True)
class Use:
    """In how many exchanges an element of the contract was sent, and in how many it was seen in the answer."""

    sent: int
    seen: int


@dataclass(frozen=True)
class Sighting:
    """A status of a batch, seen so many `times` in a row, first in the exchange of that number.

    `first` and `last` are seconds of the target since the create was answered.
    """

    status: str
    first: float
    last: float
    times: int
    exchange: int


@dataclass(frozen=True)
class Timeline:
    """The statuses of a batch in the order in which they were seen. `created` is the number of the create."""

    id: str
    job_type: str
    worker: str
    created: int
    sightings: tuple[Sighting, ...]
    sightings_left_out: int


@dataclass(frozen=True)
class Appearance:
    """What the answers look like, and in how many exchanges: `getBatch 200`, `2XX date`, `getBatch 2XX .id: string`."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    headers: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Traffic:
    """How many exchanges there were, how long they took together, and how many per operation.

    `coverage` names every element of the contract, `batches` the first ones of each worker.
    """

    count: int
    seconds: float
    by_operation: Mapping[str, int]
    latencies: Mapping[str, Latency] = field(default_factory=dict)
    coverage: Mapping[str, Use] = field(default_factory=dict)
    appearance: Appearance = field(default_factory=Appearance)
    batches: tuple[Timeline, ...] = ()
    batches_left_out: int = 0


@dataclass(frozen=True)
class TestCounts:
    """How many tests ended in which way; a test whose set-up or teardown broke is an error."""

    __test__ = False

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    error: int = 0

    @property
    def total(self) -> int:
        """How many tests ended at all."""
        return self.passed + self.failed + self.skipped + self.error


@dataclass(frozen=True)
class Ended:
    """How one test ended: the worst of its phases, their seconds together, its requests, and what it exercises."""

    id: str
    outcome: Outcome
    seconds: float
    requests: int
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shard:
    """Which part of a split run this is, counted from 1.

    `selected` is how many tests all parts have together; `plan` is a digest of which test is in which part.
    """

    index: int
    count: int
    selected: int
    plan: str


@dataclass(frozen=True)
class Recording:
    """What a report was made of that judges recorded traffic: the names of the recordings, and their exchanges.

    So many were `judged`, so many `set_aside` for each reason, and so many `other` were none of the service's.
    """

    sources: tuple[str, ...]
    judged: int
    set_aside: Mapping[str, int]
    other: int


@dataclass(frozen=True)
class Run:
    """The circumstances of a run. Times are ISO 8601 in UTC.

    `narrowed` names the options and paths that kept tests from being run, if any did. `interrupted` says that the run
    had not come to its own end when this was written. `profiles` are the additions to the contract that were asked
    for, each with its version. `spent` counts each test once. `shard` is missing where the run was not split,
    `recording` where nothing was judged but what the suite asked itself.
    """

    id: str
    started_at: str
    ended_at: str
    seconds: float
    suite_version: str
    contract_version: str
    profiles: Mapping[str, str]
    python: str
    platform: str
    packages: Mapping[str, str]
    seed: int | str | None
    narrowed: str | None
    shard: Shard | None
    interrupted: bool
    workers: int
    exchanges: Traffic
    spent: Spending
    tests: TestCounts
    recording: Recording | None = None


@dataclass(frozen=True)
class Change:
    """What became of a requirement from one report to another, of which a verdict is missing where one lacks it.

    `new` and `gone` are fingerprints of violations, those that a waiver meets not being new; `attributed_to` is what
    else had changed, the target where nothing else had.
    """

    requirement: str
    level: Level
    before: RequirementVerdict | None
    after: RequirementVerdict | None
    is_worse: bool
    new: tuple[str, ...]
    gone: tuple[str, ...]
    attributed_to: tuple[Cause, ...]


@dataclass(frozen=True)
class Baseline:
    """The earlier run that a run was compared with."""

    id: str
    started_at: str


@dataclass(frozen=True)
class Gate:
    """What was asked of a run beyond the contract, and what that came to.

    `waivers` is how many waivers were given, those for other targets too. Each of the `objections` is a sentence that
    makes the run red whatever the verdict.
    """

    strict: bool
    require_exercised: bool
    baseline: Baseline | None
    waivers: int
    changes: tuple[Change, ...]
    objections: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """All that is known of a run when it is written. `target` is missing when nobody could describe it.

    `gate` is missing where nothing was asked beyond the contract.
    """

    verdict: RunVerdict
    sentence: str
    requirements: tuple[RequirementResult, ...]
    target: Target | None
    run: Run
    tests: tuple[Ended, ...]
    errors: tuple[str, ...]
    gate: Gate | None = None
