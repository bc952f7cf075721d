"""The options of a load, each declared once: for the command, and for the command line of locust."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fixtures import gateway
from fixtures.settings import (
    BILLABLE_FILES_BEYOND_LOOPBACK,
    PARSE_PRESET,
    RATE_BEYOND_LOOPBACK,
    REQUEST_TIMEOUT,
    SETTLE_TIMEOUT,
    Settings,
    settings_of,
)
from spec import profiles
from spec.usage import WrongUsage, no_such

WEIGHTS: Final = {
    "poll": 10,
    "results": 3,
    "job": 1,
    "list": 3,
    "walk": 1,
    "create": 2,
    "upload": 1,
    "cancel": 1,
    "hide": 1,
}
"""How often a user does each thing, beside the others."""
PROFILE_OF: Final = {"cancel": "cancel"}
"""What a user does only where a profile is selected."""
WEBHOOKS: Final = "webhooks"
"""The profile with which each create has a webhook."""
RECEIVER: Final = "receiver"
"""What that profile needs of a target, as requirements call it."""
PAUSE: Final = (0.5, 1.5)
"""The shortest and the longest pause of a user between two things that it does, in seconds."""
FILES: Final = 2
"""Files of each batch."""

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    **{
        name: {**declared, "help": f"{declared['help'][0].upper()}{declared['help'][1:]}."}
        for name, declared in gateway.OPTIONS.items()
    },
    "--contract-profile": {
        "metavar": "NAME",
        "action": "append",
        "default": [],
        "help": "Also judge by this addition to the contract; can be given several times.",
    },
    "--weights": {
        "metavar": "NAME=N,...",
        "help": f"How often a user does each thing ({', '.join(f'{name}={n}' for name, n in WEIGHTS.items())}).",
    },
    "--pause": {
        "metavar": "SECONDS[-SECONDS]",
        "help": f"How long a user pauses between two things ({PAUSE[0]:g}-{PAUSE[1]:g}).",
    },
    "--files": {"metavar": "N", "type": int, "default": FILES, "help": f"Files of each batch ({FILES})."},
    "--project-id": {"metavar": "ID", "help": "The project of the key, where it has to be named."},
    "--organization-id": {"metavar": "ID", "help": "The organization of the key."},
    "--parse-configuration-id": {
        "metavar": "ID",
        "default": PARSE_PRESET,
        "help": f"The configuration of parse batches ({PARSE_PRESET}).",
    },
    "--extract-configuration-id": {
        "metavar": "ID",
        "help": "The configuration of extract batches; without one there are none.",
    },
    "--poll-timeout": {
        "metavar": "SECONDS",
        "type": float,
        "default": 60.0,
        "help": "How long a user waits in all for a service that refuses its requests as too many (60).",
    },
    "--settle-timeout": {
        "metavar": "SECONDS",
        "type": float,
        "default": SETTLE_TIMEOUT,
        "help": f"How long one operation may lag behind another ({SETTLE_TIMEOUT:g}).",
    },
    "--request-timeout": {
        "metavar": "SECONDS",
        "type": float,
        "default": REQUEST_TIMEOUT,
        "help": f"How long one answer may take ({REQUEST_TIMEOUT:g}).",
    },
    "--max-billable-files": {
        "metavar": "N",
        "type": int,
        "help": "Files of accepted batches that all users together may spend "
        f"({BILLABLE_FILES_BEYOND_LOOPBACK}, and no limit on loopback).",
    },
    "--max-requests": {
        "metavar": "N",
        "type": int,
        "help": "Requests that all users together may send (no limit).",
    },
    "--rate": {
        "metavar": "REQUESTS_PER_SECOND",
        "type": float,
        "help": "How many requests a second all users together may send "
        f"({RATE_BEYOND_LOOPBACK:g}, and no limit on loopback).",
    },
    "--webhook-url": {
        "metavar": "URL",
        "help": "The base URL at which the target reaches --webhook-port; only one on loopback needs none.",
    },
    "--webhook-port": {
        "metavar": "PORT",
        "type": int,
        "help": "Where on loopback webhooks are received (any free port).",
    },
    "--yes": {"action": "store_true", "help": "Write to a service beyond loopback."},
    "--insecure-http": {"action": "store_true", "help": "Send the key in clear to a http:// host beyond loopback."},
}
"""What is declared for each option, as argparse takes it."""
OF_MOCK: Final = ("--fault", "--variation")
"""Options of the command alone, which starts the mock."""


@dataclass(frozen=True)
class LoadOptions:
    """What the users do and how often, by checked values."""

    weights: Mapping[str, int]
    pause: tuple[float, float]
    files: int
    profiles: tuple[str, ...]


Given = Callable[[str], Any]
"""Returns the value of an option by its name with both hyphens."""


def parameter_of(option: str) -> str:
    """Return the name under which click and argparse give the value of an option."""
    return option.removeprefix("--").replace("-", "_")


def settings_for(given: Given) -> Settings:
    """Return the settings of a run with these options. Raises `pytest.UsageError`."""
    without = {"--target": given("--target"), "--poll-interval": 1.0}
    return settings_of(lambda name: without.get(name) or (given(name) if name in {*OPTIONS, *OF_MOCK} else None))


def load_options(given: Given) -> LoadOptions:
    """Check what is said of the users. Raises `WrongUsage`."""
    known = sorted(profiles.load())
    asked = tuple(sorted(set(given("--contract-profile") or ())))
    for name in asked:
        if name not in known:
            raise WrongUsage(no_such("profile", name, known))
    if not 1 <= (files := given("--files")) <= 1000:
        raise WrongUsage("--files takes a number from 1 to 1000, which is what a batch accepts.")
    return LoadOptions(_weights(given("--weights") or "", asked), _pause(given("--pause")), files, asked)


def _weights(text: str, selected: Sequence[str]) -> dict[str, int]:
    weights = {name: n for name, n in WEIGHTS.items() if PROFILE_OF.get(name) in (None, *selected)}
    for part in filter(None, text.split(",")):
        name, _, number = (word.strip() for word in part.partition("="))
        if name not in WEIGHTS:
            raise WrongUsage(no_such("weight", name, WEIGHTS))
        if name not in weights:
            raise WrongUsage(f"--weights: {name} takes the profile {PROFILE_OF[name]}; select it too.")
        if not number.isdecimal():
            raise WrongUsage(f"--weights takes a whole number for each name, as in {name}=2.")
        weights[name] = int(number)
    if not any(weights.values()):
        raise WrongUsage("--weights leaves a user nothing to do: give one of the names more than 0.")
    return weights


def _pause(text: str | None) -> tuple[float, float]:
    if text is None:
        return PAUSE
    shortest, _, longest = text.partition("-")
    try:
        least, most = float(shortest), float(longest or shortest)
    except ValueError:
        least, most = -1.0, -1.0
    if not 0 <= least <= most < float("inf"):
        raise WrongUsage("--pause takes seconds, as 1 or 0.5-1.5.")
    return least, most
