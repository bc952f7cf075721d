"""Whatever is missing in a recording of a service that keeps its promises, nobody is accused."""

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.exchange import Exchange
from tests.oracles.legal import histories
from tests.recordings.recordings import document, entry, judged

EXAMPLES = 50
QUIETLY = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@QUIETLY
@given(histories(), st.randoms(use_true_random=False), st.sampled_from([0.0, 0.2, 0.6]), st.sampled_from([3, 6]))
def look_at(history: list[Exchange], chance: Random, missing: float, digits: int) -> None:
    recorded = [entry(exchange, digits) for exchange in history if chance.random() >= missing]
    recorded += [each for each in recorded if chance.random() < 0.1]
    chance.shuffle(recorded)
    said = judged(document(recorded))
    assert said.errors == []
    assert not said.violations
    praised.update(said.held)


praised: Counter[str] = Counter()


def test_a_partial_recording_accuses_nobody() -> None:
    """And what is left gives the oracles something to look at."""
    look_at()
    assert {"terminal-status-is-final", "results-delivered-when-expanded", "list-agrees-with-get"} <= set(praised)


def test_nor_does_one_whose_recorder_hides_who_asked() -> None:
    @QUIETLY
    @given(histories())
    def hidden(history: list[Exchange]) -> None:
        entries = [entry(exchange) for exchange in history]
        for each in entries:
            each["request"]["headers"] = [one for one in each["request"]["headers"] if one["name"] != "Authorization"]
        said = judged(document(entries))
        assert not said.violations
        assert "anonymous-request-refused" not in said.held

    hidden()


def test_nor_do_recorders_whose_clocks_differ() -> None:
    """Each second exchange is timed by a clock that is a minute ahead; the answers have the service's date."""

    @QUIETLY
    @given(histories())
    def skewed(history: list[Exchange]) -> None:
        entries = []
        for number, exchange in enumerate(history):
            raw = entry(exchange)
            date = exchange.sent_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
            raw["response"]["headers"].append({"name": "Date", "value": date})
            if number % 2:
                minute = int(raw["startedDateTime"][14:16])
                raw["startedDateTime"] = f"{raw['startedDateTime'][:14]}{minute + 1:02}{raw['startedDateTime'][16:]}"
            entries.append(raw)
        assert not judged(document(entries)).violations

    skewed()
