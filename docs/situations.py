"""The page of all situations of the mock."""

from collections.abc import Iterator

from fixtures.mock.listing import title_of
from fixtures.mock.situations import THEMES
from fixtures.mock.situations.situation import Situation


def page() -> Iterator[str]:
    """Yield the page, line by line, as Markdown."""
    yield from (
        "# Situations",
        "",
        "Written by `python -m docs.generated` out of the code.",
        "",
        "What a correct caller has to cope with. No situation breaks a promise of the contract, and each goes with any",
        "other, with faults and with variations. Nothing is left to chance: the same requests are hit each time.",
        "",
        "```sh",
        "batches-conformance mock --port 8000 --situation no-answer --situation lists-lag=5",
        "batches-conformance mock --list situations --about Retry-After",
        "```",
        "",
        "Most have a number, which `NAME=NUMBER` chooses; below stands the one that they have without it.",
        "`docs/examples/careful.py` is a caller that copes with all of them, with the official client.",
    )
    for theme, situations in THEMES.items():
        yield from ("", f"## {title_of(theme)}", "", "| situation | what happens | what to do |", "| --- | --- | --- |")
        yield from (_row(situation) for situation in situations)


def _row(situation: Situation) -> str:
    example = f"{situation.name}={situation.number.default:g}" if situation.number else situation.name
    return f"| `{example}` | {situation.variant().sentence} | {situation.advice} |"
