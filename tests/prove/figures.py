"""The figures that the README quotes, held against a proof."""

import re
from collections.abc import Iterator, Mapping

_ROW = re.compile(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) \|$", re.MULTILINE)
EXACT = ("faults", "noticed", "variations", "false_alarms")
ROUGH = {"requests_per_fault": 1.25, "seconds_per_fault": 5.0}
"""By which factor a quoted figure may differ; seconds depend on the machine."""


def differences(readme: str, figures: Mapping[str, float]) -> Iterator[str]:
    """Where the table of a README differs from the figures of a proof, each in one sentence."""
    row = _ROW.search(readme)
    if row is None:
        yield "README.md has no table with the figures of the proof"
        return
    quoted = dict(zip((*EXACT, *ROUGH), map(float, row.groups()), strict=True))
    for name in EXACT:
        if quoted[name] != figures[name]:
            yield f"README.md says {quoted[name]:g} {name.replace('_', ' ')}, and the proof has {figures[name]:g}"
    for name, factor in ROUGH.items():
        low, high = sorted((quoted[name], figures[name]))
        if high > low * factor:
            yield f"README.md says {quoted[name]:g} {name.replace('_', ' ')}, and the proof has {figures[name]:g}"
