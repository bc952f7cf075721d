"""What the page on CI says of the examples is so."""

import re
import textwrap

from tests.ci.machine import ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
LARGEST_INDENT = 12
"""Blanks before a text in an example that is quoted without them."""


def is_quoted(block: str, text: str) -> bool:
    """Whether a text has these lines, at whatever depth."""
    return any(textwrap.indent(block, " " * depth) in text for depth in range(0, LARGEST_INDENT + 1, 2))


def examples_without_another_page() -> set[str]:
    """The examples that no other page is about."""
    pages = [path for path in (ROOT / "docs").glob("*.md") if path.name != "ci.md"]
    others = "\n".join(path.read_text("utf-8") for path in pages)
    examples = {f"docs/examples/{path.name}" for path in (ROOT / "docs" / "examples").iterdir() if path.is_file()}
    return {name for name in examples if name not in others}


def test_the_table_names_each_example_and_nothing_else() -> None:
    named = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))
    assert named == examples_without_another_page() | {"action.yml", "Containerfile", ".pre-commit-hooks.yaml"}


def test_what_is_quoted_stands_in_the_example() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 1
    text = (ROOT / "docs" / "examples" / "github-workflow.yml").read_text("utf-8")
    assert all(is_quoted(block, text) for block in blocks)
    assert not is_quoted(blocks[0].replace("--yes", "--no"), text)


def test_the_outputs_that_are_named_exist() -> None:
    (sentence,) = re.findall(r"The action has the outputs (.*?);", PAGE, re.DOTALL)
    outputs = (ROOT / "action.yml").read_text("utf-8").partition("\noutputs:\n")[2].partition("\nruns:")[0]
    assert set(re.findall("`(.*?)`", sentence)) == set(re.findall(r"^  ([\w-]+):$", outputs, re.MULTILINE))
