"""Creates with something else in the place of an id, a name or an object: refused, whatever it is."""

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.batches import BATCHES, Batches
from fixtures.client import Client
from fixtures.directories import Directory
from suites.products import PARSE
from suites.scenarios.conftest import Series
from suites.steps import Steps
from suites.unknown import unknown_id

Body = dict[str, Any]

NO_TEXT: tuple[Any, ...] = (None, False, 0, 7, [], {})
"""What stands in the place of a text, beside the text itself in a list and in an object."""
NO_OBJECT: tuple[Any, ...] = (None, False, "text", [])
"""What stands in the place of an object, beside the object itself in a list and as text."""

ODD_TEXTS = ("", " ", "null", "a/b", "%2F", "é🙂", "0a" * 2000)
"""Texts that are the id of nothing."""

MEDIA_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
)


def whole_body(directory_id: object, configuration_id: object, job_type: object = PARSE) -> Body:
    """Return a create body with all its parts."""
    job = {"type": job_type, "configuration_id": configuration_id}
    return {"source_directory_id": directory_id, "config": {"job": job}}


def with_wrong_types(directory_id: str, configuration_id: str) -> Iterator[tuple[str, Any]]:
    """Yield bodies in which one thing is of another type, each with what is wrong with it."""
    for wrong in (*NO_TEXT, [directory_id], {"id": directory_id}):
        yield f"source_directory_id: {wrong!r}", whole_body(wrong, configuration_id)
    for wrong in (*NO_TEXT, [configuration_id], {"id": configuration_id}):
        yield f"configuration_id: {wrong!r}", whole_body(directory_id, wrong)
    for wrong in (*NO_TEXT, [PARSE]):
        yield f"type: {wrong!r}", whole_body(directory_id, configuration_id, wrong)
    whole = whole_body(directory_id, configuration_id)
    job = whole["config"]["job"]
    for wrong in (*NO_OBJECT, [job], configuration_id):
        yield f"job: {wrong!r}", {**whole, "config": {"job": wrong}}
    for wrong in (*NO_OBJECT, [whole["config"]], job):
        yield f"config: {wrong!r}", {**whole, "config": wrong}
    for wrong in (False, 7, "text", []):
        yield f"the body: {wrong!r}", wrong


@pytest.mark.requirement("create-refuses-incomplete-body", "refused-create-leaves-nothing", "no-server-error")
def test_a_body_with_a_wrong_type_is_refused(steps: Steps, batches: Batches, idle: Directory) -> None:
    """Numbers, lists, objects, true, false and null are not ids, and none of them is made into one."""
    for case, body in with_wrong_types(idle.id, steps.configuration_id(PARSE)):
        steps.refused("create-refuses-incomplete-body", batches.create_from(body), case)
    batches.list(source_directory_id=idle.id)


@pytest.mark.requirement(
    "create-refuses-unknown-directory",
    "create-refuses-unknown-configuration",
    "refused-create-leaves-nothing",
    "no-server-error",
)
def test_an_odd_text_is_the_id_of_nothing(steps: Steps, batches: Batches, idle: Directory) -> None:
    """An empty text, slashes, percent signs and the like name no directory and no configuration."""
    configuration_id = steps.configuration_id(PARSE)
    for text in ODD_TEXTS:
        exchange = batches.create_from(whole_body(text, configuration_id))
        steps.refused_or_fruitless("create-refuses-unknown-directory", exchange, f"the directory {text[:20]!r}")
        exchange = batches.create_from(whole_body(idle.id, text))
        steps.refused_or_fruitless("create-refuses-unknown-configuration", exchange, f"the configuration {text[:20]!r}")
    batches.list(source_directory_id=idle.id)


@pytest.mark.requirement("no-server-error", "create-refuses-unknown-directory")
def test_a_body_of_another_media_type_breaks_nothing(
    client: Client, steps: Steps, series: Series, batches: Batches
) -> None:
    """A whole body that says that it is not JSON, or is packed in some way, is refused or read as what it is."""
    unknown = unknown_id(series.directory.id)
    whole = batches.create(unknown, PARSE, steps.configuration_id(PARSE)).request.body
    headers = [{"Content-Type": media_type} for media_type in MEDIA_TYPES]
    headers += [{"Content-Type": "application/json", "Content-Encoding": coding} for coding in ("gzip", "nothing")]
    for given in headers:
        exchange = client.send("POST", BATCHES, content=whole, headers=given)
        steps.refused_or_fruitless("create-refuses-unknown-directory", exchange, ", ".join(given.values()))
