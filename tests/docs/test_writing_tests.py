"""The worked example of docs/writing-tests.md: it works as it stands, and each step is needed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, commands
from tests.docs.project import Ended, copied_to, run_python

PAGE = (ROOT / "docs" / "writing-tests.md").read_text(encoding="utf-8")
REQUIREMENT = "file-count-is-final"
FAULT = "file-count-follows-the-directory"
VARIATION = "files-counted-at-the-end"
PLACES = {
    "below": re.compile(r"In `(?P<file>[^`]+)`, below `(?P<line>[^`]+)`:$"),
    "entry": re.compile(r"In `(?P<file>[^`]+)`, the entry becomes:$"),
    "module": re.compile(r"The module `(?P<file>[^`]+)` becomes:$"),
}
GUARD = "status_of(batch) not in TERMINAL or "
FILES = {
    "field": "spec/openapi.yaml",
    "requirement": "spec/requirements.yaml",
    "mock": "fixtures/mock/render.py",
    "oracle": "suites/oracles/file_count.py",
    "scenario": "suites/scenarios/test_file_count.py",
    "fault": "fixtures/mock/faults/file_count.py",
    "variation": "fixtures/mock/variations/file_count.py",
}
"""The steps, each with the one file that it touches."""
MOST_FILES = 6
"""How many files a requirement may touch, beside a new field of the contract."""
AFFECTED = (
    "tests/docs/test_design.py",
    "tests/faults/test_registry.py",
    "tests/oracles/test_illegal.py::test_every_edit_breaks_what_an_oracle_observes",
    "tests/prove/test_judgement.py",
    "tests/spec/test_imports.py",
    "tests/spec/test_requirements.py",
    "tests/test_readme.py",
)
"""The tests that look at everything of a kind, whether or not they know it."""


@dataclass(frozen=True)
class Snippet:
    """A block of the page that goes into a file."""

    place: str
    file: str
    line: str
    text: str

    def apply(self, root: Path) -> None:
        """Put the block where the page says."""
        path = root / self.file
        before = path.read_text(encoding="utf-8")
        match self.place:
            case "module":
                after = self.text
            case "entry":
                [entry] = re.findall(rf"^  - id: {REQUIREMENT}\n(?:    .*\n)+", before, re.MULTILINE)
                after = before.replace(entry, self.text)
            case _:
                lines = before.splitlines(keepends=True)
                [number] = [number for number, line in enumerate(lines) if line.strip().startswith(self.line)]
                after = "".join([*lines[: number + 1], self.text, *lines[number + 1 :]])
        path.write_text(after, encoding="utf-8")


def snippets() -> Iterator[Snippet]:
    """Give the blocks of the page that go into files."""
    for block in blocks(PAGE):
        if block.language == "sh":
            continue
        [(place, match)] = [(place, match) for place, form in PLACES.items() if (match := form.search(block.before))]
        yield Snippet(place, match["file"], match.groupdict().get("line", ""), block.text)


@dataclass(frozen=True)
class Example:
    """A copy of the project that has the requirement, and the texts that its files had before."""

    root: Path
    before: dict[str, str | None] = field(default_factory=dict)

    def run(self, *words: str) -> Ended:
        """Execute a module of the copy with these words."""
        return run_python(self.root, ["-m", *words], root=self.root)

    def check(self, *arguments: str) -> Ended:
        """Run the suite of the copy, narrowed to the requirement."""
        return self.conformance(f"--requirement={REQUIREMENT}", *arguments)

    def conformance(self, *arguments: str) -> Ended:
        """Run the suite of the copy."""
        quickly = ("-q", "--numprocesses=0", "-p", "no:cacheprovider", "--assert=plain")
        return self.run("batches_conformance", "run", *quickly, *arguments)

    def own_tests(self, *arguments: str) -> Ended:
        """Run some of the project's own tests in the copy."""
        return self.run("batches_conformance", "tests", "-q", "--numprocesses=0", *arguments)

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdicts of the last run by requirement."""
        report = json.loads((self.root / "reports" / "out" / "report.json").read_text(encoding="utf-8"))
        return {result["id"]: result["verdict"] for result in report["requirements"]}

    @property
    def failed(self) -> set[str]:
        """The requirements that failed in the last run."""
        return {id_ for id_, verdict in self.verdicts.items() if verdict == "fail"}

    @contextmanager
    def with_text(self, file: str, text: str | None) -> Iterator[None]:
        """Give a file another text for a time, or take it away."""
        path = self.root / file
        right = path.read_text(encoding="utf-8")
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(right, encoding="utf-8")

    @contextmanager
    def without(self, step: str) -> Iterator[None]:
        """Leave out a step for a time."""
        with self.with_text(FILES[step], self.before[step]):
            yield


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Make a copy of the project in which the page was followed."""
    root = copied_to(tmp_path_factory.mktemp("example") / "project")
    made = Example(root)
    for step, file in FILES.items():
        path = root / file
        made.before[step] = path.read_text(encoding="utf-8") if path.exists() else None
    [scaffold] = [line for line in commands(PAGE) if line.startswith("python -m tests.scaffold")]
    ended = made.run(*scaffold.split()[2:])
    assert ended.code == 0, ended.output
    assert set(ended.stdout.split()) == set(FILES.values()) - {FILES["field"], FILES["mock"]}
    for snippet in snippets():
        snippet.apply(root)
    ended = made.run("docs.generated")
    assert ended.code == 0, ended.output
    return made


