"""Makes the skeletons of a new requirement: `python -m tests.scaffold requirement|oracle|…|all ID`."""

from spec import process  # isort: split

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from spec.codes import WRONG_USAGE

ROOT: Final = Path(__file__).parent.parent
REQUIREMENTS: Final = Path("spec/requirements.yaml")
HEAD: Final = "requirements:\n\n"
"""What the entries of `requirements.yaml` follow."""
FILES: Final[Mapping[str, str]] = {
    "oracle": "suites/oracles/{module}.py",
    "scenario": "suites/scenarios/test_{module}.py",
    "fault": "fixtures/mock/faults/{module}.py",
    "variation": "fixtures/mock/variations/{module}.py",
}
"""Where the skeleton of each kind goes. All of these folders are searched: no list has to be changed."""
KINDS: Final = ("requirement", *FILES, "all")

ENTRY: Final = """\
  - id: {id}
    level: must
    statement: What a service does that keeps the promise.
    source: guide, the section that promises it
    rests_on: What the source says there, in our own words.
    covers: [Batch.status]

"""
ORACLE: Final = '''\
"""What every exchange shows of {id}."""

from collections.abc import Iterator

from suites.oracles.oracle import Look, oracle
from suites.traffic import SHOW_BATCHES, Call
from suites.verify import Observation, observe


@oracle("{id}", looks_at=SHOW_BATCHES)
def {function}() -> Look:
    """State the promise in one sentence."""

    def look(call: Call) -> Iterator[Observation]:
        for batch in call.batches:
            yield observe(
                "{id}",
                True,
                check="{id}",
                kind="not-matching",
                expected="what was promised",
                actual=batch.get("status"),
                exchanges=[call.exchange],
                case=f"batch {{batch['id']}}",
            )

    return look
'''
SCENARIO: Final = '''\
"""Traffic that exercises {id}."""

import pytest

from fixtures.directories import Directories
from suites.steps import Steps


@pytest.mark.requirement("{id}")
def test_{function}(steps: Steps, directories: Directories) -> None:
    """State the promise in one sentence."""
    steps.finish(steps.create(directories.holding(1, "{label}")))
'''
FAULT: Final = '''\
"""Services that break {id}."""

from ..model import Batch, Entry, JsonObject
from ..render import Render
from .fault import fault


@fault("{id}")
class {camel}Broken(Render):
    """The service breaks {id}."""

    def batch(self, batch: Batch, entries: tuple[Entry, ...] | None) -> JsonObject:
        return {{**super().batch(batch, entries)}}
'''
VARIATION: Final = '''\
"""What a service may do otherwise and keep {id}."""

from ..model import Batch, Entry, JsonObject
from ..render import Render
from .variation import variation


class {camel}Otherwise(Render):
    """Keeps the promise in another form."""

    def batch(self, batch: Batch, entries: tuple[Entry, ...] | None) -> JsonObject:
        return {{**super().batch(batch, entries)}}


VARIANTS = (variation("{id}-otherwise", "{sentence} is kept in another form.", {camel}Otherwise),)
'''
SKELETONS: Final[Mapping[str, str]] = {
    "oracle": ORACLE,
    "scenario": SCENARIO,
    "fault": FAULT,
    "variation": VARIATION,
}


def make(kind: str, id_: str, module: str | None = None, root: Path = ROOT) -> list[Path]:
    """Write the skeletons of a kind, or of all, and return the files that were written or changed."""
    module = module or id_.replace("-", "_")
    words = {
        "id": id_,
        "function": id_.replace("-", "_"),
        "camel": "".join(word.capitalize() for word in id_.split("-")),
        "label": id_.split("-")[0],
        "sentence": id_.replace("-", " ").capitalize(),
    }
    kinds = [each for each in KINDS[:-1] if kind in (each, "all")]
    paths = {each: root / FILES[each].format(module=module) for each in kinds if each in FILES}
    requirements = root / REQUIREMENTS
    contract = requirements.read_text(encoding="utf-8")
    there = [str(path.relative_to(root)) for path in paths.values() if path.exists()]
    if "requirement" in kinds and f"- id: {id_}\n" in contract:
        there.append(f"{REQUIREMENTS}, {id_}")
    if there:
        raise click.UsageError(f"there already: {', '.join(there)}; choose another id, or --module")
    for each, path in paths.items():
        path.write_text(SKELETONS[each].format_map(words), encoding="utf-8")
    if "requirement" not in kinds:
        return list(paths.values())
    requirements.write_text(contract.replace(HEAD, HEAD + ENTRY.format_map(words), 1), encoding="utf-8")
    return [requirements, *paths.values()]


@click.command(name="python -m tests.scaffold")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("requirement", metavar="ID")
@click.option("--module", metavar="NAME", help="The name of the new modules; by default that of the requirement.")
def command(kind: str, requirement: str, module: str | None) -> None:
    """Make the skeletons of a KIND for the requirement ID, or all of them."""
    for path in make(kind, requirement, module):
        click.echo(path.relative_to(ROOT))


def main() -> int:
    """Do what the command line says, and return the exit code."""
    try:
        command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return WRONG_USAGE
    return 0


if __name__ == "__main__":
    process.run(main)
