"""A verdict in words, in JSON and in Markdown."""

import json
import textwrap
from collections.abc import Iterator

from spec.diff.model import Change
from spec.diff.rules import RULES
from spec.diff.verdict import Verdict

_WIDTH = 110


def as_text(verdict: Verdict) -> Iterator[str]:
    """The verdict for a terminal, line by line: what breaks whom first, what breaks nobody last."""
    yield f"{verdict.old} -> {verdict.new}: {summary(verdict)}"
    for title, changes in _sections(verdict):
        yield ""
        yield title
        for change in changes:
            yield f"  {_told(change)}"
            for rule in change.rules:
                yield f"    {rule}: {RULES[rule].statement}"
            if change.requirements:
                told = f"requirements: {', '.join(change.requirements)}"
                yield from textwrap.wrap(told, _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6)


def as_json(verdict: Verdict) -> str:
    """The verdict for a program."""
    return json.dumps(
        {
            "old": verdict.old,
            "new": verdict.new,
            "breaks": verdict.breaks,
            "changes": [_entry(change) for change in verdict.changes],
            "requirements": [_entry(change) for change in verdict.requirements],
        },
        indent=2,
        ensure_ascii=False,
    )


def as_markdown(verdict: Verdict) -> Iterator[str]:
    """The verdict for a pull request, line by line."""
    yield f"## {_cell(verdict.old)} → {_cell(verdict.new)}"
    yield ""
    yield summary(verdict)
    for title, changes in _sections(verdict):
        yield ""
        yield f"### {title[0].upper()}{title[1:]}"
        yield ""
        yield "| change | rule | requirements |"
        yield "| --- | --- | --- |"
        for change in changes:
            rules = "<br>".join(f"`{rule}`: {RULES[rule].statement}" for rule in change.rules)
            yield f"| {_cell(_told(change))} | {rules} | {', '.join(f'`{id_}`' for id_ in change.requirements)} |"


def summary(verdict: Verdict) -> str:
    """Whom the new contract breaks, in a sentence."""
    found = len(verdict.changes) + len(verdict.requirements)
    if not found:
        return "Nothing changed."
    count = f"{found} change{'s' if found > 1 else ''}"
    return f"{count}, breaking {' and '.join(verdict.breaks) or 'neither callers nor answers'}."


def rules_table() -> Iterator[str]:
    """The rules as a table in Markdown, line by line."""
    yield "| rule | breaks | since |"
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
        if found := [change for change in verdict.changes if change.breaks == whom]:
            yield title, found
    if verdict.requirements:
        yield "requirements", list(verdict.requirements)


def _told(change: Change) -> str:
    words = f"{change.where} {change.what}"
    if change.aspect:
        return f"{words}: {change.aspect} from {change.before} to {change.after}"
    return f"{words} as {change.after}" if change.after else words


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
    }


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
