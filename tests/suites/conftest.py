"""The runs that several tests look at, each made once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress, running_mock
from tests.suites.sessions import SCENARIOS, Ended, run

FAST = ("--numprocesses=0", "--poll-interval=0.05", "--settle-timeout=5")

SHARED_OUT = (SCENARIOS, "-k", "not thousand and not one_more_file")
"""What two workers share; .ci/run lets two share everything."""

RunByUrl = Callable[..., Ended]


@pytest.fixture(scope="session")
def mock() -> Iterator[MockAddress]:
    """A mock with a clock of its own that cannot be controlled, as a service that is reached by its URL."""
    with running_mock("--pace", "0.05") as address:
        yield address


@pytest.fixture
def by_url(mock: MockAddress, tmp_path: Path) -> RunByUrl:
    """Runs against the mock by its URL, with its key unless another is given."""

    def run_by_url(*arguments: str, **given: str) -> Ended:
        target = f"--target={mock.base_url}"
        variables = {"LLAMA_CLOUD_API_KEY": mock.api_key, **given}
        return run(tmp_path / "report", target, *FAST, *arguments, **variables)

    return run_by_url


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run of everything, without any option, on the embedded mock."""
    return run(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="session")
def controlled() -> Iterator[MockAddress]:
    """A mock that offers by its URL whatever the embedded one offers."""
    with running_mock("--clock", "virtual", "--control") as address:
        yield address


@pytest.fixture(scope="session")
def shared_out(controlled: MockAddress, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run of all that is written by hand, with up to 500 files, on two workers, against one service."""
    return run(
        tmp_path_factory.mktemp("shared"),
        *(*SHARED_OUT, "-n", "2", f"--target={controlled.base_url}", f"--control-url={controlled.control_url}"),
        f"--organization-id={controlled.organization_id}",
        LLAMA_CLOUD_API_KEY=controlled.api_key,
        LLAMA_CLOUD_OTHER_API_KEY=controlled.other_api_key,
    )
