"""Oracles on what has to be there once a service had time enough, for traffic that goes on for minutes."""

from collections.abc import Iterator

from fixtures.settings import SETTLE_TIMEOUT
from suites.differences import differing
from suites.look_ups import job_resolves, shown_job
from suites.moments import Moment
from suites.oracles.lifecycle import AGREES
from suites.oracles.lists import scope_of
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.oracles.retention import Losses
from suites.products import PRODUCTS
from suites.traffic import (
    COMPLETED,
    CREATE,
    DELETIONS,
    EXPAND,
    GET,
    LIST,
    NOT_FOUND,
    SHOW_BATCHES,
    TERMINAL,
    Call,
    entries,
    jobs_by_file,
    reference_of,
    status_of,
)
from suites.verify import Check, Observation, observe

JOBS = {product.job_operation: job_type for job_type, product in PRODUCTS.items()}
"""The operations that show a job, each with its job type."""


class Endings:
    """When each batch was first seen to be completed; what is about it may lag so many seconds behind."""

    def __init__(self, lag: float) -> None:
        self._lag = lag
        self._calls: Memory[str, Call] = Memory()

    def on_exchange(self, call: Call) -> None:
        """Note the batches that an answer shows."""
        for seen in call.seen:
            if seen.status == COMPLETED and seen.id not in self._calls:
                self._calls[seen.id] = call

    def before(self, call: Call, batch_id: str) -> Call | None:
        """Return the call that has shown it, if everything about the batch has to be there since."""
        ending = self._calls.get(batch_id)
        return ending if ending and call.seconds_after(ending) >= self._lag else None


