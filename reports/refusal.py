"""What is said of a file or an option that cannot be used."""

from spec.usage import WrongUsage


class Refusal(WrongUsage):
    """Something that was given cannot be used; the message is a sentence that says why and what to do."""
