"""What a create accepts, and what it refuses without leaving anything behind."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fixtures.batches import Batches
from fixtures.configurations import Configurations, JobType
from fixtures.directories import Directories, Directory
from fixtures.projects import NEEDS_PROJECT, Projects
from fixtures.target import Target
from spec.requirements import capabilities
from suites.differences import lacking
from suites.products import EXTRACT, JOB_TYPES, PARSE
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps, failure_of
from suites.traffic import call_of
from suites.unknown import unknown_id
from suites.verify import Verify
from suites.walks import Walks

Body = dict[str, Any]


def body(directory_id: object, job_type: object, configuration_id: object) -> Body:
    """Return a create body with all its parts."""
    return {
        "source_directory_id": directory_id,
        "config": {"job": {"type": job_type, "configuration_id": configuration_id}},
    }


@pytest.mark.requirement("batch-id-is-unique", "create-echoes-request", "get-finds-new-batch-at-once")
def test_a_directory_can_be_processed_again(steps: Steps, directories: Directories) -> None:
    """Two creates over one directory make two batches, and each is read as soon as it is there."""
    directory = directories.holding(1, "twice")
    for _ in range(2):
        steps.get(steps.create(directory)["id"])


def seen_with(name: str, value: str, requirement: str, steps: Steps, walks: Walks, directory: Directory) -> list[Batch]:
    """Return a batch as create, get and list show it, each with a parameter that `requirement` says they accept."""
    params = [(name, value)]
    steps.ledger.spend_files(len(directory.file_ids))
    create = partial(steps.batches.create, directory.id, PARSE, steps.configuration_id(PARSE))
    batch = steps.accepted(create(params=params), requirement)
    page = steps.batches.list(**{name: value})
    steps.verify(
        requirement,
        not call_of(page).refused,
        check="request-is-accepted",
        kind=failure_of(page),
        expected="a 2xx",
        actual=page.status,
        exchanges=[page],
        case="list",
    )
    walk = walks.listed({batch["id"]}, source_directory_id=directory.id, **{name: value})
    found = [item for item in walk.items if item["id"] == batch["id"]]
    steps.verify(
        requirement,
        bool(found),
        check="created-batch-is-listed",
        kind="missing",
        expected=[batch["id"]],
        actual=walk.ids,
        difference=lacking([batch["id"]], walk.ids),
        exchanges=walk.exchanges,
        case=f"{name}={value}",
    )
    return [batch, steps.accepted(steps.read(batch["id"], params=params), requirement), *found]


@pytest.mark.requirement("project-id-accepted")
def test_the_own_project_can_be_named(
    steps: Steps, walks: Walks, directories: Directories, series: Series, projects: Projects, verify: Verify
) -> None:
    """Each operation takes the id of the key's own project for queries, and acts in the project that batches show."""
    shown_id = series.batches[0].get("project_id")
    project_id = projects.id_for_query(shown=shown_id) or pytest.skip(NEEDS_PROJECT)
    directory = directories.holding(1, "project")
    shown = seen_with("project_id", project_id, "project-id-accepted", steps, walks, directory)
    verify(
        "project-id-accepted",
        {batch.get("project_id") for batch in shown} == {shown_id},
        check="batch-is-of-named-project",
        kind="not-matching",
        expected=shown_id,
        actual=[batch.get("project_id") for batch in shown],
        exchanges=[steps.read(shown[0]["id"], params=[("project_id", project_id)])],
    )


@pytest.mark.requirement("organization-id-accepted")
def test_the_own_organization_can_be_named(
    steps: Steps, walks: Walks, directories: Directories, target: Target
) -> None:
    """Each operation takes the organization_id of the key's own organization."""
    if target.organization_id is None:
        pytest.skip(f"needs {capabilities()['organization']}")
    directory = directories.holding(1, "organization")
    seen_with("organization_id", target.organization_id, "organization-id-accepted", steps, walks, directory)


@pytest.mark.requirement("create-refuses-unknown-directory")
def test_an_unknown_directory_is_not_processed(steps: Steps, batches: Batches, idle: Directory) -> None:
    """A create over a directory that does not exist is refused, or its batch does not complete."""
    unknown = unknown_id(idle.id)
    exchange = batches.create(unknown, PARSE, steps.configuration_id(PARSE))
    steps.refused_or_fruitless("create-refuses-unknown-directory", exchange, f"source_directory_id {unknown}")


