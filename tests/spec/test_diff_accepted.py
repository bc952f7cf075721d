"""Breaks that somebody has accepted: an entry meets its element by its rule, and nothing else."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec.diff.annotations import annotation_lines
from spec.diff.model import Change
from spec.diff.verdict import Verdict
from spec.workflow import COMMANDS_LIMIT
from tests.command import main_of

main = main_of("contract")

TODAY = datetime.now(UTC).date()
FURTHEST = ("Pacific/Kiritimati", "Etc/GMT+12")
"""Where it is another day than in UTC: at any time in one of the two."""
ENTRY = {"element": "act?q", "rule": "parameter-removed", "reason": "Nobody sent it.", "owner": "api-team"}
OTHER = {**ENTRY, "element": "act:body", "rule": "body-removed"}


def contract(**more: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "paths": {"/things": {"post": {"operationId": "act", **more}}}}


QUERY = {"name": "q", "in": "query", "schema": {"type": "string"}}
BODY = {"content": {"application/json": {"schema": {"type": "string"}}}}
OLD, NEW = contract(parameters=[QUERY], requestBody=BODY), contract()


@pytest.fixture
def tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[object, str, str]]:
    """Compares two documents, with a file of what is accepted if one is given, and what follows as options."""
    monkeypatch.chdir(tmp_path)

    def call(accepted: Any, *options: str, old: Any = OLD, new: Any = NEW) -> tuple[object, str, str]:
        for name, content in (("old.yaml", old), ("new.yaml", new), ("accepted.yaml", accepted)):
            text = content if isinstance(content, str) else yaml.safe_dump(content)
            Path(name).write_text(text, encoding="utf-8")
        file = [] if accepted is None else ["--accepted", "accepted.yaml"]
        monkeypatch.setattr("sys.argv", ["spec", "diff", "old.yaml", "new.yaml", *file, *options])
        try:
            code: object = main()
        except SystemExit as ended:
            code = ended.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_what_is_accepted_breaks_nobody_and_is_shown(tell: Any) -> None:
    code, output, _ = tell([ENTRY, OTHER])
    assert code == 0
    assert "2 changes, breaking neither callers nor answers. 2 accepted breaks." in output
    assert "\naccepted\n  act:body removed\n    body-removed: " in output
    assert "    parameter-removed is accepted by api-team: Nobody sent it.\n" in output
    assert "breaks nobody\n" not in output


def test_one_entry_leaves_the_other_break(tell: Any) -> None:
    code, output, _ = tell([ENTRY])
    assert code == 7
    assert "2 changes, breaking callers. 1 accepted break." in output
    assert "breaks callers\n  act:body removed" in output
    assert "accepted\n  act?q removed" in output


@pytest.mark.parametrize(
    "change",
    [{"element": "act?p"}, {"element": "act"}, {"element": "act?q*"}, {"rule": "parameter-now-required"}],
    ids=str,
)
def test_an_entry_explains_nothing_but_its_element_and_rule(change: dict[str, str], tell: Any) -> None:
    entry = {**ENTRY, **change}
    code, output, _ = tell([entry, OTHER])
    assert code == 7
    assert "breaks callers\n  act?q removed" in output
    assert f"The accepted break of {entry['element']} by {entry['rule']} is not needed" in output


def test_a_change_that_breaks_by_two_rules_takes_two_entries(tell: Any) -> None:
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    both = contract(requestBody=content, responses={"200": content})
    pair = [
        {**both, "components": {"schemas": {"Thing": {"properties": {"f": {"type": kind}}}}}}
        for kind in ("string", "integer")
    ]
    entry = {**ENTRY, "element": "Thing.f", "rule": "request-replaced"}
    code, output, _ = tell([entry], old=pair[0], new=pair[1])
    assert (code, "breaks answers\n  Thing.f changed" in output) == (7, True)
    code, _, _ = tell([entry, {**entry, "rule": "answer-replaced"}], old=pair[0], new=pair[1])
    assert code == 0


def test_an_entry_that_is_not_needed_fails_also_where_nothing_changed(tell: Any) -> None:
    code, output, _ = tell([ENTRY], new=OLD)
    assert code == 7
    assert "Nothing changed. 1 accepted break that does not fit." in output
    assert "accepted breaks that do not fit\n  The accepted break of act?q by parameter-removed is not needed" in output


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("zone", FURTHEST, indirect=True)
def test_an_entry_holds_until_its_last_day_in_utc_and_no_longer(tell: Any) -> None:
    code, output, _ = tell([{**ENTRY, "expires": TODAY.isoformat()}, OTHER])
    assert code == 0
    assert "is accepted by api-team until 2" in output
    code, output, _ = tell([{**ENTRY, "expires": (TODAY - timedelta(days=1)).isoformat()}, OTHER])
    assert code == 7
    assert "breaks callers\n  act?q removed" in output
    assert "have api-team renew it" in output


def test_a_requirement_that_goes_can_be_accepted(tell: Any) -> None:
    one = {"id": "a-b", "level": "must", "statement": "It holds.", "source": "guide", "covers": ["getBatch"]}
    entry = {**ENTRY, "element": "a-b", "rule": "must-removed"}
    code, output, _ = tell([entry], old={"requirements": [one]}, new={"requirements": []})
    assert (code, "must-removed is accepted by api-team" in output) == (0, True)


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("", "lists nothing that is accepted"),
        ([], "lists nothing that is accepted"),
        ({"element": "a"}, "lists nothing that is accepted"),
        ("- a: [", "is neither YAML nor JSON from line 1 on"),
        ("- a: 1\n  a: 2", "has a twice in one place"),
        (["a"], "entry 1 is not a mapping"),
        ([{**ENTRY, "ruel": "x"}], "entry 1 has the unknown key ruel"),
        ([{**ENTRY, "until": "2030-01-01"}], "unknown key until: the keys are element, rule, reason, owner, expires."),
        ([{"rule": "body-removed", "reason": "a"}], "entry 1 has no element.\n  entry 1 has no owner."),
        ([{**ENTRY, "owner": " "}], "entry 1 has no text for owner"),
        ([{**ENTRY, "reason": 1}], "entry 1 has no text for reason"),
        ([{**ENTRY, "rule": "no-such"}], "entry 1 names the rule no-such, which does not exist"),
        ([{**ENTRY, "rule": "body-now-optional"}], "names the rule body-now-optional, which breaks nobody"),
        ([{**ENTRY, "expires": "soon"}], "entry 1 has an expires that is not a date"),
        ([{**ENTRY, "expires": "2030-02-30"}], "entry 1 has an expires that is not a date"),
        ([ENTRY, OTHER, {**ENTRY, "reason": "Again."}], "entries 1 and 3 accept the same break"),
        ([{**ENTRY, "rule": "no-such"}, {**ENTRY, "owner": ""}], "does not exist: copy the rule that the comparison"),
    ],
    ids=str,
)
def test_a_file_that_does_not_say_what_is_accepted_is_wrong_usage(accepted: Any, words: str, tell: Any) -> None:
    code, output, complaint = tell(accepted)
    assert (code, output) == (4, "")
    assert complaint.startswith("accepted.yaml ")
    assert words in complaint


def test_a_file_that_is_not_there_is_wrong_usage(tell: Any) -> None:
    code, output, complaint = tell(None, "--accepted", "nowhere.yaml")
    assert (code, output) == (4, "")
    assert complaint.startswith("nowhere.yaml cannot be read")
    _, _, complaint = tell(None, "--accepted", os.devnull)
    assert complaint.startswith("/dev/null cannot be read (it is a device)")


def test_a_program_is_given_what_is_accepted_and_what_does_not_fit(tell: Any) -> None:
    code, output, _ = tell([ENTRY, {**ENTRY, "element": "act?p"}], "--format", "json")
    read = json.loads(output)
    accepted = {change["where"]: change["accepted"] for change in read["changes"]}
    assert (code, read["breaks"], len(read["objections"])) == (7, ["callers"], 1)
    assert accepted == {
        "act:body": [],
        "act?q": [{**ENTRY, "expires": None}],
    }


def test_markdown_tells_it_too(tell: Any) -> None:
    _, output, _ = tell([ENTRY, {**ENTRY, "element": "a|b"}], "--format", "markdown")
    assert "### Accepted\n" in output
    assert "<br>parameter-removed is accepted by api-team: Nobody sent it. |" in output
    assert "### Accepted breaks that do not fit\n\n- The accepted break of a\\|b by" in output


# --- annotations ---


def test_annotations_are_an_error_for_each_break_and_a_notice_for_what_is_accepted(tell: Any) -> None:
    code, output, _ = tell([ENTRY, {**ENTRY, "element": "50%"}], "--annotations", "github")
    lines = [line for line in output.splitlines() if line.startswith("::")]
    assert code == 7
    assert [line.partition("::")[2].partition("::")[0] for line in lines] == [
        "error title=breaks callers%3A act%3Abody",
        "error title=accepted breaks",
        "notice title=accepted break%3A act?q",
    ]
    assert "act:body removed%0Abody-removed: An old client sends one" in lines[0]
    assert "break of 50%25 by parameter-removed is not needed" in lines[1]
    assert "is accepted by api-team: Nobody sent it." in lines[2]


def test_what_breaks_nobody_is_not_annotated(tell: Any) -> None:
    code, output, _ = tell(None, "--annotations=github", old=NEW, new=contract(parameters=[QUERY]))
    assert (code, "::" in output) == (0, False)


def test_annotations_are_no_json(tell: Any) -> None:
    code, output, complaint = tell(None, "--annotations=github", "--format=json")
    assert (code, output) == (4, "")
    assert "choose another --format" in complaint


def test_no_name_in_a_document_makes_a_command_or_a_line_of_its_own(tell: Any) -> None:
    odd = {**QUERY, "name": "q\n::error::\x1b[2Jx"}
    _, output, _ = tell(None, "--annotations=github", old=contract(parameters=[odd]))
    assert "\x1b" not in output
    assert sum(line.startswith("::error") for line in output.splitlines()) == 1


def test_annotations_are_no_more_than_github_shows() -> None:
    changes = tuple(Change(f"e{n}", "removed", "", "", "", ("body-removed",)) for n in range(COMMANDS_LIMIT + 9))
    assert len(annotation_lines(Verdict("old", "new", changes, ()))) == COMMANDS_LIMIT
