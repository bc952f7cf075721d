"""Waivers, baselines and terms: what each of them asks, and each way in which one can be wrong."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports import clock, exit_codes, gate, waiver_file
from reports.document import document
from reports.gate import Terms
from reports.junit import render_junit
from reports.model import Report, Waiver
from reports.summary import render_summary
from reports.terminal import report_lines
from tests.command import main_of
from tests.reports import samples

main = main_of("report")

TODAY = date(2030, 6, 15)
NAME = "results-null-unless-expanded"
SHOULD = "page-size-respected"
OTHER = "status-known"
SOME = (samples.requirement(NAME), samples.requirement(SHOULD, "should"), samples.requirement(OTHER))
HELD = {"held": {NAME: 1, SHOULD: 1, OTHER: 1}}
BROKEN = {"held": {SHOULD: 1, OTHER: 1}, "violations": [samples.violation(NAME)]}
BROKEN_OTHERWISE = {"held": {SHOULD: 1, OTHER: 1}, "violations": [samples.violation(NAME, kind="missing")]}
BROKEN_TWICE = {"violations": [samples.violation(NAME), samples.violation(NAME, kind="missing")], "held": {OTHER: 1}}
UNEXERCISED = {"held": {SHOULD: 1, OTHER: 1}}
ERRORD = {"errors": ["The service did not answer."]}


def report(*records: Mapping[str, Any], **circumstances: Any) -> Report:
    return samples.report(*records, some=SOME, **circumstances)


def named(record: Mapping[str, Any]) -> str:
    return report(record).requirements[0].fingerprints[0]


MEANT = named(BROKEN)
ELSE = named(BROKEN_OTHERWISE)


def waiver(**changes: Any) -> Waiver:
    fields = {
        "requirement": NAME,
        "fingerprint": None,
        "target": "*",
        "reason": "The gateway is replaced in July",
        "owner": "batches-team",
        "link": "https://example.com/1",
        "expires": "2030-06-15",
    }
    return Waiver(**{**fields, **changes})


def entry(**changes: Any) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(waiver()).items() if value is not None}
    return {name: value for name, value in {**fields, **changes}.items() if value is not ...}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


class Gate:
    """Calls `batches-conformance report gate` over files."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str]:
        self._monkeypatch.setattr(sys, "argv", ["reports", *map(str, arguments)])
        try:
            code = main()
        except SystemExit as ended:
            code = int(str(ended.code))
        printed = self._capsys.readouterr()
        return code, " ".join((printed.out + printed.err).split())

    def of(self, found: Report, *arguments: object, listed: Any = None, text: str | None = None) -> tuple[int, str]:
        path = samples.saved(found, self.folder / "report.json")
        given: list[object] = []
        if listed is not None or text is not None:
            given = ["--waivers", self.folder / "waivers.yaml"]
            content = yaml.safe_dump(listed) if text is None else text
            (self.folder / "waivers.yaml").write_text(content, encoding="utf-8")
        return self("gate", path, *given, *arguments)


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gate:
    return Gate(tmp_path, monkeypatch, capsys)


# --- what fits ---


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"fingerprint": MEANT},
        {"target": "http://127.0.0.1:8000"},
        {"target": "http://127.0.0.1:8000/"},
        {"expires": date(2030, 6, 15)},
        {"expires": date(2030, 6, 16)},
    ],
    ids=str,
)
def test_a_waiver_that_fits_is_green_and_shown(changes: dict[str, Any], judge: Gate) -> None:
    code, output = judge.of(report(BROKEN), listed=[entry(**changes)])
    assert code == exit_codes.CONFORMANT
    assert "2 passed, 1 waived" in output
    assert "The gateway is replaced in July (until 2030-06-1" in output


def test_the_files_can_have_the_decision_too(judge: Gate) -> None:
    code, _ = judge.of(report(BROKEN), "--out", judge.folder / "judged", listed=[entry()])
    assert code == exit_codes.CONFORMANT
    written = {path.name: path.read_text(encoding="utf-8") for path in (judge.folder / "judged").iterdir()}
    assert json.loads(written["report.json"])["gate"]["waivers"]
    for name in ("report.html", "summary.md", "badge.svg"):
        assert "gate green" in written[name].lower(), name
    assert 'name="gate"' in written["junit.xml"]


