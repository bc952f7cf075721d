"""What an oracle is: it looks at each call as it passes and makes observations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from suites.traffic import Call
from suites.verify import Observation

Look = Callable[[Call], Iterator[Observation]]


@dataclass(frozen=True)
class Oracle:
    """A named oracle. `begin` gives a look with an empty memory; `requirements` are those it may speak about.

    `assumes` is what it takes for granted that only the suite's own traffic gives, if there is such a thing.
    """

    name: str
    requirements: tuple[str, ...]
    begin: Callable[..., Look]
    assumes: str | None = None


def oracle(*requirements: str, assumes: str | None = None) -> Callable[[Callable[..., Look]], Oracle]:
    """Make a function that returns a look into an oracle for some requirements."""

    def make(begin: Callable[..., Look]) -> Oracle:
        return Oracle(begin.__name__, requirements, begin, assumes)

    return make
