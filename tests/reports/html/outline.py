"""What a page of HTML is made of, and what of it would keep people from reading it."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import NamedTuple

VOID = frozenset({"meta", "input", "link", "img", "br", "hr"})
NAMED = ("aria-label", "aria-labelledby", "aria-hidden")


class Tag(NamedTuple):
    """An element with the path of names that leads to it, and the text right inside it."""

    name: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    text: list[str]


class Outline(HTMLParser):
    """Lists the elements of a page. Raises `ValueError` where an end stands that nothing began."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self.feed(html)
        self.close()
        if self._open:
            raise ValueError(f"{self._open[-1].name} has no end")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Tag(tag, {name: value or "" for name, value in attrs}, tuple(each.name for each in self._open), [])
        self.tags.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop().name != tag:
            raise ValueError(f"{tag} ends where it should not")

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text.append(data)

    def named(self, *names: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name in names]


def complaints(html: str) -> Iterator[str]:
    """Everything that makes a page hard to read for those who do not see it, or see it otherwise."""
    page = Outline(html)
    if not page.named("html")[0].attributes.get("lang"):
        yield "the page has no language"
    if not "".join(part for tag in page.named("title") for part in tag.text).strip():
        yield "the page has no title"
    for landmark in ("header", "main", "nav"):
        if len(page.named(landmark)) != 1:
            yield f"the page has not one {landmark}"
    yield from _headings(page)
    yield from _ids(page)
    yield from _names(page)


def _headings(page: Outline) -> Iterator[str]:
    levels = [int(tag.name[1]) for tag in page.named("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "the headings do not begin with the only h1"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"an h{after} follows an h{before}"


def _ids(page: Outline) -> Iterator[str]:
    counts = Counter(tag.attributes["id"] for tag in page.tags if "id" in tag.attributes)
    yield from (f"the id {id_} stands there {count} times" for id_, count in counts.items() if count > 1)
    for tag in page.tags:
        target = tag.attributes.get("href", "")
        if target.startswith("#") and target[1:] not in counts:
            yield f"a link leads to {target}, which is nowhere"


def _names(page: Outline) -> Iterator[str]:
    labels = {tag.attributes.get("for") for tag in page.named("label")}
    for tag in page.tags:
        has_name = any(tag.attributes.get(name) for name in NAMED)
        if tag.name in ("svg", "nav", "form") and not has_name:
            yield f"a {tag.name} has no name"
        if tag.name in ("input", "select") and tag.attributes.get("id") not in labels:
            yield f"an {tag.name} has no label"
        if tag.name == "img" and "alt" not in tag.attributes:
            yield "a picture has no text"
        if tag.name == "th" and tag.attributes.get("scope") not in ("row", "col"):
            yield "a head of a table has no scope"
        if tag.name in ("button", "a", "summary", "caption", "th") and not "".join(tag.text).strip() and not has_name:
            inside = [each for each in page.named("svg") if each.path[: len(tag.path) + 1] == (*tag.path, tag.name)]
            if not inside:
                yield f"a {tag.name} says nothing"
        if tag.name == "table" and not any(each.path == (*tag.path, "table") for each in page.named("caption")):
            yield "a table has no caption"
        if "style" in tag.attributes or any(name.startswith("on") for name in tag.attributes):
            yield f"a {tag.name} has a style or a script of its own, which the policy forbids"
