"""Two documents, side by side: operations, parameters, bodies, answers and who gets in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from spec.diff.document import Document, Node
from spec.diff.model import Finding
from spec.diff.schemas import Walk
from spec.diff.shapes import shape, told
from spec.openapi import METHODS

_MARK: Final = {"query": "?", "path": "/", "header": "#", "cookie": ";"}
_STYLE: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_UNDECLARED: Final = {"accept", "authorization", "content-type"}
"""Headers that are no parameters, whoever declares them."""
_ALIKE: Final = {True: "required", False: "optional"}


@dataclass(frozen=True)
class Operation:
    """An operation as it stands in one document, with what its path says for it."""

    id: str
    definition: dict[str, Any]
    parameters: dict[tuple[str, str], dict[str, Any]]

    def element(self, parameter: dict[str, Any]) -> str:
        """The name of a parameter of it."""
        return f"{self.id}{_MARK[parameter['in']]}{parameter['name']}"


class Comparison:
    """A comparison of two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self.sent = Walk(old, new, "request")
        self.read = Walk(old, new, "answer")

    def findings(self) -> Iterator[Finding]:
        """Everything that differs, seen from each side."""
        before, after = _operations(self.old), _operations(self.new)
        for key in before.keys() - after.keys():
            yield Finding(before[key].id, "removed", "operation-removed")
        for key in after.keys() - before.keys():
            yield Finding(after[key].id, "added", "operation-added")
        for key in before.keys() & after.keys():
            yield from self._operation(before[key], after[key])
        yield from self._webhooks()

    def _operation(self, old: Operation, new: Operation) -> Iterator[Finding]:
        if old.id != new.id:
            yield Finding(old.id, "changed", "operation-renamed", "name", old.id, new.id)
        yield from _deprecated(old.id, old.definition, new.definition)
        yield from self._credentials(old, new)
        yield from self._parameters(old, new)
        yield from self._body(old, new)
        yield from self._answers(old, new)

    # --- parameters ---

    def _parameters(self, old: Operation, new: Operation) -> Iterator[Finding]:
        for key in old.parameters.keys() - new.parameters.keys():
            yield Finding(old.element(old.parameters[key]), "removed", "parameter-removed")
        for key in new.parameters.keys() - old.parameters.keys():
            how = _ALIKE[_is_required(new.parameters[key])]
            # The operation goes by its old name, the parameter has but one.
            element = f"{old.id}{new.element(new.parameters[key])[len(new.id) :]}"
            yield Finding(element, "added", f"parameter-added-{how}")
        for key in old.parameters.keys() & new.parameters.keys():
            before, after = old.parameters[key], new.parameters[key]
            element = old.element(before)
            yield from _deprecated(element, before, after)
            yield from _required(element, "parameter", before, after)
            (form_before, node_before), (form_after, node_after) = (
                self._form(self.old, before),
                self._form(self.new, after),
            )
            if form_before != form_after:
                yield Finding(element, "changed", "parameter-form-changed", "form", form_before, form_after)
            yield from self.sent.compare(node_before, node_after, element)

    @staticmethod
    def _form(document: Document, parameter: dict[str, Any]) -> tuple[str, Node]:
        """How a parameter is written, where that makes a difference, and its schema."""
        for media_type, media in parameter.get("content", {}).items():
            return media_type, _schema(media)
        node = _schema(parameter)
        words = [parameter.get("style", _STYLE[parameter["in"]])]
        if shape(document, node, "request").types & {"array", "object"}:
            words += ["exploded"] if parameter.get("explode", words == ["form"]) else ["in one"]
        elif words == ["form"] or words == ["simple"]:
            words = ["plain"]
        if parameter.get("allowReserved"):
            words += ["with reserved characters"]
        return ", ".join(words), node

    # --- bodies ---

    def _body(self, old: Operation, new: Operation) -> Iterator[Finding]:
        element = f"{old.id}:body"
        before, after = (
            document.resolved(operation.definition.get("requestBody", {}))
            for document, operation in ((self.old, old), (self.new, new))
        )
        if before and after:
            yield from _required(element, "body", before, after)
            yield from self._sent_types(element, before.get("content", {}), after.get("content", {}))
        elif before:
            yield Finding(element, "removed", "body-removed")
        elif after:
            yield Finding(element, "added", f"body-added-{_ALIKE[_is_required(after)]}")

    def _sent_types(self, element: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Finding]:
        for name in before:
            if (match := _covering(name, after)) is None:
                yield Finding(element, "changed", "body-type-removed", "media type", name, "none")
                continue
            encodings = told(before[name].get("encoding", {})), told(after[match].get("encoding", {}))
            if encodings[0] != encodings[1]:
                yield Finding(element, "changed", "body-form-changed", "encoding", *encodings)
            yield from self.sent.compare(_schema(before[name]), _schema(after[match]), element)
        for name in after:
            if _covering(name, before) is None:
                yield Finding(element, "changed", "body-type-added", "media type", "none", name)

    # --- answers ---

    def _answers(self, old: Operation, new: Operation) -> Iterator[Finding]:
        before, after = (
            {str(status).upper(): document.resolved(answer) for status, answer in of.definition["responses"].items()}
            for document, of in ((self.old, old), (self.new, new))
        )
        for status in sorted(before.keys() | after.keys()):
            element = f"{old.id}:{'default' if status == 'DEFAULT' else status}"
            earlier, later = _of_status(status, before), _of_status(status, after)
            if earlier is None:
                yield Finding(element, "added", "success-added" if _is_success(status, after) else "refusal-added")
            elif later is None:
                yield Finding(element, "removed", _removed_answer(status, before, after))
            else:
                yield from self._answer(element, earlier, later)

    def _answer(self, element: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
        yield from self._headers(element, old, new)
        before, after = old.get("content", {}), new.get("content", {})
        for name in after:
            match = _covering(name, before)
            if match is not None:
                yield from self.read.compare(_schema(before[match]), _schema(after[name]), element)
            elif before:
                yield Finding(element, "changed", "answer-type-added", "media type", "none", name)
            else:
                yield Finding(element, "changed", "answer-body-added", "body", "none", name)
        for name in before:
            if _covering(name, after) is None:
                is_narrowed = any(_covering(other, {name: {}}) for other in after)
                rule = "answer-narrowed" if is_narrowed else "answer-type-removed"
                yield Finding(element, "changed", rule, "media type", name, "none")

    def _headers(self, element: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
        before, after = (
            {name.lower(): document.resolved(header) for name, header in answer.get("headers", {}).items()}
            for document, answer in ((self.old, old), (self.new, new))
        )
        for name in before.keys() - after.keys():
            yield Finding(f"{element}#{name}", "removed", "answer-header-removed")
        for name in after.keys() - before.keys():
            yield Finding(f"{element}#{name}", "added", "answer-header-added")
        for name in before.keys() & after.keys():
            yield from _required(f"{element}#{name}", "answer-header", before[name], after[name])
            yield from self.read.compare(_schema(before[name]), _schema(after[name]), f"{element}#{name}")

    def _webhooks(self) -> Iterator[Finding]:
        before, after = _webhooks(self.old), _webhooks(self.new)
        for name in before.keys() - after.keys():
            yield Finding(name, "removed", "webhook-removed")
        for name in after.keys() - before.keys():
            yield Finding(name, "added", "webhook-added")
        for name in before.keys() & after.keys():
            yield from self._answer(f"{name}:body", before[name], after[name])

    # --- who gets in ---

    def _credentials(self, old: Operation, new: Operation) -> Iterator[Finding]:
        before, after = _credentials(self.old, old), _credentials(self.new, new)
        told_before, told_after = (" or ".join(map(_told_credentials, ways)) for ways in (before, after))
        if not all(any(need <= way for need in after) for way in before):
            yield Finding(old.id, "changed", "credentials-refused", "credentials", told_before, told_after)
        elif not all(any(need <= way for need in before) for way in after):
            yield Finding(old.id, "changed", "credentials-accepted", "credentials", told_before, told_after)


def _operations(document: Document) -> dict[tuple[str, str], Operation]:
    """The operations by method and path, whatever the parameters of the path are called."""
    found = {}
    for path, item in document.raw.get("paths", {}).items():
        whole = document.resolved(item)
        names = re.findall(r"\{([^}]*)\}", path)
        for method in METHODS:
            if method not in whole:
                continue
            definition = whole[method]
            parameters = {}
            for entry in (*whole.get("parameters", ()), *definition.get("parameters", ())):
                parameter = document.resolved(entry)
                if (key := _key(parameter, names)) != ("header", ""):
                    parameters[key] = parameter
            id_ = definition.get("operationId", f"{method.upper()} {path}")
            found[method, re.sub(r"\{[^}]*\}", "{}", path)] = Operation(id_, definition, parameters)
    return found


def _key(parameter: dict[str, Any], path: list[str]) -> tuple[str, str]:
    place, name = parameter["in"], parameter["name"]
    if place == "path" and name in path:
        return place, str(path.index(name))
    if place == "header":
        return place, "" if name.lower() in _UNDECLARED else name.lower()
    return place, name


def _webhooks(document: Document) -> dict[str, dict[str, Any]]:
    """What is sent to a listener, by the name of the webhook."""
    return {
        name: document.resolved(operation.get("requestBody", {}))
        for name, item in document.raw.get("webhooks", {}).items()
        for method, operation in document.resolved(item).items()
        if method in METHODS
    }


def _credentials(document: Document, operation: Operation) -> list[frozenset[str]]:
    """The ways to get in, each the set of what is to be shown; whoever shows more gets in too."""
    schemes = document.raw.get("components", {}).get("securitySchemes", {})
    ways = operation.definition.get("security", document.raw.get("security", []))
    return [
        frozenset(
            word
            for name, scopes in way.items()
            for word in (_scheme(document, schemes.get(name, {})), *(f"scope {scope}" for scope in scopes))
        )
        for way in ways
    ] or [frozenset()]


def _scheme(document: Document, scheme: dict[str, Any]) -> str:
    whole = document.resolved(scheme)
    words = (whole.get(key, "") for key in ("type", "scheme", "in", "name", "openIdConnectUrl"))
    return " ".join(str(word).lower() for word in words if word)


def _told_credentials(way: frozenset[str]) -> str:
    return " and ".join(sorted(way)) or "nothing"


def _schema(holder: dict[str, Any]) -> Node:
    return (holder["schema"],) if "schema" in holder else ()


def _is_required(entry: dict[str, Any]) -> bool:
    return bool(entry.get("required", False))


def _required(element: str, what: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
    before, after = _ALIKE[_is_required(old)], _ALIKE[_is_required(new)]
    if before != after:
        yield Finding(element, "changed", f"{what}-now-{after}", "required", before, after)


def _deprecated(element: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
    words = {True: "deprecated", False: "in use"}
    before, after = (words[entry.get("deprecated") is True] for entry in (old, new))
    if before != after:
        yield Finding(element, "changed", "deprecation-changed", "deprecated", before, after)


def _covering(name: str, content: dict[str, Any]) -> str | None:
    """The entry of a content that speaks of a media type: the type itself, or the narrowest range around it."""
    plain = {key.partition(";")[0].strip().lower(): key for key in content}
    wanted = name.partition(";")[0].strip().lower()
    for candidate in (wanted, f"{wanted.partition('/')[0]}/*", "*/*"):
        if candidate in plain:
            return plain[candidate]
    return None


def _of_status(status: str, answers: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """What is said of a status: under itself, its range, or the default."""
    for candidate in (status, f"{status[0]}XX", "DEFAULT"):
        if candidate in answers:
            return answers[candidate]
    return None


def _is_success(status: str, answers: dict[str, Any]) -> bool:
    """Whether a status is not that of a refusal; the default is one where it is all there is to succeed with."""
    if status == "DEFAULT":
        return not any(other[0] in "123" for other in answers)
    return status[0] in "123"


def _removed_answer(status: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if not _is_success(status, before):
        return "refusal-removed"
    return "success-removed" if any(_is_success(other, after) for other in after) else "last-success-removed"
