"""No sentence of any output is false in any combination of a verdict and a gate."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from reports.advice import advice, waive_line
from reports.annotations import annotation_lines
from reports.badge import render_badge
from reports.decision import Decision
from reports.junit import render_junit
from reports.model import Report
from tests.reports import outputs
from tests.reports.combinations import LEVELS, MUST, ONE, TWO, Case, combinations, fingerprint

Named = frozenset[tuple[str, str]]
"""Violations: requirement and kind."""


def _violations(states: Mapping[str, object]) -> Named:
    return frozenset((name, kind) for name, state in states.items() if isinstance(state, frozenset) for kind in state)


@dataclass(frozen=True)
class Facts:
    """What is true in a case, said by other means than the report's."""

    case: Case

    @cached_property
    def seen(self) -> Named:
        return _violations(self.case.now)

    @cached_property
    def waived(self) -> Named:
        kinds = {"any": {"unexpected", "missing"}, "one": {"unexpected"}}.get(self.case.waived, set())
        return frozenset(each for each in self.seen if each[0] == MUST and each[1] in kinds)

    @cached_property
    def open(self) -> Named:
        return self.seen - self.waived

    @cached_property
    def new(self) -> Named:
        return self.open - _violations(self.case.then) if self.case.has_baseline else frozenset()

    @cached_property
    def known(self) -> Named:
        return self.open & _violations(self.case.then) if self.case.has_baseline else frozenset()

    @cached_property
    def deciding(self) -> Named:
        """What makes a run red that has no baseline."""
        if self.case.has_baseline:
            return frozenset()
        return frozenset(each for each in self.open if LEVELS[each[0]] == "must" or self.case.strict)

    @cached_property
    def lost(self) -> set[str]:
        """The requirements that were exercised, and are not any more; all of them held or were violated before."""
        return {name for name, state in self.case.now.items() if state == "not-exercised" and self.case.has_baseline}

    @cached_property
    def worse(self) -> set[str]:
        return self.lost | {name for name, _ in self.new}

    @cached_property
    def gone(self) -> Named:
        before = _violations(self.case.then) if self.case.has_baseline else frozenset()
        return frozenset(each for each in before - self.seen if self.case.now[each[0]] != "not-exercised")

    @cached_property
    def is_comparable(self) -> bool:
        return self.case.circumstance in ("whole", "shard")

    @cached_property
    def is_cut_short(self) -> bool:
        return self.case.circumstance in ("error", "interrupted")

    @cached_property
    def objections(self) -> int:
        """Waivers that do not fit, and musts that had to be exercised."""
        unmet = {
            "any": not isinstance(self.case.after, frozenset),
            "one": not isinstance(self.case.after, frozenset) or "unexpected" not in self.case.after,
            "unneeded": True,
        }.get(self.case.waived, False)
        required = sum(LEVELS[name] == "must" for name in self.unexercised) if self.case.require_exercised else 0
        return (self.case.waived == "expired") + (unmet and not self.is_cut_short) + required

    @cached_property
    def unexercised(self) -> set[str]:
        return {name for name, state in self.case.now.items() if state == "not-exercised"}

    @cached_property
    def verdict(self) -> str:
        if any(LEVELS[name] == "must" or self.case.strict for name, _ in self.open):
            return "nonconformant"
        return "inconclusive" if self.is_cut_short or "pass" not in self.case.now.values() else "conformant"

    @cached_property
    def code(self) -> int:
        if self.verdict == "inconclusive":
            return 6
        if self.verdict == "nonconformant" and not self.case.has_baseline:
            return 1
        if self.is_cut_short:
            return 7 if self.new else 6
        return 7 if self.worse or self.objections else 0

    @cached_property
    def is_gated(self) -> bool:
        return self.case.has_baseline or self.case.waived != "none" or self.case.require_exercised


