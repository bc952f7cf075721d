"""Whatever a conforming service does, and in whatever way, no oracle accuses it."""

from collections import Counter

from hypothesis import HealthCheck, given, settings

from fixtures.exchange import Exchange
from suites.oracles import ORACLES
from tests.oracles.legal import histories
from tests.oracles.timeline import observed

EXAMPLES = 100
UNSEEN = 0.1
"""Which part of the requirements the histories may leave out, such as those of a field that they do not have yet."""
ONLY_EVER_ACCUSED = {
    "pages-repeat-nothing",
    "total-size-counts-all-matches",
    "list-hides-other-projects",
}
"""What an oracle says nothing of while it is kept; scenarios do."""


def test_a_legal_history_is_never_accused() -> None:
    """And the histories give nearly every oracle something to look at."""
    praised: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def look_at(history: list[Exchange]) -> None:
        witness = observed(history)
        praised.update(witness.praised)
        assert not witness.complaints

    look_at()
    spoken_of = {id_ for oracle in ORACLES for id_ in oracle.requirements} - ONLY_EVER_ACCUSED
    assert len(spoken_of - set(praised)) <= len(spoken_of) * UNSEEN
