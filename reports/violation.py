"""What is told of a violation, part by part, wherever it is told: a file or a screen decides only how it looks."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from reports.curl import curl_line
from reports.differences import difference
from reports.model import Headers, ReportedExchange, ReportedViolation, RequirementResult
from reports.wording import describe
from spec.kinds import KINDS
from spec.requirements import places
from spec.text import visible_lines

LEFT_OUT: Final = "…"
LINE_LIMIT: Final = 400
"""Characters of a line, which loses its middle beyond that."""

_LONG_WORD: Final = re.compile(r"[^/?&=\s]{48,}")
"""A piece of a URL that only machines read, such as a token."""

HEADLINE_LIMIT: Final = 240

Look = Literal["prose", "data", "shell"]


@dataclass(frozen=True)
class Detail:
    """How much is told: lines of a value or a body, columns that JSON is laid out for, other exchanges, tests."""

    lines: int
    columns: int
    others: int
    tests: int
    headers: bool = False


BRIEF: Final = Detail(lines=4, columns=200, others=0, tests=1)
USUAL: Final = Detail(lines=16, columns=60, others=3, tests=3)
FULL: Final = Detail(lines=80, columns=100, others=9, tests=50, headers=True)


@dataclass(frozen=True)
class Part:
    """A piece of what is told, of any origin and with any characters: a label, a text of one or more lines, a look."""

    label: str
    text: str
    look: Look = "prose"


def headline(violation: ReportedViolation) -> str:
    """Say in a sentence what is wrong."""
    own = " ".join(violation.difference.split())
    return middle(own or difference(violation.expected, violation.actual) or _contrast(violation), HEADLINE_LIMIT)


def title(result: RequirementResult, violation: ReportedViolation) -> str:
    """Name a violation: the level and the requirement that it breaks, and its fingerprint."""
    return f"{result.level} {result.id} {violation.fingerprint}"


def parts(result: RequirementResult, violation: ReportedViolation, detail: Detail) -> Iterator[Part]:
    """Take a violation of a requirement apart, what matters first: what is wrong, what shows it, why, and what next."""
    yield Part("wrong", headline(violation))
    yield Part("expected", laid_out(violation.expected, detail), "data")
    yield Part("came", laid_out(violation.actual, detail), "data")
    if violation.case:
        yield Part("case", violation.case)
    if violation.deciding is not None:
        before, after = violation.exchanges[: violation.deciding], violation.exchanges[violation.deciding + 1 :]
        yield from _others("before", before, detail)
        yield from exchange_parts(violation.exchanges[violation.deciding], detail)
        yield from _others("after", after, detail)
    yield from source_parts(result.rests_on, result.source)
    yield Part("seen", _seen(violation, detail))
    if violation.evidence:
        yield Part("repeat", curl_line(violation.evidence), "shell")


def text_lines(told: Iterable[Part]) -> Iterator[str]:
    """Tell parts as visible plain lines: a label and its text, a longer text below its label, a command as it is."""
    for part in told:
        lines = visible_lines(part.text)
        if part.look == "shell":
            yield from lines
        elif len(lines) == 1:
            yield f"{part.label}: {lines[0]}"
        else:
            yield f"{part.label}:"
            yield from (f"  {line}" for line in lines)


def exchange_parts(exchange: ReportedExchange, detail: Detail) -> Iterator[Part]:
    """Take an exchange apart: what was asked, what was sent with it, and what the answer was."""
    request, response = exchange.request, exchange.response
    yield Part("exchange", brief(exchange))
    if request.body or detail.headers:
        yield Part("sent", _message(request.headers, request.body or "", detail), "data")
    if response:
        yield Part("answer", _message(response.headers, response.body, detail), "data")


def source_parts(rests_on: str, source: str) -> Iterator[Part]:
    """Tell what a requirement rests on, and where that stands."""
    yield Part("source", "\n".join([rests_on, *(f"in {place}" for place in places(source))]))


def brief(exchange: ReportedExchange) -> str:
    """Tell an exchange in one line, without the middle of tokens: the line for the shell has all of them."""
    return middle(_LONG_WORD.sub(lambda found: f"{found[0][:16]}{LEFT_OUT}{found[0][-8:]}", describe(exchange)))


def body_text(body: str, detail: Detail) -> str:
    """Lay JSON out for reading; anything else stays as it came. What is long loses its middle."""
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
        text = json.dumps(f"a value that is nested too deeply to be shown {LEFT_OUT}", ensure_ascii=False)
    return _without_middle(text.split("\n"), detail)


def middle(text: str, limit: int = LINE_LIMIT) -> str:
    """Shorten a text in its middle."""
    if len(text) <= limit:
        return text
    kept = (limit - 3) // 2
    return f"{text[:kept]} {LEFT_OUT} {text[-kept:]}"


def _contrast(violation: ReportedViolation) -> str:
    """Say what is wrong where nothing better is known: both values where they are short, else in which way it is."""
    expected, came = (json.dumps(value, ensure_ascii=False) for value in (violation.expected, violation.actual))
    told = f"expected {expected}, came {came}"
    return told if len(told) <= HEADLINE_LIMIT else KINDS.get(violation.kind, violation.kind)


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
    shown = [middle(line) for line in lines]
    if len(shown) > detail.lines:
        kept = max(1, (detail.lines - 1) // 2)
        shown = [*shown[:kept], f"{LEFT_OUT} {len(shown) - 2 * kept} lines left out {LEFT_OUT}", *shown[-kept:]]
    return "\n".join(shown)


def _message(headers: Headers, body: str, detail: Detail) -> str:
    if not detail.headers:
        return body_text(body, detail)
    return "\n".join([*(middle(f"{name}: {value}") for name, value in headers), "", body_text(body, detail)])


def _others(label: str, exchanges: tuple[ReportedExchange, ...], detail: Detail) -> Iterator[Part]:
    """Tell exchanges without which the deciding one says nothing."""
    shown = exchanges[-detail.others :] if detail.others else ()
    more = [f"{len(exchanges) - len(shown)} more in report.json"] if len(exchanges) > len(shown) else []
    if shown:
        yield Part(label, "\n".join([*more, *map(brief, shown)]))


def _seen(violation: ReportedViolation, detail: Detail) -> str:
    times = "once" if violation.count == 1 else f"{violation.count:,} times"
    noticed = f" by the oracle {violation.oracle}" if violation.oracle else ""
    shown = violation.tests[: detail.tests]
    more = len(violation.tests) - len(shown)
    rest = [f"and {more} more tests" if more > 1 else "and 1 more test"] if more else []
    return "\n".join([f"{times}{noticed}, in", *shown, *rest])
