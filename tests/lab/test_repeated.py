# SPDX-License-Identifier: Apache-2.0
"""sallyport check, again and again: routers say only so much by ICMP, and it must not show."""

import concurrent.futures
import json
import subprocess

import pytest
from conditions import CONDITIONS
from laboratory import Laboratory, host_name, unique_name
from network import SERVER

COUNT = 6
R1, R2 = "192.168.77.1", "198.51.100.2"
# By IPv4 alone, so that all that a router may say to one address is soon used up.
EXPECTED = {
    "reject-port-r1": ("port-rejected", R1),
    "reject-admin-r1": ("port-rejected", R1),
    "reject-port-r2": ("port-rejected", R2),
    "reject-port-server": ("port-rejected", SERVER[0]),
    "drop-r1": ("port-filtered", R1),
    "drop-server": ("server-blocks-you", R2),  # the last that is seen
}


def _row(condition, certificates, program):
    laboratory = Laboratory(unique_name("r"), [condition], certificates)
    laboratory.up()
    try:
        return [subprocess.run(
            laboratory.command([program, "check", "--json", "-4", host_name(condition)]),
            capture_output=True, text=True, check=False, timeout=40) for _ in range(COUNT)]
    finally:
        laboratory.down()


@pytest.fixture(name="rows", scope="module")
def fixture_rows(laboratory_certificates, program):
    conditions = [c for c in CONDITIONS if c.name in EXPECTED]
    with concurrent.futures.ThreadPoolExecutor(len(EXPECTED)) as pool:
        done = pool.map(lambda c: _row(c, laboratory_certificates, program), conditions)
        return dict(zip((c.name for c in conditions), done))


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_stays_the_same(name, rows):
    for done in rows[name]:
        report = json.loads(done.stdout)
        found = (report["verdict"]["id"], report["findings"][0]["offender"])
        assert found == EXPECTED[name], report["verdict"]["sentence"]
        assert report["took_ms"] <= 4000
