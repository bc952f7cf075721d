"""The URLs that options of commands take."""

import click

from fixtures.settings import is_base_url


def refuse_partial_url(option: str, url: str) -> None:
    """Raise `click.UsageError` where no requests can be sent below the URL that an option was given."""
    if not is_base_url(url):
        raise click.UsageError(f"{option} takes a whole URL, such as https://your-service.example")
