"""The models of a report, whose fields are those of `report.json`.

Each shape is written here and nowhere else: `reports.schema` derives the JSON Schema, `reports.reader` checks a file
and `reports.findings` a record by the same models. The text below a class or a field describes it in the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter

from reports.fingerprints import PATTERN

KIND: Final = "batches-conformance report"
VERSION: Final = 4


def _check_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _check_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Level = Literal["must", "should"]
RequirementVerdict = Literal["pass", "fail", "not-exercised", "waived"]
RunVerdict = Literal["conformant", "nonconformant", "inconclusive"]
TestOutcome = Literal["passed", "failed", "skipped", "error"]
Cause = Literal["target", "suite", "contract", "options"]
WorkerEnd = Literal["reported", "lost", "failed"]
Headers = tuple[tuple[str, str], ...]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]
Fingerprint = Annotated[str, Field(pattern=PATTERN)]
Time = Annotated[str, AfterValidator(_check_time), Field(json_schema_extra={"format": "date-time"})]
Day = Annotated[str, AfterValidator(_check_day), Field(json_schema_extra={"format": "date"})]


class Model:
    """What all models have in common: no further fields, no conversion of one type of JSON into another."""

    __pydantic_config__ = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )


@dataclass(frozen=True)
class ReportedRequest(Model):
    """What was sent, without secrets."""

    method: str
    url: str
    headers: Headers
    body: str | None
    """Cut after 4,096 characters; null when there was none."""


@dataclass(frozen=True)
class ReportedResponse(Model):
    """What was received."""

    status: int
    headers: Headers
    body: str
    """Cut after 4,096 characters."""


@dataclass(frozen=True)
class ReportedExchange(Model):
    """One request and its response, or the error in its place."""

    number: int
    """Counts per worker."""
    worker: str
    caller: str
    """Whose key was used."""
    operation: str | None
    request: ReportedRequest
    response: ReportedResponse | None
    error: str | None
    """Why there is no response."""
    sent_at: str
    seconds: float
    """Until the response was complete."""


@dataclass(frozen=True, kw_only=True)
class ViolationExample(Model):
    """One violation of a requirement as a test or an oracle recorded it."""

    requirement: str
    check: str
    """What was checked: a part of the fingerprint."""
    kind: str
    """In which way the response was wrong: a part of the fingerprint."""
    operation: str | None
    """The operation that is at fault: a part of the fingerprint."""
    expected: Any
    """What the contract requires: a value, or a phrase such as `a 4xx`."""
    actual: Any
    """What was received, in the same form."""
    difference: str
    """What differs, in one sentence; empty where both values show it."""
    case: str
    """What was tried, in words."""
    exchanges: tuple[ReportedExchange, ...]
    """The evidence of the example."""
    deciding: int | None
    """The index of the exchange that shows the violation; null where there is none."""
    generated: bool
    """The requests of the example were generated, not written."""
    oracle: str | None
    """The oracle that made the observation; null if the test did."""

    @property
    def evidence(self) -> ReportedExchange | None:
        """The exchange that shows the violation."""
        return None if self.deciding is None else self.exchanges[self.deciding]


@dataclass(frozen=True, kw_only=True)
class RecordedViolation(ViolationExample):
    """A violation in the record of one test."""

    test: str
    count: Positive = 1
    """How often it was observed, where only the first is an example."""


@dataclass(frozen=True, kw_only=True)
class ReportedViolation(ViolationExample):
    """All violations of one fingerprint, with the simplest example of them."""

    fingerprint: Fingerprint
    """Names a violation: the same in every run that finds it."""
    tests: Annotated[tuple[str, ...], Field(min_length=1)]
    """The ids of the tests that found it, sorted."""
    count: Positive
    """How often it was observed."""
    curl: str | None
    """A line for the shell that repeats the deciding exchange."""


@dataclass(frozen=True)
class Spending(Model):
    """What tests used up. What a shared fixture uses up counts for the test that needed it first."""

    requests: Count = 0
    """Exchanges of any kind."""
    uploads: Count = 0
    """Uploads of a file, accepted or not."""
    batches: Count = 0
    """Creates of a batch that were accepted."""
    billable_files: Count = 0
    """Files that the directory of each accepted create held at that time."""

    def __add__(self, other: "Spending") -> "Spending":
        """Add up what both used."""
        return Spending(
            self.requests + other.requests,
            self.uploads + other.uploads,
            self.batches + other.batches,
            self.billable_files + other.billable_files,
        )


@dataclass(frozen=True)
class RecordedSpending(Spending):
    """What one test used up since its last record."""

    requirements: tuple[str, ...] = ()
    """The requirements that the test is for."""


@dataclass(frozen=True)
class RecordedReason(Model):
    """Why a test did not exercise a requirement."""

    requirement: str
    reason: str


@dataclass(frozen=True)
class RecordedTraffic(Model):
    """The exchanges of one test since its last record."""

    count: Count
    seconds: Seconds
    by_operation: Mapping[str, int]


@dataclass(frozen=True)
class Waiver(Model):
    """A violation that is tolerated until a day, by an owner."""

    requirement: str
    fingerprint: Fingerprint | None
    """The one violation that is meant; null for any."""
    target: str
    """A base URL, `mock`, or `*` for any."""
    reason: str
    owner: str
    link: str | None
    """Where it is followed up."""
    expires: Day
    """The last day on which it holds, in UTC."""


@dataclass(frozen=True)
class RequirementResult(Model):
    """A requirement and its verdict."""

    id: Annotated[str, Field(min_length=1)]
    level: Level
    statement: str
    source: str
    rests_on: str
    """What the source says, in our own words."""
    verdict: RequirementVerdict
    observations: Count
    """How often it was observed to hold or to be violated."""
    held: Count
    """How often it was observed to hold."""
    violations: tuple[ReportedViolation, ...]
    """One entry for each fingerprint, the one with the simplest example first."""
    reason: str | None
    """Why it was not exercised."""
    reasons: tuple[str, ...]
    """Why single tests could not exercise it, whatever its verdict."""
    spent: Spending
    """What its tests used up. A test of several requirements counts for each, so these do not add up to the total."""
    waivers: tuple[Waiver, ...] = ()
    """The waivers that match one of its violations."""

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The fingerprints of its violations."""
        return tuple(violation.fingerprint for violation in self.violations)

    def is_waived(self, fingerprint: str) -> bool:
        """Whether one of its waivers is for this violation."""
        return any(waiver.fingerprint in (None, fingerprint) for waiver in self.waivers)


