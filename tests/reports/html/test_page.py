"""The page says what the report says, to everybody, and nothing in it acts."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from reports.html import evidence
from reports.html.markup import block, csp_hash, raw, serialise, tag
from reports.html.page import render_html
from reports.model import Report
from tests.reports.html import pages
from tests.reports.html.outline import Outline, complaints

LARGEST = 2_000_000
"""Bytes of a page that a browser and a reviewer still bear."""


@pytest.fixture(params=pages.ALL)
def report(request: pytest.FixtureRequest) -> Report:
    make: Callable[[], Report] = pages.ALL[request.param]
    return make()


def text_of(html: str) -> str:
    (body,) = Outline(html).named("body")
    return " ".join(" ".join(body.text).split())


@pytest.mark.parametrize("name", pages.RENDERED)
def test_nobody_is_kept_from_reading_a_page(name: str) -> None:
    assert list(complaints(pages.RENDERED[name]())) == []


BROKEN = {
    'lang="en"': "",
    "<title>": "<title></title><title hidden>",
    "<h1>": "<h2>",
    'scope="col"': "",
    'for="filter-text"': "",
    'role="img" aria-label=': "title=",
    "<caption>": "<p>",
    'id="requirements"': 'id="failed"',
    'class="skip"': 'style="color:red"',
    '<nav aria-label="Sections">': "<nav>",
    "<h3 ": "<h6 ",
}


@pytest.mark.parametrize("part", BROKEN)
def test_each_complaint_is_made_where_it_is_due(part: str) -> None:
    html = render_html(pages.failing())
    assert part in html
    broken = html.replace(part, BROKEN[part])
    broken = re.sub("<h2>(.*?)</h1>", r"<h2>\1</h2>", broken, flags=re.S) if part == "<h1>" else broken
    broken = broken.replace("</caption>", "</p>") if part == "<caption>" else broken
    broken = re.sub("<h6 (.*?)</h3>", r"<h6 \1</h6>", broken) if part == "<h3 " else broken
    if part == "<title>":
        broken = re.sub(r"<title></title><title hidden>.*?</title>", "<title></title>", broken)
    assert list(complaints(broken)) != []


def test_the_first_screen_says_what_a_person_needs() -> None:
    text = text_of(render_html(pages.failing()))
    begin = text[: text.index("Requirements Verdict")]
    for part in (
        "✗ Nonconformant",
        "Target http://127.0.0.1:8000 (mock)",
        "2030-01-01 00:00:00 UTC",
        "Suite 0.1.0",
        "Contract 1.0.0",
        "✗ fail must results-cover-every-file",
        "results has 2 entries",
        "curl -i",
        "no second key was given",
    ):
        assert part in begin


def test_a_must_that_failed_comes_before_a_should() -> None:
    text = text_of(render_html(pages.failing()))
    assert text.index("fail must results-cover-every-file") < text.index("fail should expand-accepts-repetition")
    articles = [tag.attributes["id"] for tag in Outline(render_html(pages.failing())).named("article")]
    assert articles == ["evidence-results-cover-every-file", "evidence-expand-accepts-repetition"]


def test_every_requirement_has_its_row_with_verdict_and_level() -> None:
    report = pages.failing()
    rows = {
        tag.attributes["id"]: tag
        for tag in Outline(render_html(report)).named("tr")
        if "data-verdict" in tag.attributes
    }
    assert set(rows) == {f"requirement-{result.id}" for result in report.requirements}
    for result in report.requirements:
        row = rows[f"requirement-{result.id}"]
        assert (row.attributes["data-verdict"], row.attributes["data-level"]) == (result.verdict, result.level)
        shown = " ".join(" ".join(row.text).split())
        assert all(part in shown for part in (result.id, result.statement, result.source, result.verdict, result.level))


def test_a_drawing_of_batches_has_a_table_beside_it() -> None:
    text = text_of(render_html(pages.conformant()))
    assert "PENDING → RUNNING → COMPLETED: 2 batches, parse_v2" in text
    assert "PENDING at 0.0 ms (#2), still at 1.0 s; RUNNING at 2.0 s (#2), still at 5.0 s; COMPLETED at 9.0 s" in text


def test_latencies_are_shown_as_numbers_too() -> None:
    assert "getBatch 9 1.0 ms 2.0 s 2.0 s" in text_of(render_html(pages.conformant()))


def test_the_head_of_a_column_stands_above_its_numbers() -> None:
    (latencies,) = re.findall(r"<thead[^>]*>(?:(?!<thead).)*?Slowest.*?</thead>", render_html(pages.conformant()))
    assert [
        kind == ' class="number"' for kind in re.findall(r"<th (?:[^>]*?)role=\"columnheader\"([^>]*)>", latencies)
    ] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_coverage_tells_what_was_never_met_and_what_cannot_be() -> None:
    html = render_html(pages.conformant())
    assert re.search(r"Not covered: createBatch, .*Batch\.status", text_of(html))
    (id_row,) = re.findall(r"<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">id</th>.*?12,345.*?</tr>", html)
    assert 'aria-label="cannot occur"' in id_row
    assert "heat-4" in id_row


def test_text_of_any_origin_stays_text() -> None:
    html = render_html(pages.hostile(3))
    page = Outline(html)
    assert [len(page.named(name)) for name in ("script", "style", "img", "iframe", "object", "link")] == [
        1,
        1,
        0,
        0,
        0,
        0,
    ]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    assert "\\x1b[31m" in html


def test_nothing_is_fetched_and_only_what_is_known_may_run() -> None:
    html = render_html(pages.conformant())
    page = Outline(html)
    (policy,) = [
        tag.attributes["content"] for tag in page.named("meta") if tag.attributes.get("http-equiv") is not None
    ]
    script, style = ("".join(page.named(name)[0].text) for name in ("script", "style"))
    assert "default-src 'none'" in policy
    assert csp_hash(script) in policy
    assert csp_hash(style) in policy
    assert "unsafe" not in policy
    assert not [tag for tag in page.tags if {"src", "srcset", "action"} & set(tag.attributes)]
    assert not re.search(r"url\(|@import|fetch|XMLHttpRequest|innerHTML|eval\(", script + style)
    assert all(tag.attributes["href"].startswith("#") for tag in page.named("a"))


def test_a_page_of_the_worst_report_is_bounded() -> None:
    html = render_html(pages.hostile(30))
    assert len(html.encode()) < LARGEST
    assert re.search(r"\d+ more in report\.json", html)


def test_evidence_is_cut_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LIMIT", 1)
    text = text_of(render_html(pages.failing()))
    assert "1 more in report.json." in text
    assert "Repeat it" not in text


def test_the_same_report_gives_the_same_page() -> None:
    assert render_html(pages.failing()) == render_html(pages.failing())


def test_an_exchange_without_an_answer_is_shown() -> None:
    report = pages.failing()
    failed = next(result for result in report.requirements if result.id == "results-cover-every-file")
    exchange = replace(failed.violations[0].exchanges[-1], response=None, error="it took too long")
    violation = replace(failed.violations[0], exchanges=(exchange,), deciding=0)
    changed = [replace(each, violations=(violation,)) if each is failed else each for each in report.requirements]
    assert "no response (it took too long)" in text_of(render_html(replace(report, requirements=tuple(changed))))


def test_elements_are_made_of_text_elements_and_lists() -> None:
    made = tag(
        "p",
        "a<b",
        None,
        ["c", tag("b", "d&\x00")],
        "e",
        class_="x",
        data_y='"\x1b',
        hidden=True,
        title=None,
        open=False,
    )
    assert serialise(made) == '<p class="x" data-y="&quot;\\x1b" hidden="">a&lt;bc<b>d&amp;\\x00</b>e</p>'
    assert serialise(block("a\n\x1bb")) == '<pre tabindex="0"><code>a\n\\x1bb</code></pre>'
    assert serialise(raw("style", "a > b")) == "<style>a > b</style>"
