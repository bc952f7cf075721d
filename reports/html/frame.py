"""What every page has: a head that lets nothing be fetched, the way past the head, and the names of its sections."""

from functools import cache
from pathlib import Path
from typing import Final

from reports.html.markup import Element, csp_hash, raw, serialise, tag

_HERE: Final = Path(__file__).parent
STYLE: Final = "style.css"


def page(title: str, banner: Element, sections: list[Element], script: str | None = None) -> str:
    """Render a page of its own: a banner, its sections, and the script of that file of this folder."""
    body = tag(
        "body",
        tag("a", "Skip to what was found", href="#main", class_="skip"),
        banner,
        _contents(sections),
        tag("main", sections, id="main", tabindex=-1),
        raw("script", _asset(script)) if script else None,
    )
    return f"<!DOCTYPE html>\n{serialise(tag('html', _head(title, script), body, lang='en'))}\n"


def _head(title: str, script: str | None) -> Element:
    source = csp_hash(_asset(script)) if script else "'none'"
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {csp_hash(_asset(STYLE))}",
            f"script-src {source}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ]
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        raw("style", _asset(STYLE)),
    )


def _contents(sections: list[Element]) -> Element:
    names = [str(section.get("id")) for section in sections]
    links = [tag("li", tag("a", name.replace("-", " ").capitalize(), href=f"#{name}")) for name in names]
    return tag("nav", tag("ul", links), aria_label="Sections")


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
