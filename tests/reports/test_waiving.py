"""`reports waive` writes entries that a gate takes, and leaves everything else in the file as it was."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports import clock, waiver_file
from tests.command import main_of
from tests.reports import samples

main = main_of("report")

NAME, OTHER = "results-null-unless-expanded", "status-known"
SOME = (samples.requirement(NAME), samples.requirement(OTHER), samples.requirement("created-at-timezone"))
REPORT = samples.report(
    {
        "violations": [
            samples.violation(NAME),
            samples.violation(NAME, kind="missing", difference="missing 1 of 7: file-3"),
            samples.violation(OTHER, kind="status-unknown", difference="PAUSED: 漢字 'no' status\x1b[31m"),
        ],
        "held": {"created-at-timezone": 1},
    },
    some=SOME,
)
FIRST, SECOND = REPORT.requirements[0].fingerprints
(THIRD,) = REPORT.requirements[1].fingerprints
UNKNOWN = "v000000000000"

Call = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands are given in: a report stands where a run leaves one."""
    (tmp_path / "reports" / "out").mkdir(parents=True)
    samples.saved(REPORT, tmp_path / "reports" / "out" / "report.json")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clock, "today", lambda: date(2030, 6, 15))
    return tmp_path


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["reports", *arguments])
        try:
            code = main()
        except SystemExit as ended:
            code = int(str(ended.code))
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


@pytest.fixture
def waive(call: Call) -> Call:
    return lambda *arguments: call("waive", *arguments, "--owner", "the-team", "--expires", "2030-06-15")


def test_an_entry_is_written_and_shown(waive: Call, folder: Path) -> None:
    code, output = waive(FIRST)
    written = (folder / "waivers.yaml").read_text("utf-8")
    assert (code, output) == (0, f"Added to waivers.yaml:\n{written}")
    assert written == (
        f"- requirement: {NAME}\n  fingerprint: {FIRST}\n  target: http://127.0.0.1:8000\n"
        "  reason: 'Seen in run 8a1f: missing 1 of 7: file-3'\n  owner: the-team\n  expires: 2030-06-15\n"
    )


def test_the_gate_takes_what_was_written(waive: Call, call: Call) -> None:
    judge = ("gate", "reports/out/report.json", "--waivers", "waivers.yaml")
    assert waive(FIRST, SECOND)[0] == 0
    code, output = call(*judge)
    assert (code, f"No waiver covers the violations of {OTHER}" in output) == (1, True)
    assert waive(THIRD)[0] == 0
    code, output = call(*judge)
    assert (code, output.split("\n")[0]) == (0, "GATE GREEN  without a baseline: 0 not waived, 3 waived")


def test_every_value_can_be_given(waive: Call, folder: Path) -> None:
    more = ("--reason", "Known: see #7", "--link", "https://example.com/7", "--target", "*", "--file", "w.yaml")
    assert waive(THIRD, *more)[0] == 0
    (waiver,) = waiver_file.load(folder / "w.yaml")
    assert (waiver.reason, waiver.link, waiver.target) == ("Known: see #7", "https://example.com/7", "*")


def test_what_a_service_said_stays_text(waive: Call, folder: Path) -> None:
    code, output = waive(THIRD)
    (waiver,) = waiver_file.load(folder / "waivers.yaml")
    assert (code, waiver.reason) == (0, "Seen in run 8a1f: PAUSED: 漢字 'no' status\\x1b[31m")
    assert "\x1b" not in output


ENTRY = (
    f"requirement: {NAME}\n  fingerprint: {SECOND}\n  target: '*'\n  reason: >\n    It was\n    so before.\n"
    "  owner: others\n  expires: 2031-01-01"
)
FILES: dict[str, str] = {
    "comments": f"# ours\n\n- {ENTRY}  # soon\n\n# the end\n",
    "no line feed at its end": f"- {ENTRY}",
    "indented": f"# ours\n  - {ENTRY}\n".replace("\n  ", "\n    ").replace("    - ", "  - "),
    "a head": f"---\n- {ENTRY}\n",
    "lines of Windows": f"# ours\n- {ENTRY}\n".replace("\n", "\r\n"),
    "comments alone": "# nothing yet\n",
    "nothing": "",
}


