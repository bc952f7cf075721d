"""`tox -e bench`: prints the figures and the ratios that the project promises, and fails when one is missed."""

from spec import process  # isort: split

from reports import exit_codes
from spec.usage import Parser
from tests.bench import measures

MISSED = exit_codes.REGRESSED


def main() -> int:
    """Takes all figures and prints them. Gives 7 when a ratio is above its bound."""
    parser = Parser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each whole command (default: %(default)s)")
    ratios = list(measures.all_ratios(parser.parse_args().runs))
    width = max(len(ratio.name) for ratio in ratios)
    for ratio in ratios:
        verdict = "ok" if ratio.holds else "MISSED"
        print(f"{ratio.name:{width}}  {ratio.figures}  ratio {ratio.value:.2f}, at most {ratio.bound:g}  {verdict}")
    return exit_codes.CONFORMANT if all(ratio.holds for ratio in ratios) else MISSED


if __name__ == "__main__":
    process.run(main)
