# SPDX-License-Identifier: Apache-2.0
"""The reports of report_of from outside: JSON against its schema, and text as a whole."""

import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
FIXTURES = ["healthy", "filtered", "rejected", "stripped", "bad-certificate", "dead-ipv6",
            "name-not-found", "inconclusive"]


def report(kind, fixture):
    program = os.environ["SALLYPORT_REPORT_OF"]
    return subprocess.run([program, kind, fixture], check=True, capture_output=True,
                          text=True).stdout


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((DOCS / "doctor.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_json_is_as_the_schema_says(validator, fixture):
    validator.validate(json.loads(report("json", fixture)))


def test_the_schema_refuses_what_is_not_in_it(validator):
    """A validator that takes anything would prove nothing."""
    document = json.loads(report("json", "filtered"))
    document["probes"][0]["dialog"]["tcp"]["end"] = "dropped"
    assert not validator.is_valid(document)
    document = json.loads(report("json", "filtered"))
    document["news"] = True
    assert not validator.is_valid(document)
    document = json.loads(report("json", "filtered"))
    del document["machine"]["has_ipv4"]
    assert not validator.is_valid(document)


def objects(schema):
    """All schemas of objects inside a schema."""
    if isinstance(schema, dict):
        if "properties" in schema and "$schema" not in schema.get("properties", {}):
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def test_the_schema_wants_each_key_and_no_other():
    schema = json.loads((DOCS / "doctor.schema.json").read_text())
    for each in objects(schema):
        assert sorted(each["required"]) == sorted(each["properties"])
        assert each["additionalProperties"] is False


def without_advice(text):
    """The catalogue's words have tests of their own and change more often."""
    return re.sub(r"\nWhat to do\n.*?\n(?=Why\n)", "\n", text, flags=re.S)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_the_text_is_the_one_that_was_looked_at(fixture):
    golden = HERE / "golden" / f"{fixture}.txt"
    text = re.sub(r"by sallyport \S+", "by sallyport VERSION.",
                  without_advice(report("text", fixture)))
    if os.environ.get("SALLYPORT_UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()
