"""Where mock and service differ is shown; where they agree, or nothing can be known, is not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.fidelity import FidelityDifference, compare, fidelity_lines
from reports.model import Report, ResponseFeatures, Traffic
from spec.usage import WrongUsage
from tests.command import main_of
from tests.reports import samples

main = main_of("report")

NAME = "results-null-unless-expanded"
SEEN = ResponseFeatures(
    statuses={"getBatch 200": 9, "getBatch 404": 2, "createBatch 422": 1},
    headers={"2XX content-type": 9, "2XX date": 9},
    fields={"getBatch 2XX .: object": 9, "getBatch 2XX .id: string": 9, "createBatch 4XX .detail: array": 1},
)


def of(kind: Any, appearance: ResponseFeatures = SEEN, *records: Any) -> Report:
    target = replace(samples.target(), kind=kind, base_url="mock" if kind == "mock" else "http://127.0.0.1:8000")
    run = samples.run(exchanges=Traffic(9, 1.0, {"getBatch": 9}, appearance=appearance))
    return samples.report(
        *(records or ({"held": {NAME: 1}},)), some=(samples.requirement(NAME),), of=target, in_run=run
    )


def differences(appearance: ResponseFeatures) -> list[tuple[str, str, str, str]]:
    found = compare(of("mock"), of("url", appearance))
    return [(each.sort, each.what, each.mock, each.service) for each in found]


def test_what_agrees_is_no_difference_however_often_it_was_seen() -> None:
    often = ResponseFeatures(*({name: 7 * count for name, count in part.items()} for part in vars(SEEN).values()))
    assert differences(often) == []
    assert list(fidelity_lines(())) == ["No differences between the mock and the service."]


def test_each_sort_of_difference_is_shown() -> None:
    changed = ResponseFeatures(
        statuses={"getBatch 200": 8, "getBatch 410": 1, "createBatch 422": 1},
        headers={"2XX content-type": 8, "2XX date": 8, "2XX etag": 8},
        fields={**SEEN.fields, "getBatch 2XX .id: integer": 1},
    )
    assert differences(changed) == [
        ("statuses", "getBatch 404", "in 2 exchanges", "never observed"),
        ("statuses", "getBatch 410", "never observed", "in 1 exchange"),
        ("headers", "2XX etag", "never observed", "in 8 exchanges"),
        ("fields", "getBatch 2XX .id: integer", "never observed", "in 1 exchange"),
    ]


@pytest.mark.parametrize(
    "unasked",
    [
        replace(SEEN, statuses={"getBatch 200": 9, "getBatch 404": 2}),
        replace(SEEN, fields={name: 9 for name in SEEN.fields if name.startswith("getBatch")}),
        replace(SEEN, headers={**SEEN.headers, "5XX retry-after": 1}),
    ],
    ids=["an operation", "a sort of answer", "a class of headers"],
)
def test_what_only_one_was_asked_says_nothing(unasked: ResponseFeatures) -> None:
    assert differences(unasked) == []


def test_the_fields_of_a_new_object_go_without_saying() -> None:
    nested = {
        "getBatch 2XX .links: object": 1,
        "getBatch 2XX .links.next: null": 1,
        "getBatch 2XX .tags: array": 1,
        "getBatch 2XX .tags[].a[]: string": 1,
        "getBatch 2XX .linked: string": 1,
    }
    output = [what for _, what, _, _ in differences(replace(SEEN, fields={**SEEN.fields, **nested}))]
    assert output == ["getBatch 2XX .linked: string", "getBatch 2XX .links: object", "getBatch 2XX .tags: array"]


def test_a_requirement_is_shown_with_what_explains_it() -> None:
    fails = {"violations": [samples.violation(NAME)]}
    (broken,) = compare(of("mock"), of("url", SEEN, fails))
    (unknown,) = compare(of("mock"), of("url", SEEN, {"unexercised": [{"requirement": NAME, "reason": "no key"}]}))
    assert broken.what == unknown.what == NAME
    assert broken.mock == "pass"
    assert broken.service.startswith("fail; v")
    assert unknown.service == "not-exercised; no key"
    assert compare(of("mock", SEEN, fails), of("url", SEEN, fails)) == ()


def test_no_name_of_a_service_controls_the_terminal() -> None:
    (line, *_) = list(fidelity_lines((FidelityDifference("headers", "2XX \x1b[31m", "never observed", "in 1"),)))[1:]
    assert "\x1b" not in line


@pytest.mark.parametrize("kinds", [("url", "mock"), ("mock", "mock"), ("url", "url")])
def test_reports_in_the_wrong_place_are_refused(kinds: tuple[str, str]) -> None:
    with pytest.raises(WrongUsage, match="name the mock's report first"):
        compare(of(kinds[0]), of(kinds[1]))


def test_the_command_ends_with_seven_where_they_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fidelity(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["reports", "fidelity", *map(str, arguments)])
        return main(), capsys.readouterr().out

    mock = samples.saved(of("mock"), tmp_path / "mock.json")
    alike = samples.saved(of("url"), tmp_path / "alike.json")
    other = samples.saved(of("url", replace(SEEN, headers={"2XX date": 1})), tmp_path / "other.json")
    assert fidelity(mock, alike) == (0, "No differences between the mock and the service.\n")
    code, output = fidelity(mock, other)
    assert code == 7
    assert "only the mock     2XX content-type (in 9 exchanges)" in output
    assert '"what": "2XX content-type"' in fidelity(mock, other, "--json")[1]
    assert fidelity(other, mock)[0] == 4
