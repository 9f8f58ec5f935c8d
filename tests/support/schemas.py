# SPDX-License-Identifier: Apache-2.0
"""The schemas of what the tools print with --json, by the name of the file: docs/NAME.schema.json."""

import functools
import json
import pathlib

import jsonschema

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
NAMES = sorted(path.name.removesuffix(".schema.json") for path in DOCS.glob("*.schema.json"))


def load(name):
    return json.loads((DOCS / f"{name}.schema.json").read_text())


@functools.lru_cache
def validator(name):
    jsonschema.Draft202012Validator.check_schema(load(name))
    return jsonschema.Draft202012Validator(load(name))


def read(name, text):
    """The document, which must be as the schema says."""
    document = json.loads(text)
    validator(name).validate(document)
    return document


def objects(schema):
    """All schemas of objects with named properties inside a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)
