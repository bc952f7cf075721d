"""The worked example of docs/writing-tests.md: it works as it is told, and each step is needed."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, commands
from tests.docs.project import Ended, Project

pytestmark = pytest.mark.xdist_group("worked example")

PAGE = (ROOT / "docs" / "writing-tests.md").read_text(encoding="utf-8")
REQUIREMENT = "file-count-is-final"
FAULT = "file-count-follows-the-directory"
VARIATION = "files-counted-at-the-end"
PLACES = {
    "end": re.compile(r"at the end of `(?P<file>[^`]+)`:$", re.IGNORECASE),
    "new": re.compile(r"A new file, `(?P<file>[^`]+)`:$"),
    "below": re.compile(r"In `(?P<file>[^`]+)`, below `(?P<line>[^`]+)`:$"),
    "above": re.compile(r"In `(?P<file>[^`]+)`, above `(?P<line>[^`]+)`:$"),
    "instead": re.compile(r"In `(?P<file>[^`]+)`, in place of `(?P<line>[^`]+)`:$"),
}
APART = "\n\n"
"""What stands between two definitions of a module."""
GUARD = 'batch.get("status") not in TERMINAL or '
FOLDERS = {
    "field": "spec/openapi.yaml",
    "requirement": "spec/requirements.yaml",
    "mock": "fixtures/mock/render.py",
    "oracle": "suites/oracles/",
    "scenario": "suites/scenarios/",
    "fault": "fixtures/mock/faults/",
    "variation": "fixtures/mock/variations/",
}
"""The steps, each with where its snippets go."""

Applied = Callable[..., Project]


@dataclass(frozen=True)
class Snippet:
    """A block of the page that goes into a file."""

    place: str
    file: str
    line: str | None
    text: str

    def apply(self, root: Path) -> None:
        path = root / self.file
        if self.place == "new":
            assert not path.exists()
            path.write_text(self.text, encoding="utf-8")
            return
        before = path.read_text(encoding="utf-8")
        if self.line is None:
            path.write_text(before + APART + self.text, encoding="utf-8")
            return
        lines = before.splitlines(keepends=True)
        found = [number for number, line in enumerate(lines) if line.strip().startswith(self.line)]
        assert len(found) == 1, f"{self.file} has {len(found)} lines that begin with {self.line}"
        begin, end = found[0] + (self.place == "below"), found[0] + (self.place != "above")
        lines[begin:end] = [self.text, APART if self.place == "above" else ""]
        path.write_text("".join(lines), encoding="utf-8")


def snippets() -> Iterator[Snippet]:
    for block in blocks(PAGE):
        if block.language == "sh":
            continue
        [(place, match)] = [(place, match) for place, form in PLACES.items() if (match := form.search(block.before))]
        yield Snippet(place, match["file"], match.groupdict().get("line"), block.text)


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """The project with the steps of the page, but for one that is left out; each is made once."""
    made: dict[str | None, Project] = {}

    def apply(without: str | None = None) -> Project:
        if without not in made:
            made[without] = Project.copied_to(tmp_path_factory.mktemp("example") / "project")
            for snippet in snippets():
                if without is None or not snippet.file.startswith(FOLDERS[without]):
                    snippet.apply(made[without].root)
        return made[without]

    return apply


def check(project: Project, *arguments: str) -> Ended:
    return project.run(*project.task("conformance", ["-q", f"--requirement={REQUIREMENT}", *arguments]))


def verdicts(project: Project) -> dict[str, str]:
    report = json.loads((project.root / "reports" / "out" / "report.json").read_text(encoding="utf-8"))
    return {result["id"]: result["verdict"] for result in report["requirements"]}


def failed(project: Project) -> set[str]:
    return {id_ for id_, verdict in verdicts(project).items() if verdict == "fail"}


def own_test(project: Project, file: str, name: str) -> Ended:
    return project.run(*project.task("tests", ["-q", "--numprocesses=0", file, "-k", name]))


def test_each_step_has_a_snippet() -> None:
    found = [snippet.file for snippet in snippets()]
    assert all(any(file.startswith(folder) for file in found) for folder in FOLDERS.values())
    assert all(any(file.startswith(folder) for folder in FOLDERS.values()) for file in found)


def test_the_commands_are_those_that_are_run_here() -> None:
    told = [line for line in commands(PAGE) if REQUIREMENT in line]
    one = f"batches-conformance run --requirement {REQUIREMENT}"
    assert told == [
        one,
        f"{one} --fault {FAULT}",
        f"batches-conformance prove --requirement {REQUIREMENT}",
        f"{one} --variation {VARIATION}",
    ]


def test_the_mock_keeps_the_promise(applied: Applied) -> None:
    ended = check(applied())
    assert ended.code == 0, ended.output
    assert verdicts(applied())[REQUIREMENT] == "pass"


def test_the_fault_is_noticed(applied: Applied) -> None:
    ended = check(applied(), f"--fault={FAULT}")
    assert ended.code == 1, ended.output
    assert failed(applied()) == {REQUIREMENT}


def test_the_fault_is_noticed_under_this_requirement_alone(applied: Applied) -> None:
    project = applied()
    ended = project.run(*project.task("prove", [f"--requirement={REQUIREMENT}"]))
    assert ended.code == 0, ended.output
    assert "faults 1, noticed 1" in ended.output


def test_the_variation_is_not_accused(applied: Applied) -> None:
    ended = check(applied(), f"--variation={VARIATION}")
    assert ended.code == 0, ended.output
    assert verdicts(applied())[REQUIREMENT] == "pass"


def test_the_variation_alone_shows_an_oracle_that_says_too_much(applied: Applied) -> None:
    path = applied().root / "suites" / "oracles" / "life.py"
    right = path.read_text(encoding="utf-8")
    assert f"without the words `{GUARD.strip()}`" in " ".join(PAGE.split())
    path.write_text(right.replace(GUARD, ""), encoding="utf-8")
    try:
        assert check(applied()).code == 0
        assert check(applied(), f"--variation={VARIATION}").code == 1
        assert failed(applied()) == {REQUIREMENT}
    finally:
        path.write_text(right, encoding="utf-8")


def test_what_is_written_is_formatted(applied: Applied) -> None:
    files = sorted({snippet.file for snippet in snippets() if snippet.file.endswith(".py")})
    for arguments in (["check"], ["format", "--check"]):
        ended = applied().run("-m", "ruff", *arguments, *files)
        assert ended.code == 0, ended.output


def test_without_the_field_the_requirement_covers_nothing(applied: Applied) -> None:
    ended = own_test(applied("field"), "tests/spec/test_requirements.py", "covers_only")
    assert ended.code == 1, ended.output
    assert "Batch.file_count" in ended.output


def test_without_the_requirement_the_marker_names_nothing(applied: Applied) -> None:
    project = applied("requirement")
    ended = project.run(*project.task("conformance", ["-q", "suites/scenarios/test_file_count.py"]))
    assert ended.code == 4, ended.output
    assert f"unknown requirement {REQUIREMENT}" in ended.output


def test_without_the_oracle_the_fault_goes_unnoticed(applied: Applied) -> None:
    ended = check(applied("oracle"), f"--fault={FAULT}")
    assert ended.code == 0, ended.output
    assert verdicts(applied("oracle"))[REQUIREMENT] == "not-exercised"


def test_without_the_scenario_nothing_exercises_it(applied: Applied) -> None:
    ended = own_test(applied("scenario"), "tests/spec/test_imports.py", "every_requirement_is_exercised")
    assert ended.code == 1, ended.output
    assert REQUIREMENT in ended.output


def test_without_the_fault_it_cannot_be_broken(applied: Applied) -> None:
    ended = own_test(applied("fault"), "tests/faults/test_registry.py", "can_be_broken")
    assert ended.code == 1, ended.output
    assert f"[{REQUIREMENT}]" in ended.output


def test_the_table_names_each_step_that_can_be_left_out() -> None:
    rows = re.findall(r"^\| the (\w+) \|", PAGE, re.MULTILINE)
    assert rows == [step for step in FOLDERS if step != "mock"]
