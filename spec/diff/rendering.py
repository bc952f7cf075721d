"""A verdict in words, in JSON and in Markdown."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from spec.diff.explained import Differences, Explanation
from spec.diff.model import Acceptance, Change
from spec.diff.rules import RULES
from spec.diff.verdict import Verdict
from spec.text import visible

_WIDTH: Final = 110
_OBJECTIONS: Final = "accepted breaks that do not fit"


def as_text(verdict: Verdict) -> Iterator[str]:
    """Yield the verdict for a terminal, line by line: what breaks whom first, what breaks nobody last."""
    yield f"{verdict.old} -> {verdict.new}: {summary(verdict)}"
    for title, changes in _sections(verdict):
        yield ""
        yield title
        for change in changes:
            yield f"  {headline(change)}"
            for rule in change.rules:
                yield f"    {rule}: {RULES[rule].statement}"
            yield from (f"    {acceptance(entry)}" for entry in change.accepted)
            yield from _speaking(change)
    if verdict.objections:
        yield ""
        yield _OBJECTIONS
        yield from (f"  {one_line(objection)}" for objection in verdict.objections)


def explained_as_text(found: Differences) -> Iterator[str]:
    """Yield the differences of a published document for a terminal, line by line: what nobody explains first."""
    touching = len({change for change, _ in found.explained} | set(found.unexplained))
    yield (
        f"{found.ours} -> {found.published}: {_counted(touching, 'difference')} that touch the contract, "
        f"{len(found.unexplained)} unexplained, {_counted(len(found.unused), 'unused explanation')}."
    )
    if found.unexplained:
        yield from ("", "unexplained")
        for change in found.unexplained:
            yield f"  {headline(change)}"
            yield from _speaking(change)
    if found.unused:
        yield from ("", "explains nothing any more")
        yield from (f"  {one_line(_claim(element, each))}" for element, each in found.unused)
    if found.explained:
        yield from ("", "explained")
        for change, each in found.explained:
            yield f"  {headline(change)}"
            yield from textwrap.wrap(one_line(each.why), _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6)
            yield from _speaking(change)


def _claim(element: str, explanation: Explanation) -> str:
    claimed = Change(element, "changed", explanation.aspect, explanation.ours, explanation.published, ())
    return headline(claimed) if explanation.aspect else f"{element} {explanation.what}"


def _speaking(change: Change) -> list[str]:
    listed = f"requirements: {', '.join(change.requirements)}"
    wrapped = textwrap.wrap(listed, _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6)
    return wrapped if change.requirements else []


def as_json(verdict: Verdict) -> str:
    """Return the verdict for a program."""
    return json.dumps(
        {
            "old": verdict.old,
            "new": verdict.new,
            "breaks": verdict.breaks,
            "changes": [_entry(change) for change in verdict.changes],
            "requirements": [_entry(change) for change in verdict.requirements],
            "objections": verdict.objections,
        },
        indent=2,
        ensure_ascii=False,
    )


def as_markdown(verdict: Verdict) -> Iterator[str]:
    """Yield the verdict for a pull request, line by line."""
    yield f"## {_cell(verdict.old)} → {_cell(verdict.new)}"
    yield ""
    yield summary(verdict)
    for title, changes in _sections(verdict):
        yield ""
        yield f"### {_capital(title)}"
        yield ""
        yield "| change | rule | requirements |"
        yield "| --- | --- | --- |"
        for change in changes:
            rules = [f"`{rule}`: {RULES[rule].statement}" for rule in change.rules]
            rules += [_cell(acceptance(entry)) for entry in change.accepted]
            ids = ", ".join(f"`{id_}`" for id_ in change.requirements)
            yield f"| {_cell(headline(change))} | {'<br>'.join(rules)} | {ids} |"
    if verdict.objections:
        yield ""
        yield f"### {_capital(_OBJECTIONS)}"
        yield ""
        yield from (f"- {_cell(objection)}" for objection in verdict.objections)


def summary(verdict: Verdict) -> str:
    """Whom the new contract breaks, in a sentence, and what was accepted, in another."""
    changes = (*verdict.changes, *verdict.requirements)
    words = ["Nothing changed."]
    if changes:
        whom = " and ".join(verdict.breaks) or "neither callers nor answers"
        words = [f"{_counted(len(changes), 'change')}, breaking {whom}."]
    if accepted := sum(bool(change.accepted) for change in changes):
        words.append(f"{_counted(accepted, 'accepted break')}.")
    if objections := len(verdict.objections):
        words.append(f"{_counted(objections, 'accepted break')} that {'does' if objections == 1 else 'do'} not fit.")
    return " ".join(words)


def headline(change: Change) -> str:
    """Return what changed, on one line."""
    words = f"{change.where} {change.what}"
    if change.aspect:
        words = f"{words}: {change.aspect} from {change.before} to {change.after}"
    elif change.after:
        words = f"{words} as {change.after}"
    return one_line(words)


def acceptance(entry: Acceptance) -> str:
    """Who accepts a break, and why, on one line."""
    until = f" until {entry.expires}" if entry.expires else ""
    return one_line(f"{entry.rule} is accepted by {entry.owner}{until}: {entry.reason}")


def one_line(text: str) -> str:
    """Return a text of somebody else that neither ends a line nor controls a terminal."""
    return visible(" ".join(text.split()))


def rules_table() -> Iterator[str]:
    """Yield the rules as a table in Markdown, line by line."""
    yield "| rule | breaks | because |"
    yield "| --- | --- | --- |"
    for rule in RULES.values():
        yield f"| `{rule.id}` | {rule.breaks or 'nobody'} | {rule.statement} |"


def _sections(verdict: Verdict) -> Iterator[tuple[str, list[Change]]]:
    titles = {
        ("callers", "answers"): "breaks callers and answers",
        ("callers",): "breaks callers",
        ("answers",): "breaks answers",
        (): "breaks nobody",
    }
    for whom, title in titles.items():
        if found := [change for change in verdict.changes if change.breaks == whom and not _is_settled(change)]:
            yield title, found
    if settled := list(filter(_is_settled, verdict.changes)):
        yield "accepted", settled
    if verdict.requirements:
        yield "requirements", list(verdict.requirements)


def _is_settled(change: Change) -> bool:
    """Whether it breaks somebody, and all of that is accepted."""
    return bool(change.accepted and not change.breaks)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _capital(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}"


def _entry(change: Change) -> dict[str, object]:
    return {
        "where": change.where,
        "what": change.what,
        "aspect": change.aspect,
        "before": change.before,
        "after": change.after,
        "breaks": change.breaks,
        "rules": [{"id": rule, "statement": RULES[rule].statement} for rule in change.rules],
        "requirements": change.requirements,
        "accepted": [asdict(entry) for entry in change.accepted],
    }


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
