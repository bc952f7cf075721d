"""Run the suite over every fault and every variation, and fail when one of them is misjudged."""

import os
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import click

from batches_conformance.completion import named_option
from fixtures.mock.faults import FAULTS
from fixtures.mock.variants import Variant
from fixtures.mock.variations import THEMES, VARIATIONS
from reports import exit_codes, files
from spec import requirements
from spec.usage import WrongUsage, suggestion
from tests.prove import judgement, load, plan, recordings, render, steady
from tests.prove.part import PartType, ProofPart
from tests.prove.runs import Order, RunOutcome, run_all
from tests.prove.sample import Sample, touched

MISJUDGED = exit_codes.REGRESSED
OUT = Path(files.REPORT_DIR)

SEEDS = 1_000_000
"""How many seeds a sample is drawn from."""
MOST_TOUCHED = 40
"""How many variants that a change touches are added to a sample; a wider change takes the whole proof."""
PROGRESS_EVERY = 50
"""Runs after which the progress is printed."""


@click.command(name="prove")
@named_option("--requirement", metavar="ID", help="Only its faults.")
@click.option("--black-box", is_flag=True, help="By URL, without control, in real time.")
@click.option("--isolated", is_flag=True, help="Run each variation on its own as well, not only in combination.")
@click.option("--recordings", "from_recordings", is_flag=True, help="Judge recordings of the runs, and nothing else.")
@click.option("--load", "under_load", is_flag=True, help="Only what many users at once show, and nothing else.")
@click.option("--steady", "by_pairs", is_flag=True, help="Only run each fault twice, differently, and compare.")
@click.option(
    "--sample",
    "size",
    metavar="N",
    type=click.IntRange(1),
    help="Only so many faults, the same share of the variations, and every one that the change touches.",
)
@click.option("--part", type=PartType(), metavar="K/N", help="Only the Kth of N parts, which together are the whole.")
@click.option("--seed", type=int, help="Which sample; without it another one each time.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count(), show_default=True, help="Runs at a time.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True, help="Where the matrix goes.")
def command(
    requirement: Sequence[str],
    black_box: bool,
    isolated: bool,
    from_recordings: bool,
    under_load: bool,
    by_pairs: bool,
    size: int | None,
    part: ProofPart | None,
    seed: int | None,
    jobs: int,
    out: Path,
) -> int:
    """Show that every fault is noticed and no variation accused; the exit code is 7 when one is misjudged."""
    contract = requirements.load()
    if seed is not None and size is None:
        raise WrongUsage("--seed selects a --sample: give both, or neither.")
    if part is not None and size is not None:
        raise WrongUsage("--part and --sample both select faults: give one of them.")
    if unknown := set(requirement) - contract.keys():
        like = suggestion(min(unknown), contract) or "; docs/contract.md has them all."
        raise WrongUsage(f"There is no requirement {', '.join(sorted(unknown))}{like}")
    if not (by_pairs or from_recordings or under_load):
        files.refuse_unwritable(out, "--out")
    narrowed = bool(requirement)
    faults = {
        name: variant
        for name, variant in FAULTS.items()
        if bool(variant.needs_load) is under_load and (not narrowed or set(variant.requirements) & set(requirement))
    }
    if part is not None:
        faults = dict(part.of(list(faults.items())))
    if under_load:
        return _print_problems(load.prove(faults))
    combinations = [] if narrowed else plan.combinations(THEMES.values(), black_box)
    alone = plan.isolated(VARIATIONS, black_box) if isolated else []
    if part is not None:
        combinations, alone = part.of(combinations), part.of(alone)
    if size is not None:
        sample = Sample(size, random.SystemRandom().randrange(SEEDS) if seed is None else seed, _touched())
        combinations, alone = (sample.of_orders(orders, len(faults)) for orders in (combinations, alone))
        faults = {name: faults[name] for name in sample.of_faults(list(faults))}
        print(_description(sample, faults, [] if by_pairs else [*combinations, *alone]), flush=True)
    if by_pairs:
        return _print_problems(steady.prove(faults, jobs))
    if from_recordings:
        return _print_problems(recordings.prove(faults, combinations, jobs))
    proof = _prove(faults, combinations, alone, only=requirement, black_box=black_box, jobs=jobs)
    if not narrowed:
        proof = _with(proof, judgement.of_coverage(contract, FAULTS.values()))
    stem = "prove-black-box" if black_box else "prove"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{stem}.json").write_text(render.as_json(proof, contract), encoding="utf-8")
    (out / f"{stem}.md").write_text(render.as_markdown(proof, contract), encoding="utf-8")
    for problem in proof.problems:
        print(problem)
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in proof.figures().items()))
    print(f"The matrix is in {out / stem}.md and .json.")
    return MISJUDGED if proof.problems else exit_codes.CONFORMANT


