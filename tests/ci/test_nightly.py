"""The script for cron mails what a person needs to know, and nothing else."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress
from reports.history.file import read_history
from tests.ci.machine import COMMAND, FAULT, QUICK, Machine, Ran
from tests.ci.shell import CRONTAB, EXAMPLES, cron_command

SCRIPT = EXAMPLES / "nightly.sh"
TOOLS = ("bash", "cat", "dirname", "env", "flock", "mkdir", "mktemp", "rm", "sh", "sleep", "tail", "timeout")
"""What the script takes of a machine."""

pytestmark = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")


@dataclass(frozen=True)
class Night:
    """A machine with nothing but what the script takes, and with a mailbox."""

    machine: Machine

    @property
    def mailbox(self) -> Path:
        return self.machine.folder / "mailbox"

    @property
    def state(self) -> Path:
        return self.machine.folder / ".local/state/batches-conformance"

    def mails(self) -> list[str]:
        return self.mailbox.read_text("utf-8").split("\f")[1:] if self.mailbox.exists() else []

    def ends_with(self, code: int) -> None:
        """Let each run end with a code and without a report."""
        self.machine.install(COMMAND, f"echo the words of the run; exit {code}")

    def run(self, *arguments: str, options: str = QUICK, to: str = "team@staging.example", **given: str) -> Ran:
        path = f"{self.machine.folder / 'bin'}:{self.machine.folder / 'tools'}"
        recipient = {"CONFORMANCE_MAIL_TO": to} if to else {}
        return self.machine.run([str(SCRIPT), *arguments], options, **{**recipient, **given, "PATH": path})


@pytest.fixture
def night(machine: Machine) -> Night:
    (machine.folder / "tools").mkdir()
    for name in TOOLS:
        (machine.folder / "tools" / name).symlink_to(shutil.which(name) or "")
    night = Night(machine)
    machine.install("sendmail", f"{{ printf '\\f%s\\n' \"$*\"; cat; }} >> '{night.mailbox}'")
    return night


def head_of(mail: str) -> Sequence[str]:
    return mail.partition("\n\n")[0].splitlines()


def test_a_real_night_is_mailed_as_the_report_shows_it(night: Night, service: MockAddress) -> None:
    place = {"LLAMA_CLOUD_API_KEY": service.api_key, "LLAMA_CLOUD_BASE_URL": service.base_url}
    first = night.run("--yes", **place)
    assert (first.code, first.output) == (0, "")
    (mail,) = night.mails()
    assert head_of(mail)[:3] == ["-t -i", "To: team@staging.example", "Subject: Conformance: conformant (before: none)"]
    assert "CONFORMANT" in mail
    assert service.base_url in mail
    assert "\x1b" not in mail
    assert max(map(len, mail.splitlines())) <= 100
    kept = [path.read_text("utf-8", "replace") for path in night.state.rglob("*") if path.is_file()]
    assert service.api_key not in "\n".join([mail, *kept])

    second = night.run("--yes", **place)
    assert (second.code, second.output) == (0, "")
    assert len(night.mails()) == 1

    third = night.run("--target=mock", options=f"{QUICK} {FAULT}")
    assert (third.code, third.output) == (1, "")
    history = read_history(night.state / "history.json")
    assert [run.verdict for run in history.runs] == ["conformant", "conformant", "nonconformant"]
    worse = night.mails()[1]
    assert "Subject: Conformance: nonconformant (before: conformant)" in head_of(worse)
    assert "create-refuses-unknown-job-type" in worse


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (1, "nonconformant"),
        (4, "not checked, wrong usage"),
        (6, "inconclusive"),
        (7, "gate failed"),
        (99, "ended with exit code 99"),
    ],
)
def test_each_night_that_is_not_conformant_is_mailed(night: Night, code: int, verdict: str) -> None:
    night.ends_with(code)
    assert [night.run().code, night.run().code] == [code, code]
    subjects = [head_of(mail)[2] for mail in night.mails()]
    assert subjects == [f"Subject: Conformance: {verdict} (before: none)", f"Subject: Conformance: {verdict}"]
    assert all("the words of the run" in mail for mail in night.mails())


def test_a_recovery_is_mailed_once(night: Night) -> None:
    for code in (0, 0, 6, 0, 0):
        night.ends_with(code)
        assert night.run().code == code
    subjects = [head_of(mail)[2].removeprefix("Subject: Conformance: ") for mail in night.mails()]
    assert subjects == [
        "conformant (before: none)",
        "inconclusive (before: conformant)",
        "conformant (before: inconclusive)",
    ]


def test_the_report_of_another_night_is_not_mailed(night: Night) -> None:
    (night.state / "report").mkdir(parents=True)
    (night.state / "report" / "report.json").write_text("{}")
    night.machine.install(COMMAND, 'case "$*" in *"report show"*) echo old ;; *) exit 4 ;; esac')
    night.run()
    assert "There is no report of this run." in night.mails()[0]
    assert "old" not in night.mails()[0]


def test_a_night_that_does_not_end_is_ended(night: Night) -> None:
    night.machine.install(COMMAND, "exec sleep 100")
    ran = night.run(CONFORMANCE_LIMIT="0.2s")
    assert ran.code == 124
    assert "not ended within 0.2s" in night.mails()[0]


def test_two_nights_do_not_overlap(night: Night) -> None:
    night.state.mkdir(parents=True)
    night.ends_with(0)
    lock = str(night.state / "lock")
    ran = night.machine.run(["flock", lock, str(SCRIPT)])
    assert ran.code == 4
    assert "Another run has not ended" in ran.output
    assert not night.machine.commands


def test_what_cannot_be_mailed_is_printed_and_tried_again(night: Night) -> None:
    night.ends_with(0)
    night.machine.install("sendmail", "cat > /dev/null; exit 75")
    refused = night.run()
    assert refused.code == 0
    assert "could not be sent" in refused.output
    night.machine.install("sendmail", f"{{ printf '\\f%s\\n' \"$*\"; cat; }} >> '{night.mailbox}'")
    night.run()
    assert len(night.mails()) == 1


def test_mail_is_taken_where_there_is_no_sendmail(night: Night) -> None:
    night.ends_with(6)
    (night.machine.folder / "bin" / "sendmail").unlink()
    night.machine.install("mail", f"{{ printf '\\f%s\\n' \"$*\"; cat; }} >> '{night.mailbox}'")
    assert night.run().output == ""
    assert night.mails()[0].startswith("-s Conformance: inconclusive (before: none) -- team@staging.example\n")


@pytest.mark.parametrize("to", ["", "team@staging.example"])
def test_it_is_printed_where_nobody_is_to_be_mailed_or_nothing_mails(night: Night, to: str) -> None:
    night.ends_with(6)
    if to:
        (night.machine.folder / "bin" / "sendmail").unlink()
    ran = night.run(to=to)
    assert ran.code == 6
    assert ran.output.startswith("Conformance: inconclusive (before: none)\n\n")
    assert "the words of the run" in ran.output
    assert night.mails() == []


def test_cron_reads_the_settings_and_starts_the_script(night: Night) -> None:
    night.ends_with(6)
    settings = night.machine.folder / "settings"
    settings.write_text("export CONFORMANCE_MAIL_TO=team@staging.example\n", encoding="utf-8")
    path = f"{night.machine.folder / 'bin'}:{night.machine.folder / 'tools'}"
    nightly = str(SCRIPT)
    ran = night.machine.run(["sh", "-c", cron_command()], SETTINGS=str(settings), NIGHTLY=nightly, PATH=path)
    assert (ran.code, ran.output) == (6, "")
    assert "Subject: Conformance: inconclusive (before: none)" in night.mails()[0]
    assert "%" not in cron_command(), "cron would end the line there"
    assert all(f"\n{name}=" in CRONTAB for name in ("CONFORMANCE_COMMAND", "NIGHTLY", "SETTINGS", "PATH"))
