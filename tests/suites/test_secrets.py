"""No key in anything that a run prints, writes or is called by, whatever happens to it."""

import base64
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from fixtures.embedded import MockAddress, running_mock
from fixtures.settings import KEY, OTHER_KEY
from tests.fixtures.loopback import Answer, serving
from tests.suites.conftest import FAST
from tests.suites.relay import Relay, relaying
from tests.suites.sessions import ONE, ROOT, SCENARIOS, TIME_LIMIT, environment

MAIN = "llx-Vq+7mXkR/2pTz9wLc4nYb8sHj3GdF6eQ"
OTHER = "llx-Wu+5hJtN/8vBx1rKq6mPz3cDf7GyS9aE"
FILES = tuple(f"{SCENARIOS}/test_{name}.py" for name in ("access", "create", "results"))
NAMES = f"{ONE} or test_a_list_shows_nothing_of_another_project or (a_stranger and half)"
SELECTED = (*FILES, "-k", NAMES)
BRIEF = """
import hypothesis
import pytest

@pytest.hookimpl(trylast=True)
def pytest_configure():
    settings = hypothesis.settings
    fuzz = settings.get_profile("fuzz")
    settings.register_profile("brief", fuzz, max_examples=30, phases=[hypothesis.Phase.generate])
    settings.load_profile("brief")
"""
"""A plugin with which fuzzing is content with what it finds first."""
TALKATIVE = ("-vv", "--tb=long", "--showlocals", "--full-trace", "-rA", "--log-level=DEBUG", "--setup-show")
GLANCE = 0.1
"""Seconds between two looks at what the processes of the machine are called."""


def forms(key: str) -> Iterator[bytes]:
    """The halves of a key as they may stand somewhere; a half is as good as a whole to who can try the rest."""
    middle = len(key) // 2
    for half in (key[:middle], key[middle + 1 :]):
        yield half.encode()
        yield quote(half, safe="").encode()
        for shift in range(3):
            encoded = base64.b64encode(b"x" * shift + half.encode()).rstrip(b"=")
            yield encoded[4 if shift else 0 : -2]


FORMS = {form for key in (MAIN, OTHER) for form in forms(key)}


def leaks(content: bytes) -> list[bytes]:
    """The places at which something tells of a key, with what stands around them."""
    found = [content.find(form) for form in FORMS]
    return [content[max(0, place - 60) : place + 60] for place in found if place >= 0]


@dataclass(frozen=True)
class Traces:
    """A run that has ended: its exit code, what it printed, where it wrote, and what processes were called."""

    code: int
    output: bytes
    folder: Path
    called: frozenset[bytes]

    def assert_none_tells_a_key(self) -> None:
        written = {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }
        everything = {"the terminal": self.output, "command lines": b"\n".join(self.called), **written}
        assert {name: found[:3] for name, content in everything.items() if (found := leaks(content))} == {}

    def has(self, name: str) -> bool:
        return any(self.folder.glob(name))


def command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


def start(folder: Path, *arguments: str, **given: str) -> "subprocess.Popen[bytes]":
    """Starts a run that leaves all that it writes in a folder."""
    (folder / "tmp").mkdir()
    places = (
        f"--report-dir={folder / 'report'}",
        f"--junit-xml={folder / 'pytest-junit.xml'}",
        f"--override-ini=cache_dir={folder / 'cache'}",
    )
    variables = {
        **{KEY: MAIN, OTHER_KEY: OTHER},
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONFAULTHANDLER": "1",
        **given,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *places, *FAST, *arguments],
        cwd=ROOT,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(process: "subprocess.Popen[bytes]", folder: Path, called: set[bytes]) -> Traces:
    """Waits for a run."""
    try:
        output, _ = process.communicate(timeout=TIME_LIMIT)
    finally:
        process.kill()
    if called:
        assert any(str(folder).encode() in line for line in called)
    return Traces(process.returncode, output, folder, frozenset(called))


@contextmanager
def watching() -> Iterator[set[bytes]]:
    """What processes of this machine are called meanwhile; nothing where that is unknown."""
    called: set[bytes] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(GLANCE):
            called.update(command_lines())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield called
    finally:
        ended.set()
        thread.join()


