"""The plugin in whole sessions of pytest, over a toy suite with a toy contract."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import spec
from reports.schema import schema
from spec import requirements
from tests.reports import samples

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 30

INI = """
[pytest]
testpaths = suites
addopts = -p xdist -p no:randomly
"""
CONFTEST = """
import pytest
import spec
from spec import requirements
from spec.requirements import Requirement

pytest_plugins = ["reports.plugin"]
RECORD = pytest.StashKey()

def requirement(name, level, **more):
    given = {"source": "guide", "rests_on": "The guide says so.", "covers": (), "needs": (), "min_observations": 1}
    return Requirement(id=name, level=level, statement=f"The {name} holds.", **{**given, **more})

TOY = {
    "first": requirement("first", "must"),
    "second": requirement("second", "must", min_observations=2),
    "third": requirement("third", "should", needs=("control",)),
}

requirements.load = lambda: TOY
requirements.of = lambda profiles: TOY
spec.__version__ = "1.2.3"

@pytest.fixture
def record(request):
    return request.node.stash.setdefault(RECORD, {})

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and RECORD in item.stash:
        report.findings = item.stash[RECORD]
    return report

def pytest_conformance_target(config):
    return {"base_url": "http://127.0.0.1:1", "kind": "mock", "capabilities": [], "settings": {}}

def pytest_conformance_run(config):
    return {"id": "toy", "seed": 7}
"""
HOLDS = """
def test_first(record):
    record["held"] = {"first": 1}
    record["exchanges"] = {"count": 2, "seconds": 0.5, "by_operation": {"getBatch": 2}}

def test_second(record):
    record["held"] = {"second": 2}
"""
BREAKS = f"""
VIOLATION = {samples.violation("first", test="suites/test_breaks.py::test_breaks")!r}

def test_breaks(record):
    record["violations"] = [VIOLATION, VIOLATION]
    raise AssertionError("violated")
"""
BREAKS_SHOULD = BREAKS.replace("'first'", "'third'")
CRASHES = """
def test_crashes(record):
    raise RuntimeError("out of luck\\nsecond line")
"""
REPORTS_ERROR = """
def test_reports_error(record):
    record["errors"] = ["The service did not answer."]
    raise OSError("no route")
