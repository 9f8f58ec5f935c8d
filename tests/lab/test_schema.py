# SPDX-License-Identifier: Apache-2.0
"""What check --json says of every condition is as docs/doctor.schema.json has it."""

import json
import pathlib

import jsonschema
import pytest
from conditions import CONDITIONS

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/doctor.schema.json"


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c.verdict], ids=lambda c: c.name)
def test_the_report_is_as_the_schema_says(validator, condition, result):
    validator.validate(result.check.report)
