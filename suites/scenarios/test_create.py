"""What a create accepts, and what it refuses without leaving anything behind."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fixtures.batches import Batches
from fixtures.configurations import Configurations, JobType
from fixtures.directories import Directories, Directory
from fixtures.target import Target
from spec.requirements import capabilities
from suites.differences import lacking
from suites.products import EXTRACT, JOB_TYPES, PARSE
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps, failure_of
from suites.traffic import call_of, job_of
from suites.unknown import unknown_id
from suites.verify import ANY_OPERATION, Verify
from suites.walks import Walks

Body = dict[str, Any]


def body(directory_id: object, job_type: object, configuration_id: object) -> Body:
    """Return a create body with all its parts."""
    return {
        "source_directory_id": directory_id,
        "config": {"job": {"type": job_type, "configuration_id": configuration_id}},
    }


@pytest.mark.requirement("batch-id-is-unique", "create-echoes-request")
def test_a_directory_can_be_processed_again(steps: Steps, directories: Directories) -> None:
    """Two creates over one directory make two batches."""
    directory = directories.holding(1, "twice")
    steps.create(directory)
    steps.create(directory)


@pytest.mark.requirement("config-never-changes")
def test_the_config_is_a_snapshot(
    steps: Steps, directories: Directories, configurations: Configurations, verify: Verify
) -> None:
    """A batch keeps its config when its directory is processed with another one, and when its own is deleted."""
    saved = configurations.save(PARSE, "snapshot")
    directory = directories.holding(1, "snapshot")
    batch = steps.create(directory, configuration_id=saved)
    steps.create(directory)
    steps.finish(batch)
    configurations.delete(saved)
    exchange = steps.batches.get(batch["id"])
    now = steps.accepted(exchange, "get-returns-requested-batch")
    verify(
        "config-never-changes",
        job_of(now) == (PARSE, saved),
        check="trait-stays",
        kind="changed",
        expected=[PARSE, saved],
        actual=job_of(now),
        difference=f"config.job was {('parse_v2', saved)} and is {job_of(now)}",
        operation=ANY_OPERATION,
        exchanges=[exchange],
        case="another batch was created over the directory, and then the configuration was deleted",
    )


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
    return [batch, steps.accepted(steps.batches.get(batch["id"], params=params), requirement), *found]


@pytest.mark.requirement("project-id-accepted")
def test_the_own_project_can_be_named(
    steps: Steps, walks: Walks, directories: Directories, series: Series, verify: Verify
) -> None:
    """Each operation takes the project_id of the key's own project, which a batch shows, and acts in it."""
    project_id = series.batches[0]["project_id"]
    directory = directories.holding(1, "project")
    shown = seen_with("project_id", project_id, "project-id-accepted", steps, walks, directory)
    verify(
        "project-id-accepted",
        {batch.get("project_id") for batch in shown} == {project_id},
        check="batch-is-of-named-project",
        kind="not-matching",
        expected=project_id,
        actual=[batch.get("project_id") for batch in shown],
        exchanges=[steps.batches.get(shown[0]["id"], params=[("project_id", project_id)])],
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
