"""What workers make, as their master knows it, and what they have left that ended before their end."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from fixtures.cleanup import clean_up_file
from fixtures.client import Client
from fixtures.errors import RunError
from fixtures.journal import Journal
from fixtures.leftovers import Leftovers
from fixtures.runfile import InUse, RunFile, Unreadable, held, run_files, run_id_of
from fixtures.settings import Settings
from fixtures.state_folder import NoStateDirectory, folder_of
from fixtures.target import open_target

WORKERS: Final = "workers"
"""What stands in the name of the file in which the master remembers what workers make."""
OnMade = Callable[[dict[str, Any]], None]
"""Takes an entry of a journal as plain data: its number, and what it names, which id it has got, or nothing more."""


class SharedJournal(Journal):
    """The journal of a worker, each entry of which goes to the master as well, before anything is made."""

    def __init__(self, file: RunFile, base_url: str, worker: str, on_made: OnMade) -> None:
        super().__init__(file, base_url, worker)
        self._on_made = on_made

    def intend(self, kind: str, name: str, caller: str) -> int:
        """Write down that something is about to be made; give its number here."""
        number = super().intend(kind, name, caller)
        self._on_made({"number": number, "named": (kind, name, caller)})
        return number

    def made(self, number: int, id_: str) -> None:
        """Write down that it exists, and under which id."""
        super().made(number, id_)
        self._on_made({"number": number, "id": id_})

    def gone(self, number: int) -> None:
        """Forget what exists no more, or was never made."""
        super().gone(number)
        self._on_made({"number": number})


class MadeByWorkers:
    """What the workers of a run have made, remembered where their master is: they may die on other machines."""

    def __init__(self, settings: Settings, run_id: str, report_folder: Path) -> None:
        self._leftovers = Leftovers(settings.target, f"{run_id}-{WORKERS}", report_folder)
        self._file = RunFile(self._leftovers.path)
        self._journal = Journal(self._file, settings.target, WORKERS)
        self._numbers: dict[tuple[str, int], int] = {}

    def note(self, worker: str, entry: dict[str, Any]) -> None:
        """Write down an entry of the journal of a worker."""
        key = worker, entry["number"]
        if "named" in entry:
            self._numbers[key] = self._journal.intend(*entry["named"])
        elif "id" in entry:
            self._journal.made(self._numbers[key], entry["id"])
        else:
            self._journal.gone(self._numbers.pop(key))

    def close(self) -> None:
        """Leave a file to `clean_up_rest` where something is left."""
        self._file.close()
        self._leftovers.pytest_unconfigure()


def clean_up_rest(settings: Settings, run_id: str, report_folder: Path) -> Iterator[str]:
    """Delete what dead workers of a run have left on the target, as files here tell; say in sentences what stays."""
    try:
        folders = [folder_of(settings.target), report_folder]
    except NoStateDirectory:
        folders = [report_folder]
    for path in (path for folder in folders if folder.is_dir() for path in run_files(folder)):
        if not run_id_of(path).startswith(f"{run_id}-"):
            continue
        try:
            with held(path):
                left = _clean_up(settings, path)
        except InUse:
            continue
        except (RunError, Unreadable, OSError, sqlite3.Error) as error:
            left = [f"something, which {path} remembers ({error})"]
        yield from (f"Left on the target: {each}; batches-conformance clean-up deletes it." for each in left)


def _clean_up(settings: Settings, path: Path) -> list[str]:
    with (
        open_target(settings) as target,
        Client(target, settings.request_timeout, settings.poll_timeout, "") as client,
    ):
        _, left = clean_up_file(client, path)
    if not left:
        path.unlink()
    return [str(made) for made in left]
