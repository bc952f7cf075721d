"""How the project's own tests are shared out among workers."""

import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT
from tests.docs.project import run_python
from tests.suites.sessions import environment

FILE = "tests/spec/test_text.py"
CONFTEST = """
import sys
from pathlib import Path

from tests.rewriting import rewrite_part

def pytest_configure(config):
    written = []
    sys.addaudithook(lambda event, about: event == "os.rename" and written.append(Path(about[1]).name))
    rewrite_part(config)
    if hasattr(config, "workerinput"):
        Path(config.workerinput["workerid"]).write_text(" ".join(name.partition(".")[0] for name in written))
"""


def test_the_tests_of_a_file_go_to_one_worker() -> None:
    """Which makes the fixtures of the file once; xdist shows a group behind the name of a test."""
    ended = run_python(ROOT, ["-m", "pytest", "-n", "1", "-v", "-p", "no:cacheprovider", FILE])
    assert ended.code == 0, ended.output
    shown = [line for line in ended.stdout.splitlines() if "PASSED" in line]
    assert shown
    assert all(line.endswith(f"@{FILE}") for line in map(str.strip, shown)), ended.output


def test_workers_rewrite_a_part_of_the_modules_each(tmp_path: Path) -> None:
    """What is wrong with a module is reported as ever, and one that is rewritten already is left alone."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_1.py").write_text("assert (", encoding="utf-8")
    for number in range(2, 6):
        (tmp_path / f"test_{number}.py").write_text("def test():\n    assert len('a') == 1\n", encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-n2", "-p", "no:cacheprovider"]
    variables = environment({"PYTHONPATH": str(ROOT)})
    for parts in ({"test_3 test_5", "test_2 test_4"}, {""}):
        ended = subprocess.run(words, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
        assert {(tmp_path / worker).read_text("utf-8") for worker in ("gw0", "gw1")} == parts, ended.stdout
        assert "ERROR test_1.py" in ended.stdout
