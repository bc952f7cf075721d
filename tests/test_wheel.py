"""The wheel, installed into an environment of its own, does its work in an empty folder and leaves nothing else."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fixtures.embedded import MockAddress
from tests.ci.machine import FAULT, NARROW, ROOT
from tests.offline import skip_if_offline

TIME_LIMIT = 300
REPORT_FILES = {"report.json", "report.html", "junit.xml", "summary.md", "badge.svg"}
SITE = sysconfig.get_path("purelib", vars={"base": "", "platbase": ""}).lstrip("/")


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Installation:
    """An environment with the wheel, and the folder in which its commands are called."""

    environment: Path
    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder.parent / "home"), "COLUMNS": "80"}

    @property
    def command(self) -> str:
        return str(self.environment / "bin" / "batches-conformance")

    def call(self, *words: str, **variables: str) -> Ended:
        """Call the command as a person does."""
        return self._ended([self.command, *words], variables)

    def call_at_once(self, *words: str, **variables: str) -> Ended:
        """Call the command in a process that has imported the packages of others already, and nothing of the wheel."""
        site = {"PYTHONPATH": str(self.environment / SITE), "PYTHONSAFEPATH": "1"}
        return self._ended([sys.executable, "-m", "batches_conformance", *words], {**site, **variables})

    def _ended(self, command: Sequence[str], variables: Mapping[str, str]) -> Ended:
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.variables, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    @contextmanager
    def mock(self) -> Iterator[MockAddress]:
        """Serve the mock of the wheel."""
        words = [self.command, "mock", "--port", "0", "--json", "--pace", "0.05", "--until-stdin-closes"]
        with subprocess.Popen(
            words, cwd=self.folder, env=self.variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            yield MockAddress(**json.loads(process.stdout.readline()))
            process.stdin.close()

    @property
    def left(self) -> set[str]:
        """What lies in the folder."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file with its size and the time of its last change."""
    files = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {str(path): (about.st_size, about.st_mtime_ns) for path, about in files}


def pip(*words: str, **variables: str) -> Ended:
    """Call the pip of the tests."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("needs pip in the environment")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what builds the wheel, out of a package registry."""
    folder = tmp_path_factory.mktemp("backend")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    done = pip("install", "--quiet", "--target", str(folder), *project["build-system"]["requires"])
    if done.code:
        skip_if_offline(done.errors)
    assert done.code == 0, done.errors
    return folder


