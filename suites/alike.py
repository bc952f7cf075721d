"""What is known of an entry of a list that was there before as it is now, as lists show the same batches again."""

from functools import lru_cache
from typing import Any

OBJECTS_REMEMBERED = 2_000
"""Objects that are known again, by their ids."""

Facts = dict[object, Any]


def alike(value: dict[str, Any]) -> Facts:
    """Return what was found out about all objects that are the same as this one, to which more may be added.

    Whoever finds something out keeps it under a key of its own. The latest object of each id is remembered, where it
    consists of texts and of objects with texts: of these none equals another that is not the same.
    """
    id_ = value.get("id")
    if type(id_) is not str:
        return {}
    latest = _latest(id_)
    if latest:
        known, facts = latest[0]
        if known is value:
            return facts
        if known == value:
            latest[0] = value, facts
            return facts
    facts = {}
    if _is_of_texts(value):
        latest[:] = [(value, facts)]
    return facts


@lru_cache(maxsize=OBJECTS_REMEMBERED)
def _latest(_id: str) -> list[tuple[dict[str, Any], Facts]]:
    """Return what has room for the latest object of an id."""
    return []


def _is_of_texts(value: object) -> bool:
    if type(value) is dict:
        return all(map(_is_of_texts, value.values()))
    return value is None or type(value) is str
