"""Every command in a page works.

Each is executed in a folder with some reports in it, against a mock where it names a service, and narrowed to a little
where it would take long; or it stands in `NOT_EXECUTED`, with the reason. Commands that come to the same are executed
once. The blocks for curl are executed by tests/docs/test_mock_page.py.
"""

import json
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from batches_conformance.release_plan import AGAINST_KEY
from fixtures.embedded import MockAddress, running_mock
from fixtures.settings import BASE_URL, KEY, OTHER_KEY
from tests.docs.pages import ROOT, SHELL, blocks, commands
from tests.docs.project import Ended, of_tox, run_python

ELSEWHERE = {"ci.md"}
"""Pages whose examples are for other machines, and have tests of their own."""
PATHS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = {path.name: path.read_text(encoding="utf-8") for path in PATHS if path.name not in ELSEWHERE}
LANGUAGES = {SHELL, "yaml", "python", "text"}
COMMAND = "batches-conformance"
INSTALLERS = ("uvx", "uv", "pipx", "pip", "python -m pip", "python3 -m pip", "podman", "docker")
"""How commands begin that install the suite; tests/test_packaging.py does that."""

LOADS = f"{COMMAND} load"
"""Commands that take locust and many seconds: they are planned here, and tests/load/test_loads.py has such loads."""

OF_EXAMPLE = "--requirement file-count-is-final"
EXAMPLE = "tests/docs/test_writing_tests.py executes it, in a project that has the requirement"
CHECKED_BY_CI = "CI runs it as it is, and it takes minutes"
TAKES_A_BROWSER = "there may be none, and a whole run on the mock comes before"
ASKS_GIT = "it reads the contract of another commit from git; tests/spec/test_gate.py does that"
PUBLISHED_ELSEWHERE = "the document is the service's own; tests/spec/test_diff_explained.py has some"
BEHIND_A_GATEWAY = "it takes a gateway; tests/suites/test_gateway_runs.py has one"
LISTENS = "it ends with Ctrl-C; tests/recordings/test_proxy.py does that"
NOT_EXECUTED = {
    "batches-conformance bench": "its figures mean nothing on a busy machine",
    "batches-conformance clients": CHECKED_BY_CI,
    "batches-conformance clients --api-tests": CHECKED_BY_CI,
    "batches-conformance clients --target https://your-service.example --yes": CHECKED_BY_CI,
    "batches-conformance contract diff 2.14 published.yaml --explained spec/diff/published.yaml": PUBLISHED_ELSEWHERE,
    "batches-conformance contract diff origin/main:spec/openapi.yaml spec/openapi.yaml": ASKS_GIT,
    "batches-conformance contract gate BASE": ASKS_GIT,
    "batches-conformance contract gate main": ASKS_GIT,
    "batches-conformance prove": CHECKED_BY_CI,
    "batches-conformance prove --black-box": CHECKED_BY_CI,
    "batches-conformance prove --load": CHECKED_BY_CI,
    "batches-conformance prove --recordings": CHECKED_BY_CI,
    "batches-conformance prove --steady": CHECKED_BY_CI,
    "batches-conformance prove --steady --part 1/4": "it takes hours; tests/prove/test_part.py has the parts",
    f"batches-conformance prove {OF_EXAMPLE}": EXAMPLE,
    "batches-conformance proxy --listen 8080 --target https://your-service.example": LISTENS,
    "batches-conformance proxy": LISTENS,
    "batches-conformance report replay reports/out/report.json FINGERPRINT": "tests/reports/test_replay.py does that",
    f"batches-conformance run {OF_EXAMPLE}": EXAMPLE,
    f"batches-conformance run {OF_EXAMPLE} --fault file-count-follows-the-directory": EXAMPLE,
    f"batches-conformance run {OF_EXAMPLE} --variation files-counted-at-the-end": EXAMPLE,
    "batches-conformance run --target https://your-service.example --header 'X-Stage: blue' "
    "--secret-header 'X-Gateway-Token: …' --client-cert=client.pem --ca-bundle=issuers.pem": BEHIND_A_GATEWAY,
    "python -m docs.figures": "it writes into the pages; tests/docs/test_figures.py does that",
    "python -m docs.generated": "it writes the pages; tests/docs/test_generated.py does that",
    "python -m tests.scaffold all ID": "it changes the project; tests/docs/test_writing_tests.py has an example",
    "python -m tests.reports.html.picture docs/report.png docs/history.png docs/release.png": TAKES_A_BROWSER,
    f"python -m tests.scaffold all {OF_EXAMPLE.split()[1]} --module file_count": EXAMPLE,
    "tox -e lint": CHECKED_BY_CI,
    "tox -e published -- FILE": PUBLISHED_ELSEWHERE,
    "tox -e published -- published.yaml": PUBLISHED_ELSEWHERE,
    "tox -e lock": "it reads the package registries, and would change the locks",
}

