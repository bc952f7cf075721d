"""`badge.svg`: the result of the gate, or else the verdict, as a small picture for a page that links to the report."""

from typing import Final
from xml.etree import ElementTree as ET

from reports.decision import Decision, Tone
from reports.model import Report
from spec.text import visible

LABEL: Final = "conformance"
HEIGHT: Final = 20
"""Pixels."""
CHARACTER: Final = 6.6
"""Pixels that a character takes; the text is stretched or pressed to fit, whatever font there is."""
PADDING: Final = 7
"""Pixels on both sides of a word."""
_COLOURS: Final[dict[Tone, str]] = {"good": "#116329", "bad": "#a40e26", "doubtful": "#6b4a00"}


def render_badge(report: Report) -> str:
    """Render the picture. It refers to nothing outside, and has a text for screen readers."""
    decision = Decision(report)
    words = visible(f"{LABEL}: {decision.title}{f', {decision.headline}' if decision.word else ''}")
    left, right = _width(LABEL), _width(decision.title)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(left + right),
            "height": str(HEIGHT),
            "role": "img",
            "aria-label": words,
        },
    )
    ET.SubElement(root, "title").text = words
    _part(root, LABEL, 0, left, "#3d4550")
    _part(root, decision.title, left, right, _COLOURS[decision.tone])
    return ET.tostring(root, encoding="unicode") + "\n"


def _width(word: str) -> int:
    return round(len(word) * CHARACTER) + 2 * PADDING


def _part(root: ET.Element, word: str, x: int, width: int, colour: str) -> None:
    ET.SubElement(root, "rect", x=str(x), width=str(width), height=str(HEIGHT), fill=colour)
    text = ET.SubElement(
        root,
        "text",
        {
            "x": str(x + PADDING),
            "y": "14",
            "textLength": str(width - 2 * PADDING),
            "lengthAdjust": "spacingAndGlyphs",
            "fill": "#ffffff",
            "font-family": "Verdana, DejaVu Sans, sans-serif",
            "font-size": "11",
        },
    )
    text.text = word
