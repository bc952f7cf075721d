"""What is called in the place of Python: it has the server fork, passes signals on, and ends as the fork ends.

A module of few imports, since each of them would be paid for at each start.
"""

import _signal  # type: ignore[import-not-found]  # What `signal` is without its enumerations.
import _socket
import marshal
import os
import sys

FORKED = {"batches_conformance", "docs", "fixtures", "pytest", "tests"}
"""The top-level modules that a fork executes."""
WORKER = ["-u", "-c", "import sys;exec(eval(sys.stdin.readline()))"]
"""How execnet starts a worker of xdist."""
TAKEN = {
    *("PYTHONPATH", "PYTHONSAFEPATH"),
    *("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONFAULTHANDLER", "PYTHONUTF8"),
}
"""The variables of Python with which a fork is as good as a new interpreter."""
PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGUSR2")
NAMED_IN = "QUICK_PYTHON_PID"
"""The variable with the name of a file that is to get the number of the fork, which leads a group of its own."""
SCM_RIGHTS = _socket.SCM_RIGHTS


def can_be_forked(words: "list[str]") -> bool:
    """Whether a fork does what a new interpreter would."""
    if words != WORKER and not (words[:1] == ["-m"] and words[1:] and words[1].split(".")[0] in FORKED):
        return False
    if any(name.startswith("PYTHON") and name not in TAKEN for name in os.environ):
        return False
    places = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if any(os.path.exists(os.path.join(place, "sitecustomize.py")) for place in filter(None, places)):
        return False
    try:
        for stream in range(3):
            os.fstat(stream)
    except OSError:
        return False
    return True


def main(address: str, real: str, words: "list[str]") -> None:
    """Do what `python WORDS` does."""
    if not can_be_forked(words):
        os.execv(real, [real, *words])
    signals = [getattr(_signal, name) for name in PASSED_ON]
    ignored = [int(each) for each in signals if _signal.getsignal(each) == _signal.SIG_IGN]
    early: list[int] = []
    fork: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        if fork:
            try:  # noqa: SIM105
                os.kill(fork[0], number)
            except ProcessLookupError:
                pass
        else:
            early.append(number)

    for each in signals:
        if int(each) not in ignored:
            _signal.signal(each, pass_on)
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    server.connect(address)
    variables = {name: value for name, value in os.environ.items() if name != NAMED_IN}
    request = marshal.dumps((words, os.getcwd(), variables, ignored))
    streams = b"".join(stream.to_bytes(4, sys.byteorder) for stream in range(3))
    header = len(request).to_bytes(4, "big")
    server.sendmsg([header], [(_socket.SOL_SOCKET, SCM_RIGHTS, streams)])
    server.sendall(request)
    fork.append(receive(server))
    if NAMED_IN in os.environ:
        with open(os.environ[NAMED_IN], "w") as file:
            file.write(str(fork[0]))
    for number in early:
        pass_on(number, None)
    status = receive(server)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != _signal.SIGKILL:
            _signal.signal(-code, _signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def receive(server: _socket.socket) -> int:
    """Give the next number of the server."""
    data = b""
    while len(data) < 4:
        more = server.recv(4 - len(data))
        if not more:
            os._exit(255)
        data += more
    return int.from_bytes(data, "big")
