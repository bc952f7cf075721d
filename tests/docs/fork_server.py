"""Executes commands of a project, each in a fork of this process, which has imported what takes long to import.

`python fork_server.py MODULE...` imports the modules, then reads one request for each line of standard input, as JSON:
`root` is the project, `folder` where the command is called, `words` what Python is given, `variables` the environment.
It answers with a line of JSON for each. This is a script and no module, so that no project is imported by it.
"""

import gc
import json
import os
import runpy
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from tempfile import TemporaryFile
from typing import Any, NoReturn

FORKED_MOCK = "tests.prove.runs"
"""The module with a mock that is forked as well, in place of one that a new Python serves."""


def execute(request: dict[str, Any]) -> NoReturn:
    """Do in this process what `python WORDS` does in the folder, with the modules of the project."""
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["folder"])
    if request["root"] not in sys.path:
        sys.path.insert(0, request["root"])
    words = request["words"]
    assert words[0] == "-m"
    if words[1] == "batches_conformance":
        import_module("fixtures.target").running_mock = import_module(FORKED_MOCK).forked_mock  # type: ignore[attr-defined]
    sys.argv = words[1:]
    code: object = 0
    try:
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = -1
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Let a fork execute the request, and give its exit code and what it printed."""
    with TemporaryFile() as output, TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(request["seconds"])
            nothing = os.open(os.devnull, os.O_RDONLY)
            for given, stream in ((nothing, 0), (output.fileno(), 1), (errors.fileno(), 2)):
                os.dup2(given, stream)
            execute(request)
        _, status = os.waitpid(child, 0)
        texts = {}
        for name, file in (("output", output), ("errors", errors)):
            file.seek(0)
            texts[name] = file.read().decode("utf-8", "replace")
    return {"code": os.waitstatus_to_exitcode(status), **texts}


def main() -> None:
    """Serve until standard input ends."""
    for module in sys.argv[1:]:
        import_module(module)
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
