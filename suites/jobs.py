"""Look-ups of the jobs that results refer to, at the endpoint of their product."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from fixtures.client import Client, segment
from fixtures.exchange import Exchange
from fixtures.target import MAIN, Target
from suites.look_ups import Reference, job_resolves, shown_job
from suites.products import PRODUCTS
from suites.steps import conclusive
from suites.verify import Verify

LOOKED_UP = 16
"""Jobs that are looked up of one batch: every one of a small batch, and so many of a larger one, spread evenly."""
CONCURRENT_LOOK_UPS = 8


class Jobs:
    """Looks up jobs, each once, and verifies that they are found."""

    def __init__(self, target: Target, client: Client, verify: Verify) -> None:
        self._target = target
        self._client = client
        self._verify = verify
        self._followed: set[Reference] = set()
        self._working: set[str] = set()

    def get(self, reference: Reference, caller: str = MAIN) -> Exchange:
        """Return a get of a job."""
        job_type, job_id = reference
        return self._client.send("GET", f"{PRODUCTS[job_type].jobs_path}/{segment(job_id)}", caller=caller)

    def follow(self, references: Iterable[Reference], case: str, *, again: bool = False) -> None:
        """Verify that the jobs of one batch are found, if not at once, unless they were looked up before.

        What is not found is noted, and the test goes on; it fails at its end.
        """
        known = [each for each in dict.fromkeys(references) if each[0] in PRODUCTS]
        fresh = [each for each in known if again or each not in self._followed]
        chosen = spread(fresh, LOOKED_UP)
        self._followed.update(chosen)
        for reference, exchange in self._look_up(chosen).items():
            self._judge(reference, exchange, case)

    def _look_up(self, references: Sequence[Reference]) -> dict[Reference, Exchange]:
        """Return the last look at each job; those that are not found share the settle timeout."""
        looks: dict[Reference, Exchange] = {}
        with ThreadPoolExecutor(CONCURRENT_LOOK_UPS) as pool:

            def missing() -> list[Reference]:
                sought = [each for each in references if each not in looks or not _names_job(looks[each], each)]
                looks.update(zip(sought, pool.map(self.get, sought), strict=True))
                return [each for each in sought if not _names_job(looks[each], each)]

            self._target.eventually(missing, lambda left: not left)
        self._working.update(each[0] for each in references if _names_job(looks[each], each))
        return looks

    def _judge(self, reference: Reference, exchange: Exchange, case: str) -> None:
        job_type, _ = reference
        conclusive(exchange)
        if exchange.response is not None and exchange.response.status >= 500 and job_type not in self._working:
            resolves = PRODUCTS[job_type].resolves
            self._verify.could_not_ask(resolves, f"the product's endpoint is broken: {exchange}")
            return
        self._verify.record(job_resolves(reference, [exchange], case))


def spread(things: Sequence[Reference], most: int) -> list[Reference]:
    """Return at most so many of some things, the first and the last among them, and others evenly between."""
    if len(things) <= most:
        return list(things)
    return [things[place * (len(things) - 1) // (most - 1)] for place in range(most)]


def _names_job(exchange: Exchange, reference: Reference) -> bool:
    job_type, job_id = reference
    return shown_job(exchange, job_type) == job_id
