"""What changed between two contracts, asked by the names that a user gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from spec import generations
from spec.diff import promises
from spec.diff.document import Document, Unasked
from spec.diff.loading import as_document, content
from spec.diff.model import Change, broken, merged
from spec.diff.operations import Comparison
from spec.diff.rules import Breaks
from spec.requirements import Requirement, load


@dataclass(frozen=True)
class Contract:
    """One of the two: a document, requirements, or both."""

    name: str
    document: Document | None
    requirements: Mapping[str, Requirement] | None


@dataclass(frozen=True)
class Verdict:
    """What changed, whom it breaks, and what does not fit of that which was accepted."""

    old: str
    new: str
    changes: tuple[Change, ...]
    requirements: tuple[Change, ...]
    objections: tuple[str, ...] = ()

    @property
    def breaks(self) -> tuple[Breaks, ...]:
        """Whom the new contract breaks."""
        return broken((*self.changes, *self.requirements))


def contracts(*names: str) -> list[Contract]:
    """Return what names stand for. Raises `Unasked` with all that is wrong in any of them."""
    found, wrong = [], []
    for name in names:
        try:
            found.append(named_contract(name))
        except Unasked as reason:
            wrong.append(str(reason))
    if wrong:
        raise Unasked("\n".join(dict.fromkeys(wrong)))
    return found


def named_contract(name: str) -> Contract:
    """Return what a name stands for. Raises `Unasked` when it stands for nothing that can be compared."""
    if name in generations.load():
        return Contract(name, as_document(name, generations.contract(name)), generations.requirements_of(name))
    raw = content(name, f"a generation ({', '.join(generations.load())})")
    if isinstance(raw, dict) and "requirements" in raw and "openapi" not in raw:
        return Contract(name, None, promises.requirements_of(name, raw["requirements"]))
    return Contract(name, as_document(name, raw), None)


def compared(old: Contract, new: Contract) -> Verdict:
    """Return the difference of two contracts. Raises `Unasked` where the one has nothing that the other has."""
    changes: list[Change] = []
    requirements: list[Change] = []
    if old.document and new.document:
        try:
            found = merged(Comparison(old.document, new.document).findings())
        except RecursionError:
            raise Unasked(
                f"{old.name} and {new.name} cannot be compared: a schema in them goes too deep through its references."
            ) from None
        changes = promises.concerned(found, {**load(), **(new.requirements or {}), **(old.requirements or {})})
    if old.requirements is not None and new.requirements is not None:
        requirements = merged(promises.compare(old.requirements, new.requirements))
    elif not (old.document and new.document):
        raise Unasked(f"{old.name} and {new.name} cannot be compared: name two documents or two sets of requirements.")
    return Verdict(old.name, new.name, tuple(changes), tuple(requirements))