@oracle("results-delivered-when-expanded", "result-has-outcome", looks_at=SHOW_BATCHES)
def results_are_delivered(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a batch that completed long ago shows results when expanded, each with its outcome."""
    endings = Endings(lag)

    def look(call: Call) -> Iterator[Observation]:
        endings.on_exchange(call)
        if call.name != GET or not call.surely_asks_for_results:
            return
        for batch in call.batches:
            if status_of(batch) != COMPLETED:
                continue
            ending, results = endings.before(call, batch["id"]), entries(batch)
            exchanges = [ending.exchange, call.exchange] if ending else [call.exchange]
            case = f"batch {batch['id']}"
            if ending or results is not None:
                yield observe(
                    "results-delivered-when-expanded",
                    results is not None,
                    check="results-are-delivered",
                    kind="missing",
                    expected=f"results, {lag:g} s after the batch was {COMPLETED}",
                    actual=None,
                    difference=f"no results {lag:g} s after the batch was {COMPLETED}",
                    exchanges=exchanges,
                    case=case,
                )
            open_ = [entry for entry in results or () if not reference_of(entry) and not entry.get("error_message")]
            if results and (ending or not open_):
                yield observe(
                    "result-has-outcome",
                    not open_,
                    check="entry-has-outcome",
                    kind="missing",
                    expected="a job or an error in each entry",
                    actual=open_,
                    difference=f"{len(open_)} of {len(results)} entries have neither a job nor an error",
                    exchanges=exchanges,
                    case=case,
                )

    return look


@oracle("expanded-read-succeeds-in-any-status", "expand-accepts-repetition", looks_at=DELETIONS | {CREATE, GET})
def expanded_get_succeeds(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a batch that the same caller has read can be read expanded too, however often results are named.

    One server may not find it for `lag` seconds after its create where another has, and refuses it as plain gets are
    refused. A batch that is long over may be gone, and one whose directory or one of whose files was deleted may have
    gone with them. That results may be named twice shows nothing yet of what is answered then.
    """
    created: Memory[str, Call] = Memory()
    absences: set[int | None] = {NOT_FOUND}
    read: Memory[tuple[str, str], Call] = Memory()
    losses = Losses()
    shown: Memory[str, tuple[Call, dict[str, str | None]]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        losses.note(call)
        for seen in call.seen if call.name == CREATE else ():
            created[seen.id] = call
        if call.name != GET:
            return
        key = call.caller, call.path["batch_id"]
        params = call.exchange.request.params
        times = params.count(EXPAND)
        others = [param for param in params if param != EXPAND]
        if call.succeeded and not times:
            read[key] = call
        known = read.get(key)
        requirement = "expanded-read-succeeds-in-any-status" if times == 1 else "expand-accepts-repetition"
        is_alike = known is not None and call.is_after(known) and others == list(known.exchange.request.params)
        if known and call.may_not_find and _may_be_gone(known, call, losses):
            return
        if call.may_not_find and not times:
            absences.add(call.exchange.status)
        creation = created.get(key[1])
        if creation and call.exchange.status in absences and call.seconds_after(creation) < lag:
            return
        if known and times and is_alike and (call.may_not_find or (call.succeeded and times == 1)):
            yield observe(
                requirement,
                call.succeeded,
                check="request-is-accepted",
                kind="refused",
                expected="a 2xx",
                actual=call.exchange.status,
                difference="the same get without expand was accepted",
                exchanges=[known.exchange, call.exchange],
            )
        yield from _repeated(call, shown, times)

    return look


def _may_be_gone(known: Call, call: Call, losses: Losses) -> bool:
    """Whether a batch that a call has shown may be gone by the time of a later one."""
    directory_id = next((batch.get("source_directory_id") for batch in known.batches), None)
    return losses.explain(directory_id, call.seconds_after(known))


def _repeated(call: Call, shown: Memory[str, tuple[Call, dict[str, str | None]]], times: int) -> Iterator[Observation]:
    """Compare what a get shows that names results several times with what one showed that named them once.

    Without an entry there is nothing to compare.
    """
    for batch in call.batches:
        if status_of(batch) != COMPLETED or not call.surely_asks_for_results:
            continue
        results, known = entries(batch), shown.get(batch["id"])
        jobs = dict(jobs_by_file(results)) if results is not None else None
        files = None if jobs is None else jobs.keys()
        if times == 1 and results and jobs is not None:
            shown[batch["id"]] = call, jobs
        elif times > 1 and known and call.is_after(known[0]):
            yield observe(
                "expand-accepts-repetition",
                files == known[1].keys(),
                check="repetition-shows-the-same",
                kind="not-matching",
                expected=sorted(known[1]),
                actual=None if files is None else sorted(files),
                difference="no results" if files is None else differing(known[1], files),
                exchanges=[known[0].exchange, call.exchange],
            )


@oracle(*(product.resolves for product in PRODUCTS.values()), looks_at=DELETIONS | {GET, *JOBS})
def jobs_resolve(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that the job that results have named is found, if not at once.

    One that is long over may be gone, and one whose directory, or a file of it, was deleted may have gone with them.
    """
    losses = Losses()
    named: Memory[tuple[str, str, str], tuple[Call, object]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        losses.note(call)
        for batch in call.batches if call.name == GET else ():
            for reference in map(reference_of, entries(batch) or ()):
                if reference and status_of(batch) == COMPLETED:
                    named.setdefault((call.caller, *reference), (call, batch.get("source_directory_id")))
        if call.name not in JOBS:
            return
        reference = JOBS[call.name], call.path.get("job_id", "")
        known = named.get((call.caller, *reference))
        if known is None:
            return
        naming, directory_id = known
        seconds = call.seconds_after(naming)
        is_due = seconds >= lag and not losses.explain(directory_id, seconds)
        is_of_one_scope = scope_of(call.exchange.request) == scope_of(naming.exchange.request)
        if (call.may_not_find and is_due and is_of_one_scope) or shown_job(call.exchange, reference[0]) is not None:
            yield job_resolves(reference, [naming.exchange, call.exchange])

    return look


@oracle(AGREES.requirement, looks_at=SHOW_BATCHES)
def views_agree_on_the_end(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a terminal status that one view has shown for long, the other shows too."""
    listed: Memory[str, tuple[Call, str]] = Memory()
    alone: Memory[str, tuple[Call, str]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        own, other = (listed, alone) if call.name == LIST else (alone, listed)
        held = 0
        for seen in call.seen:
            status = seen.status
            if status is None:
                continue
            known = other.get(seen.id)
            if known and call.seconds_after(known[0]) >= lag:
                if status == known[1]:
                    held += 1
                else:
                    yield AGREES.violated(
                        expected=known[1],
                        actual=status,
                        difference=f"{seen.id} is {status}, and another view has shown {known[1]}",
                        operation=LIST,
                        exchanges=[known[0].exchange, call.exchange],
                        case=f"batch {seen.id}",
                    )
            if status in TERMINAL and seen.id not in own:
                own[seen.id] = call, status
        yield from AGREES.counted(held)

    return look


Shown = tuple[Call, str, Moment]
"""A call, and the status and the update time of a batch as it shows them."""

KEEPS_UP = Check(
    AGREES.requirement,
    check="list-keeps-up",
    kind="not-matching",
)


@oracle(KEEPS_UP.requirement, looks_at=SHOW_BATCHES)
def list_keeps_up(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a list shows no status from before an update that gets have shown for long, before it and after.

    By which clock a batch is updated is not said, so an update time alone does not tell which of two views is behind.
    """
    alone: Memory[str, Shown] = Memory()
    behind: Memory[str, Shown] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        is_list = call.name == LIST
        for seen in call.seen:
            id_, status, updated = seen.id, seen.status, seen.updated
            if status is None or updated is None:
                continue
            known = alone.get(id_)
            if not is_list and (known is None or known[1:] != (status, updated)):
                alone[id_] = call, status, updated
                behind.pop(id_, None)
            elif not is_list and id_ in behind and known and call.is_after(behind[id_][0]):
                yield _lags_behind(id_, known, behind.pop(id_), call)
            elif is_list and known and _is_older(status, updated, known) and call.seconds_after(known[0]) >= lag:
                behind.setdefault(id_, (call, status, updated))

    return look


def _is_older(status: str, updated: Moment, known: Shown) -> bool:
    """Whether a status that a list shows may be from before one that is known."""
    return status != known[1] and status not in TERMINAL and updated.surely_before(known[2])


def _lags_behind(id_: str, first: Shown, listed: Shown, last: Call) -> Observation:
    return KEEPS_UP.violated(
        expected=f"{first[1]}, updated at {first[2].text}",
        actual=f"{listed[1]}, updated at {listed[2].text}",
        difference=f"{id_} was {first[1]} before and after, and the list between shows {listed[1]}",
        operation=LIST,
        exchanges=[first[0].exchange, listed[0].exchange, last.exchange],
        deciding=1,
        case=f"batch {id_}",
    )
