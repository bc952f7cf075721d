"""Runs that also look at the profile `cancel`: where it is offered, where it is not, and by chance alone."""

from pathlib import Path

from spec import requirements
from tests.forkserver import running_mock
from tests.suites.conftest import FAST
from tests.suites.sessions import Ended, run

PROFILE = "--profile=cancel"
TESTS = "suites/profiles/cancel"
OF_CANCEL = {id_ for id_, requirement in requirements.load().items() if requirement.profile == "cancel"}
LEFT_TO_CHANCE = {"cancel-keeps-finished-results"}
"""What is exercised by URL where a batch happens to show what is finished, or where the target can be controlled."""


def of_cancel(ended: Ended) -> dict[str, str]:
    return {id_: verdict for id_, verdict in ended.verdicts.items() if id_ in OF_CANCEL}


def test_the_mock_keeps_every_promise(tmp_path: Path) -> None:
    ended = run(tmp_path, PROFILE, TESTS, "--numprocesses=0")
    assert ended.code == 0, ended.output
    assert of_cancel(ended) == dict.fromkeys(OF_CANCEL, "pass")
    assert ended.report["run"]["profiles"].keys() == {"cancel"}


def test_what_is_not_offered_is_not_exercised(tmp_path: Path) -> None:
    absent = (PROFILE, TESTS, "--numprocesses=0", "--variation=cancel-not-offered-405")
    ended = run(tmp_path / "free", *absent)
    assert ended.code == 0, ended.output
    assert of_cancel(ended) == dict.fromkeys(OF_CANCEL, "not-exercised")
    assert {ended.not_exercised[id_].partition(" (")[0] for id_ in OF_CANCEL} == {
        "needs a target that offers to cancel a batch"
    }
    strict = run(tmp_path / "strict", *absent, "--require-exercised")
    assert strict.code == 7, strict.output


def test_without_control_chance_is_enough_for_most(tmp_path: Path) -> None:
    with running_mock("--pace", "0.5") as mock:
        keys = {"LLAMA_CLOUD_API_KEY": mock.api_key, "LLAMA_CLOUD_OTHER_API_KEY": mock.other_api_key}
        given = (f"--target={mock.base_url}", f"--organization-id={mock.organization_id}")
        ended = run(tmp_path, *given, *FAST, PROFILE, TESTS, **keys)
    assert ended.code == 0, ended.output
    assert {id_ for id_, verdict in of_cancel(ended).items() if verdict != "pass"} == LEFT_TO_CHANCE
