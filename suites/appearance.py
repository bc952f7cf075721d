"""What the answers of a target look like: their statuses, the names of their headers, the kinds of their values."""

from collections import Counter
from collections.abc import Iterator

from fixtures.exchange import Response
from fixtures.words import unsigned
from spec.text import shortened
from suites.moments import moment
from suites.oracles.memory import Memory
from suites.shapes import DEEPEST
from suites.traffic import Call

SORTS = ("statuses", "headers", "fields")
MOST_FEATURES = 1_000
"""Different features of each sort that are kept; a service that invents names without end has no more of them."""
NAME_LIMIT = 80
"""Characters of the name of a header or of a field that are kept."""

KINDS = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string"}


class Appearance:
    """Counts the exchanges in which each feature of an answer was seen, however often within one.

    Of each sort there are `MOST_FEATURES` different ones at most; those that come together are counted as one at first.
    """

    def __init__(self) -> None:
        self._together: Counter[tuple[frozenset[str], ...]] = Counter()
        self._each: dict[str, Counter[str]] = {sort: Counter() for sort in SORTS}
        self._headers: Memory[object, frozenset[str]] = Memory()
        self._fields: Memory[object, frozenset[str]] = Memory()

    def on_exchange(self, call: Call) -> None:
        """Count what the answer of one call looks like."""
        response = call.exchange.response
        if response is None:
            return
        group = f"{response.status // 100}XX"
        named = group, *[name for name, _ in response.headers]
        headers = self._headers.made(named, lambda: frozenset(_header(group, name) for name in named[1:]))
        status, fields = call.made_for_like(self, lambda: self._features_of(call, response, group))
        self._together[status, headers, fields] += 1
        if len(self._together) > MOST_FEATURES:
            self._take_apart()

    def take(self) -> dict[str, dict[str, int]]:
        """Return the counts since the last call, by sort."""
        self._take_apart()
        taken = {sort: dict(counts) for sort, counts in self._each.items()}
        for counts in self._each.values():
            counts.clear()
        return taken

    def _features_of(self, call: Call, response: Response, group: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the status, and the features of the body."""
        answered = call.name, group, call.shape
        fields = self._fields.made(
            answered, lambda: frozenset(f"{call.name} {group} {feature}" for feature in _of_body(response))
        )
        return frozenset({f"{call.name} {response.status}"}), fields

    def _take_apart(self) -> None:
        for together, count in self._together.items():
            for counts, features in zip(self._each.values(), together, strict=True):
                for feature in features:
                    if feature in counts or len(counts) < MOST_FEATURES:
                        counts[feature] += count
        self._together.clear()


def _header(group: str, name: str) -> str:
    return f"{group} {_named(name.lower())}"


def _of_body(response: Response) -> Iterator[str]:
    if not response.body:
        yield "empty"
        return
    try:
        body = response.json
    except ValueError:
        yield f"not JSON: {_named(response.media_type or 'no content type')}"
        return
    yield from of_value("", body, DEEPEST)


def of_value(place: str, value: object, levels: int) -> Iterator[str]:
    """Yield what the kinds of a value and of its parts are, each behind its place."""
    if isinstance(value, dict):
        yield f"{place or '.'}: object"
        for name, part in value.items() if levels else ():
            yield from of_value(f"{place}.{_named(name)}", part, levels - 1)
    elif isinstance(value, list):
        yield f"{place or '.'}: array"
        for part in value if levels else ():
            yield from of_value(f"{place}[]", part, levels - 1)
    else:
        yield f"{place or '.'}: {'date-time' if moment(value) else KINDS[type(value)]}"


def _named(name: str) -> str:
    return unsigned(shortened(name, NAME_LIMIT))
