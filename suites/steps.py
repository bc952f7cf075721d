"""What tests do again and again: create, read, wait and list, with what every test may expect of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

import pytest

from fixtures.batches import Batches
from fixtures.configurations import JobType
from fixtures.directories import Directory
from fixtures.exchange import Exchange
from fixtures.ledger import Ledger
from fixtures.settings import Settings
from fixtures.target import MAIN, Target
from fixtures.troubles import Trouble
from spec.requirements import capabilities
from suites.oracles.lists import promise_of
from suites.traffic import COMPLETED, TERMINAL, Call, as_list, entries, read
from suites.verify import Verify

T = TypeVar("T")
Batch = dict[str, Any]

ACCEPTS = {"parse_v2": "create-accepts-parse", "extract_v2": "create-accepts-extract"}

CONFLICT = 409

WALK_BOUND = 400
"""Pages after which a walk through batches that are not only ours is given up."""
SPARE_PAGES = 10
"""Empty pages that a walk may meet beyond three for each batch."""
LARGE_PAGE = 100
"""A page_size for long walks; a target that refuses it is asked for its default."""


@dataclass
class Walk:
    """The pages that a walk has met, and whether it came to a last one."""

    pages: list[Call] = field(default_factory=list)
    ended: bool = False

    @property
    def items(self) -> list[Batch]:
        """The batches in the order in which they came."""
        return [batch for page in self.pages for batch in page.batches]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [batch["id"] for batch in self.items]

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges of the walk."""
        return [page.exchange for page in self.pages]


