"""The pytest plugin of the suites: what tests are given, and what they found on its way to the report."""

from collections.abc import Callable, Generator

import pytest

from fixtures.batches import Batches
from fixtures.ledger import Ledger
from fixtures.settings import Settings
from fixtures.target import Target
from fixtures.troubles import Trouble
from spec import requirements
from suites.steps import Steps
from suites.tally import TALLY, Tally
from suites.verify import Verify, Violation

VERIFY = pytest.StashKey[Verify]()
MARK = "requirement"


def pytest_configure(config: pytest.Config) -> None:
    """Makes the place where observations are kept, and names the marker."""
    config.stash[VERIFY] = Verify()
    config.stash[TALLY] = Tally()
    config.addinivalue_line("markers", f"{MARK}(*ids): the requirements that a test exercises")


def requirement_ids(item: pytest.Item) -> list[str]:
    """The requirements that a test says it exercises."""
    return [id_ for mark in item.iter_markers(MARK) for id_ in mark.args]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses a test that names a requirement which does not exist."""
    for item in items:
        for id_ in requirement_ids(item):
            if id_ not in requirements.load():
                raise pytest.UsageError(f"{item.nodeid} names the unknown requirement {id_!r}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fails a test whose traffic broke a promise that only an oracle noticed."""
    verify = item.config.stash[VERIFY]
    result = yield
    if verify.violated:
        raise Violation(*verify.violated)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hands what a phase of a test found to its report, as plain data that travels between processes."""
    report = yield
    verify = item.config.stash[VERIFY]
    if call.excinfo is not None and isinstance(call.excinfo.value, Trouble):
        verify.met_trouble(str(call.excinfo.value))
    if report.skipped and isinstance(report.longrepr, tuple):
        for id_ in requirement_ids(item):
            verify.could_not_ask(id_, report.longrepr[2].removeprefix("Skipped: "))
    findings = verify.take(item.nodeid)
    exchanges = item.config.stash[TALLY].take()
    vars(report)["findings"] = {**findings, "exchanges": exchanges}
    return report


@pytest.fixture(scope="session")
def verify(pytestconfig: pytest.Config) -> Verify:
    """Where a test makes its observations."""
    return pytestconfig.stash[VERIFY]


@pytest.fixture(scope="session")
def steps(
    target: Target,
    batches: Batches,
    verify: Verify,
    settings: Settings,
    ledger: Ledger,
    extract_configuration_id: Callable[[], str],
) -> Steps:
    """The steps of a story."""
    return Steps(target, batches, verify, settings, ledger, extract_configuration_id)
