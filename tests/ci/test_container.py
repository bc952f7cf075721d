"""The image: its files, its installation and its entrypoint, in a folder in place of an image."""

import importlib.util
import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
import yaml

from batches_conformance.mock import running_mock
from tests.ci.machine import ROOT, Machine, make_machine
from tests.ci.shell import EXAMPLES, container_instructions

INSTRUCTIONS = container_instructions()
COMPOSE = yaml.safe_load((EXAMPLES / "compose.yaml").read_text("utf-8"))
MOCK = COMPOSE["services"]["batches-mock"]
SUITE = PurePosixPath("batches_conformance/suite")
KNOWN = ["FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENTRYPOINT", "CMD"]
IGNORE = (ROOT / ".containerignore").read_text("utf-8").splitlines()
NEEDS_PIP = pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="needs pip in the environment")


def arguments(word: str) -> list[str]:
    return [rest for each, rest in INSTRUCTIONS if each == word]


def is_ignored(path: PurePosixPath) -> bool:
    """Whether a file stays out of the build; the last pattern that fits it, or a folder above it, decides."""
    ignored = False
    for pattern in IGNORE:
        wanted = pattern.removeprefix("!").rstrip("/").removeprefix("**/")
        above = [path, *path.parents][:-1]
        names = [each.name if "**/" in pattern else str(each) for each in above]
        if any(fnmatchcase(name, wanted) for name in names):
            ignored = not pattern.startswith("!")
    return ignored


