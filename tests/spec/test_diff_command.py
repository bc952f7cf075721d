"""`python -m spec diff`: what it takes, tells and exits with, and what it says of requirements."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec.openapi import CONTRACT, document
from spec.patch import patched
from spec.requirements import FILE
from tests.command import main_of
from tests.docs.pages import ROOT

main = main_of("contract")

Tell = Callable[..., tuple[object, str, str]]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Calls the command; what it exits with, prints and complains of."""

    def call(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["spec", *map(str, arguments)])
        try:
            code: object = main()
        except SystemExit as ended:
            code = ended.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, Any], Path]:
    def write(name: str, content: Any) -> Path:
        path = tmp_path / name
        text = json.dumps(content) if path.suffix == ".json" else yaml.safe_dump(content)
        path.write_text(content if isinstance(content, str) else text, encoding="utf-8")
        return path

    return write


NULLABLE = patched(
    document(), {"components": {"schemas": {"Batch": {"properties": {"id": {"type": ["string", "null"]}}}}}}
)
WIDER = patched(document(), {"components": {"schemas": {"Batch": {"properties": {"note": {"type": "string"}}}}}})


def test_a_contract_is_compatible_with_itself_in_json(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    code, output, _ = tell("diff", CONTRACT, written("same.json", document()))
    assert (code, output.count("\n")) == (0, 1)
    assert output.endswith("Nothing changed.\n")


def test_what_breaks_answers_is_shown_with_rule_and_requirements(
    tell: Tell, written: Callable[[str, Any], Path]
) -> None:
    code, output, _ = tell("diff", CONTRACT, written("new.yaml", NULLABLE))
    assert code == 7
    assert "breaking answers." in output
    assert "breaks answers\n  Batch.id changed: null from excluded to possible\n    answer-null-possible: " in output
    assert "requirements: create-answers-with-batch, batch-id-is-unique" in output


def test_what_breaks_nobody_is_shown_and_exits_with_0(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    code, output, _ = tell("diff", CONTRACT, written("new.yaml", WIDER))
    assert code == 0
    assert "breaks nobody\n  Batch.note added\n    answer-field-added: " in output


def test_a_program_reads_the_same_as_a_person(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    path = written("new.yaml", NULLABLE)
    code, output, _ = tell("diff", CONTRACT, path, "--format", "json")
    read = json.loads(output)
    (change,) = read.pop("changes")
    assert (code, read) == (
        7,
        {"old": str(CONTRACT), "new": str(path), "breaks": ["answers"], "requirements": [], "objections": []},
    )
    assert {"create-answers-with-batch", "batch-id-is-unique"} <= set(change.pop("requirements"))
    (rule,) = change.pop("rules")
    assert rule["id"] == "answer-null-possible"
    assert change == {
        "where": "Batch.id",
        "what": "changed",
        "aspect": "null",
        "before": "excluded",
        "after": "possible",
        "breaks": ["answers"],
        "accepted": [],
    }


def test_markdown_is_a_table_that_nothing_breaks_out_of(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    odd = {"components": {"schemas": {"BatchStatus": {"enum": ["PENDING", "a|b<br>\nc"]}}}}
    code, output, _ = tell("diff", CONTRACT, written("new.yaml", patched(document(), odd)), "--format", "markdown")
    assert code == 7
    rows = [line for line in output.splitlines() if line.startswith("| ")]
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
    assert "### Breaks callers and answers" not in output
    assert "### Breaks callers\n" in output
    assert "<br>\nc" not in output


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.yaml", {"openapi": "3.0.3", "paths": {}}, "is OpenAPI 3.0.3, not 3.1"),
        ("old.yaml", {"swagger": "2.0", "paths": {}}, "is OpenAPI 2.0, not 3.1"),
        ("old.yaml", {"paths": {}}, "is OpenAPI of no version, not 3.1"),
        (
            "old.yaml",
            {"openapi": "3.1.0", "paths": {"/a": {"get": {"parameters": [1]}}}},
            "  paths//a/get/parameters/0: 1 is not of type",
        ),
        ("old.yaml", {"openapi": "3.1.0", "paths": {"/a": {"get": []}}}, "  paths//a/get: [] is not of type"),
        (
            "old.yaml",
            {"openapi": "3.1.0", "components": {"schemas": {"A": {"type": "x"}}}},
            "  components/schemas/A/type: ",
        ),
        (
            "old.yaml",
            {"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/nowhere"}}},
            "  paths//a: refers to #/nowhere, which is not there",
        ),
        (
            "old.yaml",
            {"openapi": "3.1.0", "paths": {"/a": {"$ref": "b.yaml"}}},
            "  paths//a: refers to b.yaml, outside of itself",
        ),
        ("old.yaml", [1], "is not a document"),
        ("old.json", "{", "neither YAML nor JSON from line 1 on"),
        ("old.yaml", "a: &a [*a]", "contains itself"),
        ("old.yaml", {"requirements": [{"id": "a"}]}, "has invalid requirements: fix entry 1 ('covers') first"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_wrong_usage(
    name: str, content: Any, words: str, tell: Tell, written: Callable[[str, Any], Path]
) -> None:
    path = written(name, content)
    code, output, complaint = tell("diff", path, "2.8")
    assert (code, output) == (4, "")
    assert complaint.startswith(f"{path} ")
    assert words in complaint
    assert complaint.count("\n") == 1 + ("fix one place first" in complaint)


WRONG = {
    "openapi": "3.1.0",
    "paths": {
        "/a": {
            "get": {
                "parameters": [{"name": "q", "in": "body"}, {"$ref": "#/components/schemas/A"}, {"in": "query"}],
                "responses": {"200": {"content": {"a/b": {"schema": {"type": "text"}}}}},
            },
            "put": {"requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": None},
            "post": {"requestBody": {"$ref": "#/x-bodies/C"}},
        }
    },
    "webhooks": {"moved": {"$ref": "#/components/pathItems/W"}},
    "components": {
        "schemas": {
            "A": {"properties": {"$ref": {"items": {"$ref": "a.yaml"}}}},
            "D": {"$ref": "#/components/schemas/D"},
        }
    },
    "x-bodies": {"C": {"content": {"a/b": {"schema": {"anyOf": [{"$ref": "#/components/schemas/E"}]}}}}},
}
WRONG_PLACES = [
    "paths//a/get/parameters/0/in: ",
    "paths//a/get/parameters/2: ",
    "paths//a/get/responses/200/content/a/b/schema/type: ",
    "paths//a/put/responses: ",
    "paths//a/get/parameters/1: refers to #/components/schemas/A, which is not a valid parameter",
    "paths//a/put/requestBody: refers to #/components/requestBodies/B, which is not there",
    "webhooks/moved: refers to #/components/pathItems/W, which is not there",
    "components/schemas/A/properties/$ref/items: refers to a.yaml, outside of itself",
    "components/schemas/D: refers to #/components/schemas/D in a circle",
    "x-bodies/C/content/a/b/schema/anyOf/0: refers to #/components/schemas/E, which is not there",
]


def test_every_wrong_place_of_both_documents_is_shown_at_once(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    other = {"openapi": "3.1.0", "security": {}, "components": {"headers": {"H": 1}}}
    paths = [written("old.yaml", WRONG), written("new.json", other)]
    code, output, complaint = tell("diff", *paths)
    assert (code, output) == (4, "")
    first, _, second = complaint.partition(f"\n{paths[1]} ")
    assert first.startswith(f"{paths[0]} cannot be compared as OpenAPI 3.1, fix 10 places first:\n")
    places = first.splitlines()[1:]
    assert len(places) == len(WRONG_PLACES)
    assert all(any(line.startswith(f"  {place}") for line in places) for place in WRONG_PLACES)
    assert [line.partition(":")[0].strip() for line in second.splitlines()[1:]] == ["security", "components/headers/H"]
    assert tell("diff", *paths)[2] == complaint
    assert tell("diff", paths[1], "2.7")[2].count("\n") == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{" * 500, "is nested deeper than"),
        ("[" * 500, "is nested deeper than"),
        ("a: 1\na: 2", "has a twice in one place"),
        ('{"a": 1, "a": 2}', "has a twice in one place"),
        ("200: a\n'200': b", "has 200 twice in one place"),
        ("a: !!int b", "has a value that cannot be read"),
        ("a: !!timestamp b", "has a value that is not what its tag says"),
        ("a: !b c", "is neither YAML nor JSON from line 1 on"),
        ("", "is not a document"),
        ("openapi: 3.1", "fix one place first:\n  openapi: 3.1 is not of type"),
    ],
    ids=range(10),
)
def test_a_text_that_is_no_data_is_wrong_usage(
    text: str, words: str, tell: Tell, written: Callable[[str, Any], Path]
) -> None:
    path = written("old.yaml", text)
    code, output, complaint = tell("diff", "2.8", path)
    assert (code, output) == (4, "")
    assert complaint.startswith(f"{path} ")
    assert words in complaint


def test_aliases_that_unfold_to_too_much_are_wrong_usage(
    tell: Tell, written: Callable[[str, Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spec.diff.source.LARGEST", 10_000)
    lines = [f"{name}: &{name} [{','.join(['*' + last] * 40)}]" for last, name in zip("abc", "bcd", strict=True)]
    code, output, complaint = tell("diff", "2.8", written("old.yaml", "\n".join(["a: &a [1]", *lines])))
    assert (code, output) == (4, "")
    assert "expands to more than 10,000 values" in complaint


def test_yaml_is_read_as_version_1_2_has_it(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    text = """\ufeffopenapi: 3.1.0
paths:
  /a:
    get:
      responses: &answers
        200:
          content: {a/b: {schema: {enum: [on, 2030-12-31, 1.0, 1e1, "\\ud83d\\ude00", 010, ~, true]}}}
    put: {responses: *answers}
"""
    values = ["on", "2030-12-31", 1, 10, "😀", 10, None, True]
    answer = {"responses": {"200": {"content": {"a/b": {"schema": {"enum": values}}}}}}
    same = {"openapi": "3.1.0", "paths": {"/a": {"get": answer, "put": answer}}}
    code, output, complaint = tell("diff", written("old.yaml", text), written("new.json", same))
    assert (code, complaint) == (0, "")
    assert output.endswith("Nothing changed.\n")


def test_references_that_go_too_deep_are_wrong_usage(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    def chain(last: str) -> dict[str, Any]:
        schemas: dict[str, Any] = {
            f"A{n}": {"properties": {"f": {"$ref": f"#/components/schemas/A{n + 1}"}}} for n in range(900)
        }
        content = {"a/b": {"schema": {"$ref": "#/components/schemas/A0"}}}
        operation = {"post": {"requestBody": {"content": content}}}
        components = {"schemas": {**schemas, "A900": {"type": last}}}
        return {"openapi": "3.1.0", "paths": {"/a": operation}, "components": components}

    code, output, complaint = tell("diff", written("old.json", chain("string")), written("new.json", chain("integer")))
    assert (code, output) == (4, "")
    assert "goes too deep through its references" in complaint


def test_a_crash_has_a_code_of_its_own(tmp_path: Path) -> None:
    """Neither that of a break nor that of a verdict, as Python's own would be."""
    (tmp_path / "sitecustomize.py").write_text(
        "import spec.diff.verdict\nspec.diff.verdict.compared = None\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "batches_conformance", "contract", "diff", "2.8", "2.8"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (6, "")
    assert "Traceback" not in done.stderr
    assert "TypeError" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "2.7", "2.8"),
        ("diff", "2.8", "HEAD:nowhere.yaml"),
        ("diff", "2.8", "."),
        ("diff", "2.8"),
        ("what",),
        (),
    ],
    ids=str,
)
def test_what_is_not_there_is_wrong_usage(arguments: tuple[str, ...], tell: Tell) -> None:
    code, output, complaint = tell(*arguments)
    assert (code, output) == (4, "")
    assert complaint


def test_a_document_and_requirements_cannot_be_compared(tell: Tell) -> None:
    code, _, complaint = tell("diff", CONTRACT, FILE)
    assert code == 4
    assert "name two documents or two sets of requirements" in complaint


def test_a_revision_of_git_can_be_named(
    tell: Tell, written: Callable[[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    written("api.yaml", document())
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "Begin")
    written("api.yaml", NULLABLE)
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    code, output, _ = tell("diff", "HEAD:api.yaml", "api.yaml")
    assert (code, "Batch.id changed" in output) == (7, True)


# --- requirements ---


def requirement(id_: str = "a-b", level: str = "must", **more: Any) -> dict[str, Any]:
    return {"id": id_, "level": level, "statement": "It holds.", "source": "guide", "covers": ["getBatch"], **more}


REQUIREMENTS: dict[str, tuple[list[Any], list[Any], tuple[int, str], tuple[int, str]]] = {
    "one more": (
        [],
        [requirement()],
        (0, "added as must\n    requirement-added"),
        (7, "removed\n    must-removed"),
    ),
    "one more that should be": (
        [],
        [requirement(level="should")],
        (0, "added as should\n    requirement-added"),
        (0, "removed\n    should-removed"),
    ),
    "a level": (
        [requirement(level="should")],
        [requirement()],
        (0, "changed: level from should to must\n    should-raised"),
        (7, "changed: level from must to should\n    must-lowered"),
    ),
    "words": (
        [requirement()],
        [requirement(statement="It does.")],
        (0, "changed: statement from It holds. to It does.\n    requirement-restated"),
        (0, "changed: statement from It does. to It holds.\n    requirement-restated"),
    ),
    "elements": (
        [requirement()],
        [requirement(covers=["getBatch", "Batch.id"])],
        (0, "changed: covers from getBatch to getBatch, Batch.id\n"),
        (0, "changed: covers from getBatch, Batch.id to getBatch\n"),
    ),
    "a min_observations": (
        [requirement()],
        [requirement(min_observations=2)],
        (0, "changed: min_observations from 1 to 2\n"),
        (0, "changed: min_observations from 2 to 1\n"),
    ),
    "a need": (
        [requirement()],
        [requirement(needs=["control"])],
        (0, "changed: needs from none to control\n"),
        (0, "changed: needs from control to none\n"),
    ),
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_what_became_of_requirements_is_shown(name: str, tell: Tell, written: Callable[[str, Any], Path]) -> None:
    old, new, *expected = REQUIREMENTS[name]
    paths = [written(f"{when}.yaml", {"requirements": entries}) for when, entries in (("old", old), ("new", new))]
    for code, words in expected:
        ended, output, complaint = tell("diff", *paths)
        assert (ended, complaint) == (code, "")
        assert f"\nrequirements\n  a-b {words}" in output
        paths.reverse()


def test_the_order_of_requirements_is_no_change(tell: Tell, written: Callable[[str, Any], Path]) -> None:
    one, other = requirement("a-b"), requirement("c-d")
    old, new = written("old.yaml", {"requirements": [one, other]}), written("new.yaml", {"requirements": [other, one]})
    assert tell("diff", old, new)[:2] == (0, f"{old} -> {new}: Nothing changed.\n")


@pytest.mark.parametrize(
    ("patch", "where", "some", "others"),
    [
        (
            {"components": {"schemas": {"BatchStatus": {"enum": ["NEW", "PENDING"]}}}},
            "BatchStatus=NEW",
            {"status-is-documented", "terminal-status-is-final"},
            {"results-delivered-when-expanded", "batch-reaches-terminal-status"},
        ),
        (
            {"paths": {"/api/v2/batches/{batch_id}": {"get": None}}},
            "getBatch",
            {"results-null-unless-expanded", "expand-accepts-repetition", "get-refuses-unknown-batch"},
            {"list-filters-by-status"},
        ),
        (
            {"paths": {"/api/v2/batches": {"post": {"requestBody": None}}}},
            "createBatch:body",
            {"create-accepts-parse"},
            {"list-filters-by-status"},
        ),
        (
            {"paths": {"/api/v2/batches": {"get": {"responses": {"2XX": None, "204": {"description": "None."}}}}}},
            "listBatches:2XX",
            {"list-answers-with-page"},
            {"get-answers-with-batch"},
        ),
        (
            {"paths": {"/api/v2/batches": {"get": {"responses": {"2XX": {"content": {"text/csv": {}}}}}}}},
            "listBatches:2XX",
            {"list-answers-with-page"},
            {"get-answers-with-batch"},
        ),
        (
            {
                "components": {
                    "schemas": {"Batch": {"properties": {"results": {"items": {"$ref": None, "type": "string"}}}}}
                }
            },
            "Batch.results[]",
            {"results-null-unless-expanded"},
            {"status-is-documented"},
        ),
    ],
    ids=["a value", "an operation", "a body", "a status", "a media type", "entries"],
)
def test_a_change_names_the_requirements_that_speak_of_it(
    patch: dict[str, Any],
    where: str,
    some: set[str],
    others: set[str],
    tell: Tell,
    written: Callable[[str, Any], Path],
) -> None:
    _, output, complaint = tell("diff", CONTRACT, written("new.json", patched(document(), patch)), "--format", "json")
    assert not complaint
    (ids,) = [change["requirements"] for change in json.loads(output)["changes"] if change["where"] == where]
    assert some <= set(ids)
    assert not others & set(ids)


def test_the_page_and_the_rules_are_printed(tell: Tell) -> None:
    assert tell("page")[1].startswith("# The contract\n")
    assert tell("rules")[1].startswith("| rule | breaks | because |\n")
