"""How long a recording of a hundred thousand exchanges takes to judge, and how much memory."""

import json
import re
import resource
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fixtures.target import ANONYMOUS
from tests.bench.timed import SUITE, Unmeasured, seconds_of

EXCHANGES = 100_000
KIBIBYTE = 1024
MOST_SECONDS = 25.0
MOST_BYTES = 200e6
_ID = re.compile(r"\b((?:bat|dir|dfl|pjb|ejb|prj)-)[0-9a-f]{4}")


def figures() -> tuple[float, float]:
    """Measure the processor seconds and the peak of memory in bytes that judging a long recording of the mock takes.

    One process does it all; several share the time, and each has a memory of its own.
    """
    with TemporaryDirectory() as folder:
        short, long = Path(folder, "short.har"), Path(folder, "long.har")
        run = ("run", "-q", "-n0", "--deselect=suites/scenarios/test_size.py", "suites/scenarios")
        seconds_of(SUITE, [*run, f"--report-dir={folder}/run", f"--record={short}"])
        write_long(short, long)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds_of(SUITE, ["judge", str(long), "--jobs=1", "--report-dir", f"{folder}/judged"])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        judged = json.loads(Path(folder, "judged", "report.json").read_text(encoding="utf-8"))["run"]["recording"]
    missing = EXCHANGES - judged["judged"] - judged["other"] - sum(judged["set_aside"].values())
    if missing:
        raise Unmeasured(f"{missing} of {EXCHANGES} recorded exchanges are in no count of the report.")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss * KIBIBYTE


def write_long(short: Path, long: Path) -> None:
    """Repeat a recording under new ids, later each time, until it has `EXCHANGES` exchanges."""
    text = short.read_text(encoding="utf-8")
    entries = json.loads(text)["log"]["entries"]
    with long.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "entries": [\n')
        for number, entry in enumerate(_repeated(entries)):
            file.write(("" if number == 0 else ",\n") + entry)
        file.write("\n]}}\n")


def _repeated(entries: list[dict[str, Any]]) -> Iterator[str]:
    for number in range(EXCHANGES):
        again, place = divmod(number, len(entries))
        entry = entries[place]
        day = entry["startedDateTime"]
        caller = entry["_caller"] if entry["_caller"] == ANONYMOUS else f"{entry['_caller']} {again}"
        text = json.dumps({**entry, "startedDateTime": f"{int(day[:4]) + again}{day[4:]}", "_caller": caller})
        yield _renamed(text, again)


def _renamed(text: str, again: int) -> str:
    """Return an entry with other ids of the same length, so that the sizes that it names stay right."""
    return _ID.sub(rf"\g<1>{again:04x}", text)
