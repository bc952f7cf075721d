"""How much is generated, and from which seed: the same each time in the gate, fresh and more with `--fuzz`."""

import hypothesis

GATE = "gate"
FUZZ = "fuzz"

GATE_EXAMPLES = 10
FUZZ_EXAMPLES = 500
GATE_STEPS = 15
FUZZ_STEPS = 50

FIXED = "fixed"
"""What is said in place of a seed where each generated test has one that never changes."""
DRAWN = "drawn"
"""What is said in place of a seed where each generated test draws one, and keeps what it finds with it."""


def load_profile(fuzz: bool) -> None:
    """Register both profiles of Hypothesis and load the one that is asked for.

    The gate keeps nothing between runs; fuzzing keeps what it finds in Hypothesis's database and tries it first,
    also in CI, where Hypothesis would set out from a profile without a database.
    """
    unhurried = hypothesis.settings(
        hypothesis.settings.get_profile("default"),
        deadline=None,
        suppress_health_check=[
            hypothesis.HealthCheck.too_slow,
            hypothesis.HealthCheck.data_too_large,
            hypothesis.HealthCheck.filter_too_much,
        ],
    )
    hypothesis.settings.register_profile(
        GATE,
        unhurried,
        derandomize=True,
        database=None,
        max_examples=GATE_EXAMPLES,
        stateful_step_count=GATE_STEPS,
    )
    hypothesis.settings.register_profile(
        FUZZ,
        unhurried,
        derandomize=False,
        max_examples=FUZZ_EXAMPLES,
        stateful_step_count=FUZZ_STEPS,
        print_blob=True,
    )
    hypothesis.settings.load_profile(FUZZ if fuzz else GATE)


def seed(given: str | None) -> int | str:
    """Return the seed of what the loaded profile generates: `FIXED`, `DRAWN`, or the given one.

    Hypothesis keeps nothing of what a given seed finds, so none is given unless the user does. Raises `ValueError` with
    what to do when one is given that cannot be used.
    """
    if hypothesis.settings().derandomize:
        if given is not None:
            raise ValueError("--hypothesis-seed goes with --fuzz: without it every run generates the same requests")
        return FIXED
    if given is None:
        return DRAWN
    if not given.isdecimal():
        raise ValueError("--hypothesis-seed must be a whole number, as a report gives it")
    return int(given)
