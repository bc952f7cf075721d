"""The result of sending the request of a violation again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reports import exit_codes
from reports.lines import INDENT, Line, Span, Style, Writer
from reports.model import Level, ReportedExchange, ReportedViolation, RequirementResult
from reports.violation import NORMAL, exchange_parts, headline
from spec.text import visible

ReplayResult = Literal["still violated", "no longer violated", "inconclusive"]

_STYLES: Final[dict[ReplayResult, Style]] = {
    "still violated": "bad",
    "no longer violated": "good",
    "inconclusive": "doubtful",
}


@dataclass(frozen=True)
class Replayed:
    """The result of a replay, why, and the new exchange, if there was one."""

    word: ReplayResult
    why: str
    exchange: ReportedExchange | None = None


def exit_code(replayed: Replayed, level: Level) -> int:
    """Return the exit code of a replay; a should decides nothing."""
    if replayed.word == "inconclusive":
        return exit_codes.INCONCLUSIVE
    is_violated = replayed.word == "still violated" and level == "must"
    return exit_codes.NONCONFORMANT if is_violated else exit_codes.CONFORMANT


def replay_lines(
    result: RequirementResult, violation: ReportedViolation, replayed: Replayed, *, width: int
) -> Iterator[Line]:
    """Show the result of a replay at `width` columns."""
    writer = Writer(width)
    title = Span(replayed.word.upper(), _STYLES[replayed.word])
    yield (title, Span(f"  {result.level}  "), Span(visible(result.id), "strong"), Span(f"  {violation.fingerprint}"))
    yield from writer.paragraph(result.statement, INDENT)
    yield ()
    yield from writer.labelled("before", headline(violation))
    yield from writer.labelled("now", replayed.why)
    for part in exchange_parts(replayed.exchange, NORMAL) if replayed.exchange else ():
        yield from (
            writer.data(part.label, part.text) if part.layout == "data" else writer.labelled(part.label, part.text)
        )
