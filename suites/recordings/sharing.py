"""Shares the work on a large recording between processes: each shows all exchanges to oracles of its own.

Oracles know nothing of each other, and most of them compare exchanges that lie far apart. So the oracles are shared
out, and not the exchanges, and what is found is the same for any number of processes.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Final

from suites.oracles.oracle import Oracle
from suites.recordings.order import Piece
from suites.recordings.share import Record, Share

LARGE = 10_000
"""Exchanges from which on a recording is worth several processes, if nobody says how many."""
FORK: Final = "fork"
"""How a process starts that knows all that this one knows. Where there is no such way, one process does everything."""
COUNTING = 18
"""What it costs to count the traffic, which the first share does, beside most oracles."""
COSTS = {
    "answer_matches_schema": 4,
    "traits_never_change": 6,
    "updated_at_never_goes_back": 3,
    "walks_hold_every_match": 6,
}
"""What other oracles cost beside most of them."""
LOST = "A process that judged a part of the recording was ended from outside: judge it again, perhaps with --jobs 1."


def most_jobs(exchanges: int, asked: int | None) -> int:
    """Return how many processes may share the work on so many exchanges, at most one for each processor."""
    if FORK not in multiprocessing.get_all_start_methods():
        return 1
    processors = os.cpu_count() or 1
    return min(asked or (processors if exchanges >= LARGE else 1), processors)


def parted(oracles: Sequence[Oracle], jobs: int) -> list[list[Oracle]]:
    """Deal the oracles out to at most so many processes, the first of which also counts the traffic."""
    parts: list[list[Oracle]] = [[] for _ in range(min(jobs, len(oracles)))]
    costs = [COUNTING, *[0] * (len(parts) - 1)]
    for oracle in sorted(oracles, key=lambda each: -COSTS.get(each.name, 1)):
        least = costs.index(min(costs))
        parts[least].append(oracle)
        costs[least] += COSTS.get(oracle.name, 1)
    return [sorted(part, key=oracles.index) for part in parts]


@contextmanager
def sharing(shares: Sequence[Share]) -> Iterator[Callable[[Piece], Iterator[Record]]]:
    """Yield a function that gives what all shares find in a piece; the first share is this process's own."""
    own, *others = shares
    with ExitStack() as stack:
        helpers = [stack.enter_context(_helper(share)) for share in others]

        def found_in(piece: Piece) -> Iterator[Record]:
            for helper in helpers:
                with suppress(OSError):
                    helper.send(piece)
            yield own.found_in(piece)
            yield from map(_received, helpers)

        yield found_in


def _received(helper: Connection) -> Record:
    """Return what a helper has found, and that it is lost where it gives nothing any more."""
    try:
        found: Record = helper.recv()
        return found
    except (EOFError, OSError):
        return {"errors": [LOST]}


@contextmanager
def _helper(share: Share) -> Iterator[Connection]:
    """Start a process that looks at what it is sent, and ends when the other end of its pipe is closed."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context(FORK).Process(target=_help, args=(share, ours, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


def _help(share: Share, ours: Connection, theirs: Connection) -> None:
    """Look at pieces until there are no more; Ctrl-C, which comes to every process, is for the first one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ours.close()
    try:
        while True:
            theirs.send(share.found_in(theirs.recv()))
    except (EOFError, OSError):
        return
