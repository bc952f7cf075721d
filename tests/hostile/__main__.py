"""Prints the page on hostile servers."""

from tests.hostile.table import render

print(render(), end="")
