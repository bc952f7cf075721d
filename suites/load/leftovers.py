"""What workers have left that ended before their end."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fixtures.cleanup import clean_up_file
from fixtures.client import Client
from fixtures.errors import RunError
from fixtures.runfile import InUse, Unreadable, held, run_files, run_id_of
from fixtures.settings import Settings
from fixtures.state_folder import NoStateDirectory, folder_of
from fixtures.target import open_target


def clean_up_rest(settings: Settings, run_id: str, report_folder: Path) -> Iterator[str]:
    """Delete what dead workers of a run on this machine have left on the target; yield a sentence for what stays."""
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
