"""What two violations have in common that are the same defect, seen in two runs."""

import hashlib
from typing import Final

PATTERN: Final = r"^v[0-9a-f]{12}$"
"""The form of a fingerprint, which YAML never takes for a number."""


def fingerprint(*, requirement: str, check: str, operation: str | None, kind: str) -> str:
    """Name a defect in thirteen characters: by the promise, what was asked about it, where, and how it was broken.

    Nothing else is part of it: no value, no text that tells it, no test and no occasion.
    """
    digest = hashlib.sha256("\n".join((requirement, check, operation or "", kind)).encode("utf-8", "surrogatepass"))
    return f"v{digest.hexdigest()[:12]}"
