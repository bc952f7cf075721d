"""Every path of statuses that a scripted target can take, and a dwell on the terminal one."""

from itertools import product

import pytest

from fixtures.batches import Batches
from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from fixtures.documents import damaged_document
from fixtures.errors import UploadRefused
from fixtures.target import Target
from spec.enumerations import terminal_statuses
from suites.products import JOB_TYPES
from suites.steps import Steps, failure_of
from suites.traffic import COMPLETED, TERMINAL, call_of
from suites.verify import ANY_OPERATION, Verify
from suites.walks import Walks

STEP = 5.0
"""Seconds that a scripted batch stays in each status."""
DWELL = (60.0, 3600.0)
"""Seconds before each further read of a batch that has ended, where the clock can be moved."""
DWELL_BY_THE_WALL = (0.0, 1.0)

PATHS = (
    (),
    ("RUNNING",),
    ("PENDING", "RUNNING"),
    ("PENDING", "THROTTLED", "RUNNING"),
    ("THROTTLED", "RUNNING", "THROTTLED", "RUNNING"),
)
ENDS = terminal_statuses()


@pytest.fixture(scope="module")
def scripted(directories: Directories) -> Directory:
    """Return a directory of two files for all scripted batches."""
    return directories.holding(2, "scripted")


@pytest.mark.requirement(
    "status-is-documented",
    "batch-reaches-terminal-status",
    "terminal-status-is-final",
    "expanded-read-succeeds-in-any-status",
)
@pytest.mark.parametrize(
    ("path", "end"),
    [pytest.param(path, end, id=">".join((*path, end))) for path, end in product(PATHS, ENDS)],
)
def test_a_batch_takes_its_script_and_stays_at_its_end(
    path: tuple[str, ...],
    end: str,
    scripted: Directory,
    steps: Steps,
    batches: Batches,
    target: Target,
    verify: Verify,
) -> None:
    """Each status on the way can be read plain and expanded; the end comes, and nothing follows it."""
    steps.set_script(scripted, [(status, STEP) for status in path], end)
    batch = steps.create(scripted)
    for _ in path:
        _read(batch["id"], steps, batches, verify)
        target.wait(STEP)
    exchange = batches.get(batch["id"])
    status = steps.accepted(exchange, "get-returns-requested-batch").get("status")
    verify(
        "batch-reaches-terminal-status",
        status in TERMINAL,
        check="batch-ends",
        kind="unending",
        expected=end,
        actual=status,
        difference=f"the script of the batch is over, and it is {status}",
        operation=ANY_OPERATION,
        exchanges=[exchange],
        case=">".join((*path, end)),
    )
    for seconds in DWELL if target.controls_clock else DWELL_BY_THE_WALL:
        target.wait(seconds)
        _read(batch["id"], steps, batches, verify)
    batches.list(source_directory_id=scripted.id, status=end, page_size=1)


def _read(batch_id: str, steps: Steps, batches: Batches, verify: Verify) -> None:
    status = steps.get(batch_id).get("status")
    exchange = batches.get(batch_id, expand=["results"])
    call = call_of(exchange)
    verify(
        "expanded-read-succeeds-in-any-status",
        call.succeeded,
        check="request-is-accepted",
        kind=failure_of(exchange),
        expected="a 2xx",
        actual=exchange.status,
        exchanges=[exchange],
        case=f"batch {batch_id}, {status}",
    )


@pytest.mark.requirement("batch-reaches-terminal-status")
@pytest.mark.parametrize("job_type", JOB_TYPES)
@pytest.mark.parametrize("bad_too", [False, True], ids=["good files", "a bad file too"])
def test_a_batch_of_any_kind_ends(
    job_type: JobType,
    bad_too: bool,
    directories: Directories,
    steps: Steps,
    target: Target,
    run_id: str,
    verify: Verify,
) -> None:
    """Whatever is done to its files, and however good they are, a batch ends when its script is over."""
    directory = directories.holding(1, "any kind")
    if bad_too:
        try:
            directories.upload(directory, [damaged_document(run_id)])
        except UploadRefused as refusal:
            pytest.skip(f"needs a file that cannot be processed ({refusal})")
    steps.set_script(directory, [("PENDING", STEP), ("RUNNING", STEP)])
    batch = steps.create(directory, job_type)
    target.wait(2 * STEP)
    exchange = steps.batches.get(batch["id"])
    status = steps.accepted(exchange, "get-returns-requested-batch").get("status")
    verify(
        "batch-reaches-terminal-status",
        status in TERMINAL,
        check="batch-ends",
        kind="unending",
        expected=COMPLETED,
        actual=status,
        difference=f"the script of the batch is over, and it is {status}",
        operation=ANY_OPERATION,
        exchanges=[exchange],
        case=f"{job_type}, {len(directory.file_ids)} files",
    )


@pytest.mark.requirement("list-shows-created-batch", "terminal-status-is-final")
def test_a_batch_of_long_ago_is_still_listed(
    directories: Directories, steps: Steps, walks: Walks, target: Target, verify: Verify
) -> None:
    """The plain list still has a batch that ended some time ago, and another over its directory leaves it ended."""
    directory = directories.holding(1, "long ago")
    batch = steps.finish(steps.create(directory))
    target.wait((DWELL if target.controls_clock else DWELL_BY_THE_WALL)[-1])
    walk = walks.listed({batch["id"]})
    verify(
        "list-shows-created-batch",
        batch["id"] in walk.ids,
        check="created-batch-is-listed",
        kind="missing",
        expected=[batch["id"]],
        actual=sorted({batch["id"]} & set(walk.ids)),
        difference=f"{batch['id']}, which ended some time ago, is missing",
        exchanges=walk.exchanges,
    )
    steps.create(directory)
    steps.get(batch["id"])