@pytest.mark.requirement("create-refuses-unknown-configuration", "refused-create-leaves-nothing")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_an_unknown_configuration_does_not_process_anything(
    job_type: JobType, steps: Steps, batches: Batches, idle: Directory
) -> None:
    """A create with a configuration that does not exist is refused, or yields no job."""
    unknown = unknown_id(steps.configuration_id(job_type))
    exchange = batches.create(idle.id, job_type, unknown)
    steps.refused_or_fruitless("create-refuses-unknown-configuration", exchange, f"{job_type} with {unknown}")
    batches.list(source_directory_id=idle.id)


@pytest.mark.requirement("create-refuses-mismatched-configuration", "refused-create-leaves-nothing")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_configuration_of_the_other_type_does_not_process_anything(
    job_type: JobType, steps: Steps, batches: Batches, idle: Directory
) -> None:
    """A parse job with an extract configuration is refused or yields no job, and so is the reverse."""
    other_type: JobType = EXTRACT if job_type == PARSE else PARSE
    mismatched = steps.configuration_id(other_type)
    exchange = batches.create(idle.id, job_type, mismatched)
    steps.refused_or_fruitless("create-refuses-mismatched-configuration", exchange, f"{job_type} with {mismatched}")
    batches.list(source_directory_id=idle.id)


@pytest.mark.requirement("create-refuses-mismatched-configuration")
def test_a_saved_parse_configuration_does_not_extract(
    steps: Steps, batches: Batches, idle: Directory, configurations: Configurations
) -> None:
    """An extract job with a saved parse configuration is refused, or yields no job."""
    saved = configurations.save(PARSE, "mismatch")
    exchange = batches.create(idle.id, EXTRACT, saved)
    steps.refused_or_fruitless("create-refuses-mismatched-configuration", exchange, f"extract_v2 with {saved}")


@pytest.mark.requirement("create-refuses-unknown-job-type", "refused-create-leaves-nothing")
@pytest.mark.parametrize("job_type", ["parse_v9", "PARSE_V2", ""])
def test_an_unknown_job_type_is_refused(job_type: str, steps: Steps, batches: Batches, idle: Directory) -> None:
    """Only the two job types of the contract are accepted, in the contract's spelling."""
    exchange = batches.create(idle.id, job_type, steps.configuration_id(PARSE))
    steps.refused("create-refuses-unknown-job-type", exchange, f"type {job_type!r}")
    batches.list(source_directory_id=idle.id)


Spoil = Callable[[Body], object]


def without(whole: Body, part: str) -> Body:
    """Return a body whose job lacks one of its parts."""
    job = {name: value for name, value in whole["config"]["job"].items() if name != part}
    return {**whole, "config": {"job": job}}


INCOMPLETE: dict[str, Spoil] = {
    "nothing": lambda _: {},
    "a list": lambda whole: [whole],
    "null": lambda _: None,
    "no directory": lambda whole: {"config": whole["config"]},
    "a directory of null": lambda whole: {**whole, "source_directory_id": None},
    "a directory that is an object": lambda whole: {**whole, "source_directory_id": {}},
    "no config": lambda whole: {"source_directory_id": whole["source_directory_id"]},
    "a config of null": lambda whole: {**whole, "config": None},
    "no job": lambda whole: {**whole, "config": {}},
    "a job that is a list": lambda whole: {**whole, "config": {"job": [whole["config"]["job"]]}},
    "no type": lambda whole: without(whole, "type"),
    "no configuration": lambda whole: without(whole, "configuration_id"),
}


@pytest.mark.requirement("create-refuses-incomplete-body")
@pytest.mark.parametrize("spoil", [pytest.param(spoil, id=name) for name, spoil in INCOMPLETE.items()])
def test_an_incomplete_body_is_refused(
    spoil: Spoil, steps: Steps, batches: Batches, idle: Directory, request: pytest.FixtureRequest
) -> None:
    """A body that lacks one of its parts, or has something else in its place, is refused."""
    whole = body(idle.id, PARSE, steps.configuration_id(PARSE))
    exchange = batches.create_from(spoil(whole))
    steps.refused("create-refuses-incomplete-body", exchange, request.node.callspec.id)