def test_each_step_has_one_snippet_and_one_file() -> None:
    assert sorted(snippet.file for snippet in snippets()) == sorted(FILES.values())


def test_a_requirement_touches_few_files() -> None:
    assert len(set(FILES) - {"field"}) <= MOST_FILES


def test_the_commands_are_those_that_are_executed_here() -> None:
    shown = [line for line in commands(PAGE) if REQUIREMENT in line]
    one = f"batches-conformance run --requirement {REQUIREMENT}"
    assert shown == [
        f"python -m tests.scaffold all {REQUIREMENT} --module file_count",
        one,
        f"{one} --fault {FAULT}",
        f"batches-conformance prove --requirement {REQUIREMENT}",
        f"{one} --variation {VARIATION}",
    ]


def test_the_mock_keeps_the_promise(example: Example) -> None:
    ended = example.check()
    assert ended.code == 0, ended.output
    assert example.verdicts[REQUIREMENT] == "pass"


def test_the_fault_is_noticed(example: Example) -> None:
    ended = example.check(f"--fault={FAULT}")
    assert ended.code == 1, ended.output
    assert example.failed == {REQUIREMENT}


def test_the_fault_is_noticed_under_this_requirement_alone(example: Example) -> None:
    ended = example.run("batches_conformance", "prove", f"--requirement={REQUIREMENT}", "--jobs=2")
    assert ended.code == 0, ended.output
    assert "faults 1, noticed 1" in ended.output


def test_the_variation_is_not_accused(example: Example) -> None:
    ended = example.check(f"--variation={VARIATION}")
    assert ended.code == 0, ended.output
    assert example.verdicts[REQUIREMENT] == "pass"


def test_the_variation_alone_shows_an_oracle_that_says_too_much(example: Example) -> None:
    assert f"without the words `{GUARD.strip()}`" in " ".join(PAGE.split())
    right = (example.root / FILES["oracle"]).read_text(encoding="utf-8")
    with example.with_text(FILES["oracle"], right.replace(GUARD, "")):
        assert example.check().code == 0
        assert example.check(f"--variation={VARIATION}").code == 1
        assert example.failed == {REQUIREMENT}


def test_the_tests_that_look_at_everything_are_green_at_the_end(example: Example) -> None:
    ended = example.own_tests(*AFFECTED)
    assert ended.code == 0, ended.output


def test_lint_is_green_at_the_end(example: Example) -> None:
    for arguments in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["docs.generated", "--check"]):
        ended = example.run(*arguments)
        assert ended.code == 0, ended.output


def test_without_the_requirement_the_marker_names_nothing(example: Example) -> None:
    with example.without("requirement"):
        ended = example.conformance("suites/scenarios/test_file_count.py")
    assert ended.code == 4, ended.output
    assert f"unknown requirement {REQUIREMENT}" in ended.output


def test_without_the_oracle_the_fault_goes_unnoticed(example: Example) -> None:
    with example.without("oracle"):
        ended = example.check(f"--fault={FAULT}")
        assert ended.code == 0, ended.output
        assert example.verdicts[REQUIREMENT] == "not-exercised"


def test_without_the_field_the_scenario_or_the_fault_the_own_tests_fail(example: Example) -> None:
    """All three at once, since each fails a test of its own."""
    tests = ("tests/spec/test_requirements.py", "tests/spec/test_imports.py", "tests/faults/test_registry.py")
    with example.without("field"), example.without("scenario"), example.without("fault"):
        ended = example.own_tests(*tests, "-k", "cover_only or every_requirement_is_exercised or broken_by_a_fault")
    assert ended.code == 1, ended.output
    for name in ("cover_only", "every_requirement_is_exercised", "broken_by_a_fault"):
        assert re.search(rf"^FAILED .*{name}", ended.output, re.MULTILINE), name


def test_the_table_names_each_step_that_can_be_left_out() -> None:
    rows = re.findall(r"^\| the (\w+) \|", PAGE, re.MULTILINE)
    assert rows == [step for step in FILES if step != "mock"]
