# SPDX-License-Identifier: Apache-2.0
"""What the doctor says of each condition: verdict, exit code, facts, time, politeness."""

import re

import network as net
import pytest
from condition import among
from conditions import CONDITIONS
from experiment import START_SECONDS
from laboratory import host_name

ALL = [c for c in CONDITIONS if c.verdict]
_ALARMS = ("AddressSanitizer", "runtime error:", "LeakSanitizer", "Assertion")
# By the words of a plain socket: what "sallyport check" calls it.
_ENDS = {"open": "open", "silent": "silent", "ECONNREFUSED": "reset", "ECONNRESET": "reset"}

every_condition = pytest.mark.parametrize("condition", ALL, ids=lambda c: c.name)


def _addresses_of(node):
    return {"client": net.CLIENT, "r1": net.GATEWAY + net.R1, "r2": net.R2 + net.SERVER_ROUTER,
            "server": net.SERVER}[node]


@every_condition
def test_the_verdict_is_right(condition, result):
    wanted, report = condition.verdict, result.check.report
    verdict, first = report["verdict"], report["findings"][0]
    said = f"{verdict['id']}: {verdict['sentence']}"
    assert among(verdict["id"], wanted.cause), said
    assert among(result.check.exit, wanted.exit), f"exit code {result.check.exit}, {said}"
    assert verdict["exit_code"] == result.check.exit
    if wanted.use_port is not None:
        assert (verdict["use_port"] or 0) == wanted.use_port, said
    if wanted.offender:
        assert first["offender"] in _addresses_of(wanted.offender), f"{first['offender']}, {said}"
    assert set(wanted.findings) <= {f["id"] for f in report["findings"]}, said


# Where a node is, by the laboratory's own plan: routers on the way to it, and itself.
HOPS = {"r1": 1, "r2": 2, "server": 3}
# How each node shows itself to the client.
FACES = {"client": net.CLIENT, "r1": net.GATEWAY, "r2": net.R2, "server": net.SERVER}

# What stands in the way at each place, and what the sentence has to say of the place.
PLACES = {
    "rejects": {"client": "The firewall of this machine itself rejects connections to port 587",
                "r1": "blocked by your router, ADDRESS, which rejects it",
                "r2": "2 hops away: ADDRESS rejects it",
                "server": "The server's own firewall rejects port 587"},
    "forges a reset": {"client": "this machine's own firewall or by the first router, r1's ADDRESS",
                       "r1": "1 hop away, at ADDRESS (your router), not by the server",
                       "r2": "2 hops away, at ADDRESS, not by the server",
                       "server": "HOST does not offer submission on port 587"},
    "drops": {"client": "on this machine or at the first router, r1's ADDRESS",
              "r1": "1 hop away, at ADDRESS (your router)",
              # It has answered for the TTL before: what it drops may as well be lost behind it.
              "r2": "2 hops away, behind ADDRESS or on the way back",
              "server": "The side of HOST does not let you in on port 587"},
    "takes": {"r1": "1 hop away, at ADDRESS (your router)"},
}
IN_THE_WAY = {
    **{f"reject-{how}-{node}": ("rejects", node) for how in ("port", "admin", "host", "net")
       for node in FACES},
    **{f"reject-reset-{node}": ("forges a reset", node) for node in FACES},
    **{f"drop-{node}": ("drops", node) for node in FACES},
    "isp-reject-587": ("rejects", "r2"), "isp-drop-587": ("drops", "r2"),
    "hoster-drop-mail": ("drops", "r1"), "server-allow-list": ("drops", "server"),
    "drop-v4-reject-v6": ("rejects", "r1"), "strip-r1": ("takes", "r1"),
    "proxy-r1": ("takes", "r1"), "proxy-r1-no-tls": ("takes", "r1"), "proxy-dead": ("takes", "r1"),
}


@pytest.mark.parametrize("condition", [c for c in ALL if c.name in IN_THE_WAY],
                         ids=lambda c: c.name)
