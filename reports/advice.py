"""What to do next: sentences that fit the verdict and the gate together."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from reports.decision import Decision
from reports.wording import counted, shard_name, variants
from spec.text import shortened

CAUSE_LIMIT: Final = 300
"""Characters of the one cause that is named."""


def advice(decision: Decision) -> str:
    """Say what is to be done; where nothing has to be, what the result covers."""
    to_do = [*_fix(decision), *_satisfy(decision), *_complete(decision)]
    gone = ["The mock has ended with the run: to repeat a request, start one like it."] if mock_line(decision) else []
    return " ".join([*(to_do or _rely_on(decision)), *gone])


def waive_line(decision: Decision) -> str | None:
    """Write the command that waives the first violation that makes a gate red."""
    for group in decision.groups if decision.word else ():
        for result in group.results:
            if group.is_open and decision.decides(result):
                return f"batches-conformance report waive {result.fingerprints[0]} --owner NAME --expires DAY"
    return None


def mock_line(decision: Decision) -> str | None:
    """Write the command that starts a mock like the one of a run, which has ended, for whoever repeats a request."""
    target = decision.report.target
    curls = [
        each for group in decision.groups if group.is_open for result in group.results for each in result.violations
    ]
    if target is None or target.kind != "mock" or not any(each.curl for each in curls):
        return None
    ports = {urlsplit(each.evidence.request.url).port for each in curls if each.evidence}
    port = f" --port {ports.pop()}" if len(ports) == 1 else " --port PORT"
    return f"batches-conformance mock{port}{''.join(f' --{word} {name}' for word, name in variants(target))}"


def _fix(decision: Decision) -> Iterator[str]:
    """Advise on the violations that make a run red."""
    choice = ", or waive it for a time" if waive_line(decision) else ""
    if new := decision.of("new").violations:
        yield f"Fix {counted(new, 'new violation')} since {decision.against}{choice}."
    elif any(decision.decides(result) for result in decision.of("failed").results):
        yield (
            "Repeat the request that shows each violation, compare the response with the source of the requirement, "
            f"and fix the service{choice}."
        )


def _satisfy(decision: Decision) -> Iterator[str]:
    """Advise on the other objections of the gate."""
    if (gate := decision.report.gate) is None:
        return
    is_complete = not (decision.report.errors or decision.report.run.interrupted)
    narrowed = decision.report.run.narrowed
    lost = [change for change in gate.changes if change.is_worse and not change.new and is_complete]
    if any(change.after for change in lost):
        why = f"leave out {narrowed}" if narrowed else "the report has the reasons why it was not"
        yield f"Exercise again what {decision.against} exercised: {why}."
    if profiles := "".join(f" --profile {name}" for name in decision.profiles_left_out):
        yield f"Add{profiles}, or compare with a baseline that was made without."
    if any(change.after is None and "contract" in change.attributed_to for change in lost):
        yield "Make a baseline with the present contract, if requirements were removed on purpose."
    if gate.objections:
        yield "Resolve each objection of the gate."


def _complete(decision: Decision) -> Iterator[str]:
    """Advise on what a run lacks for a complete result."""
    run = decision.report.run
    if run.shard:
        yield f"This is {shard_name(run.shard)}: merge the reports of all shards before you rely on it."
    cause = shortened(decision.cause.rstrip("."), CAUSE_LIMIT) if decision.cause else ""
    if decision.report.errors:
        to_do = f"{cause}. Remove the cause" if cause else "remove the cause of each error"
        yield f"Not everything could be tested: {to_do}, then run again."
    elif run.interrupted:
        yield "The run was interrupted: run it again for the rest."
    elif decision.report.verdict == "inconclusive":
        why = f"for one reason: {cause}" if cause else "see what was not exercised and why"
        yield f"No requirement passed, {why}; give the run what it needs."


def _rely_on(decision: Decision) -> Iterator[str]:
    """Describe what a good result covers."""
    failed, known, waived = (decision.of(standing).violations for standing in ("failed", "known", "waived"))
    if decision.against:
        yield f"Nothing is worse than in {decision.against}."
    if failed:
        yield f"No must is violated without a waiver; {counted(failed, 'violation')} of a should decide nothing."
    if known:
        yield f"Known violations remain to be fixed: {counted(known, 'violation')}."
    if waived:
        first = min(waiver.expires for result in decision.of("waived").results for waiver in result.waivers)
        amount = counted(waived, "violation")
        yield f"Waived violations remain to be fixed: {amount}; the first waiver expires on {first}."
    if decision.against and decision.amounts.get("fixed"):
        yield "Use this report as the next baseline, so that a fixed violation that returns counts as new."
    if not (failed or known or waived):
        yield "No requirement that was exercised was violated."
    if any(result.verdict == "not-exercised" for result in decision.report.requirements):
        yield "See also what was not exercised, and why."
