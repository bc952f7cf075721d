"""The pytest plugin that records a run: `--record=FILE`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.target import Target
from suites.recordings.record import Recorder, begin, end
from suites.verify import Verify


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("batches-conformance").addoption(
        "--record",
        metavar="FILE",
        type=Path,
        help="write all exchanges of the run to this HAR file, keys hidden, for batches-conformance judge",
    )


def _path(config: pytest.Config) -> Path | None:
    given: Path | None = config.getoption("--record")
    return config.invocation_params.dir / given if given else None


def _path_of_all(config: pytest.Config) -> Path | None:
    return None if hasattr(config, "workerinput") else _path(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin the file, in the process that a person started."""
    if path := _path_of_all(session.config):
        try:
            begin(path)
        except OSError as error:
            raise pytest.UsageError(f"{path} cannot be written ({error.strerror}): name another file") from None


def end_recording(config: pytest.Config) -> str | None:
    """End the file, after all workers; say what to do where that was not possible."""
    if path := _path_of_all(config):
        try:
            end(path)
        except OSError as error:
            return _unwritten(path, error)
    return None


def _unwritten(path: Path, error: OSError) -> str:
    return (
        f"The recording {path} could not be written to its end ({error.strerror}): free space there, or name another "
        "file with --record."
    )


@pytest.fixture(scope="session")
def recorder(target: Target, verify: Verify, pytestconfig: pytest.Config) -> Iterator[Recorder | None]:
    """Write down the exchanges of the worker, if the run is recorded, by the clock of the target."""
    path, clock = _path(pytestconfig), target.clock
    if path is None:
        yield None
        return

    def failed(error: OSError) -> None:
        verify.record_error(_unwritten(path, error))

    try:
        opened = Recorder(path, failed, None if clock is None else lambda: clock.advanced)
    except OSError as error:
        failed(error)
        yield None
        return
    yield opened
    opened.close()