def _check_consistency(result: RequirementResult) -> RequirementResult:
    is_violated = result.verdict in ("fail", "waived")
    if bool(result.violations) != is_violated:
        raise ValueError(f"{len(result.violations)} violations do not fit the verdict {result.verdict}")
    if (result.reason is not None) != (result.verdict == "not-exercised"):
        raise ValueError(f"the verdict {result.verdict} needs {'no' if result.reason else 'a'} reason")
    if result.verdict == "waived" and not result.waivers:
        raise ValueError("a waived requirement needs a waiver")
    for violation in result.violations:
        if violation.requirement != result.id:
            raise ValueError(f"a violation is of the requirement {violation.requirement}")
        if violation.deciding is not None and not 0 <= violation.deciding < len(violation.exchanges):
            raise ValueError(f"a violation has no exchange {violation.deciding}")
    return result


@dataclass(frozen=True)
class ReportedTarget(Model):
    """The service under test as it was configured, without keys; of a recording, the service that was recorded."""

    base_url: str
    kind: Literal["mock", "url", "recording"]
    capabilities: tuple[str, ...]
    settings: Mapping[str, Any]
    """Effective settings by name."""


@dataclass(frozen=True)
class Latency(Model):
    """How many seconds the exchanges of one operation took, to two digits; `p50` and `p95` are percentiles."""

    count: Positive
    min: float
    p50: float
    p95: float
    max: float


@dataclass(frozen=True)
class ElementCoverage(Model):
    """How many exchanges covered an element of the contract."""

    sent: Count
    """Exchanges whose request carried it."""
    seen: Count
    """Exchanges whose response showed it."""


@dataclass(frozen=True)
class Sighting(Model):
    """A status of a batch that was observed so many times in a row."""

    status: str
    first: float
    """Seconds on the target's clock since the response to the create."""
    last: float
    times: Positive
    exchange: int
    """The number of the exchange that showed it first."""


@dataclass(frozen=True)
class Timeline(Model):
    """The statuses of a batch in the order in which they were observed."""

    id: str
    job_type: str
    worker: str
    created: int
    """The number of the exchange that created it."""
    sightings: tuple[Sighting, ...]
    sightings_omitted: Count = 0
    """Further sightings, which were only counted."""


@dataclass(frozen=True)
class ResponseFeatures(Model):
    """What the responses look like: each feature with the number of exchanges that showed it."""

    statuses: Mapping[str, Positive] = field(default_factory=dict)
    """As `getBatch 200`."""
    headers: Mapping[str, Positive] = field(default_factory=dict)
    """As `2XX content-type`."""
    fields: Mapping[str, Positive] = field(default_factory=dict)
    """As `getBatch 2XX .status: string`."""


@dataclass(frozen=True)
class Traffic(Model):
    """All exchanges of a run."""

    count: Count
    seconds: Seconds
    by_operation: Mapping[str, int]
    """Exchanges of each operation."""
    latencies: Mapping[str, Latency] = field(default_factory=dict)
    """How long the exchanges of each operation took."""
    coverage: Mapping[str, ElementCoverage] = field(default_factory=dict)
    """Every element of the contract, and how often it was covered."""
    appearance: ResponseFeatures = field(default_factory=ResponseFeatures)
    batches: tuple[Timeline, ...] = ()
    """The statuses of each batch that the run created, of many only the first ones of each worker."""
    batches_omitted: Count = 0
    """Further batches, which were only counted."""


