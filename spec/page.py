"""The contract as a page, with every requirement and what the sources leave open."""

from collections.abc import Iterator

from spec import __version__
from spec.requirements import Requirement, capabilities, load, open_points


def page() -> Iterator[str]:
    """The page, line by line, as Markdown."""
    requirements = load().values()
    yield "# The contract"
    yield ""
    yield f"Version {__version__}: {len(requirements)} requirements, as `spec/requirements.yaml` has them. Written by"
    yield "`python -m spec page > docs/contract.md`."
    yield ""
    yield "A requirement passes when it was observed as often as its floor says, and violated never. One that needs"
    yield "what a target does not offer is not exercised there:"
    yield ""
    yield from (f"- **{name}**: {description}" for name, description in capabilities().items())
    yield ""
    yield "## Requirements"
    for requirement in requirements:
        yield ""
        yield f"### {requirement.id}"
        yield ""
        yield requirement.statement
        yield ""
        yield _facts(requirement)
    yield ""
    yield "## What is left open"
    yield ""
    yield "The suite asserts nothing of these:"
    yield ""
    for point in open_points():
        yield f"- {point.what} {point.why}"


def _facts(requirement: Requirement) -> str:
    facts = [f"*{requirement.level}*", f"source: {requirement.source}"]
    if requirement.floor > 1:
        facts.append(f"floor: {requirement.floor}")
    if requirement.needs:
        facts.append(f"needs: {', '.join(requirement.needs)}")
    return "; ".join(facts)
