"""Differences from a published document: each that touches the contract is explained, exactly, or named."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec import generations
from spec.patch import patched
from tests.command import main_of

main = main_of("contract")

OLDEST, LATEST = "2.8", "2.14"
SCHEMAS = ("components", "schemas")
GET = ("paths", "/api/v2/batches/{batch_id}", "get")
Compare = Callable[..., tuple[object, str]]


def nested(path: tuple[str, ...], leaf: Any) -> dict[str, Any]:
    return {path[0]: nested(path[1:], leaf) if path[1:] else leaf}


SESSION = [{"name": "session", "in": "cookie", "schema": {"type": "string"}}]
OF_BATCH: dict[str, Any] = {"operationId": "act", "responses": {"200": {"description": "Done."}}}
DIFFERENT: Mapping[str, tuple[dict[str, Any], str]] = {
    "a field of a batch": (nested((*SCHEMAS, "Batch", "properties", "note"), {"type": "string"}), "Batch.note added"),
    "a field of a create, of a profile": (
        nested((*SCHEMAS, "BatchCreate", "properties", "webhook_configuration_urls"), {"type": "string"}),
        "BatchCreate.webhook_configuration_urls added",
    ),
    "a value of a profile": (
        nested((*SCHEMAS, "WebhookOutputFormat", "enum"), ["string", "json", "xml"]),
        "WebhookOutputFormat=xml added",
    ),
    "an operation of batches": (nested(("paths", "/api/v2/batches/{batch_id}/retry"), {"post": OF_BATCH}), "act added"),
    "a code": (nested((*GET, "responses"), {"2XX": None, "200": {"description": "Done."}}), "getBatch:2XX removed"),
}
ENTRY = {
    "elements": ["Batch.note"],
    "what": "added",
    "generations": [LATEST],
    "why": "A server may add fields.",
}
NOTE = DIFFERENT["a field of a batch"][0]


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Compare:
    """Compare a generation with itself, changed, where these differences are known."""
    monkeypatch.chdir(tmp_path)

    def call(change: dict[str, Any], *known: Any, generation: str = LATEST) -> tuple[object, str]:
        published = patched(generations.contract(LATEST), change)
        Path("published.yaml").write_text(yaml.safe_dump(published), encoding="utf-8")
        Path("known.yaml").write_text(yaml.safe_dump({"differences": list(known)}), encoding="utf-8")
        arguments = ["contract", "diff", generation, "published.yaml", "--explained", "known.yaml"]
        monkeypatch.setattr("sys.argv", arguments)
        try:
            code: object = main()
        except SystemExit as ended:
            code = ended.code
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def test_a_document_that_says_the_same_differs_in_nothing(compare: Compare) -> None:
    code, output = compare({})
    assert code == 0
    assert "0 differences that touch the contract, 0 unexplained, 0 unused explanations." in output


@pytest.mark.parametrize(("change", "headline"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_nobody_explains_is_named(change: dict[str, Any], headline: str, compare: Compare) -> None:
    code, output = compare(change)
    assert code == 7
    assert f"\n  {headline}" in output.partition("\nunexplained")[2]


def test_a_difference_beside_the_contract_is_none(compare: Compare) -> None:
    elsewhere = {"paths": {"/api/v1/beta/directories/{directory_id}/share": {"post": OF_BATCH}}}
    directory = nested((*SCHEMAS, "Directory", "properties", "note"), {"type": "string"})
    assert compare(patched(elsewhere, directory))[0] == 0


def test_what_is_explained_is_shown_with_its_reason_and_requirements(compare: Compare) -> None:
    change = nested((*SCHEMAS, "Batch", "properties", "id", "minLength"), 9)
    before = {"what": "changed", "aspect": "limits", "ours": "minLength 1", "published": "minLength 9"}
    code, output = compare(change, {**ENTRY, "elements": ["Batch.id"], **before})
    assert code == 0, output
    assert (
        "\nexplained\n  Batch.id changed: limits from minLength 1 to minLength 9\n    A server may add fields."
        in output
    )
    assert "    requirements: create-answers-with-batch, batch-id-is-unique" in output


@pytest.mark.parametrize(
    "changes",
    [{"elements": ["Batch.not"]}, {"elements": ["Batch.note.more"]}, {"what": "removed"}, {"aspect": "null"}],
    ids=str,
)
def test_an_explanation_of_something_else_explains_nothing_and_is_reported(
    changes: dict[str, Any], compare: Compare
) -> None:
    code, output = compare(NOTE, {**ENTRY, **changes})
    assert code == 7
    assert "unexplained\n  Batch.note added" in output
    assert "explains nothing any more\n" in output


def test_one_element_of_several_that_does_not_differ_is_reported(compare: Compare) -> None:
    code, output = compare(NOTE, {**ENTRY, "elements": ["Batch.note", "Batch.nota"]})
    assert code == 7
    assert "1 unused explanation." in output
    assert "explains nothing any more\n  Batch.nota added" in output


def test_an_explanation_is_for_its_generations(compare: Compare) -> None:
    assert compare(NOTE, ENTRY)[0] == 0
    code, output = compare(NOTE, ENTRY, generation=OLDEST)
    assert code == 7
    assert "  Batch.note added" in output
    assert "cancelBatch added" in output, "the profile is new to it"
    assert "0 unused explanations" in output, "an explanation for another generation is left aside"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({**ENTRY, "generations": ["2.15"]}, "names the generation 2.15, which does not exist."),
        ({**ENTRY, "elements": ["Batch.*"]}, "names Batch.*: name each element in full."),
        ({**ENTRY, "elements": []}, "has no list of texts for elements."),
        ({**ENTRY, "why": " "}, "has no text for why"),
        ({**ENTRY, "reason": "x"}, "has the unknown key reason"),
        ({key: value for key, value in ENTRY.items() if key != "generations"}, "has no generations."),
        ("Batch.note", "is no mapping"),
    ],
    ids=str,
)
def test_an_entry_that_explains_nothing_clearly_is_wrong_usage(entry: Any, words: str, compare: Compare) -> None:
    code, output = compare(NOTE, entry)
    assert code == 4
    assert words in output


def test_what_is_no_generation_has_no_explanations(compare: Compare) -> None:
    code, output = compare(NOTE, ENTRY, generation="published.yaml")
    assert code == 4
    assert "published.yaml is not a generation: explanations are for 2.8, 2.10, 2.14." in output