CLAIMS: Final[dict[str, Callable[[Facts], object]]] = {
    r"gate green": lambda facts: facts.is_gated and facts.code == 0,
    r"gate red": lambda facts: facts.is_gated and facts.code in (1, 7),
    r"gate inconclusive": lambda facts: facts.is_gated and facts.code == 6,
    r"\bconformant": lambda facts: facts.verdict == "conformant",
    r"nonconformant": lambda facts: facts.verdict == "nonconformant",
    r"no requirement that was exercised was violated": lambda facts: not facts.seen,
    r"no must is violated without a waiver": lambda facts: not any(LEVELS[name] == "must" for name, _ in facts.open),
    r"of a should decides? nothing": lambda facts: facts.open and not facts.deciding and not facts.case.has_baseline,
    r"nothing is worse than in run 8a1f": lambda facts: facts.case.has_baseline and not facts.worse,
    r"fix \d+ new violations? since run 8a1f": lambda facts: facts.new,
    r"fix the service": lambda facts: facts.deciding,
    r"or waive it for a time": lambda facts: facts.is_gated and (facts.new or facts.deciding),
    r"report waive v": lambda facts: facts.is_gated and (facts.new or facts.deciding),
    r"no waiver covers": lambda facts: facts.is_gated and facts.deciding,
    r"known violations remain to be fixed": lambda facts: facts.known and facts.code == 0,
    r"waived violations remain to be fixed": lambda facts: facts.waived and facts.code == 0,
    r"as the next baseline": lambda facts: facts.gone and facts.is_comparable and facts.code == 0,
    r"exercise again what run 8a1f": lambda facts: facts.lost and not facts.is_cut_short,
    r"resolve each objection": lambda facts: facts.objections,
    r"not everything could be tested": lambda facts: facts.case.circumstance == "error",
    r"the run was interrupted": lambda facts: facts.case.circumstance == "interrupted",
    r"merge the reports of all shards": lambda facts: facts.case.circumstance == "shard",
    r"no requirement passed": lambda facts: "pass" not in facts.case.now.values(),
    r"see also what was not exercised": lambda facts: facts.unexercised,
    r"is no longer needed": lambda facts: "pass" in (facts.case.after, facts.case.other) and not facts.is_cut_short,
    r"was not observed, while the requirement has other violations": lambda facts: MUST in dict(facts.seen),
    r"expired on 2030-06-14": lambda facts: facts.case.waived == "expired",
    r"\(new\)|\bnew:|✗ new|what is new\b": lambda facts: facts.new,
    r"\(known\)|known from|known:|≈ known|what the baseline has too": lambda facts: facts.known,
    r"\bwaived:|\(waived\)|≈ waived|what is waived": lambda facts: facts.waived,
}
"""Sentences, or what is recognised of them, and when they are true."""


def _decision_as_text(decision: Decision) -> str:
    command = waive_line(decision) or ""
    return "\n".join([decision.title, decision.sentence, *decision.reasons, advice(decision), command])


@cache
def _all() -> list[tuple[Facts, Report]]:
    return [(Facts(case), case.report) for case in combinations()]


@cache
def _distinct() -> list[tuple[Facts, Report]]:
    """One case for each way in which there is something to be shown; all have the same parts, but for their counts."""
    kinds: dict[object, tuple[Facts, Report]] = {}
    for facts, report in _all():
        decision = Decision(report)
        standings = tuple(group.standing for group in decision.groups)
        kinds.setdefault(
            (decision.title, report.verdict, standings, bool(facts.lost), bool(facts.objections)), (facts, report)
        )
    return list(kinds.values())


OUTPUTS: Final[Mapping[str, Callable[[Report], str]]] = {**outputs.OUTPUTS, "badge.svg": render_badge}


def _plain(text: str) -> str:
    return " ".join(text.replace("\\", "").split()).lower()


