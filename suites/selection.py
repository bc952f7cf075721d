"""The pytest plugin of the suites: what tests are given, and what they found on its way to the report."""

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from fixtures.batches import Batches
from fixtures.client import Client
from fixtures.errors import RunError
from fixtures.ledger import Ledger
from fixtures.settings import Settings
from fixtures.target import Target
from spec import profiles, requirements
from spec.usage import suggestion
from suites import shards
from suites.chosen import chosen_profiles
from suites.jobs import LOOKED_UP, Jobs
from suites.steps import Steps
from suites.tally import TALLY, Tally
from suites.verify import RequirementViolated, Verify
from suites.walks import Walks

VERIFY = pytest.StashKey[Verify]()
SHARD = pytest.StashKey[shards.Shard]()
PART = pytest.StashKey[dict[str, Any]]()
"""Where it is kept on `pytest.Config` which part of a split run this is, as plain data."""
PROFILES = Path(__file__).parent / "profiles"
"""Where the tests of the profiles are, a folder for each."""
MARK = "requirement"
HAND_WRITTEN = ("scenarios", PROFILES.name)
"""Folders of the tests written by hand, those of the core first."""
COSTLY = frozenset({"series", "large", "sides", "scripted", "guided", "varied", "stopping", "notified"})
"""Fixtures that spend files, and that several tests share: those go to one worker."""
_SHOWN = {"violated": ("F", {"red": True}), "inconclusive": ("E", {"yellow": True})}
"""How pytest's own lines show what is not a crash."""
SHARING = "sharing "
"""How the names of such groups of tests begin."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the selection by requirement, and by parts of a run that is split over machines."""
    group = parser.getgroup("batches-conformance")
    group.addoption(
        "--requirement",
        metavar="ID",
        action="append",
        default=[],
        help="run only the tests that exercise this requirement; can be given several times",
    )
    group.addoption(
        "--profile",
        choices=sorted(profiles.load()),
        action="append",
        default=[],
        help="also check this addition to the contract; can be given several times",
    )
    group.addoption(
        "--shard",
        metavar="INDEX/COUNT",
        help="run only this shard of what is selected, such as 2/5; batches-conformance report merge joins the reports",
    )
    group.addoption(
        "--shard-by",
        metavar="REPORT",
        type=Path,
        help="the report.json of an earlier run, the same for all parts, by whose times --shard balances them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the place where observations are kept, name the marker, and read which part is to be run."""
    config.stash[VERIFY] = Verify()
    config.stash[TALLY] = Tally()
    config.addinivalue_line("markers", f"{MARK}(*ids): the requirements that a test exercises")
    _check_requirements(config)
    if given := config.getoption("--shard"):
        try:
            config.stash[SHARD] = shards.parse(given)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_report_header() -> str:
    """Return how many jobs are looked up."""
    return f"jobs looked up: of each batch whose results are read, at most {LOOKED_UP}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests of profiles that were not asked for."""
    is_of_profile = collection_path.parent == PROFILES and collection_path.is_dir()
    return True if is_of_profile and collection_path.name not in chosen_profiles(config) else None


def requirement_ids(item: pytest.Item) -> list[str]:
    """Return the requirements that a test says it exercises, each once."""
    return list(dict.fromkeys(id_ for mark in item.iter_markers(MARK) for id_ in mark.args))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by requirement, refuse one that does not exist, and keep together what shares a costly fixture.

    The scenarios of the core come before those of the profiles, and these before generated tests: the core finds the
    limits of the run untouched.
    """
    wanted = set(config.getoption("--requirement"))
    for item in items:
        _refuse_unknown(item.nodeid, requirement_ids(item))
    if wanted:
        left_out = [item for item in items if not wanted & set(requirement_ids(item))]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted & set(requirement_ids(item))]
    items.sort(key=_turn)
    for item in items:
        if isinstance(item, pytest.Function) and (shared := COSTLY.intersection(item.fixturenames)):
            item.add_marker(pytest.mark.xdist_group(SHARING + "+".join(sorted(shared))))
    if SHARD in config.stash and items:
        _keep_part(config, items, config.stash[SHARD])


def _turn(item: pytest.Item) -> int:
    """Where in the run a test has its turn."""
    folders = item.path.relative_to(item.config.rootpath).parts
    return next((turn for turn, folder in enumerate(HAND_WRITTEN) if folder in folders), len(HAND_WRITTEN))


def _check_requirements(config: pytest.Config) -> None:
    """Refuse a selection that cannot be meant, before anything is sent and before there are workers."""
    wanted = config.getoption("--requirement")
    _refuse_unknown("--requirement", wanted)
    asked = {None, *chosen_profiles(config)}
    for id_ in wanted:
        profile = requirements.load()[id_].profile
        if profile not in asked:
            raise pytest.UsageError(f"{id_} is of the profile {profile}: add --profile={profile}")


def _refuse_unknown(origin: str, ids: Iterable[str]) -> None:
    if unknown := set(ids) - requirements.load().keys():
        known = requirements.load()
        like = suggestion(min(unknown), known) or "; batches-conformance contract page shows which there are"
        raise pytest.UsageError(f"{origin} names the unknown requirement {', '.join(sorted(unknown))}{like}")


def _keep_part(config: pytest.Config, items: list[pytest.Item], shard: shards.Shard) -> None:
    try:
        parts = shards.split(items, shard.count, config.stash.get(shards.WEIGHTS, {}))
    except ValueError as error:
        if not hasattr(config, "workerinput"):
            raise pytest.UsageError(str(error)) from None
        parts = [[]] * shard.count  # A worker that raises takes the whole session down; one without tests ends it.
    config.stash[PART] = {
        "index": shard.index,
        "count": shard.count,
        "selected": len(items),
        "plan": shards.plan_of(parts),
    }
    own = set(parts[shard.index - 1])
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in own])
    items[:] = [item for item in items if item.nodeid in own]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take the group of a test, which xdist adds, off the id again, so that the test has one name everywhere."""
    if hasattr(report, "node"):
        report.nodeid = _without_group(report.nodeid)


def _without_group(nodeid: str) -> str:
    return nodeid.partition(f"@{SHARING}")[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose traffic broke a promise that only an oracle noticed."""
    verify = item.config.stash[VERIFY]
    result = yield
    if verify.violated:
        raise RequirementViolated(*verify.violated)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hand what a phase of a test found to its report, as plain data that travels between processes."""
    report = yield
    verify = item.config.stash[VERIFY]
    if call.excinfo is not None and isinstance(call.excinfo.value, RunError):
        verify.record_error(str(call.excinfo.value))
    if report.skipped and isinstance(report.longrepr, tuple):
        for id_ in requirement_ids(item):
            verify.could_not_ask(id_, report.longrepr[2].removeprefix("Skipped: "))
    vars(report)["outcome_word"] = word_for(call.excinfo.value) if call.excinfo is not None else None
    findings = verify.take(_without_group(item.nodeid), generated=_turn(item) == len(HAND_WRITTEN))
    counted = item.config.stash[TALLY].take(requirement_ids(item))
    vars(report)["findings"] = {**findings, **counted, "shard": item.config.stash.get(PART, None)}
    return report


def word_for(error: BaseException) -> str | None:
    """Say what an exception of a test is, unless it is a crash: `violated` by the service alone, or `inconclusive`."""
    if isinstance(error, BaseExceptionGroup):
        words = {word_for(each) for each in error.exceptions}
        if None in words:
            return None
        return "violated" if words == {"violated"} else "inconclusive"
    if isinstance(error, RequirementViolated):
        return "violated"
    return "inconclusive" if isinstance(error, RunError) else None


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Keep violations and errors apart from a crash: the report shows them, and no traceback unless one is wanted."""
    option, word = config.option, getattr(report, "outcome_word", None)
    if word is None or option.tbstyle != "auto" or option.showlocals or option.verbose > 1:
        return None
    letter, markup = _SHOWN[word]
    return word, letter, (word.upper(), markup)


@pytest.fixture(scope="session")
def verify(pytestconfig: pytest.Config) -> Verify:
    """Where a test makes its observations."""
    return pytestconfig.stash[VERIFY]


@pytest.fixture(scope="session")
def jobs(target: Target, client: Client, verify: Verify) -> Jobs:
    """Look up the jobs that results refer to."""
    return Jobs(target, client, verify)


@pytest.fixture(scope="session")
def steps(
    target: Target,
    batches: Batches,
    verify: Verify,
    settings: Settings,
    ledger: Ledger,
    extract_configuration_id: Callable[[], str],
    jobs: Jobs,
) -> Steps:
    """Return the steps of a scenario."""
    return Steps(target, batches, verify, settings, ledger, extract_configuration_id, jobs.follow)


@pytest.fixture(scope="session")
def walks(target: Target, batches: Batches, verify: Verify) -> Walks:
    """Walk over the pages of a list."""
    return Walks(target, batches, verify)