@contextmanager
def relay_to(mock: MockAddress, *, echoes: bool = False) -> Iterator[Relay]:
    with relaying(mock.base_url, {MAIN: mock.api_key, OTHER: mock.other_api_key}, echoes=echoes) as relay:
        yield relay


@pytest.fixture(scope="module")
def no_core() -> Iterator[None]:
    """What crashes leaves no image of its memory, which is not ours to keep keys out of."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


Leave = Callable[..., Traces]


@pytest.fixture
def leave(tmp_path: Path) -> Leave:
    """Makes a run, and gives what is left of it."""

    def leave_traces(*arguments: str, **given: str) -> Traces:
        with watching() as called:
            return finish(start(tmp_path, *arguments, **given), tmp_path, called)

    return leave_traces


# --- the scan ---


@pytest.mark.parametrize("key", [MAIN, OTHER])
@pytest.mark.parametrize("around", [b"", b"B", b"Be", b"Bearer "])
def test_the_scan_finds_a_key_in_every_form(key: str, around: bytes) -> None:
    text = around + key.encode()
    changed = text[: len(around) + len(key) // 2] + b"?" + text[len(around) + len(key) // 2 + 1 :]
    for each in (text, changed, text[: len(around) + len(key) // 2]):
        assert leaks(b"before " + each + b" after")
        assert leaks(b"before " + quote(each, safe="").encode() + b" after")
        assert leaks(b"before " + base64.b64encode(each) + b" after")
    assert not leaks(b"llx-conformance-no-such-key")


# --- runs ---


def test_a_run_that_finds_nothing(mock: MockAddress, leave: Leave, tmp_path: Path) -> None:
    with relay_to(mock) as relay:
        traces = leave(f"--target={relay.url}", *SELECTED, f"--debug={tmp_path / 'pytestdebug.log'}")
    assert traces.code == 0, traces.output.decode()
    assert traces.has("cache/v/cache/nodeids")
    assert traces.has("pytestdebug.log")
    assert traces.has("report/report.json")
    traces.assert_none_tells_a_key()


def test_a_run_that_finds_much_and_tells_all_of_it(leave: Leave) -> None:
    """The service lets everybody in, also those whose keys resemble a real one, and repeats what it was sent.

    A configuration that does not exist makes every create fail.
    """
    with (
        running_mock("--pace", "0.05", "--fault=unknown-key-accepted") as mock,
        relay_to(mock, echoes=True) as relay,
    ):
        selected = (*FILES, "-k", f"{NAMES} or a_stranger or watched")
        traces = leave(f"--target={relay.url}", *selected, *TALKATIVE, "--parse-configuration-id=cfg-none")
    assert traces.code == 1, traces.output.decode()[-3000:]
    assert b"x-request-authorization" in traces.output.lower()
    assert b"login.example.com" in traces.output
    traces.assert_none_tells_a_key()


def test_two_workers(mock: MockAddress, leave: Leave) -> None:
    with relay_to(mock, echoes=True) as relay:
        traces = leave(f"--target={relay.url}", *SELECTED, "-n2", *TALKATIVE)
    assert traces.code == 0, traces.output.decode()[-3000:]
    traces.assert_none_tells_a_key()


def test_what_fuzzing_keeps(controlled: MockAddress, leave: Leave, tmp_path: Path) -> None:
    (tmp_path / "brief.py").write_text(BRIEF, "utf-8")
    with relay_to(controlled, echoes=True) as relay:
        traces = leave(
            *("-p", "brief", "--fuzz", "-n", "0", "suites/lifecycle"),
            *(f"--target={relay.url}", f"--control-url={controlled.control_url}"),
            *("--parse-configuration-id=cfg-none", "--showlocals"),
            PYTHONPATH=str(tmp_path),
        )
    assert traces.code == 1, traces.output.decode()[-3000:]
    assert traces.has("hypothesis/examples/*/*"), sorted(tmp_path.rglob("*"))
    traces.assert_none_tells_a_key()


def test_a_dead_port(leave: Leave) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    traces = leave(f"--target=http://127.0.0.1:{port}", *TALKATIVE)
    assert traces.code == 6, traces.output.decode()
    traces.assert_none_tells_a_key()


def test_keys_that_are_refused(mock: MockAddress, leave: Leave) -> None:
    with relaying(mock.base_url, {}, echoes=True) as relay:
        traces = leave(f"--target={relay.url}", *TALKATIVE)
    assert traces.code == 6, traces.output.decode()
    traces.assert_none_tells_a_key()


@pytest.mark.usefixtures("no_core")
@pytest.mark.parametrize("end", [signal.SIGABRT, signal.SIGINT])
def test_a_run_that_is_ended_within_a_request(end: signal.Signals, mock: MockAddress, tmp_path: Path) -> None:
    with relay_to(mock) as relay, watching() as called:
        relay.holds.set()
        process = start(tmp_path, f"--target={relay.url}", *TALKATIVE)
        assert relay.held.wait(TIME_LIMIT)
        process.send_signal(end)
        traces = finish(process, tmp_path, called)
    assert traces.code == (2 if end == signal.SIGINT else -end), traces.output.decode()
    if end == signal.SIGABRT:
        assert b"Fatal Python error: Aborted" in traces.output
    traces.assert_none_tells_a_key()


INTERRUPTING = """
import h11

