"""The jobs for GitLab do in a shell what their comments say."""

from fixtures.embedded import MockAddress
from tests.ci.machine import QUICK, SUITE, Machine, Ran
from tests.ci.shell import GITLAB, gitlab_script

RUNNER = ("bash", "-eo", "pipefail", "-c")
BREAKS_ONE_PART = "--fault=job-type-in-any-case"


def run_job(machine: Machine, name: str, options: str = QUICK, **given: str) -> Ran:
    """Run the script of a job."""
    return machine.run([*RUNNER, gitlab_script(GITLAB[name])], options, CONFORMANCE_SUITE=SUITE, **given)


def test_a_merge_request_is_checked_by_url(machine: Machine, service: MockAddress) -> None:
    target = {"CONFORMANCE_TARGET": service.base_url, "LLAMA_CLOUD_API_KEY": service.api_key}
    ran = run_job(machine, "conformance", **target)
    assert ran.code == 0, ran.output
    assert machine.installed == [SUITE]
    assert service.api_key not in ran.output
    artifacts = GITLAB["conformance"]["artifacts"]
    assert all((machine.workspace / path).is_dir() for path in artifacts["paths"])
    assert (machine.workspace / artifacts["reports"]["junit"]).is_file()


def test_a_night_in_parts_is_judged_as_a_whole(machine: Machine) -> None:
    total = GITLAB["part"]["parallel"]
    codes = set()
    for index in range(1, total + 1):
        node = {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(total), "CONFORMANCE_TARGET": "mock"}
        codes.add(run_job(machine, "part", f"{QUICK} {BREAKS_ONE_PART}", **node).code)
    assert codes == {0, 1}
    assert codes - {0} <= set(GITLAB["part"]["allow_failure"]["exit_codes"])
    whole = run_job(machine, "whole")
    assert whole.code == 1, whole.output
    (kept,) = GITLAB["whole"]["cache"]["paths"]
    assert (machine.workspace / kept / "history.json").is_file()
    assert (machine.workspace / GITLAB["whole"]["artifacts"]["reports"]["junit"]).is_file()


def test_a_part_that_checked_nothing_is_red(machine: Machine) -> None:
    node = {"CI_NODE_INDEX": "9", "CI_NODE_TOTAL": "3", "CONFORMANCE_TARGET": "mock"}
    ran = run_job(machine, "part", **node)
    assert ran.code == 4, ran.output
    assert ran.code not in GITLAB["part"]["allow_failure"]["exit_codes"]
