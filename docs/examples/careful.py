"""Parse files in a batch, and cope with whatever a service may do to its callers.

python careful.py FILE... [--patience SECONDS] [--time-limit SECONDS]

The client reads LLAMA_CLOUD_API_KEY and LLAMA_CLOUD_BASE_URL. Exit code 1 says that the batch, or a file, has failed.
"""

import argparse
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from llama_cloud import (
    APIConnectionError,
    APIStatusError,
    LlamaCloud,
    NotFoundError,
    PermissionDeniedError,
)

TERMINAL = {"COMPLETED", "FAILED", "CANCELLED"}
REFUSED_FOR_NOW = {429, 503}
TRIES = 5
LONGEST_PAUSE = 10.0


def pauses(seconds: float) -> Iterator[float]:
    """Sleep between tries, each time for longer, until so many seconds have passed."""
    end, pause = time.monotonic() + seconds, 0.2
    while True:
        yield pause
        if time.monotonic() + pause > end:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


def advice(error: APIStatusError) -> float:
    """Return how many seconds a refusal asks for."""
    given: str = error.response.headers.get("retry-after", "1")
    return float(given) if given.isdecimal() else 1.0


def first(ids: Iterator[str]) -> str | None:
    """Return the first id of a list, if it has one."""
    return next(ids, None)


class Careful:
    """A caller that creates nothing twice.

    `client` repeats a read by itself, as the official client does after 429, 5xx and lost connections. `once` never
    repeats: after an answer that was lost, the caller has to look whether the service has done what it was asked.
    """

    def __init__(self, patience: float, time_limit: float) -> None:
        """Create the clients; an answer has to come within `time_limit` seconds, and a batch end within `patience`."""
        self.client = LlamaCloud(timeout=time_limit, max_retries=TRIES)
        self.once = self.client.with_options(max_retries=0)
        self.patience = patience

    def surely(self, create: Callable[[], str], find: Callable[[], str | None]) -> str:
        """Create something once: what is refused for now is sent again, and after a lost answer it is looked for."""
        for _ in range(TRIES):
            try:
                return create()
            except APIStatusError as error:
                if error.status_code not in REFUSED_FOR_NOW:
                    raise
                time.sleep(advice(error))
            except APIConnectionError:
                if (found := self.seen(find)) is not None:
                    return found
        raise SystemExit("The service does not do what it is asked: try again later")

    def seen(self, find: Callable[[], str | None]) -> str | None:
        """Look for something for a few seconds, since a list may show it late."""
        for _ in pauses(3):
            if (found := find()) is not None:
                return found
        return None

    def directory(self, paths: list[Path]) -> str:
        """Upload the files into a new directory, and return its id."""
        name = f"careful-{uuid.uuid4()}"
        directory_id = self.surely(
            lambda: self.once.beta.directories.create(name=name, type="ephemeral").id,
            lambda: first(found.id for found in self.client.beta.directories.list(name=name)),
        )
        for path in paths:
            self.upload(directory_id, path)
        return directory_id

    def upload(self, directory_id: str, path: Path) -> str:
        """Upload a file into a directory, and return its id."""
        files = self.once.beta.directories.files
        found = self.client.beta.directories.files
        return self.surely(
            lambda: files.upload(directory_id, upload_file=path, display_name=path.name).id,
            lambda: first(file.id for file in found.list(directory_id, display_name=path.name)),
        )

    def batch(self, paths: list[Path]) -> str:
        """Create a batch over the files, and return its id; a directory that has expired is made again."""
        for _ in range(TRIES):
            try:
                return self.batch_over(self.directory(paths))
            except NotFoundError:
                continue
            except PermissionDeniedError as error:
                raise SystemExit(f"The plan does not allow this: {error.message}") from None
        raise SystemExit("The directory expires before its batch is created")

    def batch_over(self, directory_id: str) -> str:
        """Create a batch over a directory, and return its id."""
        return self.surely(
            lambda: (
                self.once.batches.create(
                    source_directory_id=directory_id,
                    config={"job": {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}},
                ).id
            ),
            lambda: first(found.id for found in self.client.batches.list(source_directory_id=directory_id)),
        )

    def wait(self, batch_id: str) -> None:
        """Wait until a batch has ended, whatever else it is in between."""
        status = "unknown"
        for _ in pauses(self.patience):
            status = self.client.batches.get(batch_id).status
            if status in TERMINAL:
                break
        if status != "COMPLETED":
            raise SystemExit(f"The batch {batch_id} is {status}")

    def show(self, batch_id: str) -> bool:
        """Print what became of each file, and return whether all of them have a job that is COMPLETED."""
        for _ in pauses(10):
            results = self.client.batches.get(batch_id, expand=["results"]).results
            if results is not None:
                break
        else:
            raise SystemExit(f"The batch {batch_id} shows no results")
        outcomes = []
        for result in results:
            reference = result.job_reference
            outcome = self.client.parsing.get(reference.id).job.status if reference else result.error_message
            print(result.source_directory_file_id, outcome)
            outcomes.append(outcome)
        return set(outcomes) == {"COMPLETED"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Parse files in a batch.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--patience", type=float, default=600.0, help="seconds that a batch may take")
    parser.add_argument("--time-limit", type=float, default=30.0, help="seconds that an answer may take")
    given = parser.parse_args()
    careful = Careful(given.patience, given.time_limit)
    batch_id = careful.batch(given.files)
    print(batch_id)
    careful.wait(batch_id)
    sys.exit(0 if careful.show(batch_id) else 1)
