# SPDX-License-Identifier: Apache-2.0
"""
sallyport audit on hosts of the laboratory, as a user runs it who trusts its authority. What is well
has no finding above "info", and each fault has its own and no other.
"""

import concurrent.futures
import json
import pathlib
import subprocess

import jsonschema
import pytest
from conditions import CONDITIONS
from laboratory import Laboratory, host_name, unique_name

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/audit.schema.json"
SIDE_BY_SIDE = 5  # each mostly waits

# condition: (grade, findings above "info")
EXPECTED = {
    "healthy": ("A+", set()),
    "healthy-v4": ("A+", set()),
    "healthy-465-only": ("A+", set()),
    "healthy-587-only": ("A", {"implicit-tls-missing"}),
    "tls12-only": ("A+", set()),
    "escapes": ("A+", set()),
    "starttls-injection": ("D", {"starttls-command-injection"}),
    "starttls-missing": ("D", {"starttls-missing"}),
    "starttls-missing-auth": ("D", {"starttls-missing", "auth-cleartext-offered"}),
    "strip-r1": ("D", {"starttls-missing"}),
    "plain-on-tls-port": ("D", {"tls-port-speaks-plain"}),
    "tls10-only": ("D", {"tls-modern-missing", "tls-1-0"}),
    "cipher-null": ("F", {"ciphers-null", "forward-secrecy-missing"}),
    "cipher-cbc": ("B", {"forward-secrecy-missing", "ciphers-without-forward-secrecy"}),
    "certificate-expired": ("D", {"certificate-expired"}),
    "certificate-expires-soon": ("A", {"certificate-expires-soon"}),
    "certificate-wrong-name": ("D", {"certificate-name"}),
    "certificate-self-signed": ("D", {"certificate-self-signed"}),
    "certificate-missing-intermediate": ("B", {"certificate-chain-incomplete"}),
    "certificate-sha1": ("B", {"certificate-weak"}),
    "certificate-weak-key": ("B", {"certificate-weak", "ciphers-without-forward-secrecy"}),
    "auth-in-clear": ("D", {"auth-cleartext-offered"}),
    "auth-missing": ("D", {"auth-missing"}),
}


def _audit(condition, certificates, program):
    """(exit code, report, what the host has seen)."""
    laboratory = Laboratory(unique_name("a"), [condition], certificates)
    laboratory.up()
    try:
        name = host_name(condition)
        done = subprocess.run(laboratory.command([program, "audit", "--json", name]),
                              capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, json.loads(done.stdout), laboratory.seen()[name]
    finally:
        laboratory.down()


@pytest.fixture(name="audits", scope="module")
def fixture_audits(laboratory_certificates, program):
    conditions = [c for c in CONDITIONS if c.name in EXPECTED]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        done = pool.map(lambda c: _audit(c, laboratory_certificates, program), conditions)
        return dict(zip((c.name for c in conditions), done))


@pytest.mark.parametrize("name", EXPECTED)
def test_each_fault_is_found_and_no_other(name, audits):
    _, report, _ = audits[name]
    grade, wanted = EXPECTED[name]
    found = {f["id"] for f in report["findings"] if f["severity"] != "info"}
    assert (report["grade"], found) == (grade, wanted), json.dumps(report["findings"], indent=1)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_exit_code_says_whether_there_is_something_to_mend(name, audits):
    code, report, _ = audits[name]
    assert code == int(any(f["severity"] in ("medium", "high", "critical")
                           for f in report["findings"]))


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_polite_to_the_host(name, audits):
    _, _, seen = audits[name]
    assert seen["at_a_time"] <= 3
    assert seen["logins_failed"] <= 1
    assert seen["messages"] == 0 and seen["connections"] <= 200


@pytest.mark.parametrize("name", EXPECTED)
def test_the_report_is_as_the_schema_says(name, audits):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator(schema).validate(audits[name][1])
