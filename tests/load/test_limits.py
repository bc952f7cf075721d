"""What a load is said to take at the limits that the service publishes, beside what it takes on a mock with these."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from random import Random
from typing import Any, cast

import pytest

from fixtures.control import Control
from fixtures.directories import Directories
from fixtures.documents import good_documents
from fixtures.embedded import running_mock
from fixtures.journal import Journal
from fixtures.key import Key
from fixtures.route import Route
from fixtures.runfile import RunFile
from fixtures.target import MAIN
from suites.load.client import LightClient
from suites.load.guide import Guide, Shared
from suites.load.limits import UPLOADS, on_smallest_plan
from suites.load.options import OPTIONS, load_options, settings_for
from suites.load.plan import plan
from suites.products import PARSE
from tests.fixtures.targets import target_at

SECONDS = 10.0
PATIENCE = 600.0
WITHIN = 0.2


@contextmanager
def limited(*situations: str) -> Iterator[tuple[LightClient, Directories, Callable[[], float]]]:
    """A client of a mock in some situations, its directories, and how far the clock was moved in waiting for limits."""
    words = ("--clock", "virtual", "--control", *(f"--situation={name}" for name in situations))
    with running_mock(*words) as mock, closing(Control(Route(mock.control_url or ""), SECONDS)) as control:
        target = target_at(mock.base_url, cast("Any", control), keys={MAIN: Key(mock.api_key)})
        with LightClient(target, SECONDS, PATIENCE, "one") as client, closing(RunFile(None)) as file:
            directories = Directories(client, Journal(file, target.base_url, client.worker), "limits")
            yield client, directories, lambda: control.advanced


def given(name: str) -> Any:
    """The options of users who know of no other project."""
    alone = {"--weights": "hide=0"}
    return alone.get(name, OPTIONS.get(name, {}).get("default"))


def test_a_load_takes_as_long_as_is_forecast_on_the_smallest_plan() -> None:
    options = load_options(given)
    forecast = plan(settings_for(given), options, users=1, spawn_rate=1000, seconds=300)
    with limited("upload-rate-limit=50", "request-rate-limit=20") as (client, directories, passed):
        jobs = [(PARSE, "cfg-PARSE_AGENTIC")]
        random = Random(3)
        guide = Guide(client, directories, MAIN, jobs, options.files, lambda _: True, dict, Shared(), random)
        names, weights = list(options.weights), list(options.weights.values())
        for name in random.choices(names, weights, k=round(forecast.actions)):
            getattr(guide, name)()
    assert passed() == pytest.approx(on_smallest_plan(forecast.requests, forecast.uploads), rel=WITHIN)


def test_uploads_take_as_long_as_is_forecast() -> None:
    files = 2 * UPLOADS.most + 20
    with limited("upload-rate-limit=50") as (_, directories, passed):
        directory = directories.create("limits")
        for _, document in zip(range(files), good_documents("limits"), strict=False):
            directories.upload(directory, [document])
    assert passed() == pytest.approx(UPLOADS.seconds_of(files), rel=WITHIN)
