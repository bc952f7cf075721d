"""What is run for a release, by which commands, and what each of them may spend."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from batches_conformance.release_steps import ReleaseStep
from fixtures.settings import KEY, OTHER_KEY
from spec.usage import WrongUsage
from suites.clients.table import load

AGAINST_KEY: Final = "LLAMA_CLOUD_AGAINST_API_KEY"
AGAINST_OTHER_KEY: Final = "LLAMA_CLOUD_AGAINST_OTHER_API_KEY"
"""The keys of the service that a release is compared with: no key goes to another service than its own."""


@dataclass(frozen=True)
class Question:
    """What is asked of a release: the options of the command."""

    target: str | None
    report: Path | None
    baseline: Path | None
    waivers: Path | None
    profiles: tuple[str, ...]
    against: str | None
    against_report: Path | None
    mock_report: Path | None
    contract: tuple[str, str] | None
    accepted: Path | None
    clients: bool
    client_names: tuple[str, ...]
    max_billable_files: int | None
    yes: bool
    out: Path
    gateway: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def wants_clients(self) -> bool:
        """Whether the released clients are to work with the service."""
        return self.clients or bool(self.client_names)


def chains_of(question: Question) -> Iterator[list[ReleaseStep]]:
    """List what is run beside each other: nothing else is sent to a service while a part of it runs."""
    out = question.out
    if question.target:
        of_target = [_run("conformance", question, question.target, _spared(question))]
        if question.wants_clients:
            of_target.append(_clients(question, question.target))
        yield of_target
    if question.against:
        step = _run("against", question, question.against, question.max_billable_files)
        yield [replace(step, environment=_environment_against())]
    if question.contract:
        accepted = ("--accepted", str(question.accepted)) if question.accepted else ()
        words = ("contract", "diff", *question.contract, "--format", "json", *accepted)
        yield [ReleaseStep("contract", words, out / "contract")]


def _run(name: str, question: Question, url: str, most: int | None) -> ReleaseStep:
    folder = question.out / name
    is_target = name == "conformance"
    gated = {"baseline": question.baseline, "waivers": question.waivers} if is_target else {}
    words = (
        *("run", "--target", url, "--report-dir", str(folder)),
        *words_of({option: str(value) for option, value in gated.items() if value}),
        *words_of({"profile": question.profiles}),
        *(("--max-billable-files", str(most)) if most is not None else ()),
        *(("--yes",) if question.yes else ()),
        *(question.gateway if is_target else ()),
        *question.rest,
    )
    return ReleaseStep(name, words, folder)


def _clients(question: Question, url: str) -> ReleaseStep:
    folder = question.out / "clients"
    names = words_of({"client": question.client_names})
    yes = ("--yes",) if question.yes else ()
    return ReleaseStep(
        "clients", ("clients", "--target", url, "--report-dir", str(folder), *names, *yes, *question.gateway), folder
    )


def _spared(question: Question) -> int | None:
    """Return what the clients leave of the billable files to the run. Raises `WrongUsage` where it is not enough."""
    if question.max_billable_files is None or not question.wants_clients:
        return question.max_billable_files
    from suites.clients.scenario import BILLABLE_FILES

    taken = BILLABLE_FILES * (len(question.client_names) or len(load()))
    if taken > question.max_billable_files:
        raise WrongUsage(
            f"The clients spend up to {taken} billable files: raise --max-billable-files, or name fewer with --client."
        )
    return question.max_billable_files - taken


def _environment_against() -> Mapping[str, str]:
    """Return the environment for the service that is compared with. Raises `WrongUsage` without a key for it."""
    found = {name: value for name, value in os.environ.items() if name not in (KEY, OTHER_KEY)}
    if not found.get(AGAINST_KEY):
        raise WrongUsage(f"Put the key for the service of --against into the environment variable {AGAINST_KEY}.")
    found[KEY] = found.pop(AGAINST_KEY)
    if other := found.pop(AGAINST_OTHER_KEY, None):
        found[OTHER_KEY] = other
    return found


def words_of(options: Mapping[str, Any]) -> Iterator[str]:
    """Write options as on a command line."""
    for name, value in options.items():
        for each in value if isinstance(value, tuple) else (value,):
            yield from (f"--{name.replace('_', '-')}", each)
