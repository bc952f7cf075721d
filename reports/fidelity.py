"""Where a mock and a service differ, so that the mock can be corrected."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

from reports.errors import UnsuitableReport
from reports.model import Backwards, Lag, Report, RequirementResult
from spec.text import visible

Sort = Literal["requirements", "consistency", "statuses", "headers", "fields"]

_OF_APPEARANCE: Final[tuple[Sort, ...]] = ("statuses", "headers", "fields")
_TITLES: Final[Mapping[Sort, str]] = {
    "requirements": "REQUIREMENTS",
    "consistency": "CONSISTENCY",
    "statuses": "STATUSES",
    "headers": "HEADERS",
    "fields": "FIELDS",
}
_NEVER: Final = "never observed"
_NESTED: Final = ("object", "array")


@dataclass(frozen=True)
class FidelityDifference:
    """One thing in which mock and service differ, and the value of each."""

    sort: Sort
    what: str
    mock: str
    service: str


def compare(mock: Report, service: Report) -> tuple[FidelityDifference, ...]:
    """List in what two runs show the mock and a service to differ.

    Raises `UnsuitableReport` unless one report is of the mock and the other of a service.
    """
    for report, kind, place in ((mock, "mock", "first"), (service, "url", "second")):
        if report.target is None or report.target.kind != kind:
            wanted = "a run on the mock" if kind == "mock" else "a run by URL"
            raise UnsuitableReport(
                f"The {place} report is not of {wanted}: name the mock's report first, the service's second."
            )
    return differences(mock, service)


def differences(mock: Report, service: Report) -> tuple[FidelityDifference, ...]:
    """List in what two runs differ: requirements first, then consistency, then what answers look like.

    The form of responses is compared where both runs had a similar one, such as a 4xx of a get: what was never
    requested shows nothing. Where an object is new, its fields are not listed.
    """
    return (
        *_of_requirements(mock, service),
        *_of_consistency(mock, service),
        *(each for sort in _OF_APPEARANCE for each in _of(sort, mock, service)),
    )


def fidelity_lines(differences: tuple[FidelityDifference, ...]) -> Iterator[str]:
    """Show the differences, line by line."""
    for sort, title in _TITLES.items():
        if chosen := [each for each in differences if each.sort == sort]:
            yield title
            yield from (visible(line) for each in chosen for line in _lines(each))
            yield ""
    ending = "" if len(differences) == 1 else "s"
    yield f"{len(differences) or 'No'} difference{ending} between the mock and the service."


def _lines(each: FidelityDifference) -> tuple[str, ...]:
    if each.sort in ("requirements", "consistency"):
        return (f"  {each.what}", f"    mock     {each.mock}", f"    service  {each.service}")
    side, seen = ("mock", each.mock) if each.service == _NEVER else ("service", each.service)
    return (f"  only the {side:<8} {each.what} ({seen})",)


def as_json(differences: tuple[FidelityDifference, ...]) -> list[dict[str, str]]:
    """Return the differences as plain data."""
    return [asdict(each) for each in differences]


def _of_requirements(mock: Report, service: Report) -> Iterator[FidelityDifference]:
    of_mock, of_service = ({result.id: result for result in report.requirements} for report in (mock, service))
    for name in {**of_mock, **of_service}:
        one, other = of_mock.get(name), of_service.get(name)
        if one is None or other is None or _standing(one) != _standing(other):
            yield FidelityDifference("requirements", name, _describe(one), _describe(other))


def _of_consistency(mock: Report, service: Report) -> Iterator[FidelityDifference]:
    """List what is late with one of both alone, where both were under load."""
    one, other = mock.run.load, service.run.load
    if one is None or other is None:
        return
    for name in sorted(one.lags.keys() & other.lags.keys()):
        lags = one.lags[name], other.lags[name]
        if bool(lags[0].late) != bool(lags[1].late):
            yield FidelityDifference("consistency", name, *map(_late, lags))
    for name in sorted(one.reads.keys() & other.reads.keys()):
        reads = one.reads[name], other.reads[name]
        if bool(reads[0].backwards) != bool(reads[1].backwards):
            yield FidelityDifference("consistency", f"gets that go back {name}", *map(_back, reads))


def _late(lag: Lag) -> str:
    return f"late for {lag.late:,} of {lag.count:,} batches, shown after at most {lag.max:g} s"


def _back(reads: Backwards) -> str:
    return f"{reads.backwards:,} of {reads.compared:,}"


def _standing(result: RequirementResult) -> tuple[str, tuple[str, ...]]:
    return result.verdict, result.fingerprints


def _describe(result: RequirementResult | None) -> str:
    if result is None:
        return "not in the contract"
    remarks = (result.reason, *result.fingerprints)
    return "; ".join([result.verdict, *(remark for remark in remarks if remark)])


def _of(sort: Sort, mock: Report, service: Report) -> Iterator[FidelityDifference]:
    of_mock, of_service = (_counts(report, sort) for report in (mock, service))
    shared = {_like(sort, name) for name in of_mock} & {_like(sort, name) for name in of_service}
    differing = of_mock.keys() ^ of_service.keys()
    places = {place for place, _, kind in (name.rpartition(": ") for name in differing) if kind in _NESTED}
    for name in sorted(differing):
        if _like(sort, name) in shared and not places & set(_places_above(name)):
            yield FidelityDifference(sort, name, _seen(of_mock.get(name)), _seen(of_service.get(name)))


def _places_above(name: str) -> Iterator[str]:
    """List the places of the objects and lists around a field, from the inside to the outside."""
    place = name.rpartition(": ")[0]
    while place:
        place = place.removesuffix("[]") if place.endswith("[]") else place.rpartition(".")[0]
        yield place


def _counts(report: Report, sort: Sort) -> Mapping[str, int]:
    counts: Mapping[str, int] = getattr(report.run.exchanges.appearance, sort)
    return counts


def _like(sort: Sort, name: str) -> str:
    """Return what both must have shown for a difference to count: `getBatch 2XX` for a field, `2XX` for a header."""
    words = name.split(" ")
    return " ".join(words[: {"statuses": 1, "headers": 1, "fields": 2}.get(sort, 0)])


def _seen(count: int | None) -> str:
    return f"in {count:,} exchange{'' if count == 1 else 's'}" if count else _NEVER
