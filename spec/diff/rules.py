"""The rules that say whom a change of the contract breaks."""

from dataclasses import dataclass
from typing import Final, Literal

Breaks = Literal["callers", "answers"]
"""Callers, whose old request is refused or means something else; answers, which an old reader cannot read."""
PARTIES: Final[tuple[Breaks, ...]] = ("callers", "answers")
Side = Literal["request", "answer"]
"""Where a schema stands: in what a client sends, or in what it reads."""


@dataclass(frozen=True)
class Rule:
    """Whom one kind of change breaks, `None` for nobody, and why."""

    id: str
    breaks: Breaks | None
    statement: str


_RULES: Final = (
    # Operations
    Rule("operation-removed", "callers", "A request for it is no longer answered."),
    Rule("operation-added", None, "An old client does not know it."),
    Rule("operation-renamed", None, "The name is for documents and generated code; the request is the same."),
    Rule("deprecation-changed", None, "It works as before; a client learns whether to move on."),
    Rule("credentials-refused", "callers", "The credentials of an old client are no longer enough."),
    Rule(
        "credentials-accepted", None, "The credentials of an old client are still enough; others are accepted as well."
    ),
    # Parameters
    Rule("parameter-removed", "callers", "A request that has it means something else, or is refused."),
    Rule("parameter-added-required", "callers", "A request without it is refused, and no old one has it."),
    Rule("parameter-added-optional", None, "An old request does not have it and need not."),
    Rule("parameter-now-required", "callers", "An old request without it is refused."),
    Rule("parameter-now-optional", None, "An old request that has it is as good as before."),
    Rule("parameter-form-changed", "callers", "An old client writes the value in another way than is read."),
    # Bodies of requests
    Rule("body-removed", "callers", "An old client sends one, and it is refused or ignored."),
    Rule("body-added-required", "callers", "An old request has none."),
    Rule("body-added-optional", None, "An old request has none and need not."),
    Rule("body-now-required", "callers", "An old request without one is refused."),
    Rule("body-now-optional", None, "An old request that has one is as good as before."),
    Rule("body-type-removed", "callers", "An old client sends it in a media type that is no longer accepted."),
    Rule("body-type-added", None, "An old client goes on to send the media type that it knows."),
    Rule("body-form-changed", "callers", "An old client writes a part of the body in another way than is read."),
    # Answers
    Rule("success-added", "answers", "An old reader meets a success status that it does not know."),
    Rule("success-removed", None, "An old reader never meets it, and knows those that are left."),
    Rule("last-success-removed", "answers", "No success that an old reader knows is promised any more."),
    Rule("refusal-added", None, "An old reader has to handle refusals of any status already."),
    Rule("refusal-removed", None, "An old reader never meets it."),
    Rule("answer-type-removed", "answers", "An old reader asks for a media type that is no longer given."),
    Rule("answer-type-added", "answers", "An old reader meets a media type that it does not know."),
    Rule("answer-body-added", None, "An old reader looks for no body and leaves it alone."),
    Rule("answer-header-removed", "answers", "An old reader looks for it in vain."),
    Rule("answer-header-added", None, "An old reader leaves alone what it does not know."),
    Rule("answer-header-now-optional", "answers", "An old reader looks for it, at times in vain."),
    Rule("answer-header-now-required", None, "An old reader finds it more often than it needs."),
    Rule("webhook-removed", "answers", "An old listener waits for it in vain."),
    Rule("webhook-added", None, "An old listener is sent nothing that it did not subscribe to."),
    Rule("webhook-parameter-removed", "answers", "An old listener looks for it in vain."),
    Rule("webhook-parameter-added", None, "An old listener leaves alone what it does not know."),
    Rule("webhook-parameter-now-optional", "answers", "An old listener looks for it, at times in vain."),
    Rule("webhook-parameter-now-required", None, "An old listener finds it more often than it needs."),
    Rule("webhook-parameter-form-changed", "answers", "An old listener reads the value in another way than is sent."),
    Rule("webhook-body-now-optional", "answers", "An old listener looks for a body, at times in vain."),
    Rule("webhook-body-now-required", None, "An old listener finds a body more often than it needs."),
    Rule(
        "webhook-credentials-removed", "answers", "An old listener no longer receives the credentials that it checks."
    ),
    Rule("webhook-credentials-added", None, "An old listener receives the credentials that it checks, and more."),
    # Schemas of what is sent
    Rule("request-field-removed", "callers", "A request that has it means something else, or is refused."),
    Rule("request-field-added-required", "callers", "A request without it is refused, and no old one has it."),
    Rule("request-field-added-optional", None, "An old request does not have it and need not."),
    Rule("request-field-now-required", "callers", "An old request without it is refused."),
    Rule("request-field-now-optional", None, "An old request that has it is as good as before."),
    Rule("request-value-removed", "callers", "An old request that has it is refused."),
    Rule("request-value-added", None, "No old request has it."),
    Rule("request-null-refused", "callers", "An old request with null is refused."),
    Rule("request-null-accepted", None, "An old request does not have it and need not."),
    Rule("request-narrowed", "callers", "Some of what an old client sends is refused."),
    Rule("request-widened", None, "All that an old client sends is still accepted."),
    Rule("request-replaced", "callers", "What an old client sends is not what is accepted now."),
    Rule("default-added", None, "What a request without it means is now said; nobody could rely on it before."),
    Rule("default-changed", "callers", "An old request without it means something else."),
    Rule("default-removed", "callers", "What an old request without it means is no longer said."),
    # Schemas of what is read
    Rule("answer-field-removed", "answers", "An old reader looks for it in vain."),
    Rule("answer-field-added", None, "A server may add fields; an old reader leaves alone what it does not know."),
    Rule("answer-field-added-to-closed", "answers", "An old reader relies on there being no further fields."),
    Rule("answer-field-now-optional", "answers", "An old reader looks for it, at times in vain."),
    Rule("answer-field-now-required", None, "An old reader finds it more often than it needs."),
    Rule("answer-value-removed", None, "An old reader never meets it."),
    Rule("answer-value-added", "answers", "An old reader meets a value that it does not know."),
    Rule("answer-null-excluded", None, "An old reader never meets null."),
    Rule("answer-null-possible", "answers", "An old reader meets null where there was always a value."),
    Rule("answer-narrowed", None, "All that is answered is what an old reader expects."),
    Rule("answer-widened", "answers", "An old reader meets what the contract had excluded."),
    Rule("answer-replaced", "answers", "What is answered is not what an old reader expects."),
    # Requirements
    Rule("requirement-added", None, "An old client relies on less."),
    Rule("must-removed", "answers", "An old client relies on a promise that is no longer made."),
    Rule("should-removed", None, "An old client could not rely on it."),
    Rule("must-lowered", "answers", "An old client relies on what may now be broken for a reason."),
    Rule("should-raised", None, "An old client can rely on more."),
    Rule("requirement-restated", None, "The words are others; whether the promise is, a reader has to judge."),
)

RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in _RULES}
"""Every rule by its id, in the order of the contract."""
