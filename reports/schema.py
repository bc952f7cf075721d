"""The JSON Schema of `report.json`, derived from the models: `python -m reports.schema` writes it anew."""

from spec import process  # isort: split

import ast
import inspect
import json
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from reports import model
from reports.model import VERSION, SealedReport, adapter

SCHEMA_FILE: Final = Path(__file__).with_name("report.schema.json")


def schema() -> dict[str, Any]:
    """Derive the schema, with the text below each field as its description."""
    derived = adapter(SealedReport).json_schema(mode="serialization")
    texts = _descriptions()
    for name, shape in {**derived["$defs"], SealedReport.__name__: derived}.items():
        for base in reversed(getattr(model, name).__mro__):
            for field, text in texts.get(base.__name__, {}).items():
                shape["properties"][field]["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:batches-conformance:report:{VERSION}",
        **derived,
    }


def render_schema() -> str:
    """Render the schema as the file has it."""
    return json.dumps(schema(), indent=2) + "\n"


def _descriptions() -> dict[str, dict[str, str]]:
    """Read the text below each field of each model; pydantic could, and would parse the module once for each model."""
    classes = [node for node in ast.parse(inspect.getsource(model)).body if isinstance(node, ast.ClassDef)]
    return {
        each.name: {
            field.target.id: text.value.value
            for field, text in pairwise(each.body)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        }
        for each in classes
    }


def main() -> None:
    """Write the schema anew."""
    SCHEMA_FILE.write_text(render_schema(), encoding="utf-8")


if __name__ == "__main__":
    process.run(main)