@pytest.fixture(scope="module")
def wheel(backend: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    done = pip("wheel", *words, PYTHONPATH=str(backend))
    assert done.code == 0, done.errors
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; it finds the packages that the suite needs among those of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    done = pip("--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    assert done.code == 0, done.errors
    (folder / SITE / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder


@pytest.fixture
def installation(environment: Path, tmp_path: Path) -> Iterator[Installation]:
    """The installation, which no command changes."""
    (tmp_path / "here").mkdir()
    before = state_of(environment)
    installation = Installation(environment, tmp_path / "here")
    yield installation
    assert state_of(environment) == before
    at_home = {path.relative_to(tmp_path / "home").parts[:2] for path in (tmp_path / "home").glob("*/*")}
    assert at_home <= {(".cache", "batches-conformance"), (".local", "state")}


def test_nothing_of_a_general_name_lies_at_the_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top.partition("-")[0] for top in tops} == {"batches_conformance"}
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name or "/out/" in name]


def imported(text: str) -> Iterator[str]:
    """The dotted names that a module imports, and those which may be modules too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def test_what_is_imported_of_the_tree_is_there(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("batches_conformance/suite/") for name in archive.namelist()}
        modules = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    missing = {
        f"{path} of {name}"
        for name, text in modules.items()
        for path in (f"{each.replace('.', '/')}.py" for each in imported(text))
        if (ROOT / path).is_file() and path not in names
    }
    assert not missing


def test_a_run_leaves_its_report_and_nothing_else(installation: Installation) -> None:
    (installation.folder / "my report").mkdir()
    ended = installation.call("run", NARROW, "-n", "0", "-q", "--report-dir", "my report", "--record", "run.har")
    assert (ended.code, ended.errors) == (0, "")
    assert "CONFORMANT" in ended.output
    assert installation.left == {"run.har", *(f"my report/{name}" for name in REPORT_FILES)}
    judged = installation.call_at_once("judge", "run.har", "--report-dir", "judged")
    assert (judged.code, judged.errors) == (0, "")
    assert (installation.folder / "judged" / "report.json").is_file()
    shown = installation.call_at_once("report", "show", "my report/report.json")
    assert (shown.code, shown.errors) == (0, "")
    assert "CONFORMANT" in shown.output


def test_a_run_without_assertions_and_under_a_safe_path_has_the_same_verdict(installation: Installation) -> None:
    # Python itself would keep the modules that are imported before the command can say that nothing is kept.
    variables = {"PYTHONOPTIMIZE": "1", "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    ended = installation.call("run", NARROW, "-n", "0", "-q", **variables)
    assert (ended.code, ended.errors) == (0, "")
    assert "CONFORMANT" in ended.output
    assert "cannot be rewritten" not in ended.output


def make_traps(folder: Path) -> set[str]:
    """Put modules into a folder that end whoever imports them, and give their files."""
    names = {f"{name}.py" for name in ("click", "execnet", "reports", "spec", "yaml")}
    for name in names:
        (folder / name).write_text(f"raise SystemExit('{name} of the caller')", encoding="utf-8")
    return names


def test_a_service_is_checked_by_its_url_and_nothing_imported_out_of_the_folder(installation: Installation) -> None:
    """By a worker, which is started as one of another program."""
    traps = make_traps(installation.folder)
    with installation.mock() as service:
        key = {"LLAMA_CLOUD_API_KEY": service.api_key}
        words = ("--target", service.base_url, "--poll-interval", "0.05", "-q", "-n", "1")
        ended = installation.call("run", NARROW, *words, **key)
        assert (ended.code, ended.errors) == (0, "")
        assert "<style>\n:root" in httpx.get(f"{service.base_url}/docs", trust_env=False).text
        cleaned = installation.call("clean-up", "--target", service.base_url, **key)
        assert cleaned.code == 0, cleaned.errors
    assert installation.left == {f"reports/out/{name}" for name in REPORT_FILES} | traps


def test_runs_that_are_repeated_import_nothing_out_of_the_folder(installation: Installation) -> None:
    make_traps(installation.folder)
    ended = installation.call("run", NARROW, "--repeat", "2", "-n", "0", "-q", "--report-dir", "found")
    assert (ended.code, ended.errors) == (0, ""), ended.output
    assert ended.output.count("CONFORMANT") == 2


def test_options_of_pytest_work(installation: Installation) -> None:
    first = installation.call_at_once("run", FAULT, "-x", "-n", "0", "-q", "-k", "unknown_job_type")
    assert (first.code, first.errors) == (1, "")
    failed = installation.call_at_once("run", FAULT, "--lf", "-n", "0", "-v")
    assert (failed.code, failed.errors) == (1, "")
    assert "rerun previous 1 failure" in failed.output
    assert "suites/scenarios/test_create.py::test_an_unknown_job_type_is_refused[" in failed.output
    assert installation.left == {f"reports/out/{name}" for name in REPORT_FILES}


def test_a_plan_sends_nothing_and_leaves_nothing(installation: Installation) -> None:
    ended = installation.call_at_once("plan", NARROW, "--target", "http://127.0.0.1:9", LLAMA_CLOUD_API_KEY="x")
    assert (ended.code, ended.errors) == (0, "")
    assert "In total" in ended.output
    assert installation.left == set()


def test_the_proof_of_one_requirement_works(installation: Installation) -> None:
    ended = installation.call_at_once("prove", NARROW)
    assert (ended.code, ended.errors) == (0, "")
    assert installation.left == {"reports/out/prove.json", "reports/out/prove.md"}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--version",), "batches-conformance 0."),
        (("contract", "rules"), "| rule |"),
        (("report", "explain", "create-refuses-unknown-job-type"), "HOW IT IS CHECKED"),
        (("bench", "--help"), "--runs"),
        (("clients", "--help"), "--client"),
        (("proxy", "--help"), "--listen"),
        (("init", "--ci", "jenkins"), "conformance/Jenkinsfile"),
        (("mock", "--list", "situations", "--about", "503"), "service-unavailable[=N]"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_other_commands_work(installation: Installation, words: tuple[str, ...], shown: str) -> None:
    ended = installation.call_at_once(*words)
    assert (ended.code, ended.errors) == (0, "")
    assert shown in ended.output


def test_the_tests_of_a_user_run_on_the_mock(installation: Installation) -> None:
    shutil.copy(ROOT / "docs" / "examples" / "test_invoices.py", installation.folder)
    (installation.folder / "fixtures.py").write_text("raise SystemExit('not to be imported')", encoding="utf-8")
    words = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    ended = subprocess.run(
        [str(installation.environment / "bin" / "python"), *words],
        cwd=installation.folder,
        env=installation.variables | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    assert " passed in " in ended.stdout
    assert "llx" not in ended.stdout
    assert installation.left == {"fixtures.py", "test_invoices.py"}


def test_a_command_of_a_checkout_is_refused_with_a_sentence(installation: Installation) -> None:
    ended = installation.call_at_once("tests")
    assert ended.code == 4
    assert "tests is a command of a checkout" in ended.errors


def test_environments_of_clients_go_to_the_cache_of_the_user(installation: Installation) -> None:
    suite = next((installation.environment / SITE).glob("batches_conformance/suite"))
    program = "from suites.clients.environments import PLACE; print(PLACE)"
    python = str(installation.environment / "bin" / "python")
    variables = {**installation.variables, "PYTHONPATH": str(suite), "PYTHONDONTWRITEBYTECODE": "1"}
    place = subprocess.check_output([python, "-P", "-c", program], env=variables, text=True)
    assert place.startswith(os.path.join(installation.variables["HOME"], ".cache"))
