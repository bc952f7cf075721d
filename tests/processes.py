"""What tests see of the processes that they have started."""

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """Return the children of a process, whichever of its threads has made them. Needs /proc."""
    texts = [each.read_text("ascii") for each in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(word) for text in texts for word in text.split()]
