"""What differs between the expected and the actual values, in a sentence that names it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

NAMED = 5
"""Things of one sort that are named; further ones are counted."""


def lacking(wanted: Collection[str], found: Iterable[object]) -> str:
    """Return what of the wanted is missing; empty when nothing is."""
    missing = sorted(set(wanted) - set(found))
    return f"missing {len(missing)} of {len(set(wanted))}: {first_few(missing)}" if missing else ""


def beyond(allowed: Collection[str], found: Iterable[object]) -> str:
    """Return what of the found is not allowed; empty when all is."""
    met = set(found)
    surplus = sorted(map(str, met - set(allowed)))
    return f"{len(surplus)} of {len(met)} must not be there: {first_few(surplus)}" if surplus else ""


def differing(wanted: Collection[str], found: Collection[object], allowed: Collection[str] | None = None) -> str:
    """Return what is missing, and what is there beyond the allowed, which are the wanted unless others are given."""
    parts = (lacking(wanted, found), beyond(wanted if allowed is None else allowed, found))
    return "; ".join(filter(None, parts))


def kind_of(wanted: Collection[str], found: Iterable[object]) -> str:
    """Return the kind of such a violation: what is missing weighs more."""
    return "missing" if set(wanted) - set(found) else "unexpected"


def repeating(pages: Sequence[Iterable[str]]) -> str:
    """Return what stands several times on the pages of a list, and on which ones."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(pages, start=1):
        for item in page:
            places[item].append(number)
    several = [f"{item} on {_pages(numbers)}" for item, numbers in places.items() if len(numbers) > 1]
    return f"{len(several)} of {len(places)} appear several times: {first_few(several)}" if several else ""


def first_few(things: Sequence[str]) -> str:
    """Return the first of some things, and how many more there are."""
    more = len(things) - NAMED
    return ", ".join(things[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _pages(numbers: Sequence[int]) -> str:
    if len(set(numbers)) == 1:
        return f"page {numbers[0]}, {len(numbers)} times"
    return f"pages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