"""

OLD = {"verdict": "of another run"}

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def toy(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for name in ("PYTEST_ADDOPTS", "NO_COLOR", "FORCE_COLOR", "CI", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delitem(sys.modules, "conftest", raising=False)
    for module, name in ((requirements, "load"), (requirements, "of"), (spec, "__version__")):
        monkeypatch.setattr(module, name, getattr(module, name))  # restores what the toy's conftest.py replaces
    pytester.makeini(INI)
    pytester.makeconftest(CONFTEST)
    for folder, text in (("suites", HOLDS), ("tests", "def test_nothing(): pass")):
        (pytester.path / folder).mkdir()
        add(pytester, f"{folder}/test_{'holds' if folder == 'suites' else 'own'}.py", text)
    return pytester


@pytest.fixture
def run(toy: pytest.Pytester) -> Run:
    def run_toy(*arguments: str) -> pytest.RunResult:
        return toy.runpytest_inprocess(*arguments)

    return run_toy


def add(toy: pytest.Pytester, name: str, text: str) -> None:
    (toy.path / name).write_text(text, encoding="utf-8")


def report_of(toy: pytest.Pytester, directory: str = "reports/out") -> dict[str, Any]:
    text = (toy.path / directory / "report.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["verdict"] for each in report["requirements"]}


def has_report(toy: pytest.Pytester) -> bool:
    return (toy.path / "reports").exists()


def test_a_conformant_run_ends_with_0_and_a_report(toy: pytest.Pytester, run: Run) -> None:
    result = run()
    assert result.ret == 0
    report = report_of(toy)
    assert report["verdict"] == "conformant"
    assert verdicts(report) == {"first": "pass", "second": "pass", "third": "not-exercised"}
    assert report["target"]["base_url"] == "http://127.0.0.1:1"
    facts = report["run"]
    assert (facts["id"], facts["seed"], facts["contract_version"]) == ("toy", 7, "1.2.3")
    assert (facts["narrowed"], facts["interrupted"], facts["workers"]) == (None, False, 1)
    assert facts["tests"] == {"passed": 2, "failed": 0, "skipped": 0, "error": 0}
    assert facts["exchanges"].items() >= {"count": 2, "seconds": 0.5, "by_operation": {"getBatch": 2}}.items()
    result.stdout.fnmatch_lines(
        ["=* conformance *", "CONFORMANT  2 passed, 1 not exercised", "*reports/out/report.json*"]
    )


def test_a_violated_must_ends_with_1(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_breaks.py", BREAKS)
    result = run()
    assert result.ret == 1
    report = report_of(toy)
    assert report["verdict"] == "nonconformant"
    assert report["requirements"][0]["violations"][0]["count"] == 2
    assert report["errors"] == []
    result.stdout.fnmatch_lines(["NONCONFORMANT  1 must failed*", "FAIL  must  first*"])


def test_a_violated_should_is_shown_and_ends_with_0(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_breaks.py", BREAKS_SHOULD)
    result = run()
    assert result.ret == 0
    assert verdicts(report_of(toy))["third"] == "fail"
    result.stdout.fnmatch_lines(["FAIL  should  third*"])


def test_a_crash_is_an_error_and_ends_with_6(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_crashes.py", CRASHES)
    assert run().ret == 6
    report = report_of(toy)
    assert report["verdict"] == "inconclusive"
    assert report["errors"] == ["suites/test_crashes.py::test_crashes ended with RuntimeError: out of luck."]


def test_an_error_of_a_test_is_reported_in_its_own_words(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_reports_error.py", REPORTS_ERROR)
    assert run().ret == 6
    assert report_of(toy)["errors"] == ["The service did not answer."]


def test_a_violation_beside_a_crash_stays_nonconformant(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_breaks.py", BREAKS)
    add(toy, "suites/test_crashes.py", CRASHES)
    assert run().ret == 1
    assert len(report_of(toy)["errors"]) == 1


@pytest.mark.parametrize("options", [["--tb=no"], ["--tb=native"], ["--tb=line", "-n", "2"]])
def test_a_broken_set_up_is_an_error(toy: pytest.Pytester, run: Run, options: list[str]) -> None:
    add(toy, "suites/test_set_up.py", "def test_set_up(no_such_fixture): pass")
    assert run(*options).ret == 6
    (error,) = report_of(toy)["errors"]
    assert error.startswith("suites/test_set_up.py::test_set_up ended with ")
    assert report_of(toy)["run"]["tests"]["error"] == 1


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_module_that_cannot_be_collected_is_an_error(toy: pytest.Pytester, run: Run, workers: str) -> None:
    add(toy, "suites/test_broken.py", "import no_such_module")
    assert run("-n", workers).ret == 6
    report = report_of(toy)
    assert report["verdict"] == "inconclusive"
    assert any("could not be collected" in error for error in report["errors"])


def test_workers_change_nothing_but_their_number(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_breaks.py", BREAKS)
    add(toy, "suites/test_crashes.py", CRASHES)
    codes, reports = [], []
    for workers in ("0", "2"):
        codes.append(run("-n", workers).ret)
        reports.append(report_of(toy))
    assert codes == [1, 1]
    assert [report["run"].pop("workers") for report in reports] == [1, 2]
    for report in reports:
        for varying in ("started_at", "ended_at", "seconds"):
            del report["run"][varying]
        for test in report["tests"]:
            del test["seconds"]
        del report["end"]
    assert reports[0] == reports[1]


@pytest.mark.parametrize(
    ("arguments", "narrowed"),
    [
        (["-k", "first or third"], "-k 'first or third'"),
        (["-m", "not slow"], "-m 'not slow'"),
        (["suites/test_holds.py::test_first"], "suites/test_holds.py::test_first"),
        (["suites/test_holds.py"], "suites/test_holds.py"),
        (["--deselect", "suites/test_holds.py::test_second"], "--deselect suites/*"),
        (["--lf"], "--lf"),
        (["suites"], None),
        (["."], None),
        (["tests", "suites"], None),
        (["suites", "suites/test_holds.py"], None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_narrowing_is_named(toy: pytest.Pytester, run: Run, arguments: list[str], narrowed: str | None) -> None:
    assert run(*arguments).ret == 0
    report = report_of(toy)
    shown = report["run"]["narrowed"]
    assert shown == narrowed or Path(shown).match(str(narrowed))
    for result in report["requirements"]:
        if result["id"] == "second" and result["verdict"] != "pass":
            assert result["reason"] == f"deselected: this run was narrowed by {shown}"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_stop_at_the_first_failure_is_named(toy: pytest.Pytester, run: Run, workers: str) -> None:
    add(toy, "suites/test_breaks.py", BREAKS)
    result = run("-x", "-n", workers, "suites/test_breaks.py", "suites/test_holds.py")
    assert result.ret == 1
    report = report_of(toy)
    assert "a stop after the first failures (-x)" in report["run"]["narrowed"]
    assert report["run"]["interrupted"] is False


@pytest.mark.parametrize("workers", ["0", "1"])
def test_nothing_selected_is_wrong_usage(toy: pytest.Pytester, run: Run, workers: str) -> None:
    result = run("-k", "nothing_has_this_name", "-n", workers)
    assert result.ret == 4
    result.stdout.fnmatch_lines(
        ["No test of the suites was selected by -k nothing_has_this_name.", "Nothing was sent *"]
    )
    assert not has_report(toy)


def test_a_path_that_does_not_exist_stays_4(toy: pytest.Pytester, run: Run) -> None:
    assert run("suites/test_nowhere.py").ret == 4
    assert not has_report(toy)


@pytest.mark.parametrize(
    ("where", "options"),
    [
        ("pytest_configure(config)", []),
        ("pytest_configure(config)", ["-p", "no:terminal"]),
        ("pytest_sessionstart(session)", []),
        ("pytest_sessionstart(session)", ["-q"]),
        ("pytest_sessionstart(session)", ["-n", "2"]),
        ("pytest_sessionstart(session)", ["-p", "no:terminal"]),
        ("pytest_collection(session)", []),
        ("pytest_runtestloop(session)", ["-p", "no:terminal"]),
        ("pytest_runtestloop(session)", ["-n", "2"]),
    ],
    ids=str,
)
def test_an_exit_before_the_tests_ends_with_6_and_a_report(
    toy: pytest.Pytester, run: Run, where: str, options: list[str]
) -> None:
    holder = "config" if "config)" in where else "session.config"
    add(
        toy,
        "conftest.py",
        CONFTEST
        + f"""
