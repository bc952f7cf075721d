"""`init`: puts what a repository needs to be checked in its CI into that repository."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from batches_conformance.groups import Choice
from batches_conformance.location import ROOT

_EXAMPLES: Final = ROOT / "docs" / "examples"
_FOLDER: Final = Path("conformance")
"""Where waivers and the page about the baseline go, in the repository."""
_WAIVERS: Final = _FOLDER / "waivers.yaml"


@dataclass(frozen=True)
class _System:
    """A CI system: how it is recognised, what is written for it from which example, and what is left to do."""

    title: str
    marks: tuple[str, ...]
    files: dict[str, str]
    steps: tuple[str, ...]


SYSTEMS: Final = {
    "github": _System(
        "GitHub Actions",
        (".github",),
        {".github/workflows/conformance.yml": "github-workflow.yml"},
        (
            "Set the variables CONFORMANCE_SUITE, CONFORMANCE_REF and CONFORMANCE_TARGET, and the secret "
            "LLAMA_CLOUD_API_KEY, in the settings of the repository.",
        ),
    ),
    "gitlab": _System(
        "GitLab CI/CD",
        (".gitlab-ci.yml", ".gitlab"),
        {"conformance/gitlab-ci.yml": "gitlab-ci.yml"},
        (
            "Add `include: conformance/gitlab-ci.yml` to .gitlab-ci.yml.",
            "Set the CI/CD variables CONFORMANCE_SUITE, CONFORMANCE_TARGET and LLAMA_CLOUD_API_KEY, the key masked.",
        ),
    ),
    "jenkins": _System(
        "Jenkins",
        ("Jenkinsfile",),
        {"conformance/Jenkinsfile": "Jenkinsfile"},
        (
            "Make a pipeline whose script path is conformance/Jenkinsfile.",
            "Give it CONFORMANCE_SUITE and CONFORMANCE_TARGET, and a credential llama-cloud-api-key of secret text.",
        ),
    ),
    "cron": _System(
        "cron",
        (),
        {"conformance/crontab": "crontab", "conformance/nightly.sh": "nightly.sh"},
        ("Correct the paths in conformance/crontab, and install it with `crontab conformance/crontab`.",),
    ),
}
WAIVERS: Final = """\
# Violations that are tolerated until a day; `batches-conformance report waive` adds an entry.
# A run reads this file with --waivers conformance/waivers.yaml. An entry that expired, or that nothing matches, fails
# the gate.
[]
"""
BASELINE: Final = """\
# Conformance of the Batches API

`waivers.yaml` lists the violations that are tolerated, each until a day.

## The first baseline

With a baseline the gate fails only for what got worse. Until there is one, every violation fails it.

1. Run the suite against the service once, and read `report.html`:

       batches-conformance run --target URL --yes --report-dir baseline

2. Tolerate what cannot be fixed now, until a day:

       batches-conformance report waive FINGERPRINT --report baseline/report.json \\
           --owner TEAM --expires YYYY-MM-DD --reason WHY --link URL --file conformance/waivers.yaml

3. Keep `baseline/report.json` where CI finds it, and give it to each run:

       batches-conformance run --target URL --yes --baseline baseline/report.json --waivers conformance/waivers.yaml

Renew the baseline in one place only, after a green run of the main branch.
"""


class _NotSetUp(click.ClickException):
    """The repository cannot be set up; the message says what to do."""


@click.command(name="init")
@click.option("--ci", type=Choice([*SYSTEMS]), help="The CI system; by default the one whose files are there.")
@click.option("--force", is_flag=True, help="Overwrite files that are there, but for the waivers.")
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None)
def command(ci: str | None, force: bool, repository: Path | None) -> None:
    """Set the suite up in the CI of REPOSITORY, by default that of the current folder.

    Writes a workflow, a file of waivers, and a page that says how to make the first baseline.
    """
    repository = repository or _around(Path.cwd())
    system = SYSTEMS[ci or _found(repository)]
    texts = dict(_texts(system))
    if (repository / _WAIVERS).exists():
        del texts[_WAIVERS]
    if not force and (there := [str(path) for path in texts if (repository / path).exists()]):
        raise _NotSetUp(f"{', '.join(there)} would be overwritten: add --force to do that.")
    for path, text in texts.items():
        _write(repository / path, text)
        click.echo(f"wrote {os.path.relpath(repository / path)}")
    click.echo(f"\nNext, for {system.title}:")
    for number, step in enumerate([*system.steps, f"Make the first baseline: see {_FOLDER / 'README.md'}."], start=1):
        click.echo(f"  {number}. {step}")


def _around(folder: Path) -> Path:
    """Return the root of the git repository that a folder is in, where CI looks for its files, or the folder itself."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def _found(repository: Path) -> str:
    found = [name for name, system in SYSTEMS.items() if any((repository / mark).exists() for mark in system.marks)]
    if len(found) != 1:
        titles = " and ".join(SYSTEMS[name].title for name in found)
        what = f"files of {titles}" if titles else "no files of a CI system that init knows"
        raise _NotSetUp(f"{repository} has {what}: name one with --ci {'|'.join(SYSTEMS)}.")
    return found[0]


def _texts(system: _System) -> Iterator[tuple[Path, str]]:
    for path, example in system.files.items():
        yield Path(path), (_EXAMPLES / example).read_text(encoding="utf-8")
    yield _WAIVERS, WAIVERS
    yield _FOLDER / "README.md", BASELINE


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if path.suffix == ".sh":
            path.chmod(0o755)
    except OSError as error:
        raise _NotSetUp(f"{path} cannot be written ({error.strerror}): name another folder.") from None
