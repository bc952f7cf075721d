"""Oracles on cancel: its answer, and whom and when it has to be refused."""

from collections.abc import Iterator

from fixtures.exchange import TooDeep
from suites.oracles.access import STRANGERS
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.traffic import CANCEL, CREATE, SHOW_BATCHES, TERMINAL, Call
from suites.verify import Observation, observe

NOT_IMPLEMENTED = 501
NO_OPERATION = frozenset({404, 405, NOT_IMPLEMENTED})
"""Statuses by which a server that does not offer to cancel may answer."""


def _status(call: Call) -> str:
    return str(call.exchange.response and call.exchange.response.status)


@oracle("cancel-answers-with-batch", looks_at=(CANCEL,))
def cancel_is_answered_in_json() -> Look:
    """Check that a 2xx of a cancel is JSON by media type and body; whether it is a batch, the schema says."""

    def look(call: Call) -> Iterator[Observation]:
        response = call.exchange.response
        if response is None or not call.succeeded:
            return
        is_json = response.is_json
        found = response.media_type or "no content type"
        try:
            _ = response.json
        except TooDeep:
            return
        except ValueError as error:
            is_json, found = False, f"{response.status} with a body that is not JSON: {error}"
        if not is_json:
            yield observe(
                "cancel-answers-with-batch",
                False,
                check="answer-is-json",
                kind="malformed",
                expected="a batch as JSON, with the media type application/json",
                actual=found,
                exchanges=[call.exchange],
            )

    return look


@oracle("cancel-without-server-error", looks_at=(CANCEL,))
def cancel_without_server_error() -> Look:
    """Check that a cancel is answered without a 5xx, but for one that says that there is no such operation.

    Nothing is to be praised before some answer has shown that there is one.
    """
    answers: set[int] = set()

    def look(call: Call) -> Iterator[Observation]:
        response = call.exchange.response
        if response is None or response.is_busy:
            return
        answers.add(response.status)
        if response.status == NOT_IMPLEMENTED or answers <= NO_OPERATION:
            return
        yield observe(
            "cancel-without-server-error",
            response.status < 500,
            check="answer-is-no-server-error",
            kind="server-error",
            expected="any status but a 5xx",
            actual=response.status,
            exchanges=[call.exchange],
        )

    return look


@oracle("cancel-returns-requested-batch", looks_at=(CANCEL,))
def cancel_returns_batch_asked_for() -> Look:
    """Check that an accepted cancel shows the batch that it named."""

    def look(call: Call) -> Iterator[Observation]:
        asked = call.path["batch_id"]
        for batch in call.batches:
            yield observe(
                "cancel-returns-requested-batch",
                batch["id"] == asked,
                check="batch-is-the-one-asked-for",
                kind="not-matching",
                expected=asked,
                actual=batch["id"],
                exchanges=[call.exchange],
            )

    return look


@oracle("cancel-refused-in-terminal-status", looks_at=SHOW_BATCHES)
def cancel_refused_after_the_end() -> Look:
    """Check that a batch that was seen in a terminal status is beyond a cancel, whatever showed it there."""
    ended: Memory[str, tuple[Call, str]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        ending = ended.get(call.path["batch_id"]) if call.name == CANCEL else None
        is_too_late = ending is not None and call.is_after(ending[0]) and ending[0].caller == call.caller
        if ending is not None and is_too_late and (call.succeeded or call.refused):
            yield observe(
                "cancel-refused-in-terminal-status",
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx",
                actual=call.exchange.status,
                difference=f"a cancel of {call.path['batch_id']}, which was {ending[1]}, was not refused",
                exchanges=[ending[0].exchange, call.exchange],
                case=ending[1],
            )
        for seen in call.seen:
            if seen.status in TERMINAL and seen.id not in ended:
                ended[seen.id] = call, str(seen.status)

    return look


@oracle("cancel-needs-valid-key", looks_at=(CANCEL,))
def strangers_cancel_nothing() -> Look:
    """Without a valid key, every cancel is refused."""

    def look(call: Call) -> Iterator[Observation]:
        if call.caller in STRANGERS and (call.succeeded or call.refused):
            yield observe(
                "cancel-needs-valid-key",
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx",
                actual=call.exchange.status,
                exchanges=[call.exchange],
                case=f"a key that is {call.caller}",
            )

    return look


@oracle("cancel-hides-other-projects", looks_at=(CANCEL, CREATE), assumes="callers are of different projects")
def neighbours_cancel_nothing() -> Look:
    """Nobody cancels a batch that was created with the key of another project."""
    owners: Memory[str, Call] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if call.name == CREATE:
            for batch in call.batches:
                owners.setdefault(batch["id"], call)
        creation = owners.get(call.path.get("batch_id", ""))
        if call.name != CANCEL or creation is None or {call.caller, creation.caller} & STRANGERS.keys():
            return
        if creation.caller != call.caller and (call.succeeded or call.refused):
            yield observe(
                "cancel-hides-other-projects",
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx",
                actual=call.exchange.status,
                difference=f"a cancel of {call.path['batch_id']}, which is of another project, was not refused",
                exchanges=[creation.exchange, call.exchange],
            )

    return look
