"""A plugin of pytest for a run that is unlike another: in an order of its own, and with a few fresh requests."""

import random

import hypothesis
import pytest

from suites.generation import FUZZ_STEPS, GATE_EXAMPLES, GATE_STEPS


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that asks for it."""
    parser.addoption("--shuffle", metavar="SEED", type=int, help="run the tests in the order of this seed")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Lets fuzzing generate as little as a gate does, with the seed that it was given."""
    if hypothesis.settings().stateful_step_count == FUZZ_STEPS:
        few = hypothesis.settings(
            hypothesis.settings(), max_examples=GATE_EXAMPLES, stateful_step_count=GATE_STEPS, database=None
        )
        hypothesis.settings.register_profile("few", few)
        hypothesis.settings.load_profile("few")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffles the tests."""
    if (seed := config.getoption("--shuffle")) is not None:
        random.Random(seed).shuffle(items)
