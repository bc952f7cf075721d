"""What a service does but once is reported as that, also while sequences are generated."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Never

import hypothesis
import pytest

from fixtures.errors import Unanswered
from suites.lifecycle.test_lifecycle import test_any_order_of_operations_keeps_the_promises as generate_sequences
from suites.verify import RequirementViolated, Verify
from tests.oracles.history import History
from tests.suites.sessions import run


def lose_an_answer(_: Verify) -> Never:
    raise Unanswered("no answer from a service")


def crash(_: Verify) -> Never:
    raise KeyError("status")


def violate(verify: Verify) -> None:
    verify(
        "list-filters-by-directory",
        False,
        check="a-check",
        kind="missing",
        expected=1,
        actual=2,
        exchanges=list(History().exchanges.values())[:1],
    )


@pytest.fixture
def _of_one_step() -> Iterator[None]:
    """Let a sequence come to its end once there is a directory."""
    before = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.register_profile("one step", derandomize=True, database=None, stateful_step_count=1)
    hypothesis.settings.load_profile("one step")
    yield
    hypothesis.settings.load_profile(before)


@pytest.mark.usefixtures("_of_one_step")
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize(
    ("happen", "reported"), [(lose_an_answer, Unanswered), (crash, KeyError), (violate, RequirementViolated)]
)
def test_what_happens_once_ends_the_test_with_just_that(
    happen: Callable[[Verify], None], reported: type[Exception], at: int
) -> None:
    verify, steps = Verify(), iter(range(1, 1000))

    def holding(*_: Any) -> None:
        if next(steps) == at:
            happen(verify)

    nothing: Any = None
    directories, target = SimpleNamespace(holding=holding), SimpleNamespace(controls_clock=True)
    with pytest.raises(reported):
        generate_sequences(nothing, nothing, directories, target, verify)  # type: ignore[arg-type]
    if reported is not RequirementViolated:
        assert next(steps) == at + 1, "nothing is sent afterwards"


def test_a_lost_answer_is_an_error_and_no_crash(tmp_path: Path) -> None:
    ended = run(tmp_path, "-n0", "suites/lifecycle", "--situation=connection-cut")
    assert ended.code == 6, ended.output
    assert [error.partition(" from ")[0] for error in ended.report["errors"]] == ["no answer"]
