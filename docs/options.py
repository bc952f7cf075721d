"""Prints the page of all options of a run: `python -m docs.options > docs/options.md`."""

from spec import process  # isort: split

from collections.abc import Iterator

from batches_conformance.command import SUMMARIES
from batches_conformance.options import TITLES, groups
from fixtures.settings import BASE_URL, KEY, OTHER_KEY
from fixtures.state_folder import STATE_DIR
from reports import exit_codes
from spec.codes import INTERRUPTED

COMMAND = "python -m docs.options > docs/options.md"
VARIABLES = {
    KEY: "the key of the target; required with a URL, and not read for the mock",
    OTHER_KEY: "a key of another project; lets the suite check that neither project sees anything of the other",
    BASE_URL: "the base URL of the target where `--target` is not given",
    STATE_DIR: "where runs are remembered for `--clean-up`; by default the state directory of the user",
}
WITH_THESE_OPTIONS = {"run", "plan", "clean-up"}
COMPLETION = (
    '~/.bashrc                     eval "$(_BATCHES_CONFORMANCE_COMPLETE=bash_source batches-conformance)"',
    '~/.zshrc                      eval "$(_BATCHES_CONFORMANCE_COMPLETE=zsh_source batches-conformance)"',
    "~/.config/fish/config.fish    _BATCHES_CONFORMANCE_COMPLETE=fish_source batches-conformance | source",
)
VERDICTS = {code: verdict for verdict, code in exit_codes.OF_VERDICT.items()}
OTHER_CODES = {
    exit_codes.WRONG_USAGE: "wrong usage",
    exit_codes.REGRESSED: "a gate failed",
}


def page() -> Iterator[str]:
    """Make the lines of the page."""
    yield from (
        "# Every option",
        "",
        f"Written by `{COMMAND}` out of the code.",
        "",
        "These are the options of `batches-conformance run`. Whatever it does not know goes to pytest, so pytest's own",
        "options, such as `-k`, `-x`, `--lf`, `-n 2` and `--collect-only`, work as they always do. A relative path",
        "starts at the current folder; a test of the suite can also be named from the folder of the suite, as in",
        "`suites/scenarios/test_create.py`. The other commands show their options themselves:",
        "",
        "```sh",
        *(f"batches-conformance {name} --help" for name in SUMMARIES if name not in WITH_THESE_OPTIONS),
        "```",
    )
    for name, options in groups().items():
        yield from ("", f"## {TITLES[name]}", "", "| option | meaning |", "| --- | --- |")
        yield from (f"| `{option.written}` | {option.meaning} |" for option in options)
    yield from ("", "## Completion in the shell", "")
    yield from ("The shell completes commands, options and names once it has read one of these lines:", "", "```text")
    yield from COMPLETION
    yield "```"
    yield from ("", "## Environment variables", "", "| variable | meaning |", "| --- | --- |")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items())
    yield from ("", "Keys are read from the environment alone: there is no option that takes one.")
    yield from ("", "## Exit codes", "", "| code | | what to do |", "| --- | --- | --- |")
    for code, advice in exit_codes.ADVICE.items():
        yield f"| {code} | {VERDICTS.get(code) or OTHER_CODES[code]} | {advice} |"
    yield (
        f"| {INTERRUPTED} | ended from outside, by Ctrl-C, SIGTERM or with its terminal | "
        "The report has what was known by then; before the first test there is none. |"
    )


def main() -> int:
    """Print the page, and give the exit code for the shell."""
    print("\n".join(page()))
    return exit_codes.CONFORMANT


if __name__ == "__main__":
    process.run(main)
