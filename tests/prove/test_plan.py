"""What a proof runs."""

import subprocess

import pytest

from batches_conformance.location import own_command
from tests.docs.pages import ROOT
from tests.prove import plan


@pytest.mark.parametrize("requirement", ["success-is-json", "create-accepts-1000-files", "cancel-hides-other-projects"])
def test_a_narrowed_proof_has_something_to_run_on_the_clean_mock(requirement: str) -> None:
    words = own_command("run", "--collect-only", "-q", "-n0", "--profile=cancel")
    ended = subprocess.run(
        [*words, *plan.clean(False, [requirement]).tests], cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
