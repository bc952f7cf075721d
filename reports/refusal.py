"""What is said of a file or an option that cannot be used."""


class Refusal(ValueError):
    """Something that was given cannot be used; the message is a sentence that says why and what to do."""
