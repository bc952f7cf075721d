"""Generated requests for each operation: examples, the coverage of every parameter, and fuzzing, of both kinds.

The oracles judge every answer. The generator's own checks stay off: some are not promises of this contract, and the
others are the oracles' already.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from schemathesis import BaseSchema, Case

from fixtures.adapter import client_session
from fixtures.client import Client
from fixtures.directories import Directories
from fixtures.projects import Projects
from fixtures.target import Target
from suites.property.schema import RealValues, with_real_values
from suites.steps import Steps
from suites.traffic import call_of

SAMPLES = 2
"""Batches of which a list of one item a page has a second page."""


@pytest.fixture(scope="module")
def values(steps: Steps, directories: Directories, projects: Projects, target: Target) -> RealValues:
    """Return what exists in the target. What is created over the directory without files costs nothing."""
    directory = directories.holding(1, "property")
    created = [steps.create(directory) for _ in range(SAMPLES)]
    known = [steps.finish(batch) for batch in created]
    page = call_of(steps.batches.list(source_directory_id=directory.id, page_size=1))
    token = page.answer.get("next_page_token")
    return RealValues(
        batch_ids=[batch["id"] for batch in known],
        source_directory_ids=[directories.create("property, empty").id],
        configuration_ids=[steps.configuration_id("parse_v2")],
        project_id=projects.id_for_query(shown=known[0].get("project_id")),
        organization_id=target.organization_id,
        page_token=token if isinstance(token, str) and token else None,
    )


@pytest.fixture(scope="module")
def generated(values: RealValues, target: Target, pytestconfig: pytest.Config) -> BaseSchema:
    """Return the contract with real values, as a generator of requests."""
    schema = schemathesis.openapi.from_dict(with_real_values(values))
    if (seed := pytestconfig.getoption("--hypothesis-seed")) is not None:
        schema.config.seed = int(seed)
    schema.config.update(base_url=target.base_url)
    schema.config.phases.coverage.unexpected_methods = set()
    return schema


@pytest.fixture(scope="module")
def session(client: Client) -> Iterator[requests.Session]:
    """Yield what the generator sends through."""
    with client_session(client) as opened:
        yield opened


schema = schemathesis.pytest.from_fixture("generated")


@pytest.mark.requirement("no-server-error", "success-is-json", "create-answers-with-batch")
@pytest.mark.xdist_group("sharing values to create")
@schema.include(operation_id="createBatch").parametrize()
def test_create(case: Case[Any], session: requests.Session) -> None:
    """Whatever a create is sent, its answer keeps the promises."""
    case.call(session=session)


@pytest.mark.requirement("no-server-error", "success-is-json", "list-answers-with-page")
@pytest.mark.xdist_group("sharing values to list")
@schema.include(operation_id="listBatches").parametrize()
def test_list(case: Case[Any], session: requests.Session) -> None:
    """Whatever a list is asked for, its answer keeps the promises."""
    case.call(session=session)


@pytest.mark.requirement("no-server-error", "success-is-json", "get-answers-with-batch")
@pytest.mark.xdist_group("sharing values to get")
@schema.include(operation_id="getBatch").parametrize()
def test_get(case: Case[Any], session: requests.Session) -> None:
    """Whatever a get is asked for, its answer keeps the promises."""
    case.call(session=session)