@dataclass(frozen=True)
class TestCounts(Model):
    """How many tests ended with which outcome; a test whose set-up or teardown failed is an error."""

    __test__ = False

    passed: Count = 0
    failed: Count = 0
    skipped: Count = 0
    error: Count = 0

    @property
    def total(self) -> int:
        """How many tests ended at all."""
        return self.passed + self.failed + self.skipped + self.error


@dataclass(frozen=True)
class TestResult(Model):
    """A test that was run: the worst outcome of its phases, their seconds together, and its requests."""

    __test__ = False

    id: str
    outcome: TestOutcome
    seconds: Seconds
    requests: Count
    requirements: tuple[str, ...] = ()
    """The requirements that the test is for; oracles check its traffic for others too."""


@dataclass(frozen=True)
class ReportedShard(Model):
    """Which part of a split run this is."""

    index: Positive
    """Counted from 1."""
    count: Positive
    selected: Positive
    """How many tests all shards have together."""
    plan: str
    """Digest of which test is in which shard."""


@dataclass(frozen=True)
class Recording(Model):
    """The recorded traffic that was judged."""

    sources: tuple[str, ...]
    """The names of the recordings."""
    judged: Count
    """Exchanges that the oracles checked."""
    set_aside: Mapping[str, Positive]
    """How many exchanges could not be judged, by the reason."""
    other: Count
    """Exchanges with other services."""


@dataclass(frozen=True)
class LoadedOperation(Model):
    """The exchanges of one operation under load; times in seconds, to two digits."""

    count: Positive
    rate: float
    """Exchanges a second, from the first of the load to the last."""
    errors: Count
    """Exchanges that ended with a 5xx, or without an answer."""
    too_many: Count
    """Requests that were refused for the rate alone, with a 429 or a 503 that says when to come back."""
    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class LoadMoment(Model):
    """A part of the time of a load, as long as each other part."""

    at: Count
    """Seconds from the first exchange to its beginning."""
    users: Count
    """The most users at a time."""
    rate: float
    """Exchanges a second."""
    errors: Count
    too_many: Count
    p50: float
    p95: float


@dataclass(frozen=True)
class LoadWorker(Model):
    """A process that users lived in."""

    name: str
    exchanges: Count
    """Exchanges that it has reported."""
    end: WorkerEnd
    """It has reported all that it found, was lost before it had, or failed to begin."""


@dataclass(frozen=True)
class Lag(Model):
    """How long something took to show, in seconds up to the first answer that showed it."""

    count: Positive
    late: Count
    """How often an earlier read did not show it."""
    p50: float
    p95: float
    max: float


@dataclass(frozen=True)
class Backwards(Model):
    """Gets that were compared with an earlier one of the same batch."""

    compared: Count
    backwards: Count
    """How many of them showed an earlier update."""


@dataclass(frozen=True)
class DeliveredEvent(Model):
    """The deliveries of one event to webhooks of batches that were shown to have ended.

    Times are in seconds from the first answer that showed the status of the event; 0 where it arrived before.
    """

    count: Count
    """Events that were delivered."""
    repeated: Count
    """Further deliveries of the same."""
    missing: Count
    """How many did not come that had to."""
    p50: float
    p95: float
    max: float


@dataclass(frozen=True)
class WatchedBatches(Model):
    """Batches that users created, and for how many seconds they were watched, from the answer to the create on.

    That is up to the first answer that showed an end, or up to the last request whose answer showed none.
    """

    count: Positive
    p50: float
    p95: float
    max: float


@dataclass(frozen=True)
class WatchedBatch(Model):
    """A batch of which no end was seen."""

    id: str
    status: str
    """The status that was seen last."""
    seconds: float
    """How long it was watched."""


@dataclass(frozen=True)
class LoadedBatches(Model):
    """Which of the batches that users created were seen to end while the load ran: observed, and no verdict."""

    created: Count
    ended: Mapping[str, WatchedBatches]
    """Those that were seen to end, by their terminal status."""
    going_on: Mapping[str, WatchedBatches]
    """Those of which no end was seen, by the status that was seen last."""
    longer: Count
    """How many went on although they were watched for longer than any that ended; 0 where none ended."""
    longest: tuple[WatchedBatch, ...]
    """Those that went on for longest."""


