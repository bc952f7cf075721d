"""Runs the suite over every fault and every variation, and fails when one of them is misjudged."""

import os
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import click

from fixtures.mock.faults import FAULTS
from fixtures.mock.variants import Variant
from fixtures.mock.variations import THEMES, VARIATIONS
from reports import exit_codes, files
from spec import requirements
from spec.usage import WrongUsage, suggestion
from tests.prove import judgement, plan, recordings, render, steady
from tests.prove.runs import Outcome, run_all

MISJUDGED = exit_codes.REGRESSED
OUT = Path(files.REPORT_DIR)
SEEDS = 1_000_000
"""A sample is drawn by one of so many seeds."""
TOLD = 50
"""Runs after which the progress is told."""


@click.command(name="prove")
@click.option("--requirement", metavar="ID", multiple=True, help="Only its faults.")
@click.option("--black-box", is_flag=True, help="By URL, without control, by the clock on the wall.")
@click.option("--isolated", is_flag=True, help="Each variation on its own as well, not only in combination.")
@click.option("--recordings", "from_recordings", is_flag=True, help="Judge recordings of the runs, and nothing else.")
@click.option("--steady", "by_pairs", is_flag=True, help="Run each fault twice, unlike, and compare, no more.")
@click.option("--sample", metavar="N", type=int, help="With --steady: so many of the faults.")
@click.option("--seed", type=int, help="With --sample: which ones; without it another sample each time.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count(), show_default=True, help="Runs at a time.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True, help="Where the matrix goes.")
def command(
    requirement: Sequence[str],
    black_box: bool,
    isolated: bool,
    from_recordings: bool,
    by_pairs: bool,
    sample: int | None,
    seed: int | None,
    jobs: int,
    out: Path,
) -> int:
    """Show that every fault is noticed and no variation accused; the exit code is 7 when one is misjudged."""
    contract = requirements.load()
    if unknown := set(requirement) - contract.keys():
        like = suggestion(min(unknown), contract) or "; docs/contract.md has them all."
        raise WrongUsage(f"There is no requirement {', '.join(sorted(unknown))}{like}")
    narrowed = bool(requirement)
    faults = {
        name: variant
        for name, variant in FAULTS.items()
        if not narrowed or set(variant.requirements) & set(requirement)
    }
    if by_pairs:
        return _concluded(steady.prove(_sample(faults, sample, seed), jobs))
    if from_recordings:
        combinations = [] if narrowed else plan.combinations((theme.VARIANTS for theme in THEMES), black_box=False)
        return _concluded(recordings.prove(faults, combinations, jobs))
    proof = _prove(faults, only=requirement, black_box=black_box, isolated=isolated, jobs=jobs)
    if not narrowed:
        proof = _with(proof, judgement.of_coverage(contract, faults.values()))
    out.mkdir(parents=True, exist_ok=True)
    stem = "prove-black-box" if black_box else "prove"
    (out / f"{stem}.json").write_text(render.as_json(proof, contract), encoding="utf-8")
    (out / f"{stem}.md").write_text(render.as_markdown(proof, contract), encoding="utf-8")
    for problem in proof.problems:
        print(problem)
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in proof.figures().items()))
    print(f"The matrix is in {out / stem}.md and .json.")
    return MISJUDGED if proof.problems else exit_codes.CONFORMANT


def _concluded(problems: Iterable[str]) -> int:
    found = list(problems)
    print("\n".join(found))
    return MISJUDGED if found else exit_codes.CONFORMANT


def _sample(faults: Mapping[str, Variant], size: int | None, given: int | None) -> Mapping[str, Variant]:
    """The faults that are looked at, all of them unless a sample is asked for, whose seed is told."""
    if size is None:
        return faults
    seed = random.SystemRandom().randrange(SEEDS) if given is None else given
    names = random.Random(seed).sample(sorted(faults), min(size, len(faults)))
    print(f"A sample of {len(names)} by --seed {seed}: {', '.join(names)}", flush=True)
    return {name: faults[name] for name in names}


def _prove(
    faults: Mapping[str, Variant], *, only: Sequence[str], black_box: bool, isolated: bool, jobs: int
) -> render.Proof:
    began, narrowed = time.perf_counter(), bool(only)
    looks = [plan.of_fault(variant, black_box) for variant in faults.values()]
    combinations = [] if narrowed else plan.combinations((theme.VARIANTS for theme in THEMES), black_box)
    alone = plan.alone(VARIATIONS, black_box) if isolated else []
    repeats = [] if narrowed else looks[:: plan.REPEATED]
    orders = [plan.clean(black_box, only), *combinations, *alone, *looks, *repeats]

    outcomes = _told(run_all(orders, jobs), len(orders))
    clean = next(outcomes)
    free = list(islice(outcomes, len(combinations) + len(alone)))
    looked = {outcome.order.name: outcome for outcome in islice(outcomes, len(looks))}
    problems = [
        *judgement.of_variation(clean, clean),
        *(problem for again in outcomes for problem in judgement.of_repetition(looked[again.order.name], again)),
    ]

    misjudged = [
        name for outcome in free if any(judgement.of_variation(outcome, clean)) for name in outcome.order.variations
    ]
    free += run_all([order for order in plan.alone(misjudged, black_box) if order not in alone], jobs)
    for tests in plan.FURTHER_LOOKS:
        missed = [outcome.order for outcome in looked.values() if _is_missed(faults, outcome)]
        looked |= {
            outcome.order.name: outcome for outcome in run_all([replace(order, tests=tests) for order in missed], jobs)
        }
    problems += [
        *(problem for name, outcome in looked.items() for problem in judgement.of_fault(faults[name], outcome)),
        *(problem for outcome in free for problem in judgement.of_variation(outcome, clean)),
    ]
    return render.Proof(faults, looked, free, problems, black_box, time.perf_counter() - began)


def _told(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Gives outcomes on, and says now and then how far it is."""
    for number, outcome in enumerate(outcomes, start=1):
        if number % TOLD == 0 or number == total:
            print(f"{number} of {total} runs", flush=True)
        yield outcome


def _is_missed(faults: Mapping[str, Variant], outcome: Outcome) -> bool:
    """Whether a look at a fault did not notice it as what it is."""
    variant = faults[outcome.order.name]
    is_out_of_sight = outcome.order.black_box and variant.needs_control
    return not is_out_of_sight and not set(variant.requirements) <= outcome.failed


def _with(proof: render.Proof, problems: Iterable[str]) -> render.Proof:
    return replace(proof, problems=[*proof.problems, *problems])
