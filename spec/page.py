"""The contract as a page, with every requirement and what the sources leave open."""

from collections.abc import Iterator

from spec import __version__, profiles
from spec.requirements import Requirement, capabilities, load, of, open_points


def page() -> Iterator[str]:
    """Yield the page, line by line, as Markdown."""
    requirements = of(()).values()
    yield "# The contract"
    yield ""
    yield f"Version {__version__}: {len(requirements)} requirements, as `spec/requirements.yaml` has them. Written by"
    yield "`batches-conformance contract page > docs/contract.md`."
    yield ""
    yield "A requirement passes when it was observed at least min_observations times, never violated. One that needs"
    yield "what a target does not offer is not exercised there:"
    yield ""
    yield from (f"- **{name}**: {description}" for name, description in capabilities().items())
    yield ""
    yield "## Requirements"
    for requirement in requirements:
        yield from _section(requirement)
    yield ""
    yield "## What is left open"
    yield ""
    yield "The suite asserts nothing of these:"
    yield ""
    yield from _open(None)
    for profile in profiles.load().values():
        yield from _addition(profile)


def _addition(profile: profiles.Profile) -> Iterator[str]:
    own = [requirement for requirement in load().values() if requirement.profile == profile.name]
    yield ""
    yield f"## The profile {profile.name}"
    yield ""
    yield f"{profile.summary} Version {profile.version}: {len(own)} requirements, checked where"
    yield f"`--profile={profile.name}` asks for it. A service without it breaks nothing."
    for requirement in own:
        yield from _section(requirement)
    yield ""
    yield f"What is left open of the profile {profile.name}:"
    yield ""
    yield from _open(profile.name)


def _section(requirement: Requirement) -> Iterator[str]:
    yield ""
    yield f"### {requirement.id}"
    yield ""
    yield requirement.statement
    yield ""
    yield _facts(requirement)
    yield ""
    yield f"What the source says: {requirement.rests_on}"


def _open(profile: str | None) -> Iterator[str]:
    for point in open_points(profile):
        yield f"- {point.what} {point.why}"


def _facts(requirement: Requirement) -> str:
    facts = [f"*{requirement.level}*", f"source: {requirement.source}"]
    if requirement.min_observations > 1:
        facts.append(f"min_observations: {requirement.min_observations}")
    if requirement.needs:
        facts.append(f"needs: {', '.join(requirement.needs)}")
    return "; ".join(facts)
