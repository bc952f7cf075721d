"""Look-ups of jobs: each once, as many as are meant, and what is said of those that are not found."""

from typing import Any, cast

import pytest

from fixtures.client import Client
from fixtures.exchange import Exchange
from fixtures.target import MAIN
from suites.jobs import LOOKED_UP, Jobs, spread
from suites.look_ups import Reference
from tests.fixtures.targets import FakeControl, target_at
from tests.oracles.timeline import BASE_URL, Witness, exchange


class Products:
    """A client whose service answers for each job with some statuses, one after the other and the last for ever."""

    def __init__(self, **statuses: list[int]) -> None:
        self.statuses = statuses
        self.asked: list[str] = []

    def send(self, method: str, path: str, *, caller: str) -> Exchange:
        job_id = path.rpartition("/")[2]
        self.asked.append(job_id)
        statuses = self.statuses.get(job_id, [200])
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        shown: Any = {"id": job_id}
        answer = {"job": shown} if "/parse/" in path else shown
        return exchange(method, path, status, answer, caller=caller, sent=0, received=1)


def followed(products: Products, *calls: list[Reference], again: bool = False) -> Witness:
    witness = Witness()
    jobs = Jobs(target_at(BASE_URL, FakeControl()), cast("Client", products), witness)
    for references in calls:
        jobs.follow(references, "a batch", again=again)
    return witness


def parse(*names: str) -> list[Reference]:
    return [("parse_v2", name) for name in names]


def test_each_job_is_looked_up_once() -> None:
    products = Products()
    witness = followed(products, parse("a", "b", "a"), parse("b", "c"))
    assert sorted(products.asked) == ["a", "b", "c"]
    assert witness.praised == {"parse-jobs-resolve"}


def test_a_job_can_be_looked_up_again() -> None:
    products = Products()
    followed(products, parse("a"), parse("a"), again=True)
    assert products.asked == ["a", "a"]


def test_of_a_large_batch_jobs_of_all_its_parts_are_looked_up() -> None:
    references = parse(*(f"job{number}" for number in range(1000)))
    chosen = spread(references, LOOKED_UP)
    assert len(set(chosen)) == LOOKED_UP
    assert (chosen[0], chosen[-1]) == (references[0], references[-1])
    assert spread(references[:LOOKED_UP], LOOKED_UP) == references[:LOOKED_UP]


def test_a_job_may_be_found_late() -> None:
    assert not followed(Products(a=[404, 404, 200], b=[500, 200]), parse("a", "b")).accused


def test_a_job_that_is_never_found_is_a_violation_and_the_others_are_looked_up_all_the_same() -> None:
    products = Products(a=[404])
    witness = followed(products, [*parse("a", "b"), ("extract_v2", "c")])
    assert witness.accused == {"parse-jobs-resolve"}
    assert witness.praised == {"parse-jobs-resolve", "extract-jobs-resolve"}


def test_an_answer_with_another_job_finds_nothing() -> None:
    class Mixed(Products):
        def send(self, method: str, path: str, *, caller: str = MAIN) -> Exchange:
            return super().send(method, f"{path}-other", caller=caller)

    assert followed(Mixed(), parse("a")).accused == {"parse-jobs-resolve"}


@pytest.mark.parametrize(("others", "accused"), [([], set()), (parse("b"), {"parse-jobs-resolve"})])
def test_a_broken_endpoint_says_nothing_unless_it_works_for_another_job(
    others: list[Reference], accused: set[str]
) -> None:
    assert followed(Products(a=[500]), [*parse("a"), *others]).accused == accused


def test_a_reference_of_an_unknown_type_leads_nowhere() -> None:
    products = Products()
    followed(products, [("parse_v9", "a")])
    assert products.asked == []
