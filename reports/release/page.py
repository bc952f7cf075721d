"""`release.html`: the decision about a release as a page."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from reports.html import frame
from reports.html.markup import Content, Element, cell, head, row, table, tag
from reports.html.words import listed, mark, moment
from reports.release.deciding import TONES
from reports.release.model import Part, Point, Readiness, ReleaseDecision, Table
from reports.wording import describe_spending, long_duration

_VERDICTS: Final[dict[Readiness, str]] = {"ready": "pass", "not ready": "fail", "cannot tell": "inconclusive"}


def render_page(release: ReleaseDecision) -> str:
    """Render the page: the decision and its reasons first, then everything that decides nothing."""
    sections = [_reasons(release), *(_details(part) for part in release.parts), _not_asked(release)]
    return frame.page(
        f"{release.answer}: release of {release.target}",
        _banner(release),
        [section for section in sections if section is not None],
    )


def _banner(release: ReleaseDecision) -> Element:
    facts: list[tuple[str, Content]] = [
        ("Target", release.target),
        ("Against", release.against or "no other service"),
        ("Made", moment(release.made_at)),
        ("Took", long_duration(release.seconds)),
        ("Suite", release.suite_version),
        ("Spent", describe_spending(release.spent)),
    ]
    return tag(
        "header",
        tag("p", "Release of a Batches API", class_="eyebrow"),
        tag("h1", mark(_VERDICTS[release.answer]), " ", release.answer.capitalize()),
        tag("p", release.sentence, class_="advice"),
        tag(
            "ul",
            [
                tag(
                    "li",
                    tag("strong", mark(_VERDICTS[part.answer]), " ", part.answer),
                    tag("a", part.name, href=f"#{part.name}"),
                    class_=f"tile some {_VERDICTS[part.answer]}",
                )
                for part in release.parts
            ],
            class_="tiles",
            aria_label="Parts",
        ),
        listed(facts),
        class_=f"banner {TONES[release.answer]}",
    )


def _reasons(release: ReleaseDecision) -> Element | None:
    items = [
        _card(point, "fail" if part.answer == "not ready" else "waived", f"{part.name}: ")
        for part in release.parts
        for point in part.reasons
    ]
    return tag("section", tag("h2", "Why"), tag("ul", items, class_="plain"), id="why") if items else None


def _card(point: Point, look: str, lead: str = "") -> Element:
    return tag(
        "li",
        tag("p", lead, tag("b", point.about)),
        tag("p", point.sentence),
        tag("p", tag("code", point.command), class_="line") if point.command else None,
        tag("p", "Requirements: ", ", ".join(point.requirements), class_="quiet") if point.requirements else None,
        class_=f"card {look}",
    )


def _details(part: Part) -> Element:
    return tag(
        "section",
        tag("h2", part.name.capitalize()),
        tag("p", part.sentence),
        tag("p", "In full: ", tag("a", part.file, href=quote(part.file))) if part.file else None,
        [
            piece
            for remarks in part.remarks
            for piece in (tag("h3", remarks.title), tag("ul", _cards(remarks.points), class_="plain"))
        ],
        [_table(each) for each in part.tables],
        id=part.name,
    )


def _cards(points: Iterable[Point]) -> list[Element]:
    return [_card(point, "waived") for point in points]


def _table(each: Table) -> Element:
    rows = [row(head(tag("code", name)), *(cell(text) for text in cells)) for name, *cells in each.rows]
    return tag("div", table(each.title, each.heads, rows), class_="wide", tabindex=0)


def _not_asked(release: ReleaseDecision) -> Element | None:
    items = [tag("li", each) for each in release.not_asked]
    return tag("section", tag("h2", "Not asked"), tag("ul", items), id="not-asked") if items else None
