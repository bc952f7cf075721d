"""The command line of the mock and the options of the suite that choose faults."""

from typing import Any, cast

import httpx
import pytest

from fixtures.embedded import running_mock
from fixtures.settings import KEY, Settings, add_options, read_settings
from tests.mock.api import complaint


def test_an_unknown_fault_is_said_in_one_sentence() -> None:
    assert "no-such-one" in complaint("--fault", "no-such-one")


def test_the_mock_serves_with_several_faults() -> None:
    chosen = ("--fault", "total-is-text", "--fault=no-next-page-is-false", "--fault=total-is-text")
    with running_mock(*chosen) as address:
        headers = {"Authorization": f"Bearer {address.api_key}"}
        page = httpx.get(f"{address.base_url}/api/v2/batches", headers=headers, trust_env=False).json()
    assert (page["total_size"], page["next_page_token"]) == ("0", False)


class Options:
    """Stands for the command line of the suite."""

    def __init__(self, *arguments: str) -> None:
        parser = pytest.Parser(_ispytest=True)
        add_options(parser)
        self._given = parser.parse(list(arguments))

    def getoption(self, name: str) -> Any:
        return getattr(self._given, name.removeprefix("--").replace("-", "_"))


def settings(*arguments: str) -> Settings:
    return read_settings(cast("pytest.Config", Options(*arguments)), {KEY: "llx-secret"})


def test_the_suite_hands_variants_to_the_mock() -> None:
    read = settings("--fault", "a", "--variation", "c", "--situation", "d=2", "--fault", "b")
    assert (read.faults, read.variations, read.situations) == (("a", "b"), ("c",), ("d=2",))
    assert read.variants == ["--fault=a", "--fault=b", "--variation=c", "--situation=d=2"]
    shown = read.shown()
    assert [shown[kind] for kind in ("faults", "variations", "situations")] == ["a, b", "c", "d=2"]


def test_without_variants_the_suite_shows_none() -> None:
    assert settings().variants == []
    assert settings().shown()["faults"] is None


@pytest.mark.parametrize("option", ["--fault", "--variation", "--situation"])
def test_only_the_mock_can_be_varied(option: str) -> None:
    with pytest.raises(pytest.UsageError, match=f"only the mock takes {option}:"):
        settings("--target", "http://127.0.0.1:1", option, "a")
