"""The page as a whole."""

from functools import cache
from pathlib import Path
from typing import Final

from reports.decision import Decision
from reports.html import batches, coverage, evidence, latencies, load, overview, requirements, run
from reports.html.markup import Element, fingerprint, raw, serialise, tag
from reports.model import Report

_HERE: Final = Path(__file__).parent


def render_html(report: Report) -> str:
    """Render the page: the verdict and what explains it first, then everything else in detail."""
    decision = Decision(report)
    sections = [
        *overview.sections(decision),
        requirements.section(decision),
        evidence.section(decision),
        load.section(report.run.load),
        batches.section(report.run.exchanges),
        latencies.section(report.run.exchanges),
        coverage.section(report.run.exchanges.coverage),
        run.section(report),
    ]
    shown = [section for section in sections if section is not None]
    body = tag(
        "body",
        tag("a", "Skip to what was found", href="#main", class_="skip"),
        overview.banner(decision),
        _contents(shown),
        tag("main", shown, id="main", tabindex=-1),
        raw("script", _asset("script.js")),
    )
    return f"<!DOCTYPE html>\n{serialise(tag('html', _head(decision), body, lang='en'))}\n"


def _head(decision: Decision) -> Element:
    target = decision.report.target
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {fingerprint(_asset('style.css'))}",
            f"script-src {fingerprint(_asset('script.js'))}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ]
    )
    where = f" of {target.base_url}" if target else ""
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{decision.title}: conformance{where}"),
        raw("style", _asset("style.css")),
    )


def _contents(sections: list[Element]) -> Element:
    names = [str(section.get("id")) for section in sections]
    links = [tag("li", tag("a", name.replace("-", " ").capitalize(), href=f"#{name}")) for name in names]
    return tag("nav", tag("ul", links), aria_label="Sections")


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