@dataclass(frozen=True)
class Load(Model):
    """The load that the target was put under, and how consistent its reads were."""

    users: Count
    """The most users at a time."""
    seconds: Seconds
    """From the first exchange to the last, to the second."""
    ended_by: str
    width: Positive
    """Seconds of each of the moments."""
    operations: Mapping[str, LoadedOperation]
    moments: tuple[LoadMoment, ...]
    workers: tuple[LoadWorker, ...]
    batches: LoadedBatches
    lags: Mapping[str, Lag]
    reads: Mapping[str, Backwards]
    webhooks: Mapping[str, DeliveredEvent]
    """What webhooks received, by event; empty where there were none."""


@dataclass(frozen=True)
class Run(Model):
    """The circumstances of a run. Times are in UTC."""

    id: str
    started_at: Time
    ended_at: Time
    """When the run ended, or the report was written during the run."""
    seconds: Seconds
    suite_version: str
    contract_version: str
    profiles: Mapping[str, str]
    """The selected profiles of the contract, each with its version."""
    python: str
    platform: str
    packages: Mapping[str, str]
    seed: int | str | None
    """What `--hypothesis-seed` repeats the generated requests with; `fixed` where each test's seed never changes."""
    narrowed: str | None
    """The options and paths that deselected tests."""
    shard: ReportedShard | None
    """Null when the run was not split."""
    interrupted: bool
    """The run had not ended when this was written: it was stopped, or was still going on."""
    workers: Positive
    exchanges: Traffic
    spent: Spending
    """What the run used up; each test counts once."""
    tests: TestCounts
    recording: Recording | None = None
    """Null where the suite sent the requests itself."""
    load: Load | None = None
    """Null where no users at once were at work."""


@dataclass(frozen=True)
class RequirementChange(Model):
    """How a requirement differs from an earlier report."""

    requirement: str
    level: Level
    before: RequirementVerdict | None
    """Null where the contract of that run did not have the requirement."""
    after: RequirementVerdict | None
    """Null where the contract of this run does not have the requirement."""
    is_worse: bool
    new: tuple[Fingerprint, ...]
    """Violations that the earlier report does not have; a waived one is not new."""
    gone: tuple[Fingerprint, ...]
    """Violations that only the earlier report has."""
    attributed_to: Annotated[tuple[Cause, ...], Field(min_length=1)]
    """What else had changed; the target where nothing else had."""


@dataclass(frozen=True)
class Baseline(Model):
    """The earlier run that a run was compared with."""

    id: str
    started_at: Time


@dataclass(frozen=True)
class GateResult(Model):
    """What was required of the run beyond the contract, and the result."""

    strict: bool
    """A should counted as a must."""
    require_exercised: bool
    """A must that was not exercised makes the gate red."""
    baseline: Baseline | None
    """The run that this one was compared with; null for none."""
    waivers: Count
    """How many waivers were given, those for other targets too."""
    changes: tuple[RequirementChange, ...]
    """What changed since the baseline."""
    objections: tuple[str, ...]
    """What makes the gate red whatever the verdict, one sentence each."""


@dataclass(frozen=True, kw_only=True)
class Head(Model):
    """What a report begins with."""

    kind: Literal["batches-conformance report"] = KIND
    schema: Literal[4] = VERSION
    """Version of this format."""


@dataclass(frozen=True, kw_only=True)
class Report(Head):
    """Report of a conformance run."""

    verdict: RunVerdict
    sentence: str
    """The verdict with its counts, for people."""
    gate: GateResult | None = None
    """What was required beyond the contract; null when nothing was."""
    requirements: tuple[Annotated[RequirementResult, AfterValidator(_check_consistency)], ...]
    """Every requirement of the contract and of the selected profiles, in their order."""
    target: ReportedTarget | None
    """Null when the target could not be determined."""
    run: Run
    tests: tuple[TestResult, ...]
    """The tests that were run, by id."""
    errors: tuple[str, ...]
    """What kept the run from judging, one sentence each."""


@dataclass(frozen=True)
class End(Model):
    """What a report ends with; a report without it is truncated."""

    requirements: Count
    """How many requirements the report has."""
    tests: Count
    """How many tests the report has."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Digest of everything before, as compact ASCII JSON with sorted keys and `, ` and `: ` between."""


@dataclass(frozen=True, kw_only=True)
class SealedReport(Report):
    """Report of a conformance run, as `report.json` has it."""

    end: End


M = TypeVar("M", bound=Model)


_ADAPTERS: Final[dict[type[Model], TypeAdapter[Any]]] = {}


def adapter(model: type[M]) -> TypeAdapter[M]:
    """Return what checks JSON and records by a model; it is made on first use."""
    if model not in _ADAPTERS:
        _ADAPTERS[model] = TypeAdapter(model)
    return _ADAPTERS[model]


def validated(model: type[M], entry: Any) -> M:
    """Make a model of a record, whose lists may be tuples. Raises `pydantic.ValidationError`."""
    return adapter(model).validate_python(entry, strict=False)