from reports.hooks import ERRORS

@pytest.hookimpl(tryfirst=True)
def {where}:
    if not hasattr({holder}, "workerinput"):
        {holder}.stash.setdefault(ERRORS, []).append("The target did not answer.")
        pytest.exit("no answer", returncode=6)
""",
    )
    result = run(*options)
    assert result.ret == 6
    report = report_of(toy)
    assert (report["verdict"], report["errors"]) == (
        "inconclusive",
        ["The target did not answer."],
    )
    if "no:terminal" not in options:
        shown = f"{result.stdout}{result.stderr}"
        assert shown.count("INCONCLUSIVE  0 passed, 3 not exercised") == 1


@pytest.mark.parametrize("workers", ["0", "1"])
def test_an_internal_error_is_inconclusive_and_keeps_what_was_seen(
    toy: pytest.Pytester, run: Run, workers: str
) -> None:
    add(
        toy,
        "conftest.py",
        CONFTEST
        + """
@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    if report.when == "teardown" and "second" in report.nodeid:
        raise ValueError("plugin out of order")
""",
    )
    result = run("-n", workers)
    assert result.ret == 6
    report = report_of(toy)
    assert (report["verdict"], report["run"]["interrupted"]) == ("inconclusive", True)
    assert any("plugin out of order" in error for error in report["errors"])
    assert str(result.stdout).count("INCONCLUSIVE") == 1


def test_a_worker_that_dies_is_an_error(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_dies.py", "import os\ndef test_dies(): os._exit(9)")
    assert run("-n", "1", "suites/test_dies.py").ret == 6
    assert "test_dies" in report_of(toy)["errors"][0]


def test_an_exit_in_the_middle_keeps_what_was_seen(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_ends.py", "import pytest\ndef test_ends(): pytest.exit('gone', 6)")
    assert run("suites/test_holds.py", "suites/test_ends.py").ret == 6
    report = report_of(toy)
    assert report["errors"] == ["The run was ended: gone"]
    assert verdicts(report)["first"] == "pass"


def test_an_exit_after_a_violation_is_nonconformant(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "suites/test_breaks.py", BREAKS)
    add(toy, "suites/test_ends.py", "import pytest\ndef test_ends(): pytest.exit('gone', 6)")
    assert run("suites/test_breaks.py", "suites/test_ends.py").ret == 1


@pytest.mark.parametrize("workers", ["0", "1"])
def test_ctrl_c_keeps_what_was_seen(toy: pytest.Pytester, workers: str) -> None:
    add(
        toy,
        "suites/test_waits.py",
        "import pathlib, threading\n"
        "def test_waits():\n"
        "    pathlib.Path('waiting').touch()\n"
        f"    threading.Event().wait({TIME_LIMIT})\n",
    )
    command = [sys.executable, "-m", "pytest", "-n", workers]
    files = ["suites/test_holds.py", "suites/test_waits.py"]
    with subprocess.Popen([*command, *files], cwd=toy.path, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            wait_for(toy.path / "waiting", process)
            os.killpg(process.pid, signal.SIGINT)
            output = process.communicate(timeout=TIME_LIMIT)[0].decode()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 2
    report = report_of(toy)
    assert report["run"]["interrupted"] is True
    assert report["verdict"] == "inconclusive"
    assert verdicts(report)["first"] == "pass"
    assert "INCONCLUSIVE" in output


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file exists, at most for the time limit."""
    for _ in range(TIME_LIMIT * 20):
        if path.exists():
            return
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"{path.name} did not come into being")


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_kill_leaves_what_was_seen(toy: pytest.Pytester, workers: str) -> None:
    """A violation from long before is there, though no test has ended since."""
    add(toy, "suites/test_breaks.py", BREAKS)
    add(toy, "suites/test_waits.py", f"import threading\ndef test_waits(): threading.Event().wait({TIME_LIMIT})\n")
    place_old_report(toy)
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist=loadfile"]
    files = ["suites/test_breaks.py", "suites/test_holds.py", "suites/test_waits.py"]
    with subprocess.Popen([*command, *files], cwd=toy.path, stdout=subprocess.DEVNULL, start_new_session=True) as run:
        try:
            wait_until(lambda: report_of(toy).get("run", {}).get("tests", {}).get("passed") == 2, run)
        finally:
            os.killpg(run.pid, signal.SIGKILL)
    report = report_of(toy)
    Draft202012Validator(schema()).validate(report)
    assert (report["verdict"], report["run"]["interrupted"]) == ("nonconformant", True)
    assert "; stopped before its end" in report["sentence"]


