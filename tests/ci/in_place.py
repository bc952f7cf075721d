"""Stands in for `python3` where an example calls it: `in_place.py RECORD run.py TASK …` does the task right here.

`run.py` has tox make the environments first, which takes a package registry. What comes after that is the same: the
task's command of tox.ini, in the root directory, with none but the variables that tox.ini passes on. Each task is
noted in the file RECORD. Anything but `run.py` is left to Python.
"""

import configparser
import json
import os
import shlex
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

ALWAYS_PASSED = ("HOME", "LANG", "LC_*", "PATH", "TMPDIR")
UNKNOWN_TASK = 4


def main(record: Path, arguments: list[str]) -> int:
    """Do what the arguments say, and return the exit code for the shell."""
    if not arguments or Path(arguments[0]).name != "run.py":
        return subprocess.call([sys.executable, *arguments])
    script, task, *rest = arguments
    with record.open("a", encoding="utf-8") as file:
        print(json.dumps([task, *rest]), file=file)
    root = Path(script).resolve(strict=True).parent
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(root / "tox.ini", encoding="utf-8")
    if f"testenv:{task}" not in settings:
        return UNKNOWN_TASK
    _, *words = shlex.split(settings[f"testenv:{task}"]["commands"])
    given = [each for word in words for each in (rest if word == "{posargs}" else [word])]
    passed = (*ALWAYS_PASSED, *settings["testenv"]["pass_env"].split())
    environment = {name: text for name, text in os.environ.items() if any(fnmatchcase(name, each) for each in passed)}
    return subprocess.call([sys.executable, *given], cwd=root, env=environment | {"PYTHONUTF8": "1"})


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
