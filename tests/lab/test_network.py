# SPDX-License-Identifier: Apache-2.0
"""check --network: is submission possible from here at all? By hosts that any network reaches."""

import concurrent.futures
import json
import subprocess

import pytest
from conditions import CONDITIONS
from laboratory import Laboratory, unique_name
from patience import measured

# condition: (id, exit code, port to use instead)
EXPECTED = {
    "healthy": ("ok", 0, None),
    "isp-drop-25": ("ok", 0, None),
    "drop-server": ("ok", 0, None),  # one host's own affair
    "isp-drop-587": ("port-filtered", 12, 465),
    "isp-reject-587": ("port-rejected", 12, 465),
    "reject-admin-client": ("local-firewall", 11, 465),
    "reject-port-client": ("local-firewall", 11, 465),
    "hoster-drop-mail": ("port-filtered", 12, 2525),
    "captive-portal": ("proxy-transparent", 15, None),
    "proxy-r1": ("proxy-transparent", 15, 465),
    "strip-r1": ("starttls-stripped", 15, 465),
    "mask-r1": ("starttls-masked", 15, 465),
    "inspect-client": ("certificate-inspected", 15, 2525),
    "egress-drop": ("network-down", 11, None),
    # Without a name nothing is tried, and nothing is known of ports: it is DNS that is told of.
    "network-down": ("resolver-down", 10, None),
    "dns-silent": ("resolver-down", 10, None),
    "dns-rejected": ("resolver-down", 10, None),
    "dns-refused": ("name-server-failed", 10, None),
    "dns-others-missing": ("name-filtered", 10, None),
    "dns-others-servfail": ("name-server-failed", 10, None),
    "dns-others-zero": ("name-filtered", 10, None),
    "dns-others-bogus": ("name-bogus", 10, None),
    "dns-others-slow": ("ok", 0, None),
    "dns-hijack": ("ok", 0, None),
}
SIDE_BY_SIDE = 10  # each mostly waits


def _is_as_expected(name, done):
    report, (cause, code, port) = json.loads(done.stdout), EXPECTED[name]
    verdict = report["verdict"]
    return ((verdict["id"], done.returncode, verdict["use_port"]) == (cause, code, port)
            and report["took_ms"] <= 10000)


def _check(condition, certificates, program):
    laboratory = Laboratory(unique_name("n"), [condition], certificates)
    laboratory.up()
    try:
        return subprocess.run(laboratory.command([program, "check", "--network", "--json"]),
                              capture_output=True, text=True, check=False, timeout=40)
    finally:
        laboratory.down()


@pytest.fixture(name="checks", scope="module")
def fixture_checks(laboratory_certificates, program):
    conditions = [c for c in CONDITIONS if c.name in EXPECTED]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        done = pool.map(lambda c: measured(lambda: _check(c, laboratory_certificates, program),
                                           lambda done: _is_as_expected(c.name, done)), conditions)
        return dict(zip((c.name for c in conditions), done))


@pytest.mark.parametrize("name", EXPECTED)
def test_the_network_is_judged_by_its_ports(name, checks):
    done = checks[name]
    report = json.loads(done.stdout)
    verdict, (cause, code, port) = report["verdict"], EXPECTED[name]
    assert (verdict["id"], done.returncode) == (cause, code), verdict["sentence"]
    assert verdict["use_port"] == port
    if verdict["is_fine"]:  # somebody has proven to be who he should be
        assert report["findings"][0]["confidence"] == "certain"
    assert report["is_network"] and report["took_ms"] <= 10000
