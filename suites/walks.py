"""Walks over the pages of a list."""

from dataclasses import dataclass, field
from functools import cached_property

import pytest

from fixtures.batches import Batches
from fixtures.exchange import Exchange
from fixtures.target import MAIN, Target
from suites.differences import repeating
from suites.oracles.lists import promise_of
from suites.steps import Batch, conclusive, lost_key
from suites.traffic import Call, call_of, repeated
from suites.verify import Verify

WALK_BOUND = 400
"""Pages after which a walk through batches that are not only ours is given up."""
SPARE_PAGES = 10
"""Empty pages that a walk may meet beyond three for each batch."""
LARGE_PAGE = 100
"""A page_size for long walks; a target that refuses it is asked for its default."""


@dataclass
class Walk:
    """The pages that a walk has met, and whether it reached a last one."""

    pages: list[Call] = field(default_factory=list)
    ended: bool = False

    @property
    def items(self) -> list[Batch]:
        """The batches in the order in which they were received."""
        return [batch for page in self.pages for batch in page.batches]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [batch["id"] for batch in self.items]

    @property
    def ids_by_page(self) -> list[list[str]]:
        """Their ids, page by page."""
        return [[batch["id"] for batch in page.batches] for page in self.pages]

    @property
    def first_repetition(self) -> int:
        """The index of the first page that holds a batch which was met before; the last one where there is none."""
        met: set[str] = set()
        for index, page in enumerate(self.ids_by_page):
            if met.intersection(page) or len(set(page)) < len(page):
                return index
            met.update(page)
        return -1

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges of the walk."""
        return [page.exchange for page in self.pages]


class Walks:
    """Lists batches page by page, sending the same filters with each token."""

    def __init__(self, target: Target, batches: Batches, verify: Verify) -> None:
        self._target = target
        self._batches = batches
        self._verify = verify

    def follow(self, bound: int, caller: str = MAIN, /, **filters: str | int | None) -> Walk:
        """Follow the pages of a list, sending the same filters with each token, for at most `bound` pages.

        It ends at a page that is refused.
        """
        walk, token = Walk(), None
        while len(walk.pages) < bound and not walk.ended:
            call = call_of(self._batches.list(caller, page_token=token, **filters))
            walk.pages.append(call)
            token = call.answer.get("next_page_token")
            walk.ended = not token
        return walk

    def given(self, page: Call) -> None:
        """Verify that a page was not refused: a list with good filters, or the page that a token leads to.

        Raises `RunError` when it says nothing either way, or refuses a key that opens no list any more.

        Skips when it is a first page whose page_size is refused without any filter as well.
        """
        conclusive(page.exchange)
        if not page.refused:
            return
        if page.refuses_key and call_of(self._batches.list(page.caller)).refuses_key:
            raise lost_key(page.exchange)
        asked = page.exchange.request
        size = asked.param("page_size")
        if size and not asked.param("page_token") and call_of(self._batches.list(page_size=size)).refused:
            pytest.skip(f"needs a page_size that the target accepts ({page.exchange})")
        self._verify(
            "pages-lose-nothing" if asked.param("page_token") else promise_of(asked),
            False,
            check="request-is-accepted",
            kind="refused",
            expected="a 2xx",
            actual=page.exchange.status,
            exchanges=[page.exchange],
        )

    def ours(self, batches: int, /, **filters: str | int | None) -> Walk:
        """Follow a list that only our own batches match, at most so many, and verify that it ends.

        A page may be short or empty; a walk that takes three times as many pages as there are batches does not end.
        """
        walk = self.follow(3 * batches + SPARE_PAGES, MAIN, **filters)
        self.given(walk.pages[-1])
        case = f"page_size={filters.get('page_size')}"
        self._verify(
            "walk-over-pages-ends",
            walk.ended,
            check="walk-ends",
            kind="unending",
            expected=None,
            actual=walk.pages[-1].answer.get("next_page_token"),
            difference=f"page {len(walk.pages)} still has a next_page_token, for {batches} batches",
            exchanges=walk.exchanges,
            case=case,
        )
        twice = repeated(walk.ids)
        if twice or len(walk.pages) > 1:
            self._verify(
                "pages-repeat-nothing",
                not twice,
                check="batch-is-met-once",
                kind="twice",
                expected=sorted(set(walk.ids)),
                actual=walk.ids,
                difference=repeating(walk.ids_by_page),
                deciding=walk.first_repetition,
                exchanges=walk.exchanges,
                case=case,
            )
        return walk

    @cached_property
    def _large_page(self) -> int | None:
        """A page_size for long walks, or `None` for the target's default when it refuses that."""
        return LARGE_PAGE if call_of(self._batches.list(page_size=LARGE_PAGE)).succeeded else None

    def all(self, **filters: str | int | None) -> Walk:
        """Follow a list that may also hold other people's batches. Skips when it is too long.

        Its pages are large unless the filters have a page_size.
        """
        walk = self.follow(WALK_BOUND, MAIN, **{"page_size": self._large_page, **filters})
        self.given(walk.pages[-1])
        if not walk.ended:
            pytest.skip(f"needs a list of fewer than {WALK_BOUND} pages")
        return walk

    def listed(self, ids: set[str], /, **filters: str | int | None) -> Walk:
        """Return a walk that meets all of `ids`, if that happens within the settle timeout; else the last one."""
        return self._target.eventually(lambda: self.all(**filters), lambda walk: ids <= set(walk.ids))