def _false(text: str, facts: Facts) -> list[str]:
    plain = _plain(text)
    wrong = [claim for claim, is_true in CLAIMS.items() if re.search(claim, plain) and not is_true(facts)]
    for found in re.finditer(r"(\d+) new, (\d+) worse, (\d+) known, (\d+) waived, (\d+) fixed", plain):
        fixed = facts.gone if facts.is_comparable else ()
        counted = (facts.new, facts.worse, facts.known, facts.waived, fixed)
        if [int(each) for each in found.groups()] != [len(each) for each in counted]:
            wrong.append(found[0])
    for found in re.finditer(r"(\d+) not waived, (\d+) waived", plain):
        if [int(each) for each in found.groups()] != [len(facts.open), len(facts.waived)]:
            wrong.append(found[0])
    return wrong


def test_the_exit_code_and_the_verdict_are_those_of_the_rules() -> None:
    for facts, report in _all():
        assert (Decision(report).code, report.verdict) == (facts.code, facts.verdict), facts.case


def test_no_sentence_is_false_in_any_combination() -> None:
    for facts, report in _all():
        output = _decision_as_text(Decision(report))
        assert _false(output, facts) == [], (facts.case, output)


def test_each_claim_is_made_somewhere() -> None:
    decisions = {_decision_as_text(Decision(report)) for _, report in _all()}
    outputs = {output(report) for _, report in _distinct() for output in OUTPUTS.values()}
    said = _plain(" ".join(decisions | outputs))
    assert [claim for claim in CLAIMS if not re.search(claim, said)] == []


def test_each_claim_is_false_somewhere() -> None:
    for claim, is_true in CLAIMS.items():
        assert any(not is_true(facts) for facts, _ in _distinct()), claim


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_output_says_what_is_false(name: str) -> None:
    for facts, report in _distinct():
        output = OUTPUTS[name](report)
        assert _false(output, facts) == [], (facts.case, output)


BEGINNINGS: Final[dict[str, Callable[[str], str]]] = {
    "terminal": lambda output: output.splitlines()[0],
    "report.html": lambda output: output.partition("Conformance of a Batches API")[2][:30],
    "summary.md": lambda output: output.splitlines()[0],
    "junit.xml": lambda output: f"{ET.fromstring(output).get('name')} {ET.fromstring(output)[0].get('name')}",
    "annotations": lambda output: output.splitlines()[0].partition("::against")[0],
    "badge.svg": lambda output: str(ET.fromstring(output).get("aria-label")),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_each_output_begins_with_the_word_of_the_gate_and_has_its_counts(name: str) -> None:
    gated = [(facts, report) for facts, report in _distinct() if facts.is_gated]
    assert {facts.code for facts, _ in gated} == {0, 1, 6, 7}
    for facts, report in gated:
        output = OUTPUTS[name](report)
        word = {0: "green", 6: "inconclusive"}.get(facts.code, "red")
        assert f"gate {word}" in BEGINNINGS[name](output).lower(), facts.case
        output = " ".join(output.replace("\\", "").split())
        assert Decision(report).headline[1:] in output, facts.case
        assert not facts.case.has_baseline or "run 8a1f of 2030-01-01: " in output


def test_nothing_is_red_where_the_gate_is_green() -> None:
    for facts, report in _distinct():
        if not facts.is_gated:
            continue
        root = ET.fromstring(render_junit(report))
        red = int(str(root.get("failures"))) + int(str(root.get("errors")))
        assert (red == 0) == (facts.code == 0), facts.case
        errors = [line for line in annotation_lines(report) if line.startswith("::error ")]
        assert bool(errors) == (facts.code != 0), facts.case


def test_what_is_new_comes_first_and_what_is_known_or_waived_is_marked() -> None:
    (report,) = (
        report
        for facts, report in _all()
        if facts.case == Case(ONE, TWO, "pass", "pass", True, "none", False, False, "whole")
    )
    new, known = fingerprint("missing"), fingerprint("unexpected")
    for name in ("terminal", "report.html", "summary.md", "junit.xml"):
        output = OUTPUTS[name](report)
        assert 0 <= output.index(new) < output.index(known), name
