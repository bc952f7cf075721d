"""The products behind the job types: what the contract promises of each, and where it has its jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from spec.enumerations import InvalidContract, job_types
from spec.openapi import operations


@dataclass(frozen=True)
class Product:
    """The product that a job type belongs to; `accepted` and `resolves` are requirements.

    `accepted` is about a create with the job type, and `resolves` about the jobs that results refer to.
    `job_operation` is the operation that shows a job.
    """

    accepted: str
    resolves: str
    job_operation: str

    @property
    def jobs_path(self) -> str:
        """The path below which the product has its jobs."""
        return operations()[self.job_operation].template.rpartition("/")[0]


PARSE: Final = "parse_v2"
EXTRACT: Final = "extract_v2"
_PRODUCTS: Final = {
    PARSE: Product("create-accepts-parse", "parse-jobs-resolve", "getParseJob"),
    EXTRACT: Product("create-accepts-extract", "extract-jobs-resolve", "getExtractJob"),
}


def products(types: Iterable[str]) -> Mapping[str, Product]:
    """Return the product of each job type. Raises `InvalidContract` for one that has none."""
    types = tuple(types)
    if missing := [type_ for type_ in types if type_ not in _PRODUCTS]:
        raise InvalidContract(
            f"the contract has the job type {', '.join(missing)}; "
            "give it a product in suites/products.py and parameters in fixtures/configurations.py"
        )
    return {type_: _PRODUCTS[type_] for type_ in types}


PRODUCTS: Final = products(job_types())
"""The product of every job type of the contract."""
JOB_TYPES: Final = tuple(PRODUCTS)
