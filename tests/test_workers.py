"""How the project's own tests are shared out among workers."""

from tests.docs.pages import ROOT
from tests.docs.project import run_python

FILE = "tests/spec/test_text.py"


def test_the_tests_of_a_file_go_to_one_worker() -> None:
    """Which makes the fixtures of the file once; xdist shows a group behind the name of a test."""
    ended = run_python(ROOT, ["-m", "pytest", "-n", "1", "-v", "-p", "no:cacheprovider", FILE])
    assert ended.code == 0, ended.output
    shown = [line for line in ended.stdout.splitlines() if "PASSED" in line]
    assert shown
    assert all(line.endswith(f"@{FILE}") for line in map(str.strip, shown)), ended.output
