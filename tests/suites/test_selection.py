"""Tests that share a costly fixture are kept together."""

from suites.selection import COSTLY, PROFILES


def test_every_costly_fixture_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PROFILES.parent.rglob("*.py")]
    assert [name for name in COSTLY if not any(f"\ndef {name}(" in source for source in sources)] == []
