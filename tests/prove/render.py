"""`prove.json` and `prove.md`: the kill matrix for programs and for people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fixtures.mock.variants import Variant
from spec.requirements import Requirement
from spec.text import shortened
from tests.prove.runs import Noticed, RunOutcome


@dataclass(frozen=True)
class Proof:
    """All that was run, and what is wrong with it."""

    faults: Mapping[str, Variant]
    of_faults: Mapping[str, RunOutcome]
    of_variations: Sequence[RunOutcome]
    problems: Sequence[str]
    black_box: bool
    seconds: float

    def figures(self) -> dict[str, int | float]:
        """The figures that the README quotes."""
        looked_at = [
            outcome
            for name, outcome in self.of_faults.items()
            if not (self.black_box and self.faults[name].needs_control)
        ]
        count = max(1, len(looked_at))
        return {
            "faults": len(looked_at),
            "noticed": sum(bool(outcome.failed) for outcome in looked_at),
            "variations": len({name for outcome in self.of_variations for name in outcome.order.variations}),
            "false_alarms": sum(bool(outcome.noticed or outcome.errors) for outcome in self.of_variations),
            "requests_per_fault": round(sum(outcome.requests for outcome in looked_at) / count),
            "seconds_per_fault": round(sum(outcome.seconds for outcome in looked_at) / count, 1),
            "seconds": round(self.seconds, 1),
        }


def as_json(proof: Proof, requirements: Mapping[str, Requirement]) -> str:
    """The whole proof."""
    return json.dumps(
        {
            "figures": proof.figures(),
            "black_box": proof.black_box,
            "problems": list(proof.problems),
            "requirements": {id_: _of_requirement(id_, proof) for id_ in requirements},
            "variations": [
                {
                    "together": list(outcome.order.variations),
                    "accused": [noticed.violation for noticed in outcome.noticed],
                    "unexercised": outcome.unexercised,
                    "requests": outcome.requests,
                    "seconds": outcome.seconds,
                }
                for outcome in proof.of_variations
            ],
        },
        indent=1,
        ensure_ascii=False,
    )


def _of_requirement(id_: str, proof: Proof) -> list[dict[str, Any]]:
    return [
        {
            "fault": variant.name,
            "sentence": variant.sentence,
            "needs_control": variant.needs_control,
            "noticed_by": list(noticed.by) if noticed else [],
            "violation": noticed.violation if noticed else None,
            "also": sorted(outcome.failed - {id_}),
            "requests": outcome.requests,
            "seconds": outcome.seconds,
        }
        for variant, outcome, noticed in _rows(id_, proof)
    ]


def _rows(id_: str, proof: Proof) -> Iterable[tuple[Variant, RunOutcome, Noticed | None]]:
    for name, outcome in proof.of_faults.items():
        variant = proof.faults[name]
        if id_ in variant.requirements:
            yield variant, outcome, next((each for each in outcome.noticed if each.requirement == id_), None)


def as_markdown(proof: Proof, requirements: Mapping[str, Requirement]) -> str:
    """The matrix as tables, one for each requirement, and the variations at the end."""
    lines = ["# Proof", "", *(f"- {name.replace('_', ' ')}: {value}" for name, value in proof.figures().items()), ""]
    if proof.problems:
        lines += ["## Problems", "", *(f"- {_cell(problem)}" for problem in proof.problems), ""]
    for requirement in requirements.values():
        lines += [
            f"## {requirement.id}",
            "",
            requirement.statement,
            "",
            "| fault | noticed by | first violation | needs control |",
            "| --- | --- | --- | --- |",
            *(_row(*row) for row in _rows(requirement.id, proof)),
            "",
        ]
    lines += ["## Variations", "", "| variations of one service | accused of | not exercised |", "| --- | --- | --- |"]
    for outcome in proof.of_variations:
        accused = ", ".join(sorted(outcome.failed)) or "nothing"
        lines.append(f"| {_cell(outcome.order.name)} | {accused} | {', '.join(outcome.unexercised) or 'nothing'} |")
    return "\n".join([*lines, ""])


LONGEST = 300


def _row(variant: Variant, outcome: RunOutcome, noticed: Noticed | None) -> str:
    by = ", ".join(noticed.by[:3]) + (" …" if len(noticed.by) > 3 else "") if noticed else f"nobody ({outcome.verdict})"
    violation = noticed.violation if noticed else ""
    shown = shortened(violation, LONGEST)
    cells = (f"`{variant.name}`: {variant.sentence}", by, shown, variant.needs_control or "")
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
