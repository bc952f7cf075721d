"""The pages of the project as their readers see them: commands, and blocks of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
SHELL = "sh"
CURL = "curl "
TYPED = re.compile(r"(?:python3 run\.py|tox -e|python -m|batches-conformance) \S")
"""How a command in the middle of a sentence begins."""


@dataclass(frozen=True)
class Block:
    """A fenced block, with its language and the paragraph before it."""

    before: str
    language: str
    text: str


def _tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def blocks(text: str) -> Iterator[Block]:
    """Every fenced or indented block of a page; an indented one is taken for shell."""
    before = ""
    for token in _tokens(text):
        if token.type == "inline":
            before = token.content.replace("\n", " ")
        elif token.type == "fence":
            yield Block(before, token.info.strip(), token.content)
        elif token.type == "code_block":
            yield Block(before, SHELL, token.content)


def commands(text: str) -> Iterator[str]:
    """Every line that a reader may type: those of shell blocks, and commands within sentences and tables.

    A block for curl is not among them, since an argument of it may be of several lines.
    """
    for block in blocks(text):
        if block.language == SHELL and not block.text.startswith(CURL):
            lines = (" ".join(line.split()) for line in block.text.replace("\\\n", " ").splitlines())
            yield from (line for line in lines if line and not line.startswith("#"))
    for token in _tokens(text):
        for child in token.children or ():
            if child.type == "code_inline" and TYPED.match(child.content):
                yield child.content
