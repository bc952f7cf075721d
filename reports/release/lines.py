"""The decision about a release in a terminal."""

from collections.abc import Iterator
from typing import Final

from reports.lines import Line, Span, Writer
from reports.release.deciding import TONES
from reports.release.model import Part, ReleaseDecision
from spec.text import shortened_in_middle

REASONS_SHOWN: Final = 10
"""Reasons of a part that are shown; the page has all."""
SENTENCE_LIMIT: Final = 240
"""Characters of a reason that are shown."""


def release_lines(release: ReleaseDecision, *, width: int) -> Iterator[Line]:
    """Show the decision, and why, for a terminal of `width` columns."""
    writer = Writer(width)
    yield (Span(release.answer.upper(), TONES[release.answer]),)
    yield from writer.paragraph(release.sentence)
    yield from writer.labelled("target", release.target, indent=0)
    if release.against:
        yield from writer.labelled("against", release.against, indent=0)
    for part in release.parts:
        yield ()
        yield from _part(part, writer)
    if release.not_asked:
        yield ()
        yield (Span("NOT ASKED", "quiet"),)
        for each in release.not_asked:
            yield from writer.paragraph(each, 2)


def _part(part: Part, writer: Writer) -> Iterator[Line]:
    yield (Span(part.name.upper(), "strong"), Span("  "), Span(part.answer, TONES[part.answer]))
    yield from writer.paragraph(part.sentence, 2)
    for point in part.reasons[:REASONS_SHOWN]:
        yield from writer.paragraph(f"- {point.about}: {shortened_in_middle(point.sentence, SENTENCE_LIMIT)}", 4)
    if (more := len(part.reasons) - REASONS_SHOWN) > 0:
        yield from writer.paragraph(f"and {more:,} more", 4, "quiet")