def test_the_line_that_waives_a_violation_names_the_report(judge: Gate) -> None:
    code, output = judge.of(report(BROKEN), listed=[entry(target="https://staging.example")])
    assert code == exit_codes.NONCONFORMANT
    assert "--owner NAME --expires DAY --report /" in output


def test_a_violation_without_waiver_is_red(judge: Gate) -> None:
    assert judge.of(report(BROKEN))[0] == exit_codes.NONCONFORMANT


def test_a_waiver_for_another_target_is_left_alone(judge: Gate) -> None:
    code, _ = judge.of(report(HELD), listed=[entry(target="https://staging.example"), entry(target="mock")])
    assert code == exit_codes.CONFORMANT


def test_waived_is_shown_as_waived_everywhere() -> None:
    judged = gate.apply(Terms(waivers=(waiver(),)), report(BROKEN), TODAY)
    assert judged.sentence == "conformant: 2 passed, 1 waived"
    output = document(judged)["requirements"][0]
    assert (output["verdict"], output["waivers"][0]["owner"]) == ("waived", "batches-team")
    assert output["violations"]
    junit = render_junit(judged)
    assert 'skipped="1"' in junit
    assert "in July (until 2030-06-15, batches-team" in junit
    assert "| waived | must |" in render_summary(judged)
    lines = ["".join(span.text for span in line) for line in report_lines(judged, width=100, files=[])]
    assert "WAIVED" in lines
    assert not any(line.startswith("FAIL") for line in lines)


def test_two_waivers_can_share_a_requirement(judge: Gate) -> None:
    both = [entry(fingerprint=MEANT), entry(fingerprint=ELSE)]
    assert judge.of(report(BROKEN_TWICE), listed=both)[0] == exit_codes.CONFORMANT


def test_judging_again_forgets_earlier_waivers(judge: Gate) -> None:
    waived = gate.apply(Terms(waivers=(waiver(),)), report(BROKEN), TODAY)
    assert judge.of(waived)[0] == exit_codes.NONCONFORMANT


def test_error_is_never_waived(judge: Gate) -> None:
    for found in (report(BROKEN, ERRORD), report(BROKEN, in_run=samples.run(interrupted=True))):
        assert judge.of(found, listed=[entry()])[0] == exit_codes.INCONCLUSIVE


# --- waivers that do not fit: the report is judged, and is red ---

