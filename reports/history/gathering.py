"""Gathers the reports of many runs; what cannot be read is listed, and left out."""

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Final

from reports.errors import InvalidReport, UnsuitableReport
from reports.files import SOURCE
from reports.history.model import History, PastRequirement, PastRun, Unread
from reports.history.past import past_requirements, past_run
from reports.history.tracking import track
from reports.reader import read_whole
from spec.text import visible

NOTHING: Final = History(runs=(), contract={})


def gather(sources: Iterable[Path], earlier: History = NOTHING) -> History:
    """Read reports, and add them to an earlier history.

    A source is a report, or a folder in which every `report.json` is one. Raises `UnsuitableReport` where there is no
    run at all.
    """
    runs: list[PastRun] = []
    contracts: list[tuple[str, Mapping[str, PastRequirement]]] = []
    unread: list[Unread] = []
    for path in _files(sources):
        try:
            report = read_whole(path)
        except (InvalidReport, UnsuitableReport) as error:
            unread.append(Unread(visible(str(path)), visible(str(error))))
            continue
        runs.append(past_run(report))
        contracts.append((report.run.started_at, past_requirements(report)))
    if not runs and not earlier.runs:
        why = f": {unread[0].reason}" if unread else ": there is no report.json; name reports, or the folder of some."
        raise UnsuitableReport(f"No history can be made{why}")
    contract: dict[str, PastRequirement] = {}
    newest_first = [known for _, known in sorted(contracts, key=itemgetter(0), reverse=True)]
    for known in (*newest_first, earlier.contract):
        for name, each in known.items():
            contract.setdefault(name, each)
    return track([*earlier.runs, *runs], contract, unread)


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        yield from sorted(source.rglob(SOURCE)) if source.is_dir() else (source,)
