"""A plugin of pytest that runs the tests in another order, which hangs on a seed alone."""

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that asks for it."""
    parser.addoption("--shuffle", metavar="SEED", type=int, help="run the tests in the order of this seed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffles the tests."""
    if (seed := config.getoption("--shuffle")) is not None:
        random.Random(seed).shuffle(items)
