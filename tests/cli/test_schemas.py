# SPDX-License-Identifier: Apache-2.0
"""docs/*.schema.json: they want each key and no other, and what the program prints is so."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import schemas  # noqa: E402

PROGRAM = os.environ["SALLYPORT_PROGRAM"]
PAGES = {"doctor": "check"}  # the others are called like their command


def run(command, *words):
    done = subprocess.run([PROGRAM, command, "--json", *words], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.stdout, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_schema_wants_each_key_and_no_other(name):
    for each in schemas.objects(schemas.load(name)):
        assert sorted(each["required"]) == sorted(each["properties"])
        assert each["additionalProperties"] is False
    schemas.validator(name)


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_manual_names_the_schema(name):
    page = ROOT / f"docs/man/sallyport-{PAGES.get(name, name)}.1"
    assert f"{name}.schema.json" in page.read_text()


EXAMPLES = {
    "ports": ["127.0.0.1", "1-20"],
    "explain": ["smtp.example.com said: 535 5.7.8 no"],
    "send": ["--server", "127.0.0.1:9", "--no-check", "-f", "a@example.org", "--body", "x",
             "b@example.org"],
    "client-settings": ["--host", "smtp.example.org", "--imap", "imap.example.org",
                        "alice@example.org"],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_program_keeps_to_it(name):
    schemas.read(name, run(name, *EXAMPLES[name]))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_otherwise_is_refused(name):
    """A schema that takes anything would prove nothing."""
    document = schemas.read(name, run(name, *EXAMPLES[name]))
    for key in document:
        less = {k: v for k, v in document.items() if k != key}
        assert not schemas.validator(name).is_valid(less), key
    for wrong in ({"news": True}, {"schema": 2}):
        assert not schemas.validator(name).is_valid({**document, **wrong})


def test_every_known_message_is_explained_in_that_form():
    """One of ten of those that the catalogue was tried with."""
    text = (ROOT / "tests/explain/unseen.txt").read_text()
    messages = [line.split("\t", 1)[1] for line in text.splitlines()
                if re.match(r"[a-z0-9|-]+\t", line)]
    assert len(messages) > 500
    for message in messages[::10]:
        document = schemas.read("explain", run("explain", message))
        assert document["explained"] == (document["causes"] != [])
