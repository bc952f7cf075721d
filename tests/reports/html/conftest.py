"""The browser that pages are looked at with."""

import shutil
from collections.abc import Iterator

import pytest

from tests.reports.html.browser import Browser, running

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser was found: install one of {', '.join(PROGRAMS)}")
    with running(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened
