"""Writes waivers: adds entries for violations of a report to a file of waivers, which otherwise stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import Final

import yaml

from reports.errors import InvalidWaiver, UnknownName
from reports.model import Report, ReportedViolation, Waiver
from reports.violation import headline
from reports.waiver_file import checked, compose, overlap, parse, read_text
from spec.text import visible

NAMED: Final = 5
"""Fingerprints of a report that are named to somebody who named another one."""
WIDTH: Final = 1_000
"""Characters of a line that is not broken."""


def waivers_for(
    report: Report,
    fingerprints: Sequence[str],
    *,
    owner: str,
    expires: str,
    reason: str | None = None,
    link: str | None = None,
    target: str | None = None,
    today: date,
) -> tuple[Waiver, ...]:
    """Make a waiver for each fingerprint.

    Without a reason it says what was observed, without a target it holds for that of the report. Raises `UnknownName`
    when the report has no such violation, `InvalidWaiver` when a fingerprint is given twice or a value is not valid.
    """
    found = {violation.fingerprint: violation for result in report.requirements for violation in result.violations}
    where = target or (report.target.base_url if report.target else None)
    if where is None:
        raise InvalidWaiver("The report does not name its target: give it with --target.")
    made: dict[str, Waiver] = {}
    for fingerprint in fingerprints:
        if fingerprint not in found:
            raise UnknownName(f"The report has no violation {visible(fingerprint)}: {_those(found)}.")
        if fingerprint in made:
            raise InvalidWaiver(f"{fingerprint} is given twice: give each fingerprint once.")
        entry = {
            "requirement": found[fingerprint].requirement,
            "fingerprint": fingerprint,
            "target": where,
            "reason": reason or visible(f"Seen in run {report.run.id}: {headline(found[fingerprint])}"),
            "owner": owner,
            "expires": expires,
        }
        made[fingerprint] = checked("The waiver", entry | ({} if link is None else {"link": link}))
        if date.fromisoformat(made[fingerprint].expires) < today:
            raise InvalidWaiver(f"{expires} is past: let it expire today, {today.isoformat()}, or on a later day.")
    return tuple(made.values())


def add(path: Path, waivers: Sequence[Waiver]) -> str:
    """Append waivers to a file, which is made where there is none, and return what was written.

    The rest of the file stays as it is, comments and all. Raises `InvalidWaiver` when it already waives one of the
    violations, or when nothing can be appended to it.
    """
    before = read_text(path) if path.exists() else ""
    root = compose(before, path)
    known = parse(before, path) if root else ()
    if is_empty := root is not None and not root.value:
        before = before[: root.start_mark.index] + before[root.end_mark.index :].lstrip("\r\n")
    for number, other in enumerate(known, start=1):
        for waiver in waivers:
            if overlap(waiver, other):
                raise InvalidWaiver(
                    f"{path} waives {waiver.fingerprint} already, in entry {number}: change that entry."
                )
    written = indent(_entries(waivers), " " * (root.start_mark.column if known and root else 0))
    added = f"{'' if not before or before.endswith(chr(10)) else chr(10)}{written}"
    try:
        fits = parse(before + added, path) == (*known, *waivers)
    except InvalidWaiver:
        fits = False
    if not fits:
        raise InvalidWaiver(f"Nothing can be appended to {path} as it is written. Add by hand:\n{written.rstrip()}")
    try:
        newline = "\r\n" if "\r\n" in before else "\n"
        if is_empty:
            path.write_text(before.replace("\r\n", "\n") + added, encoding="utf-8", newline=newline)
        else:
            with path.open("a", encoding="utf-8", newline=newline) as file:
                file.write(added)
    except OSError as error:
        raise InvalidWaiver(f"{path} cannot be written ({error.strerror}): name another file with --file.") from None
    return written


def _entries(waivers: Sequence[Waiver]) -> str:
    entries = [
        {name: value for name, value in asdict(waiver).items() if value is not None}
        | {"expires": date.fromisoformat(waiver.expires)}
        for waiver in waivers
    ]
    return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=WIDTH)


def _those(found: Mapping[str, ReportedViolation]) -> str:
    if not found:
        return "it has none"
    named = [f"{fingerprint} of {violation.requirement}" for fingerprint, violation in found.items()][:NAMED]
    more = len(found) - len(named)
    return f"it has {', '.join(named)}{f' and {more} more' if more else ''}"