BROKEN = "broken/report.json"
"""The report of a run that observed a violation."""
OF_LITTLE = ("--requirement", "create-refuses-unknown-job-type")
OF_LITTLE_BROKEN = "unknown-job-type-means-parse"
"""A fault that this little notices."""
OF_RESULTS = ("--requirement", "results-null-unless-expanded")
LITTLE = "tests/spec/test_requirements.py"
"""The tests that stand for all of the project's own."""
IN_A_PROCESS = ("-q", "--numprocesses=0", "-p", "no:cacheprovider", "--assert=plain")
PRODUCTION, CANDIDATE = "http://127.0.0.1:8001", "http://127.0.0.1:8002"
"""The two services of docs/release.md, the second with a fault."""
PORTS = {"8000", "8001", "8002"}
SHORT_WAITS = ("--poll-interval=0.05", "--settle-timeout=5", "--deselect=suites/scenarios/test_stays.py")
"""Options of a run by URL, which leaves out what waits for seconds on purpose."""
SERVED = ("https://your-service.example", "https://staging.example", "http://127.0.0.1:8000", PRODUCTION, "URL")
CONTROL = "https://control.your-service.example"
NOTHING_SENT = {"--plan", "--rehearse"}
"""Options by which nothing is sent to the target of a command, so that it can keep its name."""


@dataclass(frozen=True)
class Desk:
    """Where commands are executed, each once: a repository with some reports, and two services."""

    folder: Path
    plain: MockAddress
    scripted: MockAddress
    faulty: MockAddress
    ended: dict[tuple[str, ...], Ended] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """A violation of the report that has one."""
        found = json.loads((self.folder / BROKEN).read_text(encoding="utf-8"))["requirements"]
        return str(next(each["violations"][0]["fingerprint"] for each in found if each["violations"]))

    def execute(self, line: str) -> Ended:
        """Execute a command as a reader types it, and hold what it writes over a page against the page."""
        mock = self.scripted if CONTROL in line else self.plain
        words = [word for given in shlex.split(line) for word in self._filled_in(given, line, mock)]
        if words[0] == "cp":
            shutil.copy(*(self.folder / word for word in words[1:]))
            return Ended(0, "", "")
        page = None
        if ">" in words:
            *words, _, page = words
        arguments = tuple(python_words(words))
        if arguments not in self.ended:
            keys = {KEY: mock.api_key, OTHER_KEY: mock.other_api_key, AGAINST_KEY: self.plain.api_key}
            self.ended[arguments] = run_python(self.folder, arguments, variables=keys)
        ended = self.ended[arguments]
        if page is not None and ended.stdout != (self.folder / page).read_text(encoding="utf-8"):
            raise AssertionError(f"The page is out of date: {line}")
        return ended

    def _filled_in(self, word: str, line: str, mock: MockAddress) -> list[str]:
        """Give what a reader puts in the place of a word that stands for something."""
        places = {
            "YOUR-ORGANIZATION": mock.organization_id,
            "YOUR-EXTRACT-CONFIGURATION": mock.extract_configuration_id,
            "REPORT…": "part-1/report.json part-2/report.json",
            "REPORT": "before.json",
            "BEFORE": "before.json",
            "AFTER": "after.json",
            "DIR": "joined",
            "MOCK": "mock.json",
            "NIGHTS": "of-mock",
            "SERVICE": "after.json",
            "OLD": "2.8",
            "NEW": "2.10",
            "ID": OF_LITTLE[1],
        }
        if "FINGERPRINT" in line:
            places |= {"FINGERPRINT": self.fingerprint, "NAME": "the-team", "DAY": "9999-12-31", "REPORT": BROKEN}
        if not NOTHING_SENT & set(line.split()):
            places |= dict.fromkeys(SERVED, mock.base_url) | {CONTROL: mock.control_url or ""}
            places |= {CANDIDATE: self.faulty.base_url}
        return places.get(word, word).split()


def python_words(words: list[str]) -> list[str]:
    """Give the words that Python gets for a command, narrowed to a little where it would take long."""
    match words:
        case ["tox", "-e", task, *arguments]:
            words = [*of_tox(task), *arguments]
        case ["python3", "run.py", *rest] | ["batches-conformance", *rest]:
            words = rest
        case ["python", "-m", *_]:
            return words[1:]
        case _:
            raise AssertionError(f"nobody knows how to execute {words[0]}")
    task, _, _ = words[0].partition("-py3")
    return ["-m", "batches_conformance", task, *narrowed(task, words[1:])]