@pytest.mark.parametrize("name", FILES)
def test_what_stands_in_the_file_stays(name: str, waive: Call, folder: Path) -> None:
    path = folder / "waivers.yaml"
    path.write_bytes(FILES[name].encode())
    before = waiver_file.load(path) if "requirement" in FILES[name] else ()
    code, output = waive(FIRST, THIRD)
    assert code == 0, output
    after = path.read_bytes().decode()
    assert after.startswith(FILES[name])
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in FILES[name] else 0)
    loaded = waiver_file.load(path)
    assert loaded[: len(before)] == before
    assert [waiver.fingerprint for waiver in loaded[len(before) :]] == [FIRST, THIRD]


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "a fingerprint that the report does not have": (
        (UNKNOWN,),
        f"The report has no violation {UNKNOWN}: it has {FIRST}",
    ),
    "one that it has and one that it does not have": ((FIRST, UNKNOWN), f"no violation {UNKNOWN}"),
    "the id of a requirement": ((NAME,), f"The report has no violation {NAME}"),
    "a fingerprint twice": ((FIRST, FIRST), f"{FIRST} is given twice"),
    "a day that is past": (
        (FIRST, "--expires", "2030-06-14"),
        "2030-06-14 is past: let it expire today, 2030-06-15",
    ),
    "an invalid day": ((FIRST, "--expires", "2030-02-30"), "an expires that is not a date"),
    "a word for a day": ((FIRST, "--expires", "soon"), "an expires that is not a date"),
    "an owner without a name": ((FIRST, "--owner", " "), "an empty owner"),
    "an invalid link": ((FIRST, "--link", "ask me"), "a link that is not a URL"),
    "an invalid target": ((FIRST, "--target", "staging"), "a target that is not a target"),
    "a report that is not there": ((FIRST, "--report", "none.json"), "There is no report none.json"),
    "a file that is a folder": ((FIRST, "--file", "reports"), "reports cannot be read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_waived_is_refused_and_nothing_is_written(name: str, call: Call, folder: Path) -> None:
    arguments, words = REFUSED[name]
    code, output = call("waive", "--owner", "the-team", "--expires", "2030-06-15", *arguments)
    assert (code, words in output) == (4, True), output
    assert not (folder / "waivers.yaml").exists()


@pytest.mark.parametrize("left_out", ["--owner", "--expires"])
def test_nobody_waives_without_a_name_and_a_day(left_out: str, call: Call, folder: Path) -> None:
    given = {"--owner": "the-team", "--expires": "2030-06-15"}
    del given[left_out]
    code, output = call("waive", FIRST, *(word for option in given.items() for word in option))
    assert (code, left_out in output) == (4, True)
    assert not (folder / "waivers.yaml").exists()


UNCHANGED: dict[str, tuple[str, str]] = {
    "the same violation": (f"- {ENTRY}\n".replace(SECOND, FIRST), f"waives {FIRST} already, in entry 1"),
    "any violation": (f"- {ENTRY}\n".replace(f"  fingerprint: {SECOND}\n", ""), f"waives {FIRST} already, in entry 1"),
    "a mapping": ("waivers: []\n", "is not a list"),
    "no YAML": ("- [\n", "is not valid YAML"),
    "an entry that is wrong": (f"- {ENTRY}\n".replace("owner", "owned"), "has the unknown key owned"),
    "an end of the document": (f"- {ENTRY}\n...\n", "Add by hand:\n- requirement: "),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_a_file_that_cannot_take_it_is_left_as_it_was(name: str, waive: Call, folder: Path) -> None:
    content, words = UNCHANGED[name]
    path = folder / "waivers.yaml"
    path.write_text(content, encoding="utf-8")
    code, output = waive(FIRST)
    assert (code, words in output) == (4, True), output
    assert path.read_text("utf-8") == content


def test_a_list_in_one_line_is_left_as_it_was(waive: Call, folder: Path) -> None:
    path = folder / "waivers.yaml"
    entry = f"{{requirement: {NAME}, fingerprint: {SECOND}, target: mock, reason: a, owner: b, expires: 2031-01-01}}"
    path.write_text(f"[{entry}]\n", encoding="utf-8")
    code, output = waive(FIRST)
    assert (code, "Add by hand" in output, path.read_text("utf-8")) == (4, True, f"[{entry}]\n")


def test_a_report_without_a_target_needs_one(waive: Call, folder: Path) -> None:
    samples.saved(replace(REPORT, target=None), folder / "reports" / "out" / "report.json")
    code, output = waive(FIRST)
    assert (code, "give it with --target" in output) == (4, True)
    assert waive(FIRST, "--target", "mock")[0] == 0
