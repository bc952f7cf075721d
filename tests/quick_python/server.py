"""Forks itself for each process that the clients ask for, once it has imported what these would import.

`server.py LISTENER PYTHON` listens at a descriptor, and ends with its standard input. It is a script and no module, so
that a fork does in the top level of this file what a new interpreter does in that of its own. The imports are made at
the first request.
"""

import atexit
import faulthandler
import gc
import inspect
import io
import marshal
import os
import resource
import runpy
import selectors
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
OWN = {"batches_conformance", "conftest", "docs", "fixtures", "reports", "run", "spec", "suites", "tests"}
"""The names at the top of a project."""
SIGNS = ("batches_conformance", "fixtures/mock")
"""What a place of modules has where it is that of a project; an installed one has them in two places."""
GUARDS = ("spec.process", "fixtures.mock.process")
"""Modules that do something to the process when they are imported, which each process needs anew."""
MODULES = (
    *("tests.warm", "tests.quick_python.starting"),
    *("_pytest.pytester", "jsonschema", "markdown_it", "execnet.gateway_base"),
    *("xdist.remote", "xdist.workermanage", "xdist.dsession", "xdist.newhooks", "xdist.scheduler"),
    *("batches_conformance.command", "batches_conformance.collection"),
    *(f"batches_conformance.commands.{path.stem}" for path in (ROOT / "batches_conformance" / "commands").glob("*.py")),
    *("click._textwrap", "reports.html.page", "tests.prove.runs", "tests.prove.command"),
)
SAFE_PATH = "PYTHONSAFEPATH"
"""The variable that keeps the folder of a process from the places of its modules."""
STREAMS = 3


class Request(NamedTuple):
    """What a client asks for: the words for Python, where, with which variables, and which signals are ignored."""

    words: list[str]
    folder: str
    variables: dict[str, str]
    ignored: list[int]