MISFITS: dict[str, tuple[Mapping[str, Any], list[dict[str, Any]], int, str]] = {
    "expired": (
        BROKEN,
        [entry(expires=date(2030, 6, 14))],
        1,
        "on 2030-06-14: remove it if the service is fixed",
    ),
    "expired and not needed": (HELD, [entry(expires=date(2030, 6, 14))], 7, "expired on 2030-06-14"),
    "passes now": (HELD, [entry()], 7, "is no longer needed, as the requirement passes"),
    "passes now, one violation": (HELD, [entry(fingerprint=MEANT)], 7, "is no longer needed"),
    "not exercised": (UNEXERCISED, [entry()], 7, "matches nothing, as the requirement was not exercised"),
    "another violation": (BROKEN_OTHERWISE, [entry(fingerprint=MEANT)], 1, "has other violations, v"),
    "a further violation": (
        BROKEN_TWICE,
        [entry(fingerprint=MEANT)],
        1,
        f"No waiver covers the violations of {NAME}",
    ),
    "unknown requirement": (HELD, [entry(requirement="no-such-promise")], 7, "the contract does not have"),
    "unknown requirement elsewhere": (
        HELD,
        [entry(requirement="no-such-promise", target="https://other.example")],
        7,
        "the contract does not have",
    ),
    "another target": (BROKEN, [entry(target="https://other.example")], 1, "must failed"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_waiver_that_does_not_fit_is_red_for_its_own_reason(name: str, judge: Gate) -> None:
    found, listed, code, words = MISFITS[name]
    ended, output = judge.of(report(found), listed=listed)
    assert ended == code
    assert words in output


# --- files that are not waivers: nothing is judged ---

UNUSABLE: dict[str, tuple[Any, str]] = {
    "empty file": ("", "is empty"),
    "comments only": ("# later\n", "is empty"),
    "no YAML": ("- [", "is not valid YAML"),
    "a tag": ("- !!python/object:os.system {}", "is not valid YAML"),
    "a mapping": ({"waivers": []}, "is not a list"),
    "an entry that is text": (["all"], "entry 1 is not a mapping"),
    "an empty entry": ([None], "entry 1 is not a mapping"),
    "unknown key": ([entry(severity="low")], "has the unknown key severity"),
    "misspelt key": ([entry(finger_print=MEANT)], "has the unknown key finger_print"),
    "no requirement": ([entry(requirement=...)], "has no requirement"),
    "no target": ([entry(target=...)], "has no target"),
    "no reason": ([entry(reason=...)], "has no reason"),
    "no owner": ([entry(owner=...)], "has no owner"),
    "empty link": ([entry(link="")], "has an empty link"),
    "no expiry": ([entry(expires=...)], "has no expires"),
    "empty reason": ([entry(reason=" ")], "has an empty reason"),
    "empty owner": ([entry(owner="")], "has an empty owner"),
    "reason of nothing": ([entry(reason=None)], "has a reason that is not text"),
    "owner of a wrong type": ([entry(owner=["me"])], "has a owner that is not text"),
    "requirement of a wrong type": ([entry(requirement=True)], "has a requirement that is not text"),
    "expiry that is not a date": ([entry(expires="soon")], "has an expires that is not a date"),
    "invalid expiry": ([entry(expires="2030-02-30")], "has an expires that is not a date"),
    "expiry that is a number": ([entry(expires=20300101)], "has an expires that is not a date"),
    "expiry with a time": ([entry(expires=datetime(2030, 1, 1))], "has an expires that is not a date"),
    "invalid fingerprint": ([entry(fingerprint="the usual one")], "has a fingerprint that is not a fingerprint"),
    "fingerprint of nothing": ([entry(fingerprint=None)], "has a fingerprint that is not a fingerprint"),
    "invalid target": ([entry(target="staging")], "has a target that is not a target"),
    "invalid link": ([entry(link="ask me")], "has a link that is not a URL"),
    "same entry twice": ([entry(), entry()], "entries 1 and 2 waive the same violation"),
    "one and any violation": ([entry(), entry(fingerprint=MEANT)], "entries 1 and 2 waive the same violation"),
    "one and any target": ([entry(), entry(target="mock")], "entries 1 and 2 waive the same violation"),
    "key twice": ("- {reason: a, reason: b}", "reason appears twice in one entry"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_is_no_waivers_is_refused_in_its_own_words(name: str, judge: Gate) -> None:
    content, words = UNUSABLE[name]
    given = {"text": content} if isinstance(content, str) else {"listed": content}
    code, output = judge.of(report(BROKEN), **given)
    assert code == exit_codes.WRONG_USAGE
    assert words in output
    assert "CONFORMANT" not in output


def test_a_file_of_waivers_that_is_not_there_is_refused(judge: Gate, tmp_path: Path) -> None:
    code, output = judge.of(report(HELD), "--waivers", tmp_path / "none.yaml")
    assert (code, "There is no file of waivers" in output) == (4, True)
    code, output = judge.of(report(HELD), "--waivers", tmp_path)
    assert (code, "cannot be read" in output) == (4, True)
    code, output = judge.of(report(HELD), "--waivers", Path(os.devnull))
    assert (code, "cannot be read (it is a device): name a file of waivers" in output) == (4, True)
    (tmp_path / "other.yaml").write_bytes(b"\xff")
    code, output = judge.of(report(HELD), "--waivers", tmp_path / "other.yaml")
    assert (code, "is not UTF-8" in output) == (4, True)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(yaml.safe_dump([entry(), entry(requirement=OTHER, fingerprint=MEANT, link=...)]), "utf-8")
    assert waiver_file.load(path) == (waiver(), waiver(requirement=OTHER, fingerprint=MEANT, link=None))


# --- baselines ---

BASELINES: dict[str, tuple[Report, Report, int, str]] = {
    "the same": (report(BROKEN), report(BROKEN), 0, "0 worse"),
    "the same under waivers": (
        gate.apply(Terms(waivers=(waiver(),)), report(BROKEN), TODAY),
        report(BROKEN),
        0,
        "0 new, 0 worse, 1 known, 0 waived, 0 fixed",
    ),
    "fixed": (report(BROKEN), report(HELD), 0, "0 known, 0 waived, 1 fixed"),
    "one of two fixed": (
        report(BROKEN_TWICE, {"held": {SHOULD: 1}}),
        report(BROKEN, {"held": {SHOULD: 1}}),
        0,
        "1 known, 0 waived, 1 fixed",
    ),
    "broken now": (report(HELD), report(BROKEN), 7, "pass -> fail"),
    "broken in a further way": (
        report(BROKEN),
        report(BROKEN_TWICE, {"held": {SHOULD: 1}}),
        7,
        f"fail -> fail; new {ELSE}",
    ),
    "broken in another way": (report(BROKEN), report(BROKEN_OTHERWISE), 7, f"new {ELSE}; gone {MEANT}"),
    "not exercised any more": (report(HELD), report(UNEXERCISED), 7, "pass -> not-exercised"),
    "broken, and lost from sight": (report(BROKEN), report(UNEXERCISED), 7, "fail -> not-exercised"),
    "exercised now": (report(UNEXERCISED), report(HELD), 0, "Nothing is worse"),
    "exercised, and broken": (report(UNEXERCISED), report(BROKEN), 7, "not-exercised -> fail"),
    "inconclusive": (report(HELD), report(HELD, ERRORD), 6, "INCONCLUSIVE"),
    "broken in a further way, in error": (report(BROKEN), report(BROKEN_TWICE, ERRORD), 7, f"new {ELSE}"),
    "lost from sight in error": (report(BROKEN), report(BROKEN | {"held": {}}, ERRORD), 6, "2 worse"),
    "known, in error": (report(BROKEN), report(BROKEN, ERRORD), 6, "ERRORS"),
    "a requirement more": (
        samples.report({"held": {NAME: 1}}, some=SOME[:1]),
        samples.report({"held": {NAME: 1, SHOULD: 1}}, some=SOME[:2]),
        0,
        "Nothing is worse",
    ),
    "a requirement less": (
        samples.report({"held": {NAME: 1, SHOULD: 1}}, some=SOME[:2]),
        samples.report({"held": {NAME: 1}}, some=SOME[:1]),
        7,
        "pass -> not in the contract; attributed to the contract",
    ),
}


@pytest.mark.parametrize("name", BASELINES)
def test_with_a_baseline_the_exit_code_is_about_what_got_worse(name: str, judge: Gate) -> None:
    before, after, code, words = BASELINES[name]
    baseline = samples.saved(before, judge.folder / "baseline.json")
    ended, output = judge.of(after, "--baseline", baseline)
    assert words in output
    assert ended == code


UNFIT: dict[str, tuple[Report, str]] = {
    "inconclusive": (report(HELD, ERRORD), "is of an inconclusive run and cannot be a baseline"),
    "interrupted": (
        report(BROKEN, in_run=samples.run(interrupted=True)),
        "of an interrupted run and cannot",
    ),
    "a part": (
        report(HELD, in_run=samples.run(shard=samples.shard(1, 2))),
        "is shard 1 of 2 only and cannot be",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_report_that_judged_nothing_is_no_baseline(name: str, judge: Gate) -> None:
    before, words = UNFIT[name]
    code, output = judge.of(report(HELD), "--baseline", samples.saved(before, judge.folder / "baseline.json"))
    assert code == exit_codes.WRONG_USAGE
    assert words in output


def test_a_baseline_that_is_not_there_is_refused(judge: Gate, tmp_path: Path) -> None:
    code, output = judge.of(report(HELD), "--baseline", tmp_path / "none.json")
    assert (code, "There is no report" in output) == (4, True)


def test_only_new_leaves_out_what_was_known(judge: Gate) -> None:
    found = report(BROKEN_TWICE, {"violations": [samples.violation(OTHER)], "held": {SHOULD: 1}})
    before = report(BROKEN, {"violations": [samples.violation(OTHER)], "held": {SHOULD: 1}})
    baseline = samples.saved(before, judge.folder / "baseline.json")
    code, output = judge.of(found, "--baseline", baseline, "--only-new")
    assert code == exit_codes.REGRESSED
    assert f"NEW must {NAME} {ELSE}" in output
    assert MEANT not in output
    assert OTHER not in output
    code, output = judge.of(found, "--only-new")
    assert (code, "goes with a --baseline" in output) == (4, True)


# --- stricter terms ---


def test_strict_counts_a_should_as_a_must(judge: Gate) -> None:
    found = report({"violations": [samples.violation(SHOULD)], "held": {NAME: 1, OTHER: 1}})
    assert judge.of(found)[0] == exit_codes.CONFORMANT
    assert judge.of(found, "--strict")[0] == exit_codes.NONCONFORMANT


def test_a_must_can_be_required_to_be_exercised(judge: Gate) -> None:
    assert judge.of(report(UNEXERCISED))[0] == exit_codes.CONFORMANT
    code, output = judge.of(report(UNEXERCISED), "--require-exercised")
    assert code == exit_codes.REGRESSED
    assert f"{NAME} is a must and was not exercised (exercised 0 times, once needed)" in output
    should_only = report({"held": {NAME: 1, OTHER: 1}})
    assert judge.of(should_only, "--require-exercised")[0] == exit_codes.CONFORMANT


def test_what_the_gate_objects_to_stands_in_all_files() -> None:
    judged = gate.apply(Terms(waivers=(waiver(),)), report(HELD), TODAY)
    assert document(judged)["gate"]["objections"] == [
        f"The waiver of {NAME} is no longer needed, as the requirement passes: remove it."
    ]
    assert 'failures="1"' in render_junit(judged)
    assert "### Gate" in render_summary(judged)


def test_a_part_of_a_run_is_not_judged(judge: Gate) -> None:
    code, output = judge.of(report(HELD, in_run=samples.run(shard=samples.shard(2, 5))))
    assert (code, "is shard 2 of 5 only: merge all of them first" in output) == (4, True)


def test_show_tells_the_report(judge: Gate) -> None:
    path = samples.saved(report(BROKEN), judge.folder / "report.json")
    code, output = judge("show", path)
    assert (code, f"FAIL must {NAME}" in output) == (0, True)


@pytest.mark.parametrize("arguments", [(), ("show",), ("gate",), ("look", "a"), ("merge", "a")], ids=str)
def test_wrong_usage_ends_with_4(arguments: tuple[str, ...], judge: Gate) -> None:
    assert judge(*arguments)[0] == exit_codes.WRONG_USAGE


def test_diff_tells_what_changed_and_ends_with_7_where_it_is_worse(judge: Gate) -> None:
    before = samples.saved(report(HELD), judge.folder / "a.json")
    after = samples.saved(report(BROKEN), judge.folder / "b.json")
    code, output = judge("diff", before, after)
    assert code == exit_codes.REGRESSED
    assert f"WORSE {NAME} (must): pass -> fail; new {MEANT}; attributed to the target" in output
    code, output = judge("diff", after, before, "--json")
    assert code == exit_codes.CONFORMANT
    assert '"is_worse": false' in output
    code, output = judge("diff", before, before)
    assert (code, output.endswith("No requirement changed.")) == (0, True)
