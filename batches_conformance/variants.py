"""The names of faults, variations and situations, looked up before anything is done with them.

`fixtures` may not ask the mock, which is a process of its own there.
"""

import pytest

from fixtures.settings import Settings


def refuse_unknown_variants(settings: Settings) -> None:
    """Refuse names that the mock does not know. Raises `pytest.UsageError`."""
    if not settings.variants:
        return
    from fixtures.mock.variant_kinds import UnknownVariant, chosen

    try:
        for kind, names in (
            ("fault", settings.faults),
            ("variation", settings.variations),
            ("situation", settings.situations),
        ):
            chosen(kind, names)
    except UnknownVariant as error:
        raise pytest.UsageError(str(error)) from None
