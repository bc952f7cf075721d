"""Builds HTML from elements, so that text of any origin can only ever be text.

Libraries were tried (jinja2, htpy), and save nothing over these lines on ElementTree.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from spec.text import visible, visible_lines

Element = ET.Element
Content = Element | str | None
Attribute = str | int | float | bool | None


def tag(name: str, /, *content: Content | Iterable[Content], **attributes: Attribute) -> Element:
    """Make an element. Text is made visible, `None` is left out, and lists are flattened.

    Attributes are written in Python's way: `class_`, `data_verdict`. `True` is an attribute without a value; `None` and
    `False` leave the attribute out.
    """
    element = ET.Element(name)
    for key, value in attributes.items():
        if value is not None and value is not False:
            written = "" if value is True else visible(str(value))
            element.set(key.rstrip("_").replace("_", "-"), written)
    for part in content:
        for child in [part] if part is None or isinstance(part, str | ET.Element) else part:
            _append(element, child)
    return element


def _append(element: Element, child: Content) -> None:
    if isinstance(child, ET.Element):
        element.append(child)
    elif child is not None:
        _append_text(element, visible(child))


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def block(text: str, **attributes: Attribute) -> Element:
    """Make preformatted text whose lines stay lines. It can be scrolled by keyboard."""
    code = ET.Element("code")
    code.text = "\n".join(visible_lines(text))
    return tag("pre", code, tabindex=0, **attributes)


def raw(name: str, text: str) -> Element:
    """Make a `style` or `script` element of text that is our own."""
    element = ET.Element(name)
    element.text = text
    return element


def table(caption: str, heads: Sequence[Content], rows: Iterable[Element], **attributes: Attribute) -> Element:
    """Make a table whose heads name its columns, and stand above their numbers.

    Roles are spelled out, for narrow screens show it as blocks.
    """
    rows = list(rows)
    kinds = ["number" if _is_number(each) else None for each in rows[0]] if rows else [None] * len(heads)
    columns = [
        tag("th", head, scope="col", role="columnheader", class_=kind) for head, kind in zip(heads, kinds, strict=True)
    ]
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", columns, role="row"), role="rowgroup"),
        tag("tbody", rows, role="rowgroup"),
        role="table",
        **attributes,
    )


def _is_number(each: Element) -> bool:
    return "number" in each.get("class", "").split()


def row(head: Element, *cells: Element, **attributes: Attribute) -> Element:
    """Make a row of a table: what it is about, and its other cells."""
    return tag("tr", head, list(cells), role="row", **attributes)


def head(*content: Content | Iterable[Content], **attributes: Attribute) -> Element:
    """Make the cell that says what its row is about."""
    return tag("th", *content, scope="row", role="rowheader", **attributes)


def cell(*content: Content | Iterable[Content], **attributes: Attribute) -> Element:
    """Make any other cell of a row."""
    return tag("td", *content, role="cell", **attributes)


def picture(description: str, height: int, shapes: Iterable[Element], **attributes: Attribute) -> Element:
    """Make a drawing that is as wide as there is room; shapes have their places in percent of it."""
    return tag("svg", list(shapes), role="img", aria_label=description, width="100%", height=height, **attributes)


def serialise(element: Element) -> str:
    """Write an element as HTML."""
    return ET.tostring(element, encoding="unicode", method="html")


def csp_hash(text: str) -> str:
    """Name a script or a style for a Content-Security-Policy."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
