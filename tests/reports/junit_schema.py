"""What readers of JUnit XML take: the elements, attributes and values on which their schemas agree.

The xUnit plugin of Jenkins, and pytest with the same schema, refuse an attribute or an element that they do not know;
the older one of Jenkins wants the parts of a test case in an order; the one of Ant wants a time without an offset.
GitLab shows one of several cases of one name, and tells a time only where it is a number of seconds.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

COUNT: Final = r"\d+"
SECONDS: Final = r"\d+(\.\d{1,3})?"
MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
TEXT: Final = r"(?s).+"

NEEDED: Final[dict[str, dict[str, str]]] = {
    "testsuites": {"name": TEXT, "tests": COUNT, "failures": COUNT, "errors": COUNT, "time": SECONDS},
    "testsuite": {
        "name": TEXT,
        "tests": COUNT,
        "failures": COUNT,
        "errors": COUNT,
        "skipped": COUNT,
        "time": SECONDS,
        "timestamp": MOMENT,
    },
    "testcase": {"name": TEXT, "classname": TEXT, "time": SECONDS},
    "property": {"name": TEXT, "value": r"(?s).*"},
    "failure": {"message": TEXT, "type": TEXT},
    "error": {"message": TEXT, "type": TEXT},
    "skipped": {"message": TEXT},
    "properties": {},
    "system-out": {},
}
"""The attributes of each element, none of which may be missing and beside which there are no others."""

INSIDE: Final[dict[str, tuple[str, ...]]] = {
    "testsuites": ("testsuite",),
    "testsuite": ("properties", "testcase"),
    "properties": ("property",),
    "testcase": ("skipped", "error", "failure", "system-out"),
}
"""What an element may hold, in this order; any other holds text alone."""

SEVERAL: Final = frozenset({"testsuite", "testcase", "property"})


def complaints(text: str) -> Iterator[str]:
    """List what a reader would refuse, or would read otherwise than it is meant."""
    root = ET.fromstring(text)
    if root.tag != "testsuites":
        yield f"begins with {root.tag}"
    yield from _element(root)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    yield from (f"{name} stands {names.count(name)} times" for name in dict.fromkeys(names) if names.count(name) > 1)
    for suite in root:
        yield from _sums(suite, list(suite.iterfind("testcase")))
    yield from (
        f"{name} of all suites do not add up"
        for name in ("tests", "failures", "errors")
        if int(root.get(name, "0")) != sum(int(suite.get(name, "0")) for suite in root)
    )


def _element(element: ET.Element) -> Iterator[str]:
    needed = NEEDED.get(element.tag)
    if needed is None:
        yield f"has the element {element.tag}"
        return
    yield from (f"{element.tag} has no {name}" for name in needed.keys() - element.keys())
    for name, value in element.items():
        if not re.fullmatch(needed.get(name, r"(?!)"), value):
            yield f"{element.tag} has {name}={value!r}"
    inside = INSIDE.get(element.tag, ())
    places = [inside.index(child.tag) if child.tag in inside else -1 for child in element]
    if -1 in places:
        yield f"{element.tag} holds {element[places.index(-1)].tag}"
    if places != sorted(places):
        yield f"{element.tag} holds its parts in another order"
    yield from (
        f"{element.tag} holds several {child.tag}"
        for child in element
        if child.tag not in SEVERAL and len(element.findall(child.tag)) > 1
    )
    if inside and (element.text or "").strip():
        yield f"{element.tag} holds text"
    for child in element:
        if (child.tail or "").strip():
            yield f"{element.tag} holds text"
        yield from _element(child)


def _sums(suite: ET.Element, cases: list[ET.Element]) -> Iterator[str]:
    found = {"tests": len(cases)} | {
        f"{outcome}{plural}": sum(case.find(outcome) is not None for case in cases)
        for outcome, plural in (("failure", "s"), ("error", "s"), ("skipped", ""))
    }
    yield from (
        f"{name} of {suite.get('name')} do not add up" for name in found if int(suite.get(name, -1)) != found[name]
    )
    if abs(float(suite.get("time", "0")) - sum(float(case.get("time", "0")) for case in cases)) > 0.001 * len(cases):
        yield f"the times of {suite.get('name')} do not add up"
