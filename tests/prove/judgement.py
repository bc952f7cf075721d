"""What is wrong with a set of outcomes, each in one sentence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fixtures.mock.variants import Variant
from tests.prove.declared import Entry, declared
from tests.prove.runs import RunOutcome

SIDE_EFFECTS = "side_effects.yaml"


@dataclass(frozen=True)
class SideEffects:
    """What a variant cannot avoid: requirements that fall with another, and those a variation leaves unexercised."""

    of_requirement: Mapping[str, frozenset[str]]
    of_fault: Mapping[str, frozenset[str]]
    of_variation: Mapping[str, frozenset[str]]

    def of(self, fault: Variant) -> frozenset[str]:
        """What may fail beside the requirements that a fault breaks."""
        fallen = frozenset[str]().union(*(self.of_requirement.get(id_, frozenset()) for id_ in fault.requirements))
        return fallen | self.of_fault.get(fault.name, frozenset())


@cache
def side_effects() -> SideEffects:
    """The side effects that `side_effects.yaml` declares, each there with its reason."""
    sections = declared(SIDE_EFFECTS)
    return SideEffects(
        _by_name(sections["requirements"], "brings"),
        _by_name(sections["faults"], "brings"),
        _by_name(sections["variations"], "unexercised"),
    )


def _by_name(entries: Sequence[Entry], field: str) -> dict[str, frozenset[str]]:
    by_name: dict[str, frozenset[str]] = {}
    for entry in entries:
        for name in entry["of"]:
            by_name[name] = by_name.get(name, frozenset()) | frozenset(entry[field])
    return by_name


def of_fault(variant: Variant, outcome: RunOutcome) -> Iterator[str]:
    """What is wrong with the outcome of a fault."""
    broken = frozenset(variant.requirements)
    if outcome.order.black_box and variant.needs_control:
        return
    if not outcome.failed:
        yield f"{variant.name} went unnoticed ({outcome.verdict})"
        return
    if missing := sorted(broken - outcome.failed):
        yield f"{variant.name} breaks {', '.join(missing)}, and only {', '.join(sorted(outcome.failed))} noticed"
    if dragged := sorted(outcome.failed - broken - side_effects().of(variant)):
        yield f"{variant.name} drags in {', '.join(dragged)}"


def of_variation(outcome: RunOutcome, clean: RunOutcome) -> Iterator[str]:
    """What is wrong with the outcome of one or more variations together, or of none."""
    label = outcome.order.name
    for noticed in outcome.noticed:
        yield f"{label} is accused: {noticed.requirement}: {noticed.violation} (by {', '.join(noticed.by)})"
    for error in outcome.errors:
        yield f"{label} meets error: {error}"
    excused = frozenset[str]().union(
        *(side_effects().of_variation.get(name, frozenset()) for name in outcome.order.variations)
    )
    for id_ in sorted(outcome.unexercised.keys() - clean.unexercised.keys() - excused):
        yield f"{label} leaves {id_} unexercised: {outcome.unexercised[id_]}"


def of_coverage(requirements: Iterable[str], faults: Iterable[Variant]) -> Iterator[str]:
    """Requirements that no fault breaks, and faults that break what does not exist."""
    known = set(requirements)
    broken = {id_ for variant in faults for id_ in variant.requirements}
    for id_ in sorted(known - broken):
        yield f"no fault breaks {id_}"
    for id_ in sorted(broken - known):
        yield f"a fault breaks {id_}, which is not a requirement"


def of_repetition(first: RunOutcome, second: RunOutcome) -> Iterator[str]:
    """Where two runs of one order disagree."""
    if (first.verdict, first.failed) != (second.verdict, second.failed):
        yield (
            f"two runs of {first.order.name} disagree: {first.verdict} {sorted(first.failed)}, "
            f"then {second.verdict} {sorted(second.failed)}"
        )
