"""The requirements: their shape, and that they and the contract speak of the same things."""

import re
from pathlib import Path

import pytest

from spec import profiles, requirements
from spec.elements import elements
from spec.requirements import Requirement

CAPABILITIES = {"control", "other-key", "organization", "receiver"}
"""As `fixtures.target.capabilities` names them."""
PROFILES = tuple(profiles.load())
ALL = list(requirements.load().values())


def check_form(requirement: Requirement) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", requirement.id)
    assert requirement.level in ("must", "should")
    assert re.fullmatch(r"\S[^\n]*[^.\s]\.", requirement.statement)
    assert not re.search(r"[.!?]\s+[A-Z]", requirement.statement), "more than one sentence"
    assert re.match(r"(guide|reference|published|page|client \d+\.\d+|rate-limits)(, \S|$)", requirement.source)
    assert re.fullmatch(r"[A-Za-z]\S*( \S+){3,}\.", requirement.rests_on)
    assert requirement.covers
    assert len(set(requirement.covers)) == len(requirement.covers)
    assert set(requirement.needs) <= CAPABILITIES
    assert isinstance(requirement.min_observations, int)
    assert requirement.min_observations >= 1


def test_each_requirement_is_well_formed() -> None:
    for requirement in ALL:
        try:
            check_form(requirement)
        except AssertionError as error:
            raise AssertionError(f"{requirement.id}: {error}") from error


def test_requirements_cover_only_what_the_contract_has() -> None:
    known = set(elements(*PROFILES))
    assert {
        requirement.id: set(requirement.covers) - known for requirement in ALL if set(requirement.covers) - known
    } == {}


def test_every_element_is_covered_or_excused() -> None:
    covered = {element for requirement in ALL for element in requirement.covers}
    excused = requirements.uncovered()
    assert set(elements(*PROFILES)) - covered == set(excused)
    assert all(reason.strip() for reason in excused.values())


def test_each_source_is_a_place_in_a_document_that_has_a_name() -> None:
    for requirement in ALL:
        for place in requirements.citations(requirement.source):
            assert place.document in requirements.sources().values(), requirement.id
            assert place.where.strip(" ,.;"), requirement.id


def test_a_source_is_named_with_the_name_of_its_document() -> None:
    names = [str(place) for place in requirements.citations("guide, list batches; client 2.9, error mapping")]
    assert names == [
        'LlamaCloud\'s guide "Getting Started with Batches": list batches',
        "the official Python client, llama-cloud: 2.9, error mapping",
    ]


def test_statements_are_unique() -> None:
    statements = [requirement.statement for requirement in ALL]
    assert len(set(statements)) == len(statements)


def test_open_points_say_what_and_why() -> None:
    points = [point for profile in (None, *PROFILES) for point in requirements.open_points(profile)]
    assert points
    assert all(point.what.endswith(".") and point.why.endswith(".") for point in points)
    assert len({point.what for point in points}) == len(points)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = "- {id: a-b, level: must, statement: S., source: guide, rests_on: T., covers: [x]}\n"
    file = tmp_path / "requirements.yaml"
    file.write_text(f"requirements:\n{twice}{twice}", encoding="utf-8")
    monkeypatch.setattr(requirements, "FILE", file)
    monkeypatch.setattr(requirements, "_parts", requirements._parts.__wrapped__)
    with pytest.raises(ValueError, match="a-b twice"):
        requirements.load.__wrapped__()
