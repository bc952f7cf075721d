"""A Python that starts at once, for tests that start many: its processes are forks of one that has imported everything.

It is called and ends as any other, takes its streams, folder, environment and signals with it, and where a fork would
not be as good as a new interpreter (`client.py` knows when), it becomes one. What is about process groups takes
`REAL`.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

HERE: Final = Path(__file__).parent
NAME: Final = "quick-python"
REAL: Final = sys.executable
SCRIPT: Final = """\
#!{real} -IS
import sys
sys.path.insert(0, {here!r})
import client
client.main({address!r}, {real!r}, sys.argv[1:])
"""


def is_quick() -> bool:
    """Whether this process has been started by such a Python, or starts others by it."""
    return Path(sys.executable).name == NAME


@contextmanager
def quick_python() -> Iterator[str]:
    """Give the path of such a Python, which works as long as the context lasts, or that of the one that is used."""
    if is_quick():
        yield sys.executable
        return
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = os.path.join(folder, "socket")
        listener.bind(address)
        listener.listen(64)
        python = Path(folder, NAME)
        python.write_text(SCRIPT.format(real=REAL, here=os.fspath(HERE), address=address), encoding="utf-8")
        python.chmod(0o755)
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [REAL, "-P", os.fspath(HERE / "server.py"), str(listener.fileno()), os.fspath(python)]
        with subprocess.Popen(
            command, env=variables, stdin=subprocess.PIPE, pass_fds=[listener.fileno()], start_new_session=True
        ) as server:
            listener.close()  # So that whoever calls a server that has ended is refused.
            yield os.fspath(python)
            server.kill()
