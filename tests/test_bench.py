"""The bench says at once what it measures, prints each figure when it has it, and waits for no command for ever."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from batches_conformance.command import run_command
from reports import exit_codes
from tests.bench import beside, measures, servers
from tests.bench.timed import SUITE, Unmeasured, seconds_of
from tests.bench.traffic import Request, send


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


def test_the_mock_is_compared_with_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("OBJECTS", 40), ("LOOKED_UP", 4), ("ROUNDS", 1), ("BURST", 10)):
        monkeypatch.setattr(beside, name, number)
    monkeypatch.setattr(servers, "moto", servers.mock)
    names = [ratio.name for ratio in measures.beside_moto(1)]
    assert names[:3] == [f"{kind} a second of moto / of the mock" for kind in ("creates", "gets", "lists")]


def test_a_process_has_its_memory_and_its_processor_time() -> None:
    own = servers.Process(os.getpid(), 0)
    memory, seconds = own.memory(), own.processor_seconds()
    assert memory is not None
    assert memory > 1e6
    assert 0 < seconds <= time.process_time() + TICK


def test_what_a_list_takes_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "growth", lambda: (0.002, 0.004))
    (ratio,) = measures.long_list(1)
    assert not ratio.holds
    assert ratio.figures == "4.00 ms / 2.00 ms"


def test_without_node_prism_is_no_figure(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suites.clients.environments.find_node", lambda: None)
    assert run_command(["bench", "--only", "prism"]) == exit_codes.INCONCLUSIVE
    assert "prism could not be measured: it needs Node" in capsys.readouterr().err


def test_without_locust_users_are_no_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert run_command(["bench", "--only", "users"]) == exit_codes.INCONCLUSIVE
    assert "users could not be measured: it takes locust" in capsys.readouterr().err


def test_a_server_that_does_not_start_is_no_figure() -> None:
    with pytest.raises(Unmeasured, match=r"The mock did not serve: .*--nosuch"), servers.mock("--nosuch"):
        raise AssertionError("it serves")


TICK = 0.05
"""Seconds by which the system's count of processor time may differ."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Serve an answer to the first request of each connection, then close it; return the port."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(answer)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_requests_go_on_where_a_server_closes_each_connection() -> None:
    with answering(ANSWER + b"Connection: close\r\n\r\n{}") as port:
        answered = send(port, [Request("GET", "/")] * 30)
    assert answered.bodies == [b"{}"] * 30
    assert answered.per_second > 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", "a server answered with 500: b'no'"),
        (b"", "a server closed a connection in place of an answer"),
        (ANSWER, "a server closed a connection in place of an answer"),
    ],
)
def test_what_is_no_answer_is_no_figure(answer: bytes, reason: str) -> None:
    with answering(answer) as port, pytest.raises(Unmeasured, match=re.escape(reason)):
        send(port, [Request("GET", "/")] * 3)


def test_a_server_that_is_not_there_is_no_figure() -> None:
    with answering(ANSWER) as port:
        pass
    with pytest.raises(Unmeasured, match="a server cannot be reached"):
        send(port, [Request("GET", "/")])
