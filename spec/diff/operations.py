"""Two documents, side by side: operations, parameters, bodies, answers, webhooks and who gets in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from spec.diff.document import Document, Node, named
from spec.diff.model import Finding
from spec.diff.rules import Side
from spec.diff.schemas import Traversal
from spec.diff.shapes import as_json, possible_types

_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_MARK: Final = {"query": "?", "path": "/", "header": "#", "cookie": ";"}
_STYLE: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_UNDECLARED: Final = {"accept", "authorization", "content-type"}
"""Headers that are not parameters, whoever declares them."""
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/")
"""How the media types begin that write the fields of an object as texts."""
_ENCODING: Final = ("allowReserved", "contentType", "explode", "style")
_LISTS: Final = frozenset({"array", "object"})
_ALIKE: Final = {True: "required", False: "optional"}

OperationKey = tuple[str, ...]
"""What makes two operations the same one."""


@dataclass(frozen=True)
class DocumentedOperation:
    """An operation as it stands in one document, with what its path says for it."""

    id: str
    definition: dict[str, Any]
    parameters: dict[tuple[str, str], dict[str, Any]]

    def element(self, parameter: dict[str, Any]) -> str:
        """Return the name of a parameter of it."""
        return f"{self.id}{_MARK[parameter['in']]}{parameter['name']}"


_SIDES: Final[tuple[Side, ...]] = ("request", "answer")
_PARAMETER: Final[dict[Side, str]] = {"request": "parameter", "answer": "webhook-parameter"}


class Comparison:
    """A comparison of two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self.plain = {side: Traversal(old, new, side) for side in _SIDES}
        self.fields = {side: Traversal(old, new, side, over_texts=True, within=self.plain[side]) for side in _SIDES}
        self.texts = {side: Traversal(old, new, side, over_texts=True, within=self.fields[side]) for side in _SIDES}

    def findings(self) -> Iterator[Finding]:
        """Everything that differs, seen from each side."""
        before, after = (_operations(document, document.raw.get("paths", {})) for document in (self.old, self.new))
        for key in before.keys() - after.keys():
            yield Finding(before[key].id, "removed", "operation-removed")
        for key in after.keys() - before.keys():
            yield Finding(after[key].id, "added", "operation-added")
        for key in before.keys() & after.keys():
            yield from self._operation(before[key], after[key])
        yield from self._calls(*(_webhooks(document) for document in (self.old, self.new)))

    def _operation(self, old: DocumentedOperation, new: DocumentedOperation) -> Iterator[Finding]:
        if old.id != new.id:
            yield Finding(old.id, "changed", "operation-renamed", "name", old.id, new.id)
        yield from _deprecated(old.id, old.definition, new.definition)
        yield from self._credentials(old, new)
        yield from self._parameters(old, new, "request")
        yield from self._body(old, new)
        yield from self._answers(old, new)
        yield from self._calls(_callbacks(self.old, old, old.id), _callbacks(self.new, new, old.id))

    # --- parameters ---

    def _parameters(self, old: DocumentedOperation, new: DocumentedOperation, side: Side) -> Iterator[Finding]:
        """Yield what differs between the parameters of a request, seen by who sends or by who reads it."""
        what = _PARAMETER[side]
        for key in old.parameters.keys() - new.parameters.keys():
            yield Finding(old.element(old.parameters[key]), "removed", f"{what}-removed")
        for key in new.parameters.keys() - old.parameters.keys():
            how = f"-{_ALIKE[_is_required(new.parameters[key])]}" if side == "request" else ""
            # The operation goes by its old name, the parameter has but one.
            element = replace(new, id=old.id).element(new.parameters[key])
            yield Finding(element, "added", f"{what}-added{how}")
        for key in old.parameters.keys() & new.parameters.keys():
            before, after = old.parameters[key], new.parameters[key]
            element = old.element(before)
            yield from _deprecated(element, before, after)
            yield from _required(element, what, before, after)
            form_before, form_after = self._forms(before, after, side)
            if form_before != form_after:
                yield Finding(element, "changed", f"{what}-form-changed", "form", form_before, form_after)
            yield from self._walk(before, side).compare(_content(before), _content(after), element)

    def _walk(self, holder: dict[str, Any], side: Side) -> Traversal:
        """Return the walk over what a parameter or a header holds."""
        return (self.plain if holder.get("content") else self.texts)[side]

    def _forms(self, old: dict[str, Any], new: dict[str, Any], side: Side) -> tuple[str, str]:
        """How a parameter was written and is, where that makes a difference."""
        if old.get("content") or new.get("content"):
            before, after = (next(iter(holder.get("content", ())), "plain") for holder in (old, new))
            return before, after
        earlier, later = (
            possible_types(document, _schema(holder), side) for document, holder in ((self.old, old), (self.new, new))
        )
        common = earlier & later & _LISTS
        if not common and "string" in earlier and later == {"array"} and not _is_exploded(new, later):
            # A text with a comma in it would become two.
            return "plain", _form(new, later)
        return _form(old, common), _form(new, common)

    # --- bodies ---

    def _body(self, old: DocumentedOperation, new: DocumentedOperation) -> Iterator[Finding]:
        element = f"{old.id}:body"
        before, after = _body(self.old, old), _body(self.new, new)
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
            is_form = name.lower().startswith(_FORMS)
            encodings = _encodings(before[name]), _encodings(after[match])
            if is_form and encodings[0] != encodings[1]:
                yield Finding(element, "changed", "body-form-changed", "encoding", *encodings)
            walk = (self.texts if is_form else self.plain)["request"]
            yield from walk.compare(_schema(before[name]), _schema(after[match]), element)
        for name in after:
            if _covering(name, before) is None:
                yield Finding(element, "changed", "body-type-added", "media type", "none", name)

    # --- answers ---

    def _answers(self, old: DocumentedOperation, new: DocumentedOperation) -> Iterator[Finding]:
        before, after = _answers(self.old, old), _answers(self.new, new)
        for status in sorted(before.keys() | after.keys()):
            element = f"{old.id}:{'default' if status == 'DEFAULT' else status}"
            earlier, later = _of_status(status, before), _of_status(status, after)
            if earlier is None:
                yield Finding(element, "added", "success-added" if _is_success(status, after) else "refusal-added")
            elif later is None:
                yield Finding(element, "removed", _removed_answer(status, before, after))
            else:
                # A refusal that is described apart from its range need not repeat what the range says.
                others = {other: answer for other, answer in after.items() if other != status}
                range_ = None if status in before or _is_success(status, after) else _of_status(status, others)
                yield from self._answer(element, earlier, {**(range_ or {}), **later})

    def _answer(self, element: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
        yield from self._headers(element, old, new)
        before, after = old.get("content", {}), new.get("content", {})
        for name in after:
            match = _covering(name, before)
            if match is not None:
                yield from self.plain["answer"].compare(_schema(before[match]), _schema(after[name]), element)
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
            walk = self._walk(before[name], "answer")
            yield from walk.compare(_content(before[name]), _content(after[name]), f"{element}#{name}")

    # --- what a listener is sent ---

    def _calls(
        self, before: dict[OperationKey, DocumentedOperation], after: dict[OperationKey, DocumentedOperation]
    ) -> Iterator[Finding]:
        """Yield what differs between the requests that a client is sent, as webhooks or callbacks."""
        for key in before.keys() - after.keys():
            yield Finding(before[key].id, "removed", "webhook-removed")
        for key in after.keys() - before.keys():
            yield Finding(after[key].id, "added", "webhook-added")
        for key in before.keys() & after.keys():
            old, new = before[key], after[key]
            yield from _deprecated(old.id, old.definition, new.definition)
            yield from self._parameters(old, new, "answer")
            yield from self._shown_credentials(old, new)
            earlier, later = (_body(document, one) for document, one in ((self.old, old), (self.new, new)))
            if earlier and later:
                yield from _required(f"{old.id}:body", "webhook-body", earlier, later)
            yield from self._answer(f"{old.id}:body", earlier, later)

    # --- who gets in ---

    def _credentials(self, old: DocumentedOperation, new: DocumentedOperation) -> Iterator[Finding]:
        before, after = (
            _ways(document, one.definition.get("security", document.raw.get("security", [])))
            for document, one in ((self.old, old), (self.new, new))
        )
        if not _suffices(before, after):
            yield Finding(
                old.id, "changed", "credentials-refused", "credentials", _alternatives(before), _alternatives(after)
            )
        elif not _suffices(after, before):
            yield Finding(
                old.id, "changed", "credentials-accepted", "credentials", _alternatives(before), _alternatives(after)
            )

    def _shown_credentials(self, old: DocumentedOperation, new: DocumentedOperation) -> Iterator[Finding]:
        """Yield what differs in the credentials that a listener is shown: those that its webhook names itself."""
        before, after = (
            _ways(document, one.definition.get("security", [])) for document, one in ((self.old, old), (self.new, new))
        )
        if not _suffices(after, before):
            yield Finding(
                old.id,
                "changed",
                "webhook-credentials-removed",
                "credentials",
                _alternatives(before),
                _alternatives(after),
            )
        elif not _suffices(before, after):
            yield Finding(
                old.id,
                "changed",
                "webhook-credentials-added",
                "credentials",
                _alternatives(before),
                _alternatives(after),
            )


def _operations(document: Document, paths: dict[str, Any]) -> dict[OperationKey, DocumentedOperation]:
    """Return the operations by method and path, whatever the parameters of the path are called."""
    found: dict[OperationKey, DocumentedOperation] = {}
    for path, item in named(paths).items():
        whole = document.resolved(item)
        names = re.findall(r"\{([^}]*)\}", path)
        for method in _METHODS:
            if method not in whole:
                continue
            definition = whole[method]
            parameters = {}
            for entry in (*whole.get("parameters", ()), *definition.get("parameters", ())):
                parameter = document.resolved(entry)
                if (key := _key(parameter, names)) != ("header", ""):
                    parameters[key] = parameter
            id_ = definition.get("operationId", f"{method.upper()} {path}")
            found[method, re.sub(r"\{[^}]*\}", "{}", path)] = DocumentedOperation(id_, definition, parameters)
    return found


def _key(parameter: dict[str, Any], path: list[str]) -> tuple[str, str]:
    place, name = parameter["in"], parameter["name"]
    if place == "path" and name in path:
        return place, str(path.index(name))
    if place == "header":
        return place, "" if name.lower() in _UNDECLARED else name.lower()
    return place, name


def _webhooks(document: Document) -> dict[OperationKey, DocumentedOperation]:
    """Return what is sent to a listener, by method and name of the webhook; it goes by that name."""
    operations = _operations(document, document.raw.get("webhooks", {}))
    return {(method, name): replace(one, id=name) for (method, name), one in operations.items()}


def _callbacks(document: Document, operation: DocumentedOperation, id_: str) -> dict[OperationKey, DocumentedOperation]:
    """Return what is sent to the URLs that an operation was given, by method, name of the callback and place."""
    return {
        (method, name, place): replace(one, id=f"{id_}!{name}")
        for name, entry in named(operation.definition.get("callbacks", {})).items()
        for (method, place), one in _operations(document, document.resolved(entry)).items()
    }


def _body(document: Document, operation: DocumentedOperation) -> dict[str, Any]:
    whole: dict[str, Any] = document.resolved(operation.definition.get("requestBody", {}))
    return whole


def _answers(document: Document, operation: DocumentedOperation) -> dict[str, dict[str, Any]]:
    listed = named(operation.definition.get("responses", {}))
    return {status.upper(): document.resolved(answer) for status, answer in listed.items()}


def _ways(document: Document, security: list[dict[str, list[str]]]) -> list[frozenset[str]]:
    """Return the ways to get in, each the set of what is to be shown; whoever shows more gets in too."""
    schemes = document.raw.get("components", {}).get("securitySchemes", {})
    return [
        frozenset(
            word
            for name, scopes in way.items()
            for word in (_scheme(document, schemes.get(name, {})), *(f"scope {scope}" for scope in scopes))
        )
        for way in security
    ] or [frozenset()]


def _suffices(shown: list[frozenset[str]], asked: list[frozenset[str]]) -> bool:
    """Whether each of the ways that are shown is one of those that are asked for, or more."""
    return all(any(need <= way for need in asked) for way in shown)


def _alternatives(ways: list[frozenset[str]]) -> str:
    return " or ".join(" and ".join(sorted(way)) or "nothing" for way in ways)


def _scheme(document: Document, scheme: dict[str, Any]) -> str:
    whole = document.resolved(scheme)
    words = [str(whole.get(key, "")).lower() for key in ("type", "scheme", "in")]
    name = str(whole.get("name", ""))
    # A header is the same in any letters, and nothing else that has a name is.
    words += [name.lower() if words[-1] == "header" else name, str(whole.get("openIdConnectUrl", ""))]
    return " ".join(filter(None, words))


def _schema(holder: dict[str, Any]) -> Node:
    return (holder["schema"],) if "schema" in holder else ()


def _content(holder: dict[str, Any]) -> Node:
    """Return the schema of a parameter or a header, of its own or of its one media type."""
    return _schema(next(iter(holder.get("content", {}).values()), holder))


def _form(parameter: dict[str, Any], types: frozenset[str]) -> str:
    """How a parameter is written when it is of these types, one word by word or in a list."""
    style = parameter.get("style", _STYLE[parameter["in"]])
    words = [style]
    if types:
        words += ["exploded" if _is_exploded(parameter, types) else "in one"]
    elif style not in ("label", "matrix"):
        words = ["plain"]
    if parameter.get("allowReserved"):
        words += ["with reserved characters"]
    return ", ".join(words)


def _is_exploded(parameter: dict[str, Any], types: frozenset[str]) -> bool:
    style = parameter.get("style", _STYLE[parameter["in"]])
    # A simple list is the same with it and without.
    return bool(parameter.get("explode", style == "form")) and (style != "simple" or "object" in types)


def _encodings(media: dict[str, Any]) -> str:
    """How the parts of a form are written, in words of their own."""
    parts = media.get("encoding", {}).items()
    said = {name: {key: part[key] for key in _ENCODING if key in part} for name, part in parts}
    return as_json({name: part for name, part in said.items() if part})


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
    """Return the entry of a content that speaks of a media type: the type itself, or the narrowest range around it."""
    plain = {key.partition(";")[0].strip().lower(): key for key in content}
    wanted = name.partition(";")[0].strip().lower()
    for candidate in (wanted, f"{wanted.partition('/')[0]}/*", "*/*"):
        if candidate in plain:
            return plain[candidate]
    return None


def _of_status(status: str, answers: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return what is said of a status: under itself, its range, or the default."""
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