def copied() -> Iterator[tuple[Path, PurePosixPath]]:
    """Each file that is copied, with its place below the working directory."""
    for text in arguments("COPY"):
        *sources, place = text.split()
        for source in sources:
            found = ROOT / source
            files = found.rglob("*") if found.is_dir() else [found]
            for file in files:
                inside = PurePosixPath(file.relative_to(found if found.is_dir() else found.parent))
                if file.is_file() and not is_ignored(PurePosixPath(file.relative_to(ROOT))):
                    yield file, PurePosixPath(place) / inside


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the instructions make: what is copied, with its modules compiled."""
    machine = make_machine(tmp_path_factory.mktemp("build"))
    folder = machine.folder / "suite"
    for file, place in copied():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / place)
    machine.install("python", f'exec {shlex.quote(sys.executable)} "$@"')
    (command,) = (text for text in arguments("RUN") if "compileall" in text)
    assert machine.run(["sh", "-c", f"cd {folder} && {command}"]).code == 0
    return folder


@pytest.fixture
def image(machine: Machine, suite: Path) -> Machine:
    """A machine that holds what the image holds, works in its folder of reports, and has the `python` of the tests."""
    (machine.workspace / "conformance").unlink()
    shutil.copytree(suite, machine.folder / "suite")
    machine.install("python", f'exec {shlex.quote(sys.executable)} "$@"')
    return machine


def in_the_wheel() -> set[str]:
    """What the wheel has beside the package itself, as `pyproject.toml` says."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    named = [ROOT / name for name in (*wheel["only-include"], *wheel["force-include"])]
    files = (file for path in named for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    places = (PurePosixPath(file.relative_to(ROOT)) for file in files)
    return {
        str(place if place.parts[0] == "batches_conformance" else SUITE / place)
        for place in places
        if not (any(map(place.match, wheel["exclude"])) or {"__pycache__", "node_modules", "out"} & {*place.parts})
    }


def entrypoint() -> Sequence[str]:
    (text,) = arguments("ENTRYPOINT")
    words: list[str] = json.loads(text)
    return words


def variables(machine: Machine) -> dict[str, str]:
    """What the image has in its environment, at the places of the machine."""
    words = (word.partition("=") for word in arguments("ENV")[0].split())
    places = {"/report": str(machine.workspace), "/suite": str(machine.folder / "suite")}
    return {name: re.sub(r"/(report|suite)\b", lambda found: places[found[0]], text) for name, _, text in words}


def test_instructions_are_known_and_in_order() -> None:
    words = [word for word, _ in INSTRUCTIONS]
    assert list(dict.fromkeys(words)) == KNOWN
    assert re.fullmatch(r"python:3\.1[123]-slim", arguments("FROM")[0])
    assert arguments("USER") == ["suite"]
    assert f"useradd --uid 10001 --create-home {arguments('USER')[0]}" in arguments("RUN")[-1]


def test_nothing_is_copied_that_is_not_part_of_the_suite() -> None:
    """The image has what the wheel has, at the same places, so each command works there as in any installation."""
    assert {str(place) for _, place in copied()} == in_the_wheel() | {"LICENSE", "run.lock"}


def test_a_container_without_arguments_makes_a_run() -> None:
    assert json.loads(arguments("CMD")[0]) == ["run"]


def test_what_is_copied_is_enough_for_a_run(image: Machine) -> None:
    ran = image.run([*entrypoint(), "run", "--target=mock", "--yes"], **variables(image))
    assert ran.code == 0, ran.output
    report = json.loads((image.workspace / "reports/out/report.json").read_text("utf-8"))
    assert report["verdict"] == "conformant"


def test_a_container_serves_the_mock_as_compose_has_it(image: Machine) -> None:
    words = shlex.split(MOCK["command"])
    ran = image.run([*entrypoint(), *words, "--port", "0", "--until-stdin-closes"], **variables(image))
    assert ran.code == 0, ran.output
    assert "http://0.0.0.0:" in ran.output


def test_compose_knows_the_mock(image: Machine) -> None:
    """When it is healthy, where it is, and its key."""
    instruction, *words = MOCK["healthcheck"]["test"]
    given = COMPOSE["services"]["tests"]["environment"]
    with running_mock() as mock:
        port = str(urlsplit(mock.base_url).port)
        check = [word.replace("8000", port) for word in words]
        assert instruction == "CMD"
        assert image.run(check).code == 0
        assert given == mock.environment | {"LLAMA_CLOUD_BASE_URL": "http://batches-mock:8000"}
    assert image.run(check).code != 0


def test_nothing_is_to_be_written_beside_the_modules(image: Machine) -> None:
    """The user of the image may not; a file where Hypothesis would keep its folder stands for that."""
    (image.folder / "suite" / ".hypothesis").touch()
    generated = "--numprocesses=0 -p no:cacheprovider -k 'test_operations.py and test_list'"
    ran = image.run([*entrypoint(), "run"], generated, **variables(image))
    assert ran.code == 0, ran.output


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["prove", "--help"], "--requirement"),
        (["bench", "--help"], "--only"),
        (["clients", "--help"], "--client"),
        (["tests"], "tests is a command of a checkout"),
    ],
    ids=["prove", "bench", "clients", "tests"],
)
def test_every_command_is_there(image: Machine, words: list[str], shown: str) -> None:
    ran = image.run([*entrypoint(), *words], **variables(image))
    assert shown in ran.output
    assert ran.code == (4 if "checkout" in shown else 0)


@pytest.mark.parametrize("missing", ["spec", "fixtures", "pyproject.toml"])
def test_a_run_does_without_nothing_that_is_copied(image: Machine, missing: str) -> None:
    gone = image.folder / "suite" / SUITE / missing
    gone.rename(image.folder / "gone")
    assert image.run([*entrypoint(), "run", "--target=mock"], **variables(image)).code != 0


def install(machine: Machine) -> int:
    """Run what installs the lock, in an environment that has it already, without a registry and without effect."""
    (command,) = (text for text in arguments("RUN") if " pip " in text)
    offline = {"PIP_NO_INDEX": "1", "PIP_DRY_RUN": "1", "PIP_CONFIG_FILE": "/dev/null"}
    return machine.run(["sh", "-c", f"cd {machine.folder / 'suite'} && {command}"], **offline).code


@NEEDS_PIP
def test_the_lock_is_installed_with_hashes(image: Machine) -> None:
    assert install(image) == 0
    lock = image.folder / "suite" / "run.lock"
    text = lock.read_text("utf-8")
    lock.write_text(re.sub(r"(?m)^httpx==\S+", "httpx==0.0.1", text), encoding="utf-8")
    assert install(image) != 0


def test_the_modules_are_compiled_once(suite: Path) -> None:
    assert list((suite / SUITE / "reports").glob("__pycache__/plugin.*.pyc"))
