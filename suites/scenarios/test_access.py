"""Who may do what: no key, a key that was never issued, and the key of another project."""

from dataclasses import dataclass
from itertools import product

import pytest

from fixtures.batches import Batches
from fixtures.configurations import Configurations
from fixtures.directories import Directories, Directory
from fixtures.projects import Projects
from fixtures.target import ANONYMOUS, MAIN, NEVER_ISSUED
from suites.oracles.access import STRANGERS
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps
from suites.verify import Verify
from suites.walks import Walks

FIRST_PAGES = 5
"""Pages of a list on which a foreign batch is looked for."""


@pytest.mark.requirement("anonymous-request-refused", "unknown-key-refused")
@pytest.mark.parametrize("stranger", [ANONYMOUS, *NEVER_ISSUED])
def test_a_stranger_is_refused(stranger: str, series: Series, idle: Directory, steps: Steps, batches: Batches) -> None:
    """Create, list, get and an expanded get are closed to a request without a key that was issued."""
    known = series.batches[0]["id"]
    for exchange in (
        batches.create(idle.id, "parse_v2", steps.configuration_id("parse_v2"), caller=stranger),
        batches.list(stranger),
        batches.list(stranger, source_directory_id=series.directory.id),
        batches.get(known, caller=stranger),
        batches.get(known, expand=["results"], caller=stranger),
    ):
        steps.refused(STRANGERS[stranger], exchange, f"a key that is {stranger}")
    batches.list(source_directory_id=idle.id)


@pytest.fixture(scope="module")
def foreign_directory(directories: Directories, other_key: str) -> Directory:
    """Return a directory of one file in the other project."""
    return directories.holding(1, "foreign", other_key)


@dataclass(frozen=True)
class Neighbours:
    """A batch of the other project, and one of ours that was created before it and one after it."""

    foreign: Batch
    before: Batch
    after: Batch


@pytest.fixture(scope="module")
def neighbours(foreign_directory: Directory, directories: Directories, steps: Steps) -> Neighbours:
    """Three batches in a row, when they have ended."""
    if not steps.configuration_id("parse_v2").startswith("cfg-PARSE_"):
        pytest.skip("needs a built-in preset as --parse-configuration-id, for use in two projects")
    own = directories.holding(1, "neighbours")
    before, foreign, after = (steps.create(directory) for directory in (own, foreign_directory, own))
    return Neighbours(steps.finish(foreign, caller=foreign_directory.caller), steps.finish(before), steps.finish(after))


@pytest.mark.requirement("get-hides-other-projects")
def test_a_batch_of_another_project_cannot_be_read(
    neighbours: Neighbours, other_key: str, projects: Projects, batches: Batches
) -> None:
    """Neither project reads the other's batch, plain or expanded, whichever project it names."""
    sides = ((MAIN, neighbours.foreign, other_key), (other_key, neighbours.before, MAIN))
    for expand, (caller, hidden, owner) in product(((), ("results",)), sides):
        batches.get(hidden["id"], expand=expand, caller=caller)
        if project_id := projects.id_for_query(owner, hidden.get("project_id")):
            batches.get(hidden["id"], expand=expand, caller=caller, params=[("project_id", project_id)])


@pytest.mark.requirement("list-hides-other-projects", "list-shows-one-project")
def test_a_list_shows_nothing_of_another_project(
    neighbours: Neighbours, other_key: str, projects: Projects, verify: Verify, walks: Walks
) -> None:
    """Not by directory, status or time, not by naming the other project, and on no page.

    A list that is refused for the form of a project shows nothing, and proves nothing.
    """
    foreign, own = neighbours.foreign, neighbours.before
    since = {"created_at_on_or_after": own.get("created_at")}
    window = {**since, "created_at_on_or_before": neighbours.after.get("created_at")}
    asked: list[tuple[str, Batch, dict[str, str | int | None]]] = [
        (MAIN, foreign, {"source_directory_id": foreign["source_directory_id"]}),
        (MAIN, foreign, {"status": foreign["status"], **since}),
        (MAIN, foreign, {"project_id": projects.id_for_query(other_key, foreign.get("project_id"))}),
        (MAIN, foreign, {}),
        (MAIN, foreign, {"page_size": 1, **window}),
        (other_key, own, {"source_directory_id": own["source_directory_id"]}),
        (other_key, own, {"project_id": projects.id_for_query(MAIN, own.get("project_id"))}),
        (other_key, own, {}),
        (other_key, own, {"page_size": 1, **window}),
    ]
    for caller, hidden, filters in asked:
        walk = walks.follow(FIRST_PAGES, caller, **filters)
        if filters.get("project_id") and walk.pages[-1].refuses_form:
            continue
        verify(
            "list-hides-other-projects",
            hidden["id"] not in walk.ids,
            check="list-hides-foreign-batches",
            kind="disclosed",
            expected=[],
            actual=[hidden["id"]],
            difference=f"{hidden['id']} of project {hidden['project_id']} is in the list",
            exchanges=walk.exchanges,
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
