"""Writes the figures of README.md and docs/measured.md: `python -m docs.figures`, after `batches-conformance prove`."""

from spec import process  # isort: split

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click

from batches_conformance.location import own_command
from fixtures.mock.faults import FAULTS
from fixtures.settings import KEY, OTHER_KEY
from reports import exit_codes
from reports.files import REPORT_DIR
from tests.bench import beside, servers
from tests.bench.beside import ServerFigures
from tests.prove.recordings import excuse

ROOT: Final = Path(__file__).parent.parent
PROOF: Final = Path(REPORT_DIR, "prove.json")
SERVICE: Final = "--target=https://your-service.example"
ORGANIZATION: Final = "--organization-id=org-1"
OFFERED: Final[Mapping[str, tuple[Sequence[str], Sequence[str]]]] = {
    "a key, and the 20 files of the default": ((), (KEY,)),
    "two keys, the organization, 60 files": ((ORGANIZATION, "--max-billable-files=60"), (KEY, OTHER_KEY)),
    "two keys, the organization, 1,200 files": ((ORGANIZATION, "--max-billable-files=1200"), (KEY, OTHER_KEY)),
    "all that, and the control protocol": (
        (ORGANIZATION, "--max-billable-files=1200", "--control-url=https://control.your-service.example"),
        (KEY, OTHER_KEY),
    ),
}
"""What a service may offer, with the options and the keys of a rehearsal of it."""


def written(page: str, name: str, lines: Sequence[str]) -> str:
    """Put lines between the two comments of a page that hold the figures of this name."""
    begin, end = f"<!-- figures: {name} -->", "<!-- end of figures -->"
    found = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
    if not found.search(page):
        raise click.ClickException(f"no page has the comment {begin}")
    text = "\n".join([begin, "", *lines, "", end])
    return found.sub(lambda _: text, page, count=1)


def table(head: Sequence[str], *rows: Sequence[object]) -> list[str]:
    """Give the lines of a table in Markdown."""
    return [f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)]


def of_proof(proof: Mapping[str, Any]) -> list[str]:
    """Give the table of a whole proof."""
    names = ("faults", "noticed", "variations", "false_alarms", "requests_per_fault", "seconds_per_fault")
    return table([name.replace("_", " ") for name in names], [proof["figures"][name] for name in names])


def of_looks() -> list[str]:
    """Count the faults that each way of looking can show."""
    of_one = [each for each in FAULTS.values() if not each.needs_load]
    ways = {
        "`batches-conformance prove`": len(of_one),
        "`batches-conformance prove --black-box`": sum(not each.needs_control for each in of_one),
        "`batches-conformance prove --recordings`": sum(excuse(each) is None for each in of_one),
        "`batches-conformance prove --load`": len(FAULTS) - len(of_one),
    }
    return table(
        ["command", "faults that can be seen", "others"], *([*way, len(FAULTS) - way[1]] for way in ways.items())
    )


def of_rehearsals() -> list[str]:
    """Rehearse runs against services that offer more and more, which takes a minute or two."""
    return table(
        ["offered", "passed", "not exercised", "billable files"], *(tuple(_rehearsed(each)) for each in OFFERED)
    )


def _rehearsed(offered: str) -> Iterator[object]:
    options, keys = OFFERED[offered]
    with TemporaryDirectory() as folder:
        command = own_command("run", SERVICE, "--yes", "--rehearse", "-q")
        subprocess.run(
            [*command, *options, "--report-dir", folder],
            cwd=ROOT,
            env={**os.environ, **{key: f"llx-{number}" for number, key in enumerate(keys)}},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
    verdicts = [each["verdict"] for each in report["requirements"]]
    yield offered
    yield from (verdicts.count("pass"), verdicts.count("not-exercised"))
    yield f"{report['run']['spent']['billable_files']:,}"


def of_servers() -> list[str]:
    """Measure the mock beside others of its kind, which takes a few minutes on an idle machine."""
    rows = [("moto's server", *beside.figures(servers.moto())), ("Prism's mock", *beside.figures(servers.prism()))]
    kinds = [*rows[0][1].per_second]
    return table(
        ["the mock beside", *(f"{kind} a second" for kind in kinds), "memory"],
        *((name, *_times(ours, theirs)) for name, ours, theirs in rows),
    )


def _times(ours: ServerFigures, theirs: ServerFigures) -> Iterator[str]:
    """Say how many times as many answers, and as much memory, ours are."""
    for kind, rate in ours.per_second.items():
        yield f"{rate / theirs.per_second[kind]:.1f}"
    yield f"{ours.memory / theirs.memory:.1f}" if ours.memory and theirs.memory else "unknown"


@click.command(name="python -m docs.figures")
@click.option("--proof", type=click.Path(path_type=Path), default=PROOF, show_default=True, help="A whole proof.")
@click.option("--rehearse", is_flag=True, help="Rehearse the runs of docs/measured.md as well.")
@click.option("--servers", "others", is_flag=True, help="Measure the mock beside other servers as well.")
def command(proof: Path, rehearse: bool, others: bool) -> None:
    """Write the figures of README.md and docs/measured.md."""
    figures = {"looks": ("docs/measured.md", of_looks())}
    if proof.is_file():
        figures["proof"] = ("README.md", of_proof(json.loads(proof.read_text(encoding="utf-8"))))
    else:
        print(f"{proof} is not there, so README.md keeps its figures: run batches-conformance prove")
    if rehearse:
        figures["rehearsals"] = ("docs/measured.md", of_rehearsals())
    if others:
        figures["servers"] = ("docs/measured.md", of_servers())
    for name, (page, lines) in figures.items():
        path = ROOT / page
        path.write_text(written(path.read_text(encoding="utf-8"), name, lines), encoding="utf-8")
        print(f"{page}: {name}")


def main() -> int:
    """Do what the command line says, and return the exit code."""
    try:
        command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return exit_codes.WRONG_USAGE
    return exit_codes.CONFORMANT


if __name__ == "__main__":
    process.run(main)
