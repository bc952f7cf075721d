"""Types as plain data, as the drivers write them: of the contract, and of the values that a client gives."""

from typing import Any, Final

from spec.openapi import contract
from suites.clients.table import Registry

PlainType = dict[str, Any]

COARSE: Final[dict[Registry, dict[str, str]]] = {
    "pypi": {},
    "npm": {"integer": "number", "date-time": "string"},
}
"""Types of the contract for which the language of a client has only a wider one."""
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
}


def of_schema(schema: dict[str, Any], registry: Registry, profiles: tuple[str, ...] = (), name: str = "") -> PlainType:
    """Return the shape of a schema of the contract with some profiles, as precise as the language of a client can be.

    An object knows the `name` of its schema; one that may have any fields is anything.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return of_schema(contract(*profiles)["components"]["schemas"][name], registry, profiles, name)
    if "anyOf" in schema:
        variants = [each for each in schema["anyOf"] if each != {"type": "null"}]
        return {**of_schema(variants[0], registry, profiles), "null": len(variants) < len(schema["anyOf"])}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(each for each in kinds if each != "null")
    exact = "date-time" if schema.get("format") == "date-time" else kind
    shape: PlainType = {"type": COARSE[registry].get(exact, exact), "null": "null" in kinds}
    if "enum" in schema:
        shape["values"] = sorted(schema["enum"])
    if kind == "object" and "properties" not in schema:
        return {**shape, "type": "any"}
    if kind == "object":
        required = schema.get("required", ())
        shape["name"] = name
        shape["fields"] = {
            field: {**of_schema(definition, registry, profiles), "required": field in required}
            for field, definition in schema["properties"].items()
        }
    if kind == "array":
        shape["items"] = of_schema(schema["items"], registry, profiles)
    return shape


def misfit(shape: PlainType, value: Any, where: str = "") -> str | None:
    """Return what is wrong with a value, `None` if nothing is; fields that the shape does not know are ignored."""
    if value is None:
        return None if shape["null"] else f"{where or 'the value'} is null"
    kind = _KINDS.get(shape["type"])
    if kind and not isinstance(value, kind):
        return f"{where or 'the value'} is {type(value).__name__} in place of {shape['type']}"
    if "values" in shape and value not in shape["values"]:
        return f"{where or 'the value'} is {value!r}"
    if "fields" in shape:
        for name, field in shape["fields"].items():
            place = f"{where}.{name}" if where else name
            if name not in value:
                if field["required"]:
                    return f"{place} is not there"
            elif wrong := misfit(field, value[name], place):
                return wrong
    if "items" in shape:
        found = (misfit(shape["items"], each, f"{where}[{number}]") for number, each in enumerate(value))
        return next((wrong for wrong in found if wrong), None)
    return None


def sample(shape: PlainType) -> Any:
    """Return a value of a shape, as it is sent to the drivers."""
    if "values" in shape:
        return shape["values"][0]
    if "fields" in shape:
        return {name: sample(field) for name, field in shape["fields"].items()}
    if "items" in shape:
        return [sample(shape["items"])]
    plain = {"integer": 1, "number": 1, "boolean": True, "date-time": {"$instant": "2030-01-01T00:00:00+00:00"}}
    return plain.get(shape["type"], {} if shape["type"] == "any" else "x")