@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_first_test_finds_a_report_of_its_own_run(toy: pytest.Pytester, run: Run, workers: str) -> None:
    place_old_report(toy)
    add(
        toy,
        "suites/test_holds.py",
        "import json, pathlib\n"
        "def test_looks():\n"
        "    report = json.loads(pathlib.Path('reports/out/report.json').read_text())\n"
        "    pathlib.Path('seen').write_text(report['verdict'] + str(report['run']['interrupted']))\n",
    )
    run("-n", workers)
    if workers == "0":
        assert (toy.path / "seen").read_text() == "inconclusiveTrue"
    assert report_of(toy)["run"]["interrupted"] is False


@pytest.mark.parametrize("arguments", [["--no-such"], ["-k", "nothing_has_this_name"], ["suites/test_no.py"]], ids=str)
def test_wrong_usage_leaves_an_old_report_alone(toy: pytest.Pytester, run: Run, arguments: list[str]) -> None:
    place_old_report(toy)
    assert run(*arguments).ret == 4
    assert report_of(toy) == OLD


def test_a_session_without_the_suites_leaves_an_old_report_alone(toy: pytest.Pytester, run: Run) -> None:
    place_old_report(toy)
    assert run("tests").ret == 0
    assert report_of(toy) == OLD


def test_a_report_that_has_no_place_is_refused_before_anything_is_spent(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "taken", "")
    add(toy, "suites/test_holds.py", "import pathlib\ndef test_acts(): pathlib.Path('acted').touch()")
    result = run("--report-dir=taken")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*taken cannot be written (*); name another one with --report-dir."])
    assert not (toy.path / "acted").exists()


def test_what_was_spent_is_reported_in_total_and_for_each_requirement(toy: pytest.Pytester, run: Run) -> None:
    spent = {"requests": 3, "uploads": 2, "batches": 1, "billable_files": 2}
    record = f"record['spent'] = {{**{spent!r}, 'requirements': ['first', 'third']}}"
    add(toy, "suites/test_holds.py", f"def test_spends(record):\n    {record}")
    result = run()
    report = report_of(toy)
    assert report["run"]["spent"] == spent
    zero = dict.fromkeys(spent, 0)
    assert [each["spent"] for each in report["requirements"]] == [spent, zero, spent]
    result.stdout.fnmatch_lines(["spent     3 requests, 2 uploads, 1 batch, 2 billable files"])


