"""The kinds of violation: the ways in which a promise can be broken, each with a sentence that describes it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "A request that had to be refused was accepted.",
        "changed": "Something changed that has to stay as it was.",
        "disclosed": "Something was shown to a caller who may not see it.",
        "malformed": "A response does not have the form that the reference gives.",
        "missing": "Something that had to be there was not.",
        "not-matching": "The actual value is not the expected one.",
        "refused": "A request that had to be accepted was refused.",
        "server-error": "The service responded with a 5xx.",
        "status-unknown": "A status is not one of those that the reference names.",
        "too-many": "There are more than there may be.",
        "twice": "Something that may occur once occurred several times.",
        "unending": "Something that has to come to an end did not.",
        "unexpected": "Something is there that must not be there.",
    }
)
"""The closed list: whoever finds a violation names one of these, and a fingerprint is made of it among other things."""