def serve(listener: socket.socket) -> Request:
    """Fork for each request, and tell clients how their forks ended. Returns in the forks alone."""
    clients: dict[int, socket.socket] = {}
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    selector = selectors.DefaultSelector()
    for file in (listener, reader, sys.stdin):
        selector.register(file, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                end(clients)
            elif key.fileobj is reader:
                reader.recv(4096)
                for client in ended(clients):
                    if client in selector.get_map():
                        selector.unregister(client)
                    client.close()
            elif key.fileobj is listener:
                client, _ = listener.accept()
                request, streams = received(client)
                warm_up()
                child = os.fork()
                if child == 0:
                    os.setsid()  # Whoever knows the number of this fork may send a signal to its group.
                    answer(client, os.getpid())
                    signal.set_wakeup_fd(-1)
                    selector.close()
                    for each in (listener, reader, writer, client, *clients.values()):
                        each.close()
                    take_over(request, streams)
                    return request
                for stream in streams:
                    os.close(stream)
                clients[child] = client
                selector.register(client, selectors.EVENT_READ, child)
            elif key.data in clients:  # The client is no more.
                selector.unregister(key.fileobj)
                kill(key.data)


def received(client: socket.socket) -> tuple[Request, list[int]]:
    """Read a request, with the streams of the client."""
    header, streams, _, _ = socket.recv_fds(client, 4, STREAMS)
    length, data = int.from_bytes(header, "big"), b""
    while len(data) < length:
        data += client.recv(length - len(data))
    return Request(*marshal.loads(data)), streams


def ended(clients: dict[int, socket.socket]) -> Iterable[socket.socket]:
    """Notify the clients whose forks have ended, and give them."""
    while clients:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        client = clients.pop(child)
        answer(client, status)
        yield client


def answer(client: socket.socket, number: int) -> None:
    """Send a number to a client, if it is still there."""
    with suppress(OSError):
        client.sendall(number.to_bytes(4, "big"))


def kill(child: int) -> None:
    """End a fork with whatever has its group."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)


def end(clients: Iterable[int]) -> None:
    """End with all forks."""
    for child in clients:
        kill(child)
    os._exit(0)


def warm_up() -> None:
    """Import what forks need, at the first call."""
    if "tests.warm" in sys.modules:
        return
    sys.path.insert(0, os.fspath(ROOT))
    with warnings.catch_warnings():
        # As in the tests themselves, which find these modules imported.
        warnings.filterwarnings("error", module=rf"({'|'.join(OWN)})(\.|$)")
        for module in MODULES:
            import_module(module)
    from _pytest.assertion.rewrite import AssertionRewritingHook
    from _pytest.config import Config
    from hypothesis.configuration import set_hypothesis_home_dir
    from hypothesis.errors import HypothesisSideeffectWarning
    from hypothesis.internal.conjecture.providers import _get_local_constants

    inspect.getmodule(warm_up.__code__)  # It looks at the files of all modules, as each first traceback does.
    # A collection with property tests looks for the constants of all modules.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisSideeffectWarning)
        _get_local_constants()
    set_hypothesis_home_dir(None)  # The variables of a fork may name another.
    # What is imported already cannot be rewritten: it needs no warning, and is not to be looked for.
    AssertionRewritingHook._warn_already_imported = lambda *_: None  # type: ignore[method-assign]
    Config._mark_plugins_for_rewrite = lambda *_: None  # type: ignore[method-assign]
    sys.path.remove(os.fspath(ROOT))
    gc.collect()
    gc.freeze()


def take_over(request: Request, streams: list[int]) -> None:
    """Make this process what the client is: its streams, folder, variables and signals."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    usual = {signal.SIGINT: signal.default_int_handler}
    for each in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN if each in request.ignored else usual.get(each, signal.SIG_DFL))
    os.environ.clear()
    os.environ.update(request.variables)
    os.chdir(request.folder)
    if "PYTHONFAULTHANDLER" in os.environ:
        faulthandler.enable()
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in os.environ
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = writing_to(1, "surrogateescape")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = writing_to(2, "backslashreplace")  # type: ignore[misc]
    places = [*filter(None, request.variables.get("PYTHONPATH", "").split(os.pathsep))]
    if not request.variables.get(SAFE_PATH):
        places.insert(0, request.folder)
    sys.path[:0] = places
    # What xdist gives to its workers, as it was when it was imported.
    sys.modules["xdist.workermanage"]._sys_path[:] = sys.path
    renew(next((place for place in places if any(Path(place, sign).is_dir() for sign in SIGNS)), None))
    sys.executable = PYTHON


def writing_to(stream: int, errors: str) -> io.TextIOWrapper:
    """Open a stream as a new interpreter does."""
    is_terminal = os.isatty(stream)
    unbuffered = "PYTHONUNBUFFERED" in os.environ
    raw = open(stream, "wb", closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(
        raw,
        encoding="utf-8",
        errors=errors,
        line_buffering=is_terminal or stream == 2,
        write_through=unbuffered,
    )


def renew(project: str | None) -> None:
    """Forget what a new interpreter would import otherwise: the guards, and all of it where the project is another."""
    sys.excepthook = sys.__excepthook__
    is_other = project is not None and not os.path.samefile(project, ROOT)
    for name in list(sys.modules):
        if name in GUARDS or (is_other and name.partition(".")[0] in OWN):
            above, _, last = name.rpartition(".")
            del sys.modules[name]
            if above in sys.modules:
                vars(sys.modules[above]).pop(last, None)


def execute(words: list[str]) -> Any:
    """Do what `python WORDS` does."""
    if words[0] == "-m":
        if words[1] == "pytest":
            import_module("spec.process")  # A plugin of the suite would import it.
        sys.argv = words[1:]
        return runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    sys.argv = ["-c"]
    if not os.environ.get(SAFE_PATH):
        sys.path[0] = ""
    return exec(words[-1], {"__name__": "__main__"})


def leave(code: object) -> None:
    """End this process without taking the interpreter apart, which takes long; returns where that is not possible."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError, AttributeError):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if code is None or isinstance(code, int):
            os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    PYTHON = sys.argv[2]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    words = serve(socket.socket(fileno=int(sys.argv[1]))).words
    try:
        execute(words)
    except SystemExit as left:
        leave(left.code)
        raise
    leave(0)
