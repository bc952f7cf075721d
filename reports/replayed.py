"""What became of a violation when its request was sent again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reports import exit_codes
from reports.lines import INDENT, Line, Span, Style, Writer
from reports.model import Level, ReportedExchange, ReportedViolation, RequirementResult
from reports.violation import USUAL, exchange_parts, headline
from spec.text import visible

Word = Literal["still broken", "no longer broken", "cannot tell"]

_STYLES: Final[dict[Word, Style]] = {"still broken": "bad", "no longer broken": "good", "cannot tell": "doubtful"}


@dataclass(frozen=True)
class Replayed:
    """What a replay came to, why, and the new exchange, if there was one."""

    word: Word
    why: str
    exchange: ReportedExchange | None = None


def exit_code(replayed: Replayed, level: Level) -> int:
    """The exit code of a replay, which tells of a should that it decides nothing."""
    if replayed.word == "cannot tell":
        return exit_codes.INCONCLUSIVE
    is_violated = replayed.word == "still broken" and level == "must"
    return exit_codes.NONCONFORMANT if is_violated else exit_codes.CONFORMANT


def replay_lines(
    result: RequirementResult, violation: ReportedViolation, replayed: Replayed, *, width: int
) -> Iterator[Line]:
    """Tell what became of a violation at `width` columns."""
    writer = Writer(width)
    title = Span(replayed.word.upper(), _STYLES[replayed.word])
    yield (title, Span(f"  {result.level}  "), Span(visible(result.id), "strong"), Span(f"  {violation.fingerprint}"))
    yield from writer.paragraph(result.statement, INDENT)
    yield ()
    yield from writer.labelled("then", headline(violation))
    yield from writer.labelled("now", replayed.why)
    for part in exchange_parts(replayed.exchange, USUAL) if replayed.exchange else ():
        yield from writer.data(part.label, part.text) if part.look == "data" else writer.labelled(part.label, part.text)
