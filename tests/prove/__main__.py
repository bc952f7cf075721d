"""`tox -e prove`: runs the suite over every deviation and every liberty, and fails when one of them is misjudged."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fixtures.mock.deviations import DEVIATIONS
from fixtures.mock.liberties import LIBERTIES
from fixtures.mock.variants import Variant
from spec import requirements
from tests.prove import judgement, plan, render
from tests.prove.figures import differences
from tests.prove.runs import ROOT, Outcome, run_all

MISJUDGED = 1
WRONG_USAGE = 4

TOLD = 50
"""Runs after which the progress is told."""


def main() -> int:
    """Proves what the command line asks for, writes `prove.json` and `prove.md`, and tells the problems."""
    arguments = _arguments()
    contract = requirements.load()
    if unknown := set(arguments.requirement) - contract.keys():
        print(
            f"There is no requirement {', '.join(sorted(unknown))}; spec/requirements.yaml has them all.",
            file=sys.stderr,
        )
        return WRONG_USAGE
    narrowed = bool(arguments.requirement)
    deviations = {
        name: variant
        for name, variant in DEVIATIONS.items()
        if not narrowed or set(variant.requirements) & set(arguments.requirement)
    }
    began = time.perf_counter()
    proof = _prove(deviations, {} if narrowed else LIBERTIES, arguments.black_box, arguments.jobs, began)
    if not narrowed:
        proof = _with(proof, judgement.of_coverage(contract, deviations.values()))
    if not narrowed and not arguments.black_box:
        proof = _with(proof, differences((ROOT / "README.md").read_text(encoding="utf-8"), proof.figures()))
    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    stem = "prove-black-box" if arguments.black_box else "prove"
    (folder / f"{stem}.json").write_text(render.as_json(proof, contract), encoding="utf-8")
    (folder / f"{stem}.md").write_text(render.as_markdown(proof, contract), encoding="utf-8")
    for problem in proof.problems:
        print(problem)
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in proof.figures().items()))
    print(f"The matrix is in {folder / stem}.md and .json.")
    return MISJUDGED if proof.problems else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--requirement", metavar="ID", action="append", default=[], help="only its deviations")
    parser.add_argument("--black-box", action="store_true", help="by URL, without control, by the clock on the wall")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at a time (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "out", help="default: %(default)s")
    return parser.parse_args()


def _prove(
    deviations: Mapping[str, Variant], liberties: Mapping[str, Variant], black_box: bool, jobs: int, began: float
) -> render.Proof:
    first = [plan.of_deviation(variant, black_box) for variant in deviations.values()]
    free = [plan.of_liberty(variant, black_box) for variant in liberties.values()]
    free += plan.pairs(liberties, black_box) if liberties else []
    repeats = [order for number, order in enumerate(first) if number % plan.REPEATED == 0 and liberties]
    orders = [plan.clean(black_box), *first, *free, *repeats]
    clean, *outcomes = _told(run_all(orders, jobs), len(orders))
    looked, freed = outcomes[: len(first)], outcomes[len(first) : len(first) + len(free)]
    repeated = outcomes[len(first) + len(free) :]
    by_name = {outcome.order.name: outcome for outcome in looked}
    for tests in plan.FURTHER_LOOKS:
        missed = [
            replace(outcome.order, tests=tests) for outcome in by_name.values() if _is_missed(deviations, outcome)
        ]
        by_name |= {outcome.order.name: outcome for outcome in run_all(missed, jobs)}
    problems = [
        *judgement.of_liberty((), clean, clean),
        *(
            problem
            for name, outcome in by_name.items()
            for problem in judgement.of_deviation(deviations[name], outcome)
        ),
        *(problem for outcome in freed for problem in judgement.of_liberty(outcome.order.liberties, outcome, clean)),
        *(
            problem
            for outcome in repeated
            for earlier in looked
            if earlier.order == outcome.order
            for problem in judgement.of_repetition(earlier, outcome)
        ),
    ]
    return render.Proof(
        deviations,
        by_name,
        {outcome.order.name: outcome for outcome in freed},
        problems,
        black_box,
        time.perf_counter() - began,
    )


def _told(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Gives outcomes on, and says now and then how far it is."""
    for number, outcome in enumerate(outcomes, start=1):
        if number % TOLD == 0 or number == total:
            print(f"{number} of {total} runs", flush=True)
        yield outcome


def _is_missed(deviations: Mapping[str, Variant], outcome: Outcome) -> bool:
    """Whether a look at a deviation did not notice it as what it is."""
    variant = deviations[outcome.order.name]
    is_out_of_sight = outcome.order.black_box and variant.needs_steering
    return not is_out_of_sight and not set(variant.requirements) <= outcome.failed


def _with(proof: render.Proof, problems: Iterable[str]) -> render.Proof:
    return replace(proof, problems=[*proof.problems, *problems])


if __name__ == "__main__":
    sys.exit(main())
