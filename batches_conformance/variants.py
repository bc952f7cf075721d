"""The names of faults and variations, looked up before anything is done with them.

`fixtures` may not ask the mock, which is a process of its own there.
"""

from importlib import import_module

import pytest

from fixtures.settings import Settings
from spec.usage import suggestion


def refuse_unknown_variants(settings: Settings) -> None:
    """Refuse names that the mock does not know. Raises `pytest.UsageError`."""
    for option, plural, names in (
        ("--fault", "faults", settings.faults),
        ("--variation", "variations", settings.variations),
    ):
        known = getattr(import_module(f"fixtures.mock.{plural}"), plural.upper()) if names else {}
        if unknown := [name for name in names if name not in known]:
            like = suggestion(unknown[0], known) or f"; batches-conformance mock --list-{plural} shows which there are"
            raise pytest.UsageError(f"{option} names the unknown {', '.join(unknown)}{like}")
