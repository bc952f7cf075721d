"""What to do next: sentences that fit the verdict and the gate together."""

from collections.abc import Iterator

from reports.decision import Decision
from reports.verdicts import told_shard
from reports.wording import counted


def advice(decision: Decision) -> str:
    """Say what is to be done; where nothing has to be, how far the answer carries."""
    to_do = [*_fix(decision), *_satisfy(decision), *_complete(decision)]
    return " ".join(to_do or _rely_on(decision))


def waive_line(decision: Decision) -> str | None:
    """Write the command that waives the violation that is told first, where a gate is red about it."""
    for group in decision.groups if decision.word else ():
        for result in group.results:
            if group.is_open and decision.decides(result):
                return f"batches-conformance report waive {result.fingerprints[0]} --owner NAME --until DAY"
    return None


def _fix(decision: Decision) -> Iterator[str]:
    """What is to be done about the violations that make a run red."""
    choice = ", or waive it for a time" if waive_line(decision) else ""
    if new := decision.of("new").violations:
        yield f"Fix what is new since {decision.against}, {counted(new, 'violation')}{choice}."
    elif any(decision.decides(result) for result in decision.of("failed").results):
        yield (
            "Repeat the request that shows each violation, compare the answer with the source of the requirement, "
            f"and fix the service{choice}."
        )


def _satisfy(decision: Decision) -> Iterator[str]:
    """What is to be done about everything else that a gate objects to."""
    if (gate := decision.report.gate) is None:
        return
    is_complete = not (decision.report.errors or decision.report.run.interrupted)
    lost = [change for change in gate.changes if change.is_worse and not change.new and is_complete]
    if any(change.after for change in lost):
        yield f"Exercise again what {decision.against} exercised: the report has the reason why it was not."
    if any(change.after is None for change in lost):
        yield "Take a baseline of the present contract, if requirements left it on purpose."
    if gate.objections:
        yield "Do what each objection of the gate says."


def _complete(decision: Decision) -> Iterator[str]:
    """What keeps a run, or a part of it, from a whole answer."""
    run = decision.report.run
    if run.shard:
        yield f"This is {told_shard(run.shard)}: merge the reports of all shards before you rely on it."
    if decision.report.errors:
        yield "Not everything could be asked: remove what stood in the way, then try again."
    elif run.interrupted:
        yield "The run did not come to its end: run it again for the rest."
    elif decision.report.verdict == "inconclusive":
        yield "No requirement passed: see what was not exercised and why, and give the run what it takes."


def _rely_on(decision: Decision) -> Iterator[str]:
    """How far a good answer carries."""
    failed, known, waived = (decision.of(standing).violations for standing in ("failed", "known", "waived"))
    if decision.against:
        yield f"Nothing is worse than in {decision.against}."
    if failed:
        yield f"No must is violated without a waiver; {counted(failed, 'violation')} of a should decide nothing."
    if known:
        yield f"What is known remains to be fixed: {counted(known, 'violation')}."
    if waived:
        first = min(waiver.expires for result in decision.of("waived").results for waiver in result.waivers)
        amount = counted(waived, "violation")
        yield f"What is waived remains to be fixed, {amount}; the first waiver ends after {first}."
    if decision.against and decision.amounts.get("fixed"):
        yield "Take this report as the next baseline, so that what is fixed cannot come back unseen."
    if not (failed or known or waived):
        yield "No promise that was exercised was broken."
    if any(result.verdict == "not-exercised" for result in decision.report.requirements):
        yield "See also what was not exercised, and why."
