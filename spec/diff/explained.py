"""How the contract differs from a document that somebody else publishes, and why that is right."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, Final

from spec import generations, profiles
from spec.diff.document import Document, Unasked
from spec.diff.model import Change
from spec.openapi import contract, operations

_KEYS_OF_TEXT: Final = ("what", "aspect", "ours", "published", "why")
_LISTS: Final = ("elements", "generations")


@dataclass(frozen=True)
class Explanation:
    """Why some elements differ in one and the same way: `ours` and `published` are what each says of the aspect.

    It holds for the generations that it names, and explains no element but those that it names in full.
    """

    elements: tuple[str, ...]
    what: str
    generations: tuple[str, ...]
    why: str
    aspect: str = ""
    ours: str = ""
    published: str = ""

    def explains(self, change: Change) -> bool:
        """Whether it is about a change."""
        said = (change.what, change.aspect, change.before, change.after)
        return change.where in self.elements and said == (self.what, self.aspect, self.ours, self.published)


@dataclass(frozen=True)
class Differences:
    """The differences of a generation and a published document that touch the contract, and what is to be done.

    `unused` are the elements of explanations that do not differ so.
    """

    ours: str
    published: str
    unexplained: tuple[Change, ...]
    explained: tuple[tuple[Change, Explanation], ...]
    unused: tuple[tuple[str, Explanation], ...]


def explanations(name: str, raw: Any) -> tuple[Explanation, ...]:
    """Return the entries of a file. Raises `Unasked` with everything in it that is not as it has to be."""
    entries = raw.get("differences") if isinstance(raw, dict) else None
    if not isinstance(entries, list):
        raise Unasked(f"{name} has no list of differences: write one, or leave the file out.")
    wrong = [f"entry {number} {words}" for number, entry in enumerate(entries, start=1) for words in _wrong(entry)]
    if wrong:
        raise Unasked("\n  ".join([f"{name} does not explain clearly:", *wrong]))
    return tuple(Explanation(**{**entry, **{key: tuple(entry[key]) for key in _LISTS}}) for entry in entries)


def differences(
    generation: str, published: Document, changes: Iterable[Change], known: Iterable[Explanation]
) -> Differences:
    """Hold each change between a generation and a published document that touches the contract against what is known.

    Raises `Unasked` for what is not a generation.
    """
    if generation not in generations.load():
        raise Unasked(f"{generation} is not a generation: explanations are for {', '.join(generations.load())}.")
    about = [each for each in known if generation in each.generations]
    touching = [change for change in changes if _touches(change, published)]
    explained = [(change, each) for change in touching for each in about if each.explains(change)]
    understood = [change for change, _ in explained]
    used = {(change.where, each) for change, each in explained}
    return Differences(
        generation,
        published.name,
        tuple(change for change in touching if change not in understood),
        tuple(explained),
        tuple((element, each) for each in about for element in each.elements if (element, each) not in used),
    )


def _touches(change: Change, published: Document) -> bool:
    """Whether a requirement speaks of a change, or it is one of an operation or a schema of the contract.

    Those of every profile count. A new operation counts where its path is below one of the contract.
    """
    ours = [operation for operation in operations().values() if not operation.is_setup]
    names = {operation.id for operation in ours} | contract(*profiles.load())["components"]["schemas"].keys()
    is_ours = re.split(r"\W", change.where)[0] in names
    return bool(change.requirements) or is_ours or change.where in _added_beside(published, ours)


def _added_beside(published: Document, ours: Iterable[Any]) -> Iterator[str]:
    roots = {operation.template.partition("/{")[0] for operation in ours}
    for path, item in published.raw.get("paths", {}).items():
        if any(f"{path}/".startswith(f"{root}/") for root in roots):
            for method, definition in published.resolved(item).items():
                if isinstance(definition, dict):
                    yield definition.get("operationId") or f"{method.upper()} {path}"


def _wrong(entry: Any) -> Iterator[str]:
    keys = [field.name for field in fields(Explanation)]
    if not isinstance(entry, dict):
        yield f"is no mapping: write {', '.join(keys)}."
        return
    yield from (f"has the unknown key {key}: the keys are {', '.join(keys)}." for key in entry if key not in keys)
    for field in fields(Explanation):
        if field.name not in entry and field.default is MISSING:
            yield f"has no {field.name}."
    for key in _KEYS_OF_TEXT:
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip()):
            yield f"has no text for {key}: write one, in quotes if need be."
    for key in _LISTS:
        listed = entry.get(key, [""])
        if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
            yield f"has no list of texts for {key}."
        elif key == "elements":
            yield from (f"names {each}: name each element in full." for each in listed if "*" in each)
        elif key in entry:
            known = generations.load()
            yield from (f"names the generation {each}, which does not exist." for each in listed if each not in known)
