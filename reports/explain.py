"""Explains a requirement: the statement, its source, its checks, what usually breaks it, and where to look."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from reports.errors import UnknownName
from reports.lines import INDENT, Line, Span, Writer
from reports.model import Report, ReportedViolation, RequirementResult
from reports.violation import source_parts
from spec.elements import described
from spec.requirements import Requirement, capabilities

SUGGESTIONS: Final = 3
"""Words that are suggested in the place of an unknown one."""
LIKENESS: Final = 0.5
"""How much alike two words have to be, of 1."""


@dataclass(frozen=True)
class CheckedBy:
    """One way in which a requirement is checked: who does it, an oracle or a test, and what it does in a sentence."""

    name: str
    says: str


@dataclass(frozen=True)
class Fault:
    """One way in which a service breaks a requirement, that the mock can show: its name, and a sentence."""

    name: str
    says: str


@dataclass(frozen=True)
class Knowledge:
    """What the suite and the mock know of a requirement."""

    checks: Sequence[CheckedBy]
    faults: Sequence[Fault]


def chosen(
    word: str, requirements: Iterable[Requirement], report: Report | None
) -> tuple[Requirement, ReportedViolation | None]:
    """Find the requirement that a word names, by its id or by the fingerprint of a violation in a report.

    Raises `UnknownName`, with what may have been meant, when there is none.
    """
    by_id = {requirement.id: requirement for requirement in requirements}
    if word in by_id:
        return by_id[word], None
    found = find(word, report) if report else None
    if found and found[0].id in by_id:
        return by_id[found[0].id], found[1]
    where = f"run {report.run.id}" if report else "a report (there is none here: name one after it)"
    raise UnknownName(f"{word} is neither a requirement nor a fingerprint of {where}{suggested(word, by_id, report)}")


def find(fingerprint: str, report: Report) -> tuple[RequirementResult, ReportedViolation] | None:
    """Find a violation in a report by its fingerprint, with the result of its requirement."""
    for result in report.requirements:
        for violation in result.violations:
            if violation.fingerprint == fingerprint:
                return result, violation
    return None


def suggested(word: str, ids: Iterable[str], report: Report | None) -> str:
    """Suggest words in the place of an unknown one, as the end of a sentence; nothing where none is alike."""
    fingerprints = [name for result in report.requirements for name in result.fingerprints] if report else []
    like = get_close_matches(word, [*ids, *fingerprints], SUGGESTIONS, LIKENESS)
    return f". Did you mean {' or '.join(like)}?" if like else "."


def explanation(requirement: Requirement, known: Knowledge, *, width: int) -> Iterator[Line]:
    """Explain a requirement at `width` columns."""
    writer = Writer(width)
    yield (Span(f"{requirement.level}  "), Span(requirement.id, "strong"))
    yield from writer.paragraph(requirement.statement, INDENT)
    if requirement.profile:
        yield from writer.paragraph(f"Of the profile {requirement.profile}.", INDENT, "quiet")
    yield ()
    for part in source_parts(requirement.rests_on, requirement.source):
        yield from writer.labelled(part.label, part.text, indent=0)
    yield from _section("HOW IT IS CHECKED", _checked(requirement, known), writer)
    yield from _section("WHAT USUALLY BREAKS IT", _faults(requirement, known.faults), writer)
    yield from _section("WHERE TO LOOK IN THE SERVICE", described(requirement.covers), writer)


def _section(title: str, sentences: Iterable[str], writer: Writer) -> Iterator[Line]:
    content = list(sentences)
    if content:
        yield from ((), (Span(title, "strong"),))
    for sentence in content:
        first, *more = writer.paragraph(sentence, INDENT)
        yield (Span("    - "), *first[1:])
        yield from more


def _checked(requirement: Requirement, known: Knowledge) -> Iterator[str]:
    for check in known.checks:
        yield f"{check.name}: {check.says}" if check.says else check.name
    times = "once" if requirement.min_observations == 1 else f"{requirement.min_observations} times"
    yield f"It passes when it was observed to hold at least {times} and was never violated."
    yield from (f"It needs {capabilities()[name]}." for name in requirement.needs)


def _faults(requirement: Requirement, faults: Sequence[Fault]) -> Iterator[str]:
    for fault in faults:
        yield f"{fault.says} ({fault.name})"
    if faults:
        profile = f" --profile={requirement.profile}" if requirement.profile else ""
        yield f"To see it, run the mock with the fault: batches-conformance run --fault={faults[0].name}{profile}"
