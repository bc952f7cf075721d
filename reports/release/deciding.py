"""Joins the parts into one decision."""

from collections.abc import Sequence
from typing import Final

from reports.decision import Tone
from reports.release.model import Part, Readiness

SENTENCES: Final[dict[Readiness, str]] = {
    "ready": "No part speaks against it.",
    "not ready": "Parts that speak against it.",
    "cannot tell": "Parts that have no answer, while no other speaks against it.",
}
TONES: Final[dict[Readiness, Tone]] = {"ready": "good", "not ready": "bad", "cannot tell": "doubtful"}
"""How an answer is to look."""


def answer(parts: Sequence[Part]) -> Readiness:
    """Return the answer: one part that is not ready decides, and then one that cannot tell."""
    answers = {part.answer for part in parts}
    order: tuple[Readiness, ...] = ("not ready", "cannot tell", "ready")
    return next(each for each in order if each in answers)


def sentence(parts: Sequence[Part]) -> str:
    """Say which parts decide."""
    chosen = answer(parts)
    names = [part.name for part in parts if part.answer == chosen]
    return SENTENCES[chosen] if chosen == "ready" else f"{SENTENCES[chosen][:-1]}: {', '.join(names)}."
