"""A client for the services that tests start."""

from typing import Any

import httpx


def local_client(**options: Any) -> httpx.Client:
    """Make a client for a service of this machine, which loads no certificates: that takes longer than a test."""
    return httpx.Client(trust_env=False, verify=False, **options)
