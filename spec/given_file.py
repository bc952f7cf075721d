"""Reads a file that somebody names: a report, waivers, a contract."""

import errno
from pathlib import Path


def read(path: Path) -> bytes:
    """Return what a file holds. Raises `OSError`, also for a device such as /dev/zero, which may have no end."""
    if path.is_char_device() or path.is_block_device():
        raise OSError(errno.EINVAL, "it is a device")
    return path.read_bytes()
