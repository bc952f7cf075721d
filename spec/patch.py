"""JSON merge patches, as RFC 7396 has them."""

from typing import Any


def patched(document: Any, patch: Any) -> Any:
    """A document as a patch changes it: mappings are merged, `None` removes, and anything else takes the place."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, part in patch.items():
        if part is None:
            merged.pop(name, None)
        else:
            merged[name] = patched(merged.get(name), part)
    return merged
