"""The bench says at once what it measures, prints each figure when it has it, and waits for no command for ever."""

from pathlib import Path

import pytest

from batches_conformance.command import run_command
from reports import exit_codes
from tests.bench import measures
from tests.bench.timed import SUITE, Unmeasured, seconds_of


def test_one_measure_can_be_taken_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["bench", "--only", "waits"]) == exit_codes.CONFORMANT
    printed = capsys.readouterr()
    assert printed.err == "Measuring waits ...\n"
    assert printed.out.startswith("ok      0.")
    assert "10 waits of 20 s" in printed.out


def test_a_command_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(Unmeasured, match="timeit pass had not ended after"):
        seconds_of("timeit", ["pass"], folder=tmp_path, longest=0.01)


def test_a_command_that_fails_is_no_figure(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_runs: int) -> list[measures.Ratio]:
        seconds_of(SUITE, ["run", "--nosuch"])
        return []

    monkeypatch.setitem(measures.MEASURES, "waits", fails)
    assert run_command(["bench", "--only", "waits"]) == exit_codes.INCONCLUSIVE
    assert "waits could not be measured: batches_conformance run --nosuch ended with 4" in capsys.readouterr().err
