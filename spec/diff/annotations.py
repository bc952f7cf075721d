"""A verdict as workflow commands that GitHub shows beside a change."""

from spec.diff.model import Change
from spec.diff.rendering import acceptance, headline, one_line
from spec.diff.rules import RULES
from spec.diff.verdict import Verdict
from spec.workflow import COMMANDS_LIMIT, command


def annotation_lines(verdict: Verdict) -> list[str]:
    """List an error for each change that breaks somebody and each objection, and a notice for what is accepted."""
    changes = (*verdict.changes, *verdict.requirements)
    errors = [_command("error", f"breaks {' and '.join(change.breaks)}", change) for change in changes if change.breaks]
    errors += [command("error", "accepted breaks", one_line(objection)) for objection in verdict.objections]
    notices = [
        _command("notice", "accepted break", change) for change in changes if change.accepted and not change.breaks
    ]
    return [*errors[:COMMANDS_LIMIT], *notices[:COMMANDS_LIMIT]]


def _command(kind: str, title: str, change: Change) -> str:
    lines = [headline(change), *(f"{rule}: {RULES[rule].statement}" for rule in change.rules if RULES[rule].breaks)]
    lines += map(acceptance, change.accepted)
    if change.requirements:
        lines.append(f"requirements: {', '.join(change.requirements)}")
    return command(kind, f"{title}: {one_line(change.where)}", *lines)
