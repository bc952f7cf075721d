"""Whole runs behind a gateway, and in surroundings in which nothing can be asked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress, running_mock
from tests.fixtures.certificates import made_in
from tests.suites.conftest import FAST
from tests.suites.relay import relaying
from tests.suites.sessions import SCENARIOS, run

GATE = ("X-Gate", "sesame-opens-the-gate")
SELECTED = (
    *(f"{SCENARIOS}/test_access.py", "suites/property/test_operations.py"),
    *("-k", "test_a_list_shows_nothing_of_another_project or a_stranger or getBatch"),
)


def test_a_run_passes_a_gateway_with_all_its_requests(mock: MockAddress, tmp_path: Path) -> None:
    """The scenarios with both keys, generated requests, clean-up and a later `--clean-up`, by two workers."""
    certificates = made_in(tmp_path)
    given = (
        *("--secret-header", ": ".join(GATE), "--header", "X-Stage: blue"),
        *("--client-cert", str(certificates.certificate), "--client-key", str(certificates.key)),
        *("--ca-bundle", str(certificates.issuers)),
    )
    early = ("-c", "pyproject.toml", "-p", "fixtures.session")
    keys = {"LLAMA_CLOUD_API_KEY": mock.api_key, "LLAMA_CLOUD_OTHER_API_KEY": mock.other_api_key}
    with relaying(mock.base_url, {}, demands=GATE, tls=certificates.serving) as front:
        target = (*early, f"--target={front.url}", *given)
        ended = run(tmp_path / "report", *target, "-n", "2", *SELECTED, f"--record={tmp_path / 'run.har'}", **keys)
        assert ended.code == 0, ended.output
        assert front.passed > 20
        passed = front.passed
        cleaned = run(tmp_path / "report", *target, *FAST, "--clean-up", **keys)
        assert cleaned.code == 0, cleaned.output
        planned = run(tmp_path / "plan", *target, *FAST, "--plan", SELECTED[0], "-k", "a_stranger", **keys)
        assert planned.code == 0, planned.output
        assert front.passed == passed
        assert front.refused == 0
        refused = run(tmp_path / "refused", *early, f"--target={front.url}", *given[4:], *FAST, **keys)
        assert refused.code == 6, refused.output
    settings = ended.report["target"]["settings"]
    assert settings["header"] == "X-Stage: blue"
    assert settings["secret_header"] == "X-Gate (hidden)"
    assert "header: X-Stage: blue" in " ".join(ended.output.split())
    recorded = (tmp_path / "run.har").read_text("utf-8")
    assert '"x-stage", "value": "blue"' in recorded
    assert GATE[1] not in ended.everything_written + cleaned.output + recorded


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
def test_the_line_that_repeats_a_violation_passes_the_gateway_too(tmp_path: Path) -> None:
    certificates = made_in(tmp_path)
    with (
        running_mock("--clock", "virtual", "--fault=unknown-job-type-means-parse") as mock,
        relaying(mock.base_url, {}, demands=GATE, tls=certificates.serving) as front,
    ):
        ended = run(
            tmp_path / "report",
            *("-c", "pyproject.toml", "-p", "fixtures.session", f"--target={front.url}", *FAST),
            *("--secret-header", ": ".join(GATE), f"--client-cert={certificates.client}"),
            *(f"--ca-bundle={certificates.issuers}", "--requirement=create-refuses-unknown-job-type"),
            LLAMA_CLOUD_API_KEY=mock.api_key,
        )
        assert ended.code == 1, ended.output
        (line,) = {each for each in ended.output.splitlines() if each.lstrip().startswith("curl ")}
        repeated = subprocess.run(
            ["bash", "-c", f"{line} --silent --noproxy '*'"],
            env={"PATH": os.environ["PATH"], "LLAMA_CLOUD_API_KEY": mock.api_key, "X_GATE": GATE[1]},
            capture_output=True,
            text=True,
            check=True,
        )
        assert front.refused == 0
    assert "Directory not found" in repeated.stdout  # The mock itself responds; the run has deleted it.
    assert GATE[1] not in ended.everything_written


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["--target=https://127.0.0.1:1"], {"SSL_CERT_FILE": "/nowhere.pem"}, "SSL_CERT_FILE names /nowhere.pem"),
        (["--target=http://127.0.0.1:1"], {"ALL_PROXY": "socks4://127.0.0.1:1"}, "ALL_PROXY names a socks4://"),
        (["--target=http://127.0.0.1:1", "--clean-up"], {"HTTP_PROXY": "http://:1"}, "HTTP_PROXY names no proxy"),
        (["--target=https://127.0.0.1:1", "--plan"], {"SSL_CERT_DIR": "/nowhere"}, "SSL_CERT_DIR names /nowhere"),
    ],
)
def test_surroundings_that_cannot_be_used_are_a_4(
    arguments: list[str], variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    ended = run(tmp_path, *arguments, **variables, LLAMA_CLOUD_API_KEY="llx-some-key")
    assert ended.code == 4, ended.output
    assert ended.output.count("\n") < 5
    assert said in ended.output
    assert "Traceback" not in ended.output


def test_a_dead_proxy_is_a_6_and_named(tmp_path: Path) -> None:
    dead = {"HTTP_PROXY": "http://127.0.0.1:1"}
    ended = run(tmp_path, "--target=http://127.0.0.1:2", *FAST, **dead, LLAMA_CLOUD_API_KEY="llx-some")
    assert ended.code == 6, ended.output
    output = " ".join(ended.output.split())
    assert "the proxy http://127.0.0.1:1 that HTTP_PROXY names cannot be reached" in output
    assert "Traceback" not in output


def test_the_mock_needs_nothing_of_the_surroundings(tmp_path: Path) -> None:
    hostile = {
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "socks5://:"),
        **dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"), "/nowhere"),
        "NO_PROXY": "[::1",
    }
    ended = run(tmp_path, *FAST, *SELECTED, "--profile=webhooks", **hostile)
    assert ended.code == 0, ended.output
