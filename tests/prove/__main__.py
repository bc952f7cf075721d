"""`tox -e prove`: runs the suite over every deviation and every liberty, and fails when one of them is misjudged."""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from fixtures.mock.deviations import DEVIATIONS
from fixtures.mock.liberties import LIBERTIES, THEMES
from fixtures.mock.variants import Variant
from spec import requirements
from tests.prove import judgement, passive, plan, render, steady
from tests.prove.figures import differences
from tests.prove.runs import ROOT, Outcome, run_all

MISJUDGED = 1
WRONG_USAGE = 4

SEEDS = 1_000_000
"""A sample is drawn by one of so many seeds."""
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
    if arguments.steady:
        problems = list(steady.prove(_sample(deviations, arguments), arguments.jobs))
        print("\n".join(problems))
        return MISJUDGED if problems else 0
    if arguments.passive:
        companies = [] if narrowed else plan.companies((theme.VARIANTS for theme in THEMES), black_box=False)
        problems = list(passive.prove(deviations, companies, arguments.jobs))
        print("\n".join(problems))
        return MISJUDGED if problems else 0
    proof = _prove(deviations, arguments)
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
    parser.add_argument("--apart", action="store_true", help="each liberty on its own as well, not only in company")
    parser.add_argument("--passive", action="store_true", help="judge recordings of the runs, and nothing else")
    parser.add_argument("--steady", action="store_true", help="run each deviation twice, unlike, and compare, no more")
    parser.add_argument("--sample", metavar="N", type=int, help="with --steady: so many of the deviations")
    parser.add_argument("--seed", type=int, help="with --sample: which ones; without it another sample each time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at a time (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "out", help="default: %(default)s")
    return parser.parse_args()


def _sample(deviations: Mapping[str, Variant], arguments: argparse.Namespace) -> Mapping[str, Variant]:
    """The deviations that are looked at, all of them unless a sample is asked for, whose seed is told."""
    if arguments.sample is None:
        return deviations
    seed = random.SystemRandom().randrange(SEEDS) if arguments.seed is None else arguments.seed
    names = random.Random(seed).sample(sorted(deviations), min(arguments.sample, len(deviations)))
    print(f"A sample of {len(names)} by --seed {seed}: {', '.join(names)}", flush=True)
    return {name: deviations[name] for name in names}


def _prove(deviations: Mapping[str, Variant], arguments: argparse.Namespace) -> render.Proof:
    began = time.perf_counter()
    black_box, jobs, narrowed = arguments.black_box, arguments.jobs, bool(arguments.requirement)
    looks = [plan.of_deviation(variant, black_box) for variant in deviations.values()]
    companies = [] if narrowed else plan.companies((theme.VARIANTS for theme in THEMES), black_box)
    alone = plan.alone(LIBERTIES, black_box) if arguments.apart else []
    repeats = [] if narrowed else looks[:: plan.REPEATED]
    orders = [plan.clean(black_box), *companies, *alone, *looks, *repeats]

    outcomes = _told(run_all(orders, jobs), len(orders))
    clean = next(outcomes)
    free = list(islice(outcomes, len(companies) + len(alone)))
    looked = {outcome.order.name: outcome for outcome in islice(outcomes, len(looks))}
    problems = [
        *judgement.of_liberty(clean, clean),
        *(problem for again in outcomes for problem in judgement.of_repetition(looked[again.order.name], again)),
    ]

    misjudged = [
        name for outcome in free if any(judgement.of_liberty(outcome, clean)) for name in outcome.order.liberties
    ]
    free += run_all([order for order in plan.alone(misjudged, black_box) if order not in alone], jobs)
    for tests in plan.FURTHER_LOOKS:
        missed = [outcome.order for outcome in looked.values() if _is_missed(deviations, outcome)]
        looked |= {
            outcome.order.name: outcome for outcome in run_all([replace(order, tests=tests) for order in missed], jobs)
        }
    problems += [
        *(problem for name, outcome in looked.items() for problem in judgement.of_deviation(deviations[name], outcome)),
        *(problem for outcome in free for problem in judgement.of_liberty(outcome, clean)),
    ]
    return render.Proof(deviations, looked, free, problems, black_box, time.perf_counter() - began)


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
