"""The page that says what the suite makes of each behaviour."""

from collections.abc import Iterator
from pathlib import Path

from fixtures.client import MOST_OF_LARGE
from fixtures.wire import MOST_BYTES, MOST_VALUES
from reports.exit_codes import CONFORMANT
from tests.hostile.behaviours import BEHAVIOURS, Behaviour

PAGE = Path(__file__).parents[2] / "docs" / "hostile-servers.md"
COMMAND = "python -m tests.hostile > docs/hostile-servers.md"


def render() -> str:
    """The page as Markdown."""
    return "\n".join([*_head(), *map(_row, BEHAVIOURS.values()), ""])


def _head() -> Iterator[str]:
    yield f"""\
# What a server may do to the suite

A run has to come to an end, and to the right verdict, whatever the other side does. These are the behaviours that it
is run against, most of them in the middle of a run. Each run ends in time, stays below 500 MB of memory, leaves a
valid report with all that was seen before, and lets no control character, key or signature of a URL through to the
terminal or to a file. The table is made of the tests: `{COMMAND}`.

One answer may take `--request-timeout` in all, and may have {MOST_BYTES // 2**20} MB, packed and unpacked, and
{MOST_VALUES:,} values of JSON. Requests that come to nothing may cost a run `--poll-timeout` in all, and answers of
more than a megabyte may have {MOST_OF_LARGE // 2**20} MB in all; after that, nothing more is sent. No redirect is
followed, and a key goes to the target alone.

| when | behaviour | what the run says | exit code |
| --- | --- | --- | --- |"""


def _row(behaviour: Behaviour) -> str:
    return f"| {behaviour.place} | {behaviour.what} | {_verdict(behaviour)} | {behaviour.code} |"


def _verdict(behaviour: Behaviour) -> str:
    if behaviour.code == CONFORMANT:
        return "nothing: no promise is broken"
    failed = ", ".join(f"`{id_}`" for id_ in sorted(behaviour.fails))
    return f"{failed}: “{behaviour.says}”" if failed else f"“{behaviour.says}”"
