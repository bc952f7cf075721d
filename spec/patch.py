"""JSON merge patches, as RFC 7396 has them."""

from typing import Any


def patched(document: Any, patch: Any) -> Any:
    """Apply a patch to a document: mappings are merged, `None` removes, and anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, part in patch.items():
        if part is None:
            merged.pop(name, None)
        else:
            merged[name] = patched(merged.get(name), part)
    return merged
