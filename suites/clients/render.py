"""The matrix of clients and operations, for a terminal, for Markdown and for programs."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from spec.text import visible
from suites.clients.findings import MARKS, ClientFinding, ClientVerdict, of_verdict
from suites.clients.models import ClientDifferences
from suites.clients.table import Release

WIDTH: Final = 80
LABEL: Final = 24
COLUMN: Final = 8
SECTIONS: Final[dict[ClientVerdict, str]] = {
    "fail": "Failed: the target broke a requirement",
    "error": "Not judged: an error prevented it",
    "limit": "Limits of clients: the target may do so, and the client cannot cope",
    "not-exercised": "Not exercised",
}


@dataclass(frozen=True)
class ClientReport:
    """All that was found of all clients."""

    target: str
    clients: Sequence[Release]
    findings: Sequence[ClientFinding]
    comparisons: Sequence[ClientDifferences]
    complaints: Sequence[str]
    """What is to be fixed in the explanations."""
    seconds: float

    @property
    def operations(self) -> list[str]:
        """The rows, in the order in which they were met."""
        return list(dict.fromkeys(finding.operation for finding in self.findings))

    @property
    def cells(self) -> Mapping[tuple[str, str], ClientFinding]:
        """The findings by client and operation."""
        return {(finding.client, finding.operation): finding for finding in self.findings}

    @property
    def unexplained(self) -> list[str]:
        """The differences of types that are red, each with the client."""
        return [f"{each.client.name}: {text}" for each in self.comparisons for text in each.complaints] + [
            *self.complaints
        ]


def as_text(outcome: ClientReport) -> str:
    """Return the matrix in 80 columns, and below it what did not pass, each reason once."""
    lines: list[str] = []
    columns = (WIDTH - LABEL) // COLUMN
    for start in range(0, len(outcome.clients), columns):
        lines += [*_block(outcome, outcome.clients[start : start + columns]), ""]
    for verdict, title in SECTIONS.items():
        lines += _section(title, [_describe(*each) for each in _grouped(outcome, verdict)])
    lines += _section("Types of clients that differ from the contract without an explanation", outcome.unexplained)
    explained = sum(len(each.explained) for each in outcome.comparisons)
    counted = ", ".join(f"{len(of_verdict(outcome.findings, verdict))} {verdict}" for verdict in MARKS)
    lines += textwrap.wrap(
        f"{counted}; {explained} differences of types explained, {len(outcome.unexplained)} not.", WIDTH
    )
    return "\n".join(lines)


def _block(outcome: ClientReport, clients: Sequence[Release]) -> Iterator[str]:
    yield " " * LABEL + "".join(f"{client.registry:>{COLUMN}}" for client in clients)
    yield " " * LABEL + "".join(f"{client.version:>{COLUMN}}" for client in clients)
    for operation in outcome.operations:
        cells = (_mark(outcome, client, operation) for client in clients)
        yield f"{operation:{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)
    if outcome.comparisons:
        complaints = {each.client.name: bool(each.complaints) for each in outcome.comparisons}
        cells = ({True: "FAIL", False: "pass", None: "-"}[complaints.get(client.name)] for client in clients)
        yield f"{'types':{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def _mark(outcome: ClientReport, client: Release, operation: str) -> str:
    finding = outcome.cells.get((client.name, operation))
    return MARKS[finding.verdict] if finding else "-"


def _grouped(outcome: ClientReport, verdict: ClientVerdict) -> Iterator[tuple[str, ClientFinding, list[str]]]:
    """Yield the findings of a verdict by operation, requirement and first words, with the clients that they are of."""
    groups: dict[tuple[str, tuple[str, ...], str], list[ClientFinding]] = {}
    for finding in of_verdict(outcome.findings, verdict):
        key = (finding.operation, finding.requirements, finding.detail[:40])
        groups.setdefault(key, []).append(finding)
    for found in groups.values():
        yield found[0].operation, found[0], [finding.client for finding in found]


def _describe(operation: str, finding: ClientFinding, clients: Sequence[str]) -> str:
    about = f" [{', '.join(finding.requirements)}]" if finding.requirements else ""
    return f"{operation}{about}: {visible(finding.detail)} ({', '.join(clients)})"


def _section(title: str, sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    wrapped = (
        textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for sentence in sentences
    )
    return [title, *(line for lines in wrapped for line in lines), ""]


def as_markdown(outcome: ClientReport) -> str:
    """Return the matrix as a table, what did not pass, and each difference of types with its explanation."""
    names = [client.name for client in outcome.clients]
    lines = [
        "# Clients",
        "",
        f"Target: {_cell(outcome.target)}, {outcome.seconds:.0f} s.",
        "",
        f"| operation | {' | '.join(names)} |",
        f"| --- |{' --- |' * len(names)}",
    ]
    for operation in outcome.operations:
        cells = (_mark(outcome, client, operation) for client in outcome.clients)
        lines.append(f"| {operation} | {' | '.join(cells)} |")
    lines.append("")
    for verdict, title in SECTIONS.items():
        lines += _list(title, [_describe(*each) for each in _grouped(outcome, verdict)])
    lines += _list("Types that differ without an explanation", outcome.unexplained)
    lines += [
        "## Types that differ",
        "",
        "| element | contract | client | clients | why |",
        "| --- | --- | --- | --- | --- |",
    ]
    shared: dict[tuple[str, ...], list[str]] = {}
    for comparison in outcome.comparisons:
        for difference, explanation in comparison.explained:
            said = (
                f"{difference.element}, {difference.aspect}",
                difference.contract,
                difference.client,
                explanation.why,
            )
            shared.setdefault(said, []).append(comparison.client.name)
    for (element, contract, client, why), of in shared.items():
        lines.append("| " + " | ".join(map(_cell, (f"`{element}`", contract, client, ", ".join(of), why))) + " |")
    return "\n".join([*lines, ""])


def _list(title: str, sentences: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {_cell(sentence)}" for sentence in sentences), ""] if sentences else []


def _cell(text: str) -> str:
    return " ".join(visible(text).split()).replace("|", "\\|").replace("<", "&lt;") if "`" not in text else text


def as_json(outcome: ClientReport) -> str:
    """Everything."""
    return json.dumps(
        {
            "target": outcome.target,
            "seconds": round(outcome.seconds, 1),
            "clients": [{"name": client.name, **asdict(client)} for client in outcome.clients],
            "findings": [finding.as_json() for finding in outcome.findings],
            "types": [_of_types(comparison) for comparison in outcome.comparisons],
            "complaints": list(outcome.complaints),
        },
        indent=1,
        ensure_ascii=False,
    )


def _of_types(comparison: ClientDifferences) -> dict[str, Any]:
    return {
        "client": comparison.client.name,
        "explained": [{**asdict(difference), "why": why.why} for difference, why in comparison.explained],
        "complaints": list(comparison.complaints),
    }
