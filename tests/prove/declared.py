"""What the files beside this one declare of faults, variations and requirements, each with its reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

Entry = Mapping[str, Any]


def declared(file: str) -> Mapping[str, Sequence[Entry]]:
    """Read the sections of a file, whose entries say `of` what they are, and `because` of what.

    Raises `ValueError` for an entry without a reason.
    """
    sections: dict[str, list[Entry]] = yaml.safe_load(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    for entries in sections.values():
        for entry in entries:
            if not entry["because"].strip():
                raise ValueError(f"{file} gives no reason for {entry}")
    return sections
