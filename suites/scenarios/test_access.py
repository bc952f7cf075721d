"""Who may do what: no key, a key that was never issued, and the key of another project."""

import pytest

from fixtures.batches import Batches
from fixtures.configurations import Configurations
from fixtures.directories import Directories, Directory
from fixtures.target import ANONYMOUS, MAIN, UNKNOWN
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps
from suites.verify import Verify


@pytest.mark.requirement("anonymous-request-refused", "unknown-key-refused")
@pytest.mark.parametrize("stranger", [ANONYMOUS, UNKNOWN])
def test_a_stranger_is_refused(stranger: str, series: Series, idle: Directory, steps: Steps, batches: Batches) -> None:
    """Create, list, get and an expanded get are closed to a request without a key that was issued."""
    known = series.batches[0]["id"]
    requirement = {ANONYMOUS: "anonymous-request-refused", UNKNOWN: "unknown-key-refused"}[stranger]
    for exchange in (
        batches.create(idle.id, "parse_v2", steps.configuration_id("parse_v2"), caller=stranger),
        batches.list(stranger),
        batches.list(stranger, source_directory_id=series.directory.id),
        batches.get(known, caller=stranger),
        batches.get(known, expand=["results"], caller=stranger),
    ):
        steps.refused(requirement, exchange, stranger)
    batches.list(source_directory_id=idle.id)


@pytest.fixture(scope="module")
def foreign_directory(directories: Directories, other_key: str) -> Directory:
    """A directory of one file in the other project."""
    return directories.holding(1, "foreign", other_key)


@pytest.fixture(scope="module")
def foreign(foreign_directory: Directory, steps: Steps) -> Batch:
    """A batch of the other project, when it has ended."""
    configuration_id = steps.configuration_id("parse_v2")
    if configuration_id.startswith("cfg-PARSE_"):
        return steps.finish(steps.create(foreign_directory), caller=foreign_directory.caller)
    pytest.skip("needs a built-in preset as --parse-configuration-id, for use in two projects")


@pytest.mark.requirement("get-hides-other-projects")
def test_a_batch_of_another_project_cannot_be_read(
    foreign: Batch, series: Series, other_key: str, batches: Batches
) -> None:
    """Neither project reads the other's batch, plain or expanded, whichever project it names."""
    for expand in ((), ("results",)):
        batches.get(foreign["id"], expand=expand)
        batches.get(foreign["id"], expand=expand, params=[("project_id", foreign["project_id"])])
        batches.get(series.batches[0]["id"], expand=expand, caller=other_key)


@pytest.mark.requirement("list-hides-other-projects", "list-is-of-one-project")
def test_a_list_shows_nothing_of_another_project(
    foreign: Batch, series: Series, other_key: str, steps: Steps, verify: Verify
) -> None:
    """Not by directory, status or time, and not by naming the other project."""
    own = series.batches[0]
    asked: list[tuple[str, Batch, dict[str, str | None]]] = [
        (MAIN, foreign, {"source_directory_id": foreign["source_directory_id"]}),
        (
            MAIN,
            foreign,
            {"status": foreign["status"], "created_at_on_or_after": foreign.get("created_at")},
        ),
        (MAIN, foreign, {"created_at_on_or_after": foreign.get("created_at")}),
        (MAIN, foreign, {"project_id": foreign["project_id"]}),
        (MAIN, foreign, {}),
        (other_key, own, {"source_directory_id": own["source_directory_id"]}),
        (other_key, own, {"project_id": own["project_id"]}),
        (other_key, own, {}),
    ]
    for caller, hidden, filters in asked:
        call = steps.call(steps.batches.list(caller, **filters))
        verify(
            "list-hides-other-projects",
            all(batch["id"] != hidden["id"] for batch in call.batches),
            expected=f"a list without {hidden['id']} of project {hidden['project_id']}",
            actual=[batch["id"] for batch in call.batches],
            exchanges=[call.exchange],
            case=f"the key of the {caller} project, {filters}",
        )


@pytest.mark.requirement("create-refuses-foreign-directory")
def test_a_directory_of_another_project_is_not_processed(
    foreign_directory: Directory, steps: Steps, batches: Batches
) -> None:
    """A create over a directory of another project is refused, or its batch does not complete."""
    exchange = batches.create(foreign_directory.id, "parse_v2", steps.configuration_id("parse_v2"))
    steps.refused_or_fruitless("create-refuses-foreign-directory", exchange, "a directory of the other project")


@pytest.mark.requirement("create-refuses-foreign-configuration")
def test_a_configuration_of_another_project_is_not_used(
    other_key: str, idle: Directory, configurations: Configurations, steps: Steps, batches: Batches
) -> None:
    """A create with a configuration that another project saved is refused, or yields no job."""
    saved = configurations.save("parse_v2", "foreign", other_key)
    exchange = batches.create(idle.id, "parse_v2", saved)
    steps.refused_or_fruitless("create-refuses-foreign-configuration", exchange, "a configuration of the other project")
    batches.list(source_directory_id=idle.id)
