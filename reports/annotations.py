"""What did not pass, as workflow commands that GitHub shows beside a change."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from reports.model import Report, RequirementResult, Violation
from reports.text import visible
from reports.violation import BRIEF, parts, text_lines

TEXT_LIMIT: Final = 1_000
"""Characters of a line that are told, and of a curl line that is told at all; GitHub cuts at 4 KiB."""
COMMANDS_LIMIT: Final = 50
"""Commands of one kind that are printed; GitHub shows ten of each kind per step, and fifty per job."""

_DATA: Final[Mapping[str, str]] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final[Mapping[str, str]] = {**_DATA, ":": "%3A", ",": "%2C"}


def annotation_lines(report: Report) -> list[str]:
    """List an error for each violation, those of a must first, and a warning for each reason not to have asked.

    A trouble is an error too, for it keeps the run from judging. Every line is one command, whatever a service says.
    """
    failed = sorted((result for result in report.requirements if result.verdict == "fail"), key=lambda each: each.level)
    errors = [_failure(result, violation) for result in failed for violation in result.violations]
    troubles = report.troubles or ([report.sentence] if report.verdict == "inconclusive" else [])
    errors += [_command("error", "trouble", _cut(trouble)) for trouble in troubles]
    return [*errors[:COMMANDS_LIMIT], *list(_warnings(report))[:COMMANDS_LIMIT]]


def _failure(result: RequirementResult, violation: Violation) -> str:
    told = [part for part in parts(result, violation, BRIEF) if part.look != "shell" or len(part.text) <= TEXT_LIMIT]
    lines = [result.statement, *text_lines(told)]
    return _command("error", f"{result.level} failed: {result.id}", *map(_cut, lines))


def _warnings(report: Report) -> Iterator[str]:
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for result in report.requirements:
        if result.verdict == "not-exercised":
            by_reason[result.reason or result.verdict].append(result.id)
    for reason, names in by_reason.items():
        yield _command("warning", f"not exercised: {len(names)}", _cut(reason), ", ".join(names))


def _command(kind: str, title: str, *lines: str) -> str:
    return f"::{kind} title={_escape(visible(title), _PROPERTY)}::{_escape(chr(10).join(map(visible, lines)), _DATA)}"


def _escape(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}\u2026"