_send, _count = h11.Connection.send, 0

def send(self, event):
    global _count
    wire = _send(self, event)
    _count += isinstance(event, h11.Request)
    if _count == {number} and isinstance(event, h11.Request):
        raise KeyboardInterrupt
    return wire

h11.Connection.send = send
"""
"""A plugin that presses Ctrl-C when a request has been put into bytes, in the hands of a library."""
BARE = """
import fixtures.mask

fixtures.mask.Mask.hide = lambda self, text: text
"""
"""What takes the last mask away."""


@pytest.mark.parametrize("mask", ["with the mask", "without it"])
def test_ctrl_c_while_a_library_has_the_key(mask: str, mock: MockAddress, leave: Leave, tmp_path: Path) -> None:
    plugin = INTERRUPTING.format(number=9) + (BARE if mask == "without it" else "")
    (tmp_path / "interrupting.py").write_text(plugin, "utf-8")
    with relay_to(mock) as relay:
        traces = leave(
            *("-p", "interrupting", f"--target={relay.url}", *SELECTED, *TALKATIVE),
            *(f"--log-file={tmp_path / 'log.txt'}", f"--debug={tmp_path / 'debug.txt'}"),
            PYTHONPATH=str(tmp_path),
        )
    assert traces.code == 2, traces.output.decode()[-3000:]
    assert b"wire" in traces.output, "the locals of the library are shown"
    if mask == "without it":
        assert leaks(traces.output)
    else:
        assert b"Bearer ***" in traces.output
        traces.assert_none_tells_a_key()


def test_a_redirect_takes_no_key_with_it(leave: Leave) -> None:
    with serving() as front, serving() as elsewhere:
        front.answers[:] = [Answer(307, b"", (("Location", f"{elsewhere.url}/{MAIN}?key={OTHER}"),))]
        traces = leave(f"--target={front.url}", *TALKATIVE)
    assert traces.code == 6, traces.output.decode()
    assert front.asked
    assert not elsewhere.asked
    traces.assert_none_tells_a_key()


def test_no_redirect_within_a_run_takes_a_key_with_it(leave: Leave) -> None:
    """After the preflight, in which the service was well."""
    with serving() as front, serving() as elsewhere:
        page = Answer(200, b'{"items": []}')
        away = Answer(307, b"", (("Location", f"{elsewhere.url}/{MAIN}"),))
        front.answers[:] = [page, Answer(422), Answer(422), page, away]
        traces = leave(f"--target={front.url}", *TALKATIVE, *SELECTED)
    assert traces.code in (1, 6), traces.output.decode()[-3000:]
    assert len(front.asked) > 5
    assert not elsewhere.asked
    traces.assert_none_tells_a_key()
