"""The details of a violation, part by part, for every output: a file or a screen decides only how they look."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from reports.differences import difference
from reports.model import Headers, ReportedExchange, ReportedViolation, RequirementResult
from reports.wording import describe
from spec.kinds import KINDS
from spec.requirements import citations
from spec.text import ELLIPSIS, shortened_in_middle, visible_lines

LINE_LIMIT: Final = 400
"""Characters of a line, whose middle is cut beyond that."""

_LONG_WORD: Final = re.compile(r"[^/?&=\s]{48,}")
"""A piece of a URL that only machines read, such as a token."""

HEADLINE_LIMIT: Final = 240

Layout = Literal["prose", "data", "shell"]


@dataclass(frozen=True)
class Detail:
    """How much is shown: lines of a value or a body, columns that JSON is laid out for, other exchanges, tests."""

    lines: int
    columns: int
    others: int
    tests: int
    headers: bool = False


BRIEF: Final = Detail(lines=4, columns=200, others=0, tests=1)
NORMAL: Final = Detail(lines=16, columns=60, others=3, tests=3)
FULL: Final = Detail(lines=80, columns=100, others=9, tests=50, headers=True)


@dataclass(frozen=True)
class LabelledText:
    """A detail, of any origin and with any characters: a label, a text of one or more lines, a layout."""

    label: str
    text: str
    layout: Layout = "prose"


def headline(violation: ReportedViolation) -> str:
    """Describe the problem in a sentence."""
    own = " ".join(violation.difference.split())
    return shortened_in_middle(
        own or difference(violation.expected, violation.actual) or _contrast(violation), HEADLINE_LIMIT
    )


def title(result: RequirementResult, violation: ReportedViolation) -> str:
    """Name a violation: the level and the requirement that it breaks, and its fingerprint."""
    return f"{result.level} {result.id} {violation.fingerprint}"


def parts(result: RequirementResult, violation: ReportedViolation, detail: Detail) -> Iterator[LabelledText]:
    """List the details of a violation, what matters first: the problem, its evidence and source, how to repeat it."""
    yield LabelledText("problem", headline(violation))
    yield LabelledText("expected", laid_out(violation.expected, detail), "data")
    yield LabelledText("actual", laid_out(violation.actual, detail), "data")
    if violation.case:
        yield LabelledText("case", violation.case)
    if violation.deciding is not None:
        before, after = violation.exchanges[: violation.deciding], violation.exchanges[violation.deciding + 1 :]
        yield from _others("before", before, detail)
        yield from exchange_parts(violation.exchanges[violation.deciding], detail)
        yield from _others("after", after, detail)
    yield from source_parts(result.rests_on, result.source)
    yield LabelledText("observed", _observed(violation, detail))
    if violation.curl:
        yield LabelledText("repeat", violation.curl, "shell")


def text_lines(shown: Iterable[LabelledText]) -> Iterator[str]:
    """Write parts as visible plain lines: a label and its text, a longer text below its label, a command as it is."""
    for part in shown:
        lines = visible_lines(part.text)
        if part.layout == "shell":
            yield from lines
        elif len(lines) == 1:
            yield f"{part.label}: {lines[0]}"
        else:
            yield f"{part.label}:"
            yield from (f"  {line}" for line in lines)


def exchange_parts(exchange: ReportedExchange, detail: Detail) -> Iterator[LabelledText]:
    """Take an exchange apart: the line that describes it, the request and the response."""
    request, response = exchange.request, exchange.response
    yield LabelledText("exchange", brief(exchange))
    if request.body or detail.headers:
        yield LabelledText("request", _message(request.headers, request.body or "", detail), "data")
    if response:
        yield LabelledText("response", _message(response.headers, response.body, detail), "data")


def source_parts(rests_on: str, source: str) -> Iterator[LabelledText]:
    """Quote what a requirement rests on, and its place."""
    yield LabelledText("source", "\n".join([rests_on, *(f"in {place}" for place in citations(source))]))


def brief(exchange: ReportedExchange) -> str:
    """Describe an exchange in one line, without the middle of tokens: the line for the shell has all of them."""
    short = _LONG_WORD.sub(lambda found: f"{found[0][:16]}{ELLIPSIS}{found[0][-8:]}", describe(exchange))
    return shortened_in_middle(short, LINE_LIMIT)


def body_text(body: str, detail: Detail) -> str:
    """Lay JSON out for reading; anything else stays as it is. The middle of a long text is cut."""
    if not body:
        return "(no body)"
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _without_middle(body.split("\n"), detail)
    return laid_out(value, detail)


def laid_out(value: Any, detail: Detail) -> str:
    """Write a value as JSON, on one line where it fits, and without its middle where it is long."""
    try:
        text = _json(value, detail.columns)
    except RecursionError:
        text = json.dumps(f"a value that is nested too deeply to be shown {ELLIPSIS}", ensure_ascii=False)
    return _without_middle(text.split("\n"), detail)


def _contrast(violation: ReportedViolation) -> str:
    """Describe the problem where nothing better is known: by both values where they are short, else by the kind."""
    expected, actual = (json.dumps(value, ensure_ascii=False) for value in (violation.expected, violation.actual))
    text = f"expected {expected}, received {actual}"
    return text if len(text) <= HEADLINE_LIMIT else KINDS.get(violation.kind, violation.kind)


def _json(value: Any, columns: int, indent: int = 0) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or len(flat) + indent <= columns:
        return flat
    deeper = indent + 2
    if isinstance(value, dict):
        items = [
            f"{json.dumps(name, ensure_ascii=False)}: {_json(each, columns, deeper)}" for name, each in value.items()
        ]
    else:
        items = [_json(each, columns, deeper) for each in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inner = f",\n{' ' * deeper}".join(items)
    return f"{opening}\n{' ' * deeper}{inner}\n{' ' * indent}{closing}"


def _without_middle(lines: list[str], detail: Detail) -> str:
    shown = [shortened_in_middle(line, LINE_LIMIT) for line in lines]
    if len(shown) > detail.lines:
        kept = max(1, (detail.lines - 1) // 2)
        shown = [*shown[:kept], f"{ELLIPSIS} {len(shown) - 2 * kept} lines omitted {ELLIPSIS}", *shown[-kept:]]
    return "\n".join(shown)


def _message(headers: Headers, body: str, detail: Detail) -> str:
    if not detail.headers:
        return body_text(body, detail)
    return "\n".join(
        [*(shortened_in_middle(f"{name}: {value}", LINE_LIMIT) for name, value in headers), "", body_text(body, detail)]
    )


def _others(label: str, exchanges: tuple[ReportedExchange, ...], detail: Detail) -> Iterator[LabelledText]:
    """List exchanges that the deciding one depends on."""
    shown = exchanges[-detail.others :] if detail.others else ()
    more = [f"{len(exchanges) - len(shown)} more in report.json"] if len(exchanges) > len(shown) else []
    if shown:
        yield LabelledText(label, "\n".join([*more, *map(brief, shown)]))


def _observed(violation: ReportedViolation, detail: Detail) -> str:
    times = "once" if violation.count == 1 else f"{violation.count:,} times"
    noticed = f" by the oracle {violation.oracle}" if violation.oracle else ""
    shown = violation.tests[: detail.tests]
    more = len(violation.tests) - len(shown)
    rest = [f"and {more} more tests" if more > 1 else "and 1 more test"] if more else []
    return "\n".join([f"{times}{noticed}, in", *shown, *rest])
