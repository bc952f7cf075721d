"""Servers for the tests of the mock."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.mock.api import Api, running


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """The main project of a mock whose clock stands still and can be moved."""
    with running("--clock", "virtual", "--control") as api:
        yield api


@pytest.fixture(scope="session")
def other(api: Api) -> Api:
    """Another project of the same mock."""
    return replace(api, key=api.info["other_api_key"])


@pytest.fixture(scope="session")
def limited(api: Api) -> Api:
    """A project of the same mock whose plan has no batches."""
    return replace(api, key=api.info["limited_api_key"])


@pytest.fixture(scope="session")
def wall() -> Iterator[Api]:
    """The main project of a mock whose clock is the machine's, and fast."""
    with running("--pace", "0.05", "--control") as api:
        yield api
