"""Writes the pages that are made of the code: `python -m docs.generated`; `--check` only says which are out of date."""

from spec import process  # isort: split

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from docs import options, situations
from reports import exit_codes
from spec import page as contract
from tests.hostile import table as hostile

FOLDER: Final = Path(__file__).parent
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "contract.md": lambda: "\n".join([*contract.page(), ""]),
    "hostile-servers.md": hostile.render,
    "options.md": lambda: "\n".join([*options.page(), ""]),
    "situations.md": lambda: "\n".join([*situations.page(), ""]),
}
"""Each page with what writes it."""


def outdated() -> dict[Path, str]:
    """Give the pages that are out of date, each with the text that it should have."""
    texts = {FOLDER / name: write() for name, write in PAGES.items()}
    return {path: text for path, text in texts.items() if path.read_text(encoding="utf-8") != text}


@click.command(name="python -m docs.generated")
@click.option("--check", is_flag=True, help="Write nothing, and end with 7 where a page is out of date.")
def command(check: bool) -> int:
    """Write the pages that are made of the code."""
    pages = outdated()
    for path, text in pages.items():
        if check:
            print(f"docs/{path.name} is out of date: run python -m docs.generated")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"docs/{path.name} was written")
    return exit_codes.REGRESSED if check and pages else exit_codes.CONFORMANT


def main() -> int:
    """Do what the command line says, and return the exit code."""
    try:
        code: int = command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return exit_codes.WRONG_USAGE
    return code


if __name__ == "__main__":
    process.run(main)
