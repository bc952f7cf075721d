"""Two schemas, side by side: what changed in what they admit."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from spec.diff.containment import Relation, judged, passing, relation, together
from spec.diff.document import Document, Node, Schema
from spec.diff.model import Finding, What
from spec.diff.rules import Side
from spec.diff.shapes import ANY_TYPE, Shape, admits_null, as_json, atoms, finite, implied, json_types, name_of, shape
from spec.diff.texts import are_taken, as_text, is_taken, reading
from spec.diff.unions import discriminators, overlap

_NULL: Final[dict[tuple[Side, bool], str]] = {
    ("request", True): "request-null-accepted",
    ("request", False): "request-null-refused",
    ("answer", True): "answer-null-possible",
    ("answer", False): "answer-null-excluded",
}


class Traversal:
    """A walk over the schemas of two documents, where they stand on one side; it passes no pair twice.

    In a walk over texts values are written as text, and `within` is the walk over the fields of an object.
    """

    def __init__(
        self, old: Document, new: Document, side: Side, *, over_texts: bool = False, within: "Traversal | None" = None
    ) -> None:
        self.old = old
        self.new = new
        self.side = side
        self.over_texts = over_texts
        self.within = within or self
        self.passed: set[tuple[str, frozenset[int], frozenset[int]]] = set()
        self.equal: dict[tuple[frozenset[int], frozenset[int]], bool] = {}

    def _rehearsal(self) -> "Traversal":
        """Return a walk as this one would go on, which leaves no traces."""
        within = None if self.within is self else self.within._rehearsal()
        made = Traversal(self.old, self.new, self.side, over_texts=self.over_texts, within=within)
        made.passed, made.equal = set(self.passed), self.equal
        return made

    def compare(self, old: Node, new: Node, owner: str) -> Iterator[Finding]:
        """Yield what differs between two schemas that stand at the element `owner`."""
        a, b = (admits_null(document, node) for document, node in ((self.old, old), (self.new, new)))
        if a != b:
            words = {True: "possible", False: "excluded"}
            yield Finding(owner, "changed", _NULL[self.side, b], "null", words[a], words[b])
        yield from self._beside_null(old, new, owner)

    def _beside_null(self, old: Node, new: Node, owner: str) -> Iterator[Finding]:
        where = name_of(self.old, old) or name_of(self.new, new) or owner
        pair = (owner, self._identity(self.old, old), self._identity(self.new, new))
        if pair in self.passed or not (old or new):
            return
        self.passed.add(pair)
        a, b = shape(self.old, old, self.side), shape(self.new, new, self.side)
        yield from self._notes(owner, a, b)
        if a.values is not None or b.values is not None:
            yield from self._enumerated(owner, where, old, new)
            return
        if bool(a.alternatives) != bool(b.alternatives):
            yield from self._alternatives(owner, old, new, a, b)
            return
        if a.alternatives:
            yield from self._alternatives(owner, old, new, a, b)
        yield from self._types(owner, old, new)
        if not a.types & b.types:
            if self.over_texts and {"array"} in (a.types, b.types):
                # What stands alone is the one entry of a list.
                before, after = (made.items if made.types == {"array"} else node for made, node in ((a, old), (b, new)))
                yield from self.compare(before, after, f"{where}[]")
            return
        has_parts = a.has_parts or b.has_parts
        yield from self._limits(owner, a, b, whole=has_parts)
        if "object" in a.types & b.types:
            if not (a.is_free or b.is_free):
                yield from self._fields(where, a, b)
            if not has_parts:
                yield from self._further(where, a, b)
        if "array" in a.types & b.types and not has_parts:
            yield from self.compare(a.items, b.items, f"{where}[]")

    @staticmethod
    def _identity(document: Document, node: Node) -> frozenset[int]:
        return frozenset(map(id, atoms(document, node)))

    def _moved(self, owner: str, how: Relation, aspect: str, before: str, after: str) -> Iterator[Finding]:
        if how != "same":
            yield Finding(owner, "changed", f"{self.side}-{how}", aspect, before, after)

    def _notes(self, owner: str, a: Shape, b: Shape) -> Iterator[Finding]:
        if a.is_deprecated != b.is_deprecated:
            words = {True: "deprecated", False: "in use"}
            yield Finding(
                owner,
                "changed",
                "deprecation-changed",
                "deprecated",
                words[a.is_deprecated],
                words[b.is_deprecated],
            )
        if a.default != b.default and self.side == "request":
            rule = "default-changed" if a.default and b.default else "default-added" if b.default else "default-removed"
            yield Finding(owner, "changed", rule, "default", a.default or "none", b.default or "none")

    def _types(self, owner: str, old: Node, new: Node) -> Iterator[Finding]:
        before, after = shape(self.old, old, self.side).types, shape(self.new, new, self.side).types
        one, other = (self.old, old), (self.new, new)
        is_wider = all(kind in after or self._is_taken(kind, one, other) for kind in before)
        is_narrower = all(kind in before or self._is_taken(kind, other, one) for kind in after)
        yield from self._moved(
            owner, judged(is_wider, is_narrower), "type", _types_in_words(before), _types_in_words(after)
        )

    def _is_taken(self, kind: str, sent: tuple[Document, Node], read: tuple[Document, Node]) -> bool:
        return self.over_texts and is_taken(kind, sent, read, self.side)

    def _enumerated(self, owner: str, where: str, old: Node, new: Node) -> Iterator[Finding]:
        """Yield what differs where the values of one side at least are enumerated."""
        a, b = shape(self.old, old, self.side), shape(self.new, new, self.side)
        before, after = finite(a), finite(b)
        how: Relation = "replaced"
        if b.is_at_odds and not a.is_at_odds:
            pass  # Whoever wrote that meant something, and nobody can tell what.
        elif before is not None and after is not None:
            yield from self._values(where, before, after)
            return
        elif after is not None and self._admits(self.old, old, after):
            how = "narrowed"
        elif before is not None and self._admits(self.new, new, before):
            how = "widened"
        if how == "replaced" and not a.types & b.types and (a.types and b.types):
            yield from self._moved(owner, how, "type", _types_in_words(a.types), _types_in_words(b.types))
        elif relation(self.old, together(old), self.new, together(new)) != "same":
            yield from self._moved(owner, how, "values", _values_in_words(a.values), _values_in_words(b.values))

    def _admits(self, document: Document, node: Node, values: Iterable[str]) -> bool:
        """Whether a node admits all values, each of which is given as JSON."""
        if self.over_texts:
            return all(map(reading(document, node), values))
        is_passing = passing(document, node)
        return all(is_passing(json.loads(value)) for value in values)

    def _values(self, where: str, before: dict[str, None], after: dict[str, None]) -> Iterator[Finding]:
        if self.over_texts:
            before, after = (dict.fromkeys(map(as_text, values)) for values in (before, after))
        for value in before.keys() - after.keys():
            yield Finding(f"{where}={_bare(value)}", "removed", f"{self.side}-value-removed")
        for value in after.keys() - before.keys():
            yield Finding(f"{where}={_bare(value)}", "added", f"{self.side}-value-added")

    def _limits(self, owner: str, a: Shape, b: Shape, *, whole: bool) -> Iterator[Finding]:
        if a.forms != b.forms:
            how = _subsets(implied(b.forms), implied(a.forms))
            yield from self._moved(owner, how, "format", _listed(a.forms), _listed(b.forms))
        if not (a.limits or b.limits):
            return
        types = json_types(a.types & b.types)
        limits, others = ((of.whole_limits if whole else of.limits) or [{}] for of in (a, b))
        before, after = ({"type": types, "allOf": said} for said in (limits, others))
        how = relation(self.old, before, self.new, after)
        yield from self._moved(owner, how, "limits", _limits_in_words(limits, others), _limits_in_words(others, limits))

    def _fields(self, where: str, a: Shape, b: Shape) -> Iterator[Finding]:
        before, after = a.fields.keys() | a.required, b.fields.keys() | b.required
        for name in before - after:
            yield Finding(f"{where}.{name}", "removed", f"{self.side}-field-removed")
        for name in after - before:
            yield Finding(f"{where}.{name}", "added", self._added_field(name, a, b))
        for name in before & after:
            element = f"{where}.{name}"
            if (name in a.required) != (name in b.required):
                words = {True: "required", False: "optional"}
                now = words[name in b.required]
                rule = f"{self.side}-field-now-{now}"
                yield Finding(element, "changed", rule, "required", words[name in a.required], now)
            yield from self.within.compare(a.fields.get(name, ()), b.fields.get(name, ()), element)

    def _added_field(self, name: str, a: Shape, b: Shape) -> str:
        if self.side == "request":
            return f"request-field-added-{'required' if name in b.required else 'optional'}"
        return "answer-field-added-to-closed" if a.is_closed else "answer-field-added"

    def _further(self, where: str, a: Shape, b: Shape) -> Iterator[Finding]:
        if a.is_closed != b.is_closed:
            words = {True: "none", False: "any"}
            how: Relation = "narrowed" if b.is_closed else "widened"
            yield from self._moved(where, how, "further fields", words[a.is_closed], words[b.is_closed])
        elif not a.is_closed:
            yield from self.within.compare(a.further, b.further, f"{where}.*")

    def _alternatives(self, owner: str, old: Node, new: Node, a: Shape, b: Shape) -> Iterator[Finding]:
        left, right = _alternatives_of(old, a, b), _alternatives_of(new, b, a)
        self._taken(left, right, self._is_equal)
        is_same = not left and not right and a.combined == b.combined
        is_same = is_same and _nulls(self.old, a) == _nulls(self.new, b)
        found = list(self._others(owner, together(old), together(new), left, right))
        if a.combined != b.combined and not found and not (self.over_texts and (left or right)):
            how = relation(self.old, together(old), self.new, together(new))
            found += self._moved(owner, how, "alternatives", _listed(a.combined), _listed(b.combined))
        yield from found
        if not (is_same or self.over_texts):
            moves = {finding.rule for finding in found if finding.where == owner}
            yield from self._overlaps(owner, old, new, moves)
        yield from self._selected(owner, old, new, a, b)

    def _overlaps(self, owner: str, old: Node, new: Node, moves: set[str]) -> Iterator[Finding]:
        """Yield that alternatives go together now that were apart, or no longer do, where `moves` do not say so yet."""
        before, after = (self.old, old), (self.new, new)
        for how, one, other in (("narrowed", before, after), ("widened", after, before)):
            pair = None if moves & {f"{self.side}-{how}", f"{self.side}-replaced"} else overlap(one, other)
            if pair is not None:
                words = ["none", " and ".join(sorted(self._called(other[0], each) for each in pair))]
                said = words if how == "narrowed" else words[::-1]
                yield Finding(owner, "changed", f"{self.side}-{how}", "overlap of alternatives", *said)

    def _selected(self, owner: str, old: Node, new: Node, a: Shape, b: Shape) -> Iterator[Finding]:
        """Yield what differs in which values of a field select an alternative that is in both documents."""
        before, after = self._by_name(self.old, a), self._by_name(self.new, b)
        rule = f"{self.side}-replaced"
        for one, other in zip(discriminators(self.old, old), discriminators(self.new, new), strict=False):
            if one.field != other.field:
                yield Finding(owner, "changed", rule, "selecting field", one.field, other.field)
                continue
            for value in one.names.keys() & other.names.keys():
                was, now = one.names[value], other.names[value]
                is_left = was != now and was in before.keys() & after.keys() and now in after
                if is_left and not self._is_equal(before[was], after[now]):
                    yield Finding(f"{owner}.{one.field}={value}", "changed", rule, "selected", was, now)
            for value in (one.names.keys() ^ other.names.keys()) - before.keys() - after.keys():
                what: What = "removed" if value in one.names else "added"
                if (one.names | other.names)[value] in before.keys() & after.keys():
                    yield Finding(f"{owner}.{one.field}={value}", what, f"{self.side}-value-{what}")

    @staticmethod
    def _by_name(document: Document, made: Shape) -> dict[str, Schema]:
        return {name: one for one in made.alternatives if (name := name_of(document, (one,)))}

    def _others(
        self, owner: str, old: dict[str, Any], new: dict[str, Any], left: list[Schema], right: list[Schema]
    ) -> Iterator[Finding]:
        """Yield what differs between alternatives of which none is the same in both documents."""
        if not (left or right):
            return
        if self.over_texts:
            before, after = (self.old, (old,)), (self.new, (new,))
            left = [one for one in left if not are_taken((self.old, (one,)), after, self.side)]
            right = [one for one in right if not are_taken((self.new, (one,)), before, self.side)]
        has_fields = _has_fields(self.old, left) or _has_fields(self.new, right)
        if not has_fields and relation(self.old, old, self.new, new) == "same":
            return
        for one, other in self._taken(left, right, self._is_like):
            yield from self._beside_null((one,), (other,), owner)
        left = [one for one in left if relation(self.old, together((one, old)), self.new, new) not in _WITHIN]
        right = [one for one in right if relation(self.old, old, self.new, together((one, new))) not in _AROUND]
        if len(left) == len(right) == 1:
            yield from self._beside_null((left.pop(),), (right.pop(),), owner)
        for one in left:
            yield from self._moved(owner, "narrowed", "alternatives", self._called(self.old, one), "none")
        for one in right:
            yield from self._moved(owner, "widened", "alternatives", "none", self._called(self.new, one))

    @staticmethod
    def _taken(
        left: list[Schema], right: list[Schema], belong: Callable[[Schema, Schema], bool]
    ) -> list[tuple[Schema, Schema]]:
        """Take the alternatives that belong together out of both lists."""
        pairs = []
        for one in list(left):
            other = next((other for other in right if belong(one, other)), None)
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
        return pairs

    def _is_equal(self, one: Schema, other: Schema) -> bool:
        if self._outline(self.old, one) != self._outline(self.new, other):
            return False
        pair = (self._identity(self.old, (one,)), self._identity(self.new, (other,)))
        if pair not in self.equal:
            rehearsal = self._rehearsal()
            self.equal[pair] = not any(rehearsal._beside_null((one,), (other,), ""))
            if self.equal[pair]:
                self.passed |= rehearsal.passed
        return self.equal[pair]

    def _outline(self, document: Document, schema: Schema) -> object:
        """Return what alternatives that are equal have in common, without a look at what is below their fields."""
        made = shape(document, (schema,), self.side)
        tags = {name: shape(document, node, self.side).values for name, node in made.fields.items()}
        return made.types, made.values, made.required, tags

    def _is_like(self, one: Schema, other: Schema) -> bool:
        """Whether two alternatives go by the same name, or by the same value of a field."""
        return bool(self._marks(self.old, one) & self._marks(self.new, other))

    def _marks(self, document: Document, schema: Schema) -> set[str]:
        marks = {name} if (name := name_of(document, (schema,))) else set()
        for field, node in shape(document, (schema,), self.side).fields.items():
            values = shape(document, node, self.side).values
            if values is not None and len(values) == 1:
                marks.add(f"{field}={next(iter(values))}")
        return marks

    def _called(self, document: Document, schema: Schema) -> str:
        return name_of(document, (schema,)) or _types_in_words(shape(document, (schema,), self.side).types)


_WITHIN: tuple[Relation, ...] = ("same", "widened")
_AROUND: tuple[Relation, ...] = ("same", "narrowed")


def _whole(node: Node) -> Schema:
    """Return a node as one schema."""
    return node[0] if len(node) == 1 else together(node) if node else True


def _alternatives_of(node: Node, made: Shape, other: Shape) -> list[Schema]:
    """Return the alternatives of a node, with the limits beside them if they meet a node that has none."""
    if made.alternatives and made.limits and not other.alternatives:
        return [together((one, *made.limits)) for one in made.alternatives]
    return made.alternatives[:] or [_whole(node)]


def _has_fields(document: Document, schemas: Iterable[Schema]) -> bool:
    return any("properties" in part for schema in schemas for part in atoms(document, (schema,)))


def _nulls(document: Document, made: Shape) -> int:
    return sum(admits_null(document, (one,)) for one in made.alternatives)


def _subsets(before: frozenset[str], after: frozenset[str]) -> Relation:
    if before == after:
        return "same"
    return "narrowed" if after < before else "widened" if before < after else "replaced"


def _types_in_words(types: frozenset[str]) -> str:
    return "any" if types == ANY_TYPE else " or ".join(json_types(types)) or "none"


def _values_in_words(values: dict[str, None] | None) -> str:
    return "any" if values is None else _listed(map(_bare, values))


def _limits_in_words(limits: list[dict[str, Any]], others: list[dict[str, Any]]) -> str:
    known = {(key, as_json(value)) for part in others for key, value in part.items()}
    pairs = {(key, as_json(value)) for part in limits for key, value in part.items()} - known
    return _listed(f"{key} {value}" for key, value in pairs)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"


def _bare(value: str) -> str:
    return value[1:-1] if value.startswith('"') else value