def narrowed(task: str, arguments: list[str]) -> list[str]:
    """Add arguments to those of a command that make it short."""
    match task:
        case _ if "--help" in arguments:
            return arguments
        case "run" | "conformance" | "plan":
            selection = OF_RESULTS if "--fault" in arguments else OF_LITTLE
            by_url = SHORT_WAITS if "--target" in arguments else ()
            return [*_selecting(arguments, selection), *IN_A_PROCESS, *by_url]
        case "release" if "--target" in arguments:
            return [*arguments, *OF_LITTLE, *IN_A_PROCESS, *SHORT_WAITS]
        case "load":
            return [*arguments, "--plan"]
        case "prove":
            return [*_selecting(arguments, OF_LITTLE), "--jobs=2"]
        case "report" if arguments[0] == "waive":
            return [*arguments, "--report", BROKEN]
        case "tests":
            return [*(arguments if LITTLE in arguments else [LITTLE, *arguments]), *IN_A_PROCESS]
        case "mock":
            return ["0" if word in PORTS else word for word in arguments] + ["--until-stdin-closes"]
    return arguments


def _selecting(arguments: list[str], selection: tuple[str, str]) -> list[str]:
    return arguments if selection[0] in arguments else [*arguments, *selection]


def exit_codes_of(line: str) -> set[int]:
    """Give the exit codes that a command may have: a fault is noticed, contracts and the clocks of mocks may differ."""
    if line.startswith(f"{COMMAND} mock"):
        return {0}
    if ("--fault" in line and not line.startswith(LOADS)) or CANDIDATE in line:
        return {1}
    if f"{COMMAND} contract diff" in line:
        return {0} if "--accepted" in line else {0, 7}
    return {0, 7} if f"{COMMAND} report fidelity" in line else {0}


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("commands")
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / ".github").mkdir()
    with ExitStack() as stack:
        plain = stack.enter_context(running_mock("--pace", "0.05"))
        scripted = stack.enter_context(running_mock("--clock", "virtual", "--control"))
        faulty = stack.enter_context(running_mock("--pace", "0.05", "--fault", OF_LITTLE_BROKEN))
        made = Desk(folder, plain, scripted, faulty)
        command = f"{COMMAND} run --target {SERVED[0]}"
        made.execute(command)
        for number in (1, 2):
            made.execute(f"{command} --shard {number}/2 --report-dir=part-{number}")
        made.execute(f"{COMMAND} run --report-dir=of-mock --record=capture.har")
        made.execute("cp of-mock/report.json mock.json")
        for name in ("before.json", "after.json", "baseline.json"):
            made.execute(f"cp reports/out/report.json {name}")
        made.execute(f"{COMMAND} run --fault results-always-shown --report-dir=broken")
        for page, file in (("gate.md", "waivers.yaml"), ("compatibility.md", "accepted.yaml")):
            [example] = [block.text for block in blocks(PAGES[page]) if block.language == "yaml"]
            (folder / file).write_text(example, encoding="utf-8")
        yield made


@pytest.mark.parametrize("page", PAGES)
def test_every_command_works(page: str, desk: Desk) -> None:
    """In the order of the page, each ends as it should."""
    for line in dict.fromkeys(commands(PAGES[page])):
        if line in NOT_EXECUTED or line.startswith(INSTALLERS):
            continue
        if line.startswith("export "):
            assert {word.partition("=")[0] for word in line.split()[1:]} <= {BASE_URL, KEY, OTHER_KEY, AGAINST_KEY}
            continue
        ended = desk.execute(line)
        assert ended.code in exit_codes_of(line), f"{line} ended with {ended.code}:\n{ended.output}"


def test_what_is_not_executed_stands_in_a_page() -> None:
    shown = {line for page in PAGES.values() for line in commands(page)}
    assert not set(NOT_EXECUTED) - shown


def test_pages_that_are_left_out_exist() -> None:
    assert all((ROOT / "docs" / name).is_file() for name in ELSEWHERE)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    """So that no command hides in a block without a language."""
    assert {block.language for block in blocks(PAGES[page])} <= LANGUAGES


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("batches-conformance run --no-such-option", 4),
        ("batches-conformance report show missing.json", 4),
        ("batches-conformance mock --port eight", 4),
    ],
)
def test_a_command_that_does_not_work_is_noticed(line: str, code: int, desk: Desk) -> None:
    assert desk.execute(line).code == code


def test_a_page_that_is_out_of_date_is_noticed(desk: Desk) -> None:
    (desk.folder / "old.md").write_text("old\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="out of date"):
        desk.execute("batches-conformance contract page > old.md")
