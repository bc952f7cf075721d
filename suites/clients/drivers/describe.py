"""Writes as JSON what the Python client's own types say of the batch operations; runs inside the client's environment.

For each method: its arguments by name, and what it gives. A type is an object with `fields`, an array with `items`, or
a plain type, with `values` where only some are allowed; a field is a type with `required` and `null`.
"""

import importlib
import inspect
import json
import types
from datetime import datetime
from typing import Any, Literal, Union, get_args, get_origin

extensions: Any = importlib.import_module("typing_extensions")
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", datetime: "date-time"}
OF_THE_CLIENT = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}
MARKS = {"Omit", "NotGiven"}
"""Types that stand for an argument that was left out."""
WRAPPERS = {"with_raw_response", "with_streaming_response"}


def described(annotation: Any) -> dict[str, Any]:
    """Return a type as plain data, with `null` for whether null is one of its values."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (extensions.Required, extensions.NotRequired, extensions.Annotated):
        return described(arguments[0])
    if origin in (Union, types.UnionType):
        return _of_union([each for each in arguments if getattr(each, "__name__", "") not in MARKS])
    if origin is Literal:
        return {"type": PLAIN[type(arguments[0])], "values": sorted(arguments), "null": False}
    if annotation in PLAIN:
        return {"type": PLAIN[annotation], "null": False}
    if extensions.is_typeddict(annotation):
        return {"type": "object", "fields": _of_typed_dict(annotation), "null": False}
    if hasattr(annotation, "model_fields"):
        return {"type": "object", "fields": _of_model(annotation), "null": False}
    if origin is not None and arguments and not issubclass(origin, dict):
        return {"type": "array", "items": described(arguments[0]), "null": False}
    return {"type": "any", "null": False}


def _of_union(arguments: list[Any]) -> dict[str, Any]:
    is_nullable = type(None) in arguments
    left = [each for each in arguments if each is not type(None)]
    if set(left) == {str, datetime}:
        left = [datetime]
    found = [described(each) for each in left]
    if len(found) > 1:
        return {"type": " or ".join(sorted(each["type"] for each in found)), "null": is_nullable}
    return {**found[0], "null": is_nullable or found[0]["null"]}


def _of_typed_dict(kind: Any) -> dict[str, Any]:
    hints = extensions.get_type_hints(kind, include_extras=True)
    return {
        name: {**described(hint), "required": get_origin(hint) is extensions.Required} for name, hint in hints.items()
    }


def _of_model(model: Any) -> dict[str, Any]:
    return {
        field.alias or name: {**described(field.annotation), "required": field.is_required()}
        for name, field in model.model_fields.items()
    }


def operations() -> dict[str, Any]:
    """Every method of the batches of the client."""
    resource = importlib.import_module("llama_cloud.resources.batches").BatchesResource
    found = {}
    for name, method in inspect.getmembers(resource, inspect.isfunction):
        if name.startswith("_") or name in WRAPPERS:
            continue
        hints = extensions.get_type_hints(method, include_extras=True)
        parameters = {
            each.name: {**described(hints[each.name]), "required": each.default is each.empty, "path": not _named(each)}
            for each in inspect.signature(method).parameters.values()
            if each.name not in OF_THE_CLIENT
        }
        found[f"batches.{name}"] = {"parameters": parameters, "answer": described(hints["return"])}
    return found


def _named(parameter: inspect.Parameter) -> bool:
    return parameter.kind is parameter.KEYWORD_ONLY


if __name__ == "__main__":
    print(json.dumps(operations()))