def test_the_sentence_says_where(condition, result):
    report = result.check.report
    what, node = IN_THE_WAY[condition.name]
    is_v6 = ":" in report["findings"][0]["at"]["address"]
    said = PLACES[what][node].replace("HOST", host_name(condition))
    said = said.replace("r1's ADDRESS", FACES["r1"][is_v6]).replace("ADDRESS", FACES[node][is_v6])
    assert said in report["verdict"]["sentence"]


def test_every_place_is_tried_in_each_way():
    assert {n for n in IN_THE_WAY if n.startswith(("reject-", "drop-"))} >= {
        c.name for c in ALL if re.fullmatch("(reject|drop)-(.*-)?(client|r1|r2|server)", c.name)
        and c.name not in ("drop-syn-ack-r1", "drop-syn-ack-client", "drop-all-ports-server")}


@every_condition
def test_hops_are_counted_as_they_are(condition, result):
    """In whatever is said of anything: "N hops away" beside an address of the laboratory."""
    node_of = {address: node for node in HOPS for address in _addresses_of(node)}
    for finding in result.check.report["findings"]:
        for text in (finding["sentence"], finding["where"] or "", *finding["evidence"]):
            for hops, address in re.findall(
                    r"(\d+) hops? away(?:,|:)?(?: at| behind)? ([0-9a-f.:]*[0-9a-f])", text):
                assert HOPS[node_of[address]] == int(hops), text
        for hops in re.findall(r"(\d+) hops? away", finding["sentence"]):
            assert HOPS[node_of[finding["offender"]]] == int(hops), finding["sentence"]


@every_condition
def test_the_verdict_has_evidence(condition, result):
    report = result.check.report
    for finding in report["findings"]:
        assert finding["evidence"] or finding["weight"] == "note", finding["id"]
    assert report["verdict"]["sentence"]


@every_condition
def test_it_is_done_in_time(condition, result):
    assert result.check.report["took_ms"] <= condition.verdict.seconds * 1000
    assert result.check.seconds <= condition.verdict.seconds + START_SECONDS


@every_condition
def test_it_is_polite(condition, result):
    counts = result.check.counts
    assert counts["at_a_time"] <= 3
    assert counts["logins_failed"] <= 1


@every_condition
def test_it_is_sound(condition, result):
    for alarm in _ALARMS:
        assert alarm not in result.check.stderr, result.check.stderr
    assert not any(ord(c) < 32 and c not in "\n\t" for c in result.check.stdout)


@pytest.mark.parametrize("condition", [c for c in ALL if c.truth and not c.confine],
                         ids=lambda c: c.name)
def test_its_facts_are_what_sockets_see(condition, result):
    probes = {(p["address"], p["port"]): p["dialog"]["tcp"]
              for p in result.check.report["probes"]}
    for key, words in condition.truth.items():
        where, *ttl = key.split()
        family, port = where.split(":")
        tcp = probes.get((result.addresses[family == "6"], int(port)))
        if tcp and not ttl:
            _compare(tcp, words, may_miss=port != "587")


def _compare(tcp, words, may_miss):
    error, *icmp = words.split()
    if icmp and may_miss and tcp["end"] == "silent":
        return  # routers limit how much ICMP they send
    if icmp:
        kind, code, _from, node = icmp
        assert tcp["icmp"] and tcp["end"] in ("rejected", "local")
        assert f"{tcp['icmp']['type']}/{tcp['icmp']['code']}" == code
        assert tcp["icmp"]["version"] == (6 if kind == "icmp6" else 4)
        assert tcp["icmp"]["from"] in _addresses_of(node)
    else:
        assert tcp["end"] == _ENDS.get(error, "local"), words


def test_an_ordinary_dialog_gets_a_message_through(results):
    """So that an exit code of 0 is known to mean something."""
    if "submitted" in results:
        assert results["submitted"].check.counts["messages"] == 1