def place_old_report(toy: pytest.Pytester) -> None:
    (toy.path / "reports/out").mkdir(parents=True)
    add(toy, "reports/out/report.json", json.dumps(OLD))


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until a condition holds, at most for the time limit."""
    for _ in range(TIME_LIMIT * 20):
        if condition():
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
    pytest.fail("the condition did not come true")


@pytest.mark.parametrize("option", ["--collect-only", "--help", "--markers", "--fixtures", "--version"])
def test_a_listing_writes_and_says_nothing(toy: pytest.Pytester, run: Run, option: str) -> None:
    result = run(option)
    assert result.ret == 0
    assert "= conformance =" not in str(result.stdout)
    assert not has_report(toy)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_session_without_the_suites_is_left_alone(toy: pytest.Pytester, run: Run, workers: str) -> None:
    result = run("tests", "-n", workers)
    assert result.ret == 0
    assert "= conformance =" not in str(result.stdout)
    assert run("tests", "-k", "nothing_has_this_name", "-n", workers).ret == 5
    assert not has_report(toy)


@pytest.mark.parametrize("options", [["-p", "no:terminal"], ["-q"], ["-qq"], ["--no-summary"]], ids=str)
def test_quiet_runs_still_write(toy: pytest.Pytester, run: Run, options: list[str]) -> None:
    assert run(*options).ret == 0
    assert report_of(toy)["verdict"] == "conformant"


@pytest.mark.parametrize("options", [[], ["-n", "2"], ["-qq"], ["--no-summary"]], ids=str)
def test_annotations_are_printed_where_they_are_asked_for(toy: pytest.Pytester, run: Run, options: list[str]) -> None:
    add(toy, "suites/test_breaks.py", BREAKS)
    asked = run("--annotations", "github", *options)
    assert asked.ret == 1
    asked.stdout.fnmatch_lines(
        ["::error title=must failed%3A first::*", "::warning title=not exercised%3A 1::*"], consecutive=True
    )
    assert "::error title" not in str(run(*options).stdout)
    assert run("--annotations", "elsewhere").ret == 4


def test_the_report_directory_can_be_chosen(toy: pytest.Pytester, run: Run) -> None:
    assert run("--report-dir", "else/where").ret == 0
    assert report_of(toy, "else/where")["verdict"] == "conformant"
    assert not has_report(toy)


def test_a_report_that_cannot_be_written_is_an_error(toy: pytest.Pytester, run: Run) -> None:
    removal = "import pathlib, shutil\ndef test_removes():\n    shutil.rmtree('out')\n    pathlib.Path('out').touch()"
    add(toy, "suites/test_holds.py", removal)
    result = run("--report-dir", "out")
    assert result.ret == 6
    printed = " ".join(str(result.stdout).split())
    assert "/out cannot be written (File exists); name another one with --report-dir." in printed
    assert ".report.json" not in str(result.stdout)


@pytest.mark.parametrize("hook", ["pytest_conformance_target", "pytest_conformance_run"])
def test_a_hook_that_fails_is_an_error(toy: pytest.Pytester, run: Run, hook: str) -> None:
    head, definition, rest = CONFTEST.partition(f"def {hook}(config):")
    add(toy, "conftest.py", f"{head}{definition}\n    raise KeyError('x')\n{rest}")
    assert run().ret == 6
    report = report_of(toy)
    assert report["errors"] == [f"{hook} failed: KeyError: 'x'."]
    assert (report["target"] is None) == hook.endswith("target")


def test_without_the_hooks_there_is_a_report_too(toy: pytest.Pytester, run: Run) -> None:
    add(toy, "conftest.py", CONFTEST.partition("def pytest_conformance_target")[0])
    assert run().ret == 0
    report = report_of(toy)
    assert report["target"] is None
    assert report["run"]["id"]


def test_a_reporter_that_breaks_is_an_internal_error(toy: pytest.Pytester, run: Run) -> None:
    broken = "\ndef broken(*profiles): raise ValueError('twice')\nrequirements.of = broken\n"
    add(toy, "conftest.py", CONFTEST + broken)
    result = run()
    assert result.ret == 6
    assert "ValueError: twice" in str(result.stdout)


def test_colours_obey_the_options_of_pytest(run: Run) -> None:
    assert "\x1b[" in str(run("--color=yes").stdout).partition("= conformance =")[2]
    assert "\x1b[" not in str(run("--color=no").stdout)
