"""Fingerprints: what names a violation across runs."""

import hashlib
from typing import Final

PATTERN: Final = r"^v[0-9a-f]{12}$"
"""The form of a fingerprint, which YAML never takes for a number."""


def fingerprint(*, requirement: str, check: str, operation: str | None, kind: str) -> str:
    """Name a violation in thirteen characters: by requirement, check, operation and kind.

    Nothing else is part of it: no value, no prose, no test.
    """
    digest = hashlib.sha256("\n".join((requirement, check, operation or "", kind)).encode("utf-8", "surrogatepass"))
    return f"v{digest.hexdigest()[:12]}"
