"""What is said about a history, in a terminal and on its page."""

from collections.abc import Iterator, Sequence

from reports.history.model import History, PastRun, RequirementHistory, ViolationHistory
from reports.wording import counted, times
from spec.text import visible


def describe_runs(history: History) -> str:
    """Say how many runs there are, and from which days."""
    first, last = (history.runs[place].started_at[:10] for place in (0, -1))
    return f"{counted(len(history.runs), 'run')}, {first if first == last else f'{first} to {last}'}"


def describe_flakiness(requirement: RequirementHistory) -> str:
    """Say how often a requirement changed while the target did not, as far as is known; empty if it never did."""
    found = requirement.flakiness
    return f"changed {times(found.changes)} in {found.runs} runs of an unchanged target" if found else ""


def since(violation: ViolationHistory, history: History) -> str:
    """Say since when a violation is seen, or from when to when it was, when it was seen first, and how often."""
    first, start, end = (
        _place(history.by_id[id_]) for id_ in (violation.first_seen, violation.since, violation.last_seen)
    )
    span = f"since {start}" if violation.is_open else f"last seen {end}"
    earlier = "" if violation.first_seen == violation.since else f", first seen {first}"
    return f"{span}{earlier}, in {counted(violation.runs, 'run')}"


def _place(run: PastRun) -> str:
    return f"{run.started_at[:10]} (run {run.id})"


def since_lines(history: History, violations: Sequence[ViolationHistory]) -> Iterator[str]:
    """Say of each violation since when it is seen, line by line."""
    if violations:
        yield from ("", "SINCE WHEN")
    for each in violations:
        yield visible(f"  {each.requirement}: {each.fingerprint} {since(each, history)}")
