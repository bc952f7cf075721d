"""Ids that look right and belong to nothing."""

import re
from uuid import NAMESPACE_URL, uuid5

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def unknown_id(known: str) -> str:
    """Return an id of the same shape as a known one, made from it, that no service has given out."""
    fresh = str(uuid5(NAMESPACE_URL, f"urn:batches-conformance:{known}"))
    return _UUID.sub(fresh, known) if _UUID.search(known) else f"{known}-{fresh}"