class Steps:
    """The steps of a story over one target."""

    def __init__(
        self,
        target: Target,
        batches: Batches,
        verify: Verify,
        settings: Settings,
        ledger: Ledger,
        extract_id: Callable[[], str],
    ) -> None:
        self.target = target
        self.batches = batches
        self.verify = verify
        self._settings = settings
        self._ledger = ledger
        self._extract_id = extract_id
        self._latest: dict[str, Batch] = {}

    # --- create ---

    def configuration_id(self, job_type: JobType) -> str:
        """The configuration that the run uses for a job type."""
        return self._settings.parse_configuration_id if job_type == "parse_v2" else self._extract_id()

    def create(
        self,
        directory: Directory,
        job_type: JobType = "parse_v2",
        configuration_id: str | None = None,
        params: Sequence[tuple[str, str]] = (),
    ) -> Batch:
        """A batch over a directory, which the contract says is accepted. Skips when its files are not to be spent.

        A conflict may mean that the directory is still being processed; then the create is tried once more afterwards.
        """
        self.spend(len(directory.file_ids))
        ask = partial(
            self.batches.create,
            directory.id,
            job_type,
            configuration_id or self.configuration_id(job_type),
            caller=directory.caller,
            params=params,
        )
        exchange = ask()
        if exchange.response is not None and exchange.response.status == CONFLICT and directory.id in self._latest:
            self.finish(self._latest[directory.id], directory.caller)
            exchange = ask()
        batch = self.accepted(exchange, ACCEPTS[job_type])
        self._latest[directory.id] = batch
        return batch

    def spend(self, files: int) -> None:
        """Counts files that are about to be billed. Skips the test when they exceed what the user allows."""
        if not self._ledger.admits(files):
            pytest.skip(
                f"needs {files} billable files, and {self._ledger.spent} of {self._ledger.limit:g} are spent; "
                "--max-billable-files admits more"
            )

    def accepted(self, exchange: Exchange, requirement: str) -> Batch:
        """The batch of a request that has to succeed, as `requirement` says. Raises `Trouble` on a lost key."""
        call = self.call(exchange)
        response = exchange.response
        if response is not None and response.status in (401, 403) and exchange.caller == MAIN:
            raise Trouble(
                f"the key is refused with {response.status} where it was accepted before; check its plan ({exchange})"
            )
        self.verify(
            requirement,
            call.succeeded,
            expected="a 2xx",
            actual=str(response.status) if response else "no answer",
            exchanges=[exchange],
        )
        if not call.batches:
            raise Trouble(f"an answer without a batch leaves nothing to go on with ({exchange})")
        return call.batches[0]

    def call(self, exchange: Exchange) -> Call:
        """An exchange read as a call of the contract."""
        call = read(exchange)
        if call is None:
            raise Trouble(f"not a call of the contract: {exchange}")
        return call

    def refused(self, requirement: str, exchange: Exchange, case: str) -> None:
        """Verifies that a request was refused with a 4xx. A 5xx is another promise's matter."""
        call = self.call(exchange)
        if call.succeeded or call.refused:
            self.verify(
                requirement,
                call.refused,
                expected="a 4xx",
                actual=str(exchange.response and exchange.response.status),
                exchanges=[exchange],
                case=case,
            )
        else:
            self.verify.could_not_ask(requirement, f"neither a 2xx nor a 4xx came: {exchange}")

    def refused_or_fruitless(self, requirement: str, exchange: Exchange, case: str) -> None:
        """Verifies that a create was refused, or else that its batch has processed nothing when it ends."""
        call = self.call(exchange)
        if not call.succeeded or not call.batches:
            self.refused(requirement, exchange, case)
            return
        batch = self.finish(call.batches[0], caller=call.caller)
        results: list[dict[str, Any]] = []
        if batch["status"] == COMPLETED:
            last = self.expanded(batch["id"], caller=call.caller)
            results = entries(last) or []
        fruit = [entry for entry in results if entry.get("job_reference")]
        self.verify(
            requirement,
            batch["status"] != COMPLETED or bool(results and not fruit),
            expected="a refusal, or a batch that fails or yields no job",
            actual=f"{batch['status']} with {len(fruit)} jobs",
            exchanges=[exchange],
            case=case,
        )

    # --- read and wait ---

    def get(self, batch_id: str, expand: Sequence[str] = (), caller: str = MAIN) -> Batch:
        """The batch as it is now."""
        return self.accepted(self.batches.get(batch_id, expand=expand, caller=caller), "get-returns-batch-asked-for")

    def expanded(self, batch_id: str, caller: str = MAIN) -> Batch:
        """The batch as it is now, with its results."""
        return self.get(batch_id, ["results"], caller)

    def finish(self, batch: Batch, caller: str = MAIN) -> Batch:
        """The batch at its end. Raises `Trouble` when that takes longer than the user waits."""
        for _ in self.target.pauses(self._settings.poll_timeout):
            if batch.get("status") in TERMINAL:
                return batch
            exchange = self.batches.get(batch["id"], caller=caller)
            batch = self.accepted(exchange, "get-returns-batch-asked-for")
            if batch.get("status") in TERMINAL:
                self.verify(
                    "batch-reaches-terminal-status",
                    True,
                    expected="a terminal status",
                    actual="one",
                    exchanges=[exchange],
                )
        raise Trouble(
            f"batch {batch['id']} is still {batch.get('status')} after {self._settings.poll_timeout:g} s; "
            "a longer --poll-timeout waits for it"
        )

    def completed(self, batch: Batch) -> Batch:
        """The batch when it is COMPLETED. Skips when it ends otherwise, which a service may let happen."""
        batch = self.finish(batch)
        if batch["status"] != COMPLETED:
            pytest.skip(f"needs a batch that completes, and {batch['id']} ended {batch['status']}")
        return batch

    def results(self, batch: Batch) -> list[dict[str, Any]]:
        """The results of a completed batch, once each entry tells what became of its file.

        A short lag after the end is no violation; the user's settle timeout says what is short.
        """
        exchange, shown = self.eventually(
            lambda: self._expanded(batch["id"]), lambda shown: _is_told(entries(shown[1]))
        )
        results = entries(shown)
        lag = f"at the latest {self._settings.settle_timeout:g} s after the batch was {COMPLETED}"
        case = f"batch {batch['id']}, {shown.get('status')}"
        self.verify(
            "results-delivered-when-expanded",
            results is not None,
            expected=f"results, {lag}",
            actual=shown.get("results"),
            exchanges=[exchange],
            case=case,
        )
        self.verify(
            "result-tells-outcome",
            _is_told(results),
            expected=f"a job reference or an error message in each entry, {lag}",
            actual=[entry for entry in results or [] if not _tells(entry)],
            exchanges=[exchange],
            case=case,
        )
        return results or []

    def _expanded(self, batch_id: str) -> tuple[Exchange, Batch]:
        exchange = self.batches.get(batch_id, expand=["results"])
        return exchange, self.accepted(exchange, "get-returns-batch-asked-for")

    def eventually(self, probe: Callable[[], T], is_good: Callable[[T], bool]) -> T:
        """What the probe gives once it is good, or the last it gives within the settle timeout."""
        for _ in self.target.pauses(self._settings.settle_timeout):
            found = probe()
            if is_good(found):
                break
        return found

    # --- list ---

    def walk(self, bound: int, caller: str = MAIN, /, **filters: str | int | None) -> Walk:
        """Follows the pages of a list, sending the same filters with each token, for `bound` pages at the most.

        It ends at a page that is refused.
        """
        walk, token = Walk(), None
        while len(walk.pages) < bound and not walk.ended:
            call = self.call(self.batches.list(caller, page_token=token, **filters))
            walk.pages.append(call)
            token = call.answer.get("next_page_token")
            walk.ended = not token
        return walk

    def given(self, page: Call) -> None:
        """Verifies that a page was not refused: a list with good filters, or the page that a token leads to.

        Skips when it is a first page whose page_size is refused without any filter as well.
        """
        if not page.refused:
            return
        asked = page.exchange.request
        size = asked.param("page_size")
        if size and not asked.param("page_token") and self.call(self.batches.list(page_size=size)).refused:
            pytest.skip(f"needs a page_size that the target accepts ({page.exchange})")
        self.verify(
            "pages-lose-nothing" if asked.param("page_token") else promise_of(asked),
            False,
            expected="a page",
            actual=str(page.exchange),
            exchanges=[page.exchange],
        )

    def walk_ours(self, batches: int, /, **filters: str | int | None) -> Walk:
        """Follows a list that only our own batches match, so many at the most, and verifies that it ends.

        A page may be short or empty; a walk that takes three times as many pages as there are batches does not end.
        """
        walk = self.walk(3 * batches + SPARE_PAGES, MAIN, **filters)
        self.given(walk.pages[-1])
        case = f"page_size={filters.get('page_size')}"
        self.verify(
            "walk-over-pages-ends",
            walk.ended,
            expected=f"an end among the first {len(walk.pages)} pages, for {batches} batches",
            actual=f"next_page_token {walk.pages[-1].answer.get('next_page_token')!r}",
            exchanges=walk.exchanges,
            case=case,
        )
        twice = [batch_id for batch_id, count in Counter(walk.ids).items() if count > 1]
        if len(walk.pages) > 1:
            self.verify(
                "pages-repeat-nothing",
                not twice,
                expected="each batch once",
                actual=f"several times {twice}",
                exchanges=walk.exchanges,
                case=case,
            )
        return walk

    @cached_property
    def _large_page(self) -> int | None:
        """A page_size for long walks, or `None` for the target's default when it refuses that."""
        return LARGE_PAGE if self.call(self.batches.list(page_size=LARGE_PAGE)).succeeded else None

    def walk_all(self, **filters: str | int | None) -> Walk:
        """Follows a list that may also hold other people's batches, on large pages. Skips when it is too long."""
        walk = self.walk(WALK_BOUND, MAIN, page_size=self._large_page, **filters)
        self.given(walk.pages[-1])
        if not walk.ended:
            pytest.skip(f"needs a list of less than {WALK_BOUND} pages")
        return walk

    def listed(self, ids: set[str], /, **filters: str | int | None) -> Walk:
        """A walk that meets all of `ids`, if that happens within the settle timeout; else the last one."""
        return self.eventually(lambda: self.walk_all(**filters), lambda walk: ids <= set(walk.ids))

    # --- steer ---

    def steer(
        self,
        directory: Directory,
        steps: Sequence[tuple[str, float]],
        end: str = COMPLETED,
        files: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Sets the course of the batches to come over a directory. Skips where the target cannot be steered."""
        if self.target.control is None:
            pytest.skip(f"needs {capabilities()['steering']}")
        self.target.control.set_course(directory.id, steps, end, files or {})


def _tells(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("job_reference") or entry.get("error_message"))


def _is_told(results: Sequence[Mapping[str, Any]] | None) -> bool:
    return results is not None and all(map(_tells, results))


def ids_of(batches: Sequence[Batch]) -> set[str]:
    """The ids of some batches."""
    return {batch["id"] for batch in as_list(batches)}
