"""What the command of a load and locust have in common: the options of users and report, and the time for that."""

from collections.abc import Mapping
from typing import Any, Final

from reports.files import REPORT_DIR
from suites.load.options import OPTIONS, parameter_of

DECLARED: Final[Mapping[str, Mapping[str, Any]]] = {
    **OPTIONS,
    "--report-dir": {"metavar": "DIR", "default": REPORT_DIR, "help": f"Where the report goes ({REPORT_DIR})."},
}
"""What is declared for each option, as argparse takes it."""
VARIABLES: Final[Mapping[str, str]] = {
    name: f"LOCUST_{parameter_of(name).upper()}"
    for name, declared in DECLARED.items()
    if declared.get("action") != "append"
}
"""The environment variables that give options a value, as locust's own have them; not where there may be several."""
SECONDS_TO_REPORT: Final = 10.0
"""Seconds after a signal in which further ones change nothing, since the report is made."""
