"""What tests do again and again: create, read and wait, with what every test may expect of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from fixtures.batches import Batches
from fixtures.configurations import JobType
from fixtures.directories import Directory
from fixtures.errors import KeyRefused, Unanswered, Undecidable
from fixtures.exchange import Exchange, TooDeep
from fixtures.ledger import Ledger
from fixtures.settings import Settings
from fixtures.target import MAIN, Target
from spec.requirements import capabilities
from suites.products import PARSE, PRODUCTS
from suites.traffic import COMPLETED, NOT_FOUND, TERMINAL, call_of, entries, reference_of, status_of
from suites.unknown import unknown_id
from suites.verify import ANY_OPERATION, Verify

Batch = dict[str, Any]


def failure_of(exchange: Exchange) -> str:
    """Return the kind of violation that an answer is which had to be a 2xx, with what had to come."""
    if exchange.status is not None and exchange.status >= 500:
        return "server-error"
    return "refused" if call_of(exchange).refused else "not-matching"


TRIES_TO_COMPLETE = 2


class Steps:
    """The steps of a scenario over one target.

    `follow` looks up the jobs of one batch; its second parameter is the case.
    """

    def __init__(
        self,
        target: Target,
        batches: Batches,
        verify: Verify,
        settings: Settings,
        ledger: Ledger,
        extract_id: Callable[[], str],
        follow: Callable[[Iterable[tuple[str, str]], str], None],
    ) -> None:
        self.target = target
        self.batches = batches
        self.verify = verify
        self._settings = settings
        self.ledger = ledger
        self._extract_id = extract_id
        self._follow = follow
        self._latest: dict[str, Batch] = {}
        self._never_found: set[str] = set()

    # --- create ---

    def configuration_id(self, job_type: JobType) -> str:
        """Return the configuration that the run uses for a job type."""
        return self._settings.parse_configuration_id if job_type == PARSE else self._extract_id()

    def create(
        self,
        directory: Directory,
        job_type: JobType = PARSE,
        configuration_id: str | None = None,
        params: Sequence[tuple[str, str]] = (),
    ) -> Batch:
        """Create a batch, which the contract says is accepted. Skips when its files are not to be spent.

        A refusal may mean that the directory is still being processed; then the create is tried once more afterwards.
        """
        self.ledger.spend_files(len(directory.file_ids))
        ask = partial(
            self.batches.create,
            directory.id,
            job_type,
            configuration_id or self.configuration_id(job_type),
            caller=directory.caller,
            params=params,
        )
        exchange = ask()
        if call_of(exchange).refused and directory.id in self._latest:
            self.finish(self._latest[directory.id], directory.caller)
            exchange = ask()
        batch = self.accepted(exchange, PRODUCTS[job_type].accepted)
        self._latest[directory.id] = batch
        return batch

    def accepted(self, exchange: Exchange, requirement: str) -> Batch:
        """Return the batch of a request that has to succeed by `requirement`. Raises `KeyRefused` on a lost key."""
        call = call_of(exchange)
        if call.refuses_key and not self._may_create(exchange.caller):
            raise lost_key(exchange)
        conclusive(exchange)
        self.verify(
            requirement,
            call.succeeded,
            check="request-is-accepted",
            kind=failure_of(exchange),
            expected="a 2xx",
            actual=exchange.status,
            exchanges=[exchange],
        )
        if not call.batches:
            raise Undecidable(f"an answer without a batch leaves nothing to go on with ({exchange})")
        return call.batches[0]

    def _may_create(self, caller: str) -> bool:
        """Whether the key of a caller is surely good: it has made a batch, and still opens the list."""
        return bool(self._latest) and caller == MAIN and call_of(self.batches.list()).succeeded

    def refused(self, requirement: str, exchange: Exchange, case: str) -> None:
        """Verify that a request was refused with a 4xx. A 5xx is another promise's matter."""
        call = call_of(exchange)
        if call.succeeded or call.refused:
            self.verify(
                requirement,
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx",
                actual=exchange.status,
                exchanges=[exchange],
                case=case,
            )
        else:
            self.verify.could_not_ask(requirement, f"the answer is neither a 2xx nor a 4xx: {exchange}")

    def refused_or_fruitless(self, requirement: str, exchange: Exchange, case: str) -> None:
        """Verify that a create was refused, or else that its batch has processed nothing when it ends."""
        call = call_of(exchange)
        if not call.succeeded or not call.batches:
            self.refused(requirement, exchange, case)
            return
        if call_of(self.read(call.batches[0]["id"], caller=call.caller)).refused:
            self.verify(
                requirement,
                False,
                check="request-is-refused",
                kind="accepted",
                expected="a refusal",
                actual="a batch that its creator cannot read",
                exchanges=[exchange],
                case=case,
            )
        batch = self.finish(call.batches[0], caller=call.caller)
        results: list[dict[str, Any]] = []
        if batch["status"] == COMPLETED:
            _, last = self._settled(batch["id"], call.caller)
            results = entries(last) or []
        fruit = [entry for entry in results if entry.get("job_reference")]
        self.verify(
            requirement,
            batch["status"] != COMPLETED or bool(results and not fruit),
            check="request-is-refused",
            kind="accepted",
            expected="a refusal, or a batch that fails or yields no job",
            actual={"status": batch["status"], "jobs": len(fruit)},
            difference=f"the batch {batch['id']} became {batch['status']} with {len(fruit)} jobs",
            exchanges=[exchange],
            case=case,
        )

    # --- read and wait ---

    def read(
        self, batch_id: str, *, expand: Sequence[str] = (), caller: str = MAIN, params: Sequence[tuple[str, str]] = ()
    ) -> Exchange:
        """Return a get of a batch that was created.

        One that is not found may be so for a moment after its create; the user's settle timeout says what is a moment.
        A batch that was waited for in vain is waited for no more.
        """
        ask = partial(self.batches.get, batch_id, expand=expand, caller=caller, params=params)
        exchange = ask()
        if batch_id not in self._never_found and self._is_early(exchange, batch_id):
            exchange = self.target.eventually(ask, lambda answer: not self._is_early(answer, batch_id))
            if call_of(exchange).refused:
                self._never_found.add(batch_id)
        return exchange

    def _is_early(self, exchange: Exchange, batch_id: str) -> bool:
        """Whether a get may have come before the batch can be found: it was refused as one by an unknown id is."""
        return exchange.status == NOT_FOUND or (
            call_of(exchange).refused
            and self.batches.get(unknown_id(batch_id), caller=exchange.caller).status == exchange.status
        )

    def get(self, batch_id: str, caller: str = MAIN) -> Batch:
        """Return the batch as it is now."""
        return self.accepted(self.read(batch_id, caller=caller), "get-returns-requested-batch")

    def expanded(self, batch_id: str, caller: str = MAIN) -> Batch:
        """Return the batch as it is now, with its results."""
        return self._expanded(batch_id, caller)[1]

    def finish(self, batch: Batch, caller: str = MAIN) -> Batch:
        """Return the batch at its end. Raises `Unanswered` when that takes longer than the user waits."""
        bound = self.target.poll_timeout
        for _ in self.target.pauses(bound, lambda: f"batch {batch['id']} is {batch.get('status')}"):  # noqa: B023
            if batch.get("status") not in TERMINAL:
                batch = self.get(batch["id"], caller)
            if batch.get("status") in TERMINAL:
                self.verify(
                    "batch-reaches-terminal-status",
                    True,
                    check="batch-ends",
                    kind="unending",
                    expected="a terminal status",
                    actual=batch["status"],
                    exchanges=[],
                )
                return batch
        raise Unanswered(
            f"batch {batch['id']} is still {batch.get('status')} after {bound:g} s; "
            "a longer --poll-timeout waits for it"
        )

    def completed(self, directory: Directory, job_type: JobType = PARSE, configuration_id: str | None = None) -> Batch:
        """Return a batch over a directory when it is COMPLETED.

        A service may let a batch end otherwise; then another one is tried, and the test is skipped if that does not
        complete either.
        """
        for _ in range(TRIES_TO_COMPLETE):
            batch = self.finish(self.create(directory, job_type, configuration_id))
            if batch["status"] == COMPLETED:
                return batch
        pytest.skip(f"needs a batch that completes, and {batch['id']} ended {batch['status']}")

    def results(self, batch: Batch) -> list[dict[str, Any]]:
        """Return the results of a completed batch, once each entry shows the outcome of its file; look up its jobs.

        A short lag after the end is no violation; the user's settle timeout says what is short.
        """
        exchange, shown = self._settled(batch["id"])
        results = entries(shown)
        without_outcome = [entry for entry in results or [] if not _has_outcome(entry)]
        lag = f"at the latest {self.target.settle_timeout:g} s after the batch was {COMPLETED}"
        case = f"batch {batch['id']}, {shown.get('status')}"
        self.verify(
            "results-delivered-when-expanded",
            results is not None,
            check="results-are-delivered",
            kind="missing",
            expected=f"results, {lag}",
            actual=shown.get("results"),
            difference=f"no results {self.target.settle_timeout:g} s after the batch was {COMPLETED}",
            exchanges=[exchange],
            case=case,
        )
        self.verify(
            "result-has-outcome",
            _have_outcomes(results),
            check="entry-has-outcome",
            kind="missing",
            expected=f"a job reference or an error message in each entry, {lag}",
            actual=without_outcome,
            difference=f"{len(without_outcome)} of {len(results or [])} entries have neither a job nor an error",
            exchanges=[exchange],
            case=case,
        )
        self._follow(filter(None, map(reference_of, results or [])), case)
        return results or []

    def _expanded(self, batch_id: str, caller: str = MAIN) -> tuple[Exchange, Batch]:
        exchange = self.read(batch_id, expand=["results"], caller=caller)
        return exchange, self.accepted(exchange, "expanded-read-succeeds-in-any-status")

    def _settled(self, batch_id: str, caller: str = MAIN) -> tuple[Exchange, Batch]:
        return self.target.eventually(
            lambda: self._expanded(batch_id, caller), lambda shown: _have_outcomes(entries(shown[1]))
        )

    # --- control ---

    def set_script(
        self,
        directory: Directory,
        steps: Sequence[tuple[str, float]],
        end: str = COMPLETED,
        files: Mapping[str, Mapping[str, str | float]] | None = None,
    ) -> Any:
        """Set the script of the batches to come over a directory, and give it as the target will follow it.

        Skips where the target cannot be controlled.
        """
        if self.target.control is None:
            pytest.skip(f"needs {capabilities()['control']}")
        return self.target.control.set_script(directory.id, steps, end, files or {})

    def ended(self, batch_id: str, end: str, case: str) -> Batch:
        """Return a batch as it is now, and verify that it has ended, since its script is over."""
        exchange = self.target.eventually(partial(self.read, batch_id), _has_ended)
        batch = self.accepted(exchange, "get-returns-requested-batch")
        self.verify(
            "batch-reaches-terminal-status",
            batch.get("status") in TERMINAL,
            check="batch-ends",
            kind="unending",
            expected=end,
            actual=batch.get("status"),
            difference=f"the script of the batch is over, and it is {batch.get('status')}",
            operation=ANY_OPERATION,
            exchanges=[exchange],
            case=case,
        )
        return batch


def lost_key(exchange: Exchange) -> KeyRefused:
    """Return the error with a key that opens nothing any more."""
    status = exchange.response and exchange.response.status
    return KeyRefused(f"the key is refused with {status} where it was accepted before; check its plan ({exchange})")


def conclusive(exchange: Exchange) -> None:
    """Raise `Undecidable` for an answer that speaks neither for nor against the service.

    Behind a redirect a client that follows may well find what was promised, and JSON may be as deep as it likes.
    """
    response = exchange.response
    if response is not None and response.is_redirect:
        raise Undecidable(
            "a redirect was not followed, for the key is for the target alone; "
            f"name the service's own address as --target ({exchange})"
        )
    try:
        _ = response and response.json
    except TooDeep:
        raise Undecidable(f"an answer is nested too deeply to be read; make it flatter ({exchange})") from None
    except ValueError:
        return


def _has_ended(exchange: Exchange) -> bool:
    return any(status_of(batch) in TERMINAL for batch in call_of(exchange).batches)


def _has_outcome(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("job_reference") or entry.get("error_message"))


def _have_outcomes(results: Sequence[Mapping[str, Any]] | None) -> bool:
    return results is not None and all(map(_has_outcome, results))