def _print_problems(problems: Iterable[str]) -> int:
    code = exit_codes.CONFORMANT
    for problem in problems:
        print(problem, flush=True)
        code = MISJUDGED
    return code


def _touched() -> frozenset[str]:
    """Name the variants that the change touches, unless it touches most of them, which no sample can hold."""
    names = touched()
    if len(names) <= MOST_TOUCHED:
        return names
    print(f"The change touches {len(names)} faults and variations, too many for a sample: prove without --sample.")
    return frozenset()


def _description(sample: Sample, faults: Iterable[str], orders: Sequence[Order]) -> str:
    """Describe a sample so that it can be repeated."""
    drawn = f"A sample by --sample {sample.size} --seed {sample.seed}: {', '.join(faults) or 'no faults'}"
    variations = f"; {len(orders)} runs of variations" if orders else ""
    changed = f"; touched by the change: {', '.join(sorted(sample.touched))}" if sample.touched else ""
    return f"{drawn}{variations}{changed}."


def _prove(
    faults: Mapping[str, Variant],
    combinations: Sequence[Order],
    alone: Sequence[Order],
    *,
    only: Sequence[str],
    black_box: bool,
    jobs: int,
) -> render.Proof:
    began = time.perf_counter()
    looks = [plan.of_fault(variant, black_box) for variant in faults.values()]
    repeats = [] if only else looks[:: plan.REPEATED]
    orders = [plan.clean(black_box, only), *combinations, *alone, *looks, *repeats]

    outcomes = _with_progress(run_all(orders, jobs), len(orders))
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
    free += run_all([order for order in plan.isolated(misjudged, black_box) if order not in alone], jobs)
    for further in zip(*(plan.further_looks(variant, black_box) for variant in faults.values()), strict=True):
        missed = [order for order in further if _is_missed(faults, looked[order.name])]
        looked |= {outcome.order.name: outcome for outcome in run_all(missed, jobs)}
    problems += [
        *(problem for name, outcome in looked.items() for problem in judgement.of_fault(faults[name], outcome)),
        *(problem for outcome in free for problem in judgement.of_variation(outcome, clean)),
    ]
    return render.Proof(faults, looked, free, problems, black_box, time.perf_counter() - began)


def _with_progress(outcomes: Iterable[RunOutcome], total: int) -> Iterator[RunOutcome]:
    """Pass outcomes on, and print now and then how many there were."""
    for number, outcome in enumerate(outcomes, start=1):
        if number % PROGRESS_EVERY == 0 or number == total:
            print(f"{number} of {total} runs", flush=True)
        yield outcome


def _is_missed(faults: Mapping[str, Variant], outcome: RunOutcome) -> bool:
    """Check whether a run did not notice a fault as what it is."""
    variant = faults[outcome.order.name]
    is_out_of_sight = outcome.order.black_box and variant.needs_control
    return not is_out_of_sight and not set(variant.requirements) <= outcome.failed


def _with(proof: render.Proof, problems: Iterable[str]) -> render.Proof:
    return replace(proof, problems=[*proof.problems, *problems])
