"""The shape of a report is written once, in the models."""

import json
from dataclasses import asdict, dataclass

import jsonschema_rs
from jsonschema import Draft202012Validator

from fixtures.exchange import BODY_LIMIT
from reports.document import document, render_json
from reports.model import Report, adapter
from reports.schema import SCHEMA_FILE, render_schema, schema
from tests.reports import samples


def test_the_file_is_what_the_models_give() -> None:
    is_current = SCHEMA_FILE.read_text("utf-8") == render_schema()
    assert is_current, "The models have changed: renew the schema with `python -m reports.schema`."


def test_the_schema_is_a_schema_without_a_host() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$id"] == "urn:batches-conformance:report:4"


def test_the_schema_says_where_bodies_are_cut() -> None:
    for name in ("ReportedRequest", "ReportedResponse"):
        assert f"after {BODY_LIMIT:,} characters" in schema()["$defs"][name]["properties"]["body"]["description"]


def test_the_schema_describes_a_report_and_each_of_its_fields_is_required() -> None:
    content = document(samples.failing_report())
    validator = jsonschema_rs.Draft202012Validator(schema())
    validator.validate(content)
    for name in content:
        assert not validator.is_valid({other: value for other, value in content.items() if other != name}), name


def test_a_new_field_of_a_model_is_written_described_and_read_without_another_edit() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wider(Report):
        region: str

    wider = Wider(**{**vars(samples.failing_report()), "region": "eu"})
    content = json.loads(render_json(wider))
    assert content.pop("region") == "eu"
    del content["end"]
    assert adapter(Wider).validate_json(json.dumps({**content, "region": "eu"})) == wider
    assert "region" in adapter(Wider).json_schema()["required"]
    assert asdict(wider)["region"] == "eu"
