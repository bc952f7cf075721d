"""What an oracle is: it looks at the calls of some operations as they pass, and makes observations."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from spec.openapi import operations
from suites.traffic import Call
from suites.verify import Observation

Look = Callable[[Call], Iterator[Observation]]


def has_memory(look: Look) -> bool:
    """Whether a look may remember anything from one call to the next: a function that closes over nothing cannot.

    Such a look judges a call by its caller, what was asked, the status, the media type and the body of the answer.
    """
    return getattr(look, "__closure__", look) is not None


@dataclass(frozen=True)
class Oracle:
    """A named oracle. `begin` gives a look with an empty memory; `requirements` are those it may speak about.

    `looks_at` are the operations whose calls it is shown, and has to have all from which it learns something.
    `assumes` is what it takes for granted that only the suite's own traffic gives, if there is such a thing.
    """

    name: str
    requirements: tuple[str, ...]
    looks_at: frozenset[str]
    begin: Callable[..., Look]
    assumes: str | None = None


def oracle(
    *requirements: str, looks_at: Collection[str], assumes: str | None = None
) -> Callable[[Callable[..., Look]], Oracle]:
    """Make a function that returns a look into an oracle for some requirements, which looks at some operations.

    Raises `KeyError` for an operation that does not exist.
    """
    if unknown := set(looks_at) - operations().keys():
        raise KeyError(f"there is no operation {', '.join(sorted(unknown))}")

    def make(begin: Callable[..., Look]) -> Oracle:
        return Oracle(begin.__name__, requirements, frozenset(looks_at), begin, assumes)

    return make
