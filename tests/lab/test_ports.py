# SPDX-License-Identifier: Apache-2.0
"""sallyport ports, as nobody: the same as plain sockets see, by whom, and in time."""

import contextlib
import errno
import json
import os
import socket
import subprocess
import time

import network as net
import pytest
from laboratory import NOBODY
from network import Network
from patience import measured
from support import schemas

OPEN, CLOSED, DROPPED, REJECTED, PROHIBITED = 587, 993, 465, 25, 2525
FEW = f"{OPEN},{CLOSED},{DROPPED},{REJECTED},{PROHIBITED}"
SOME_OPEN = (OPEN, 143, 777, 4190)
STATE_OF_ERRNO = {0: "open", errno.ECONNREFUSED: "closed"}


@pytest.fixture(name="network", scope="module")
def fixture_network():
    assert os.geteuid() == 0, "the laboratory makes network namespaces: it wants root"
    network = Network(f"ports-{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(network.remove)
        network.build()
        for address in net.SERVER:
            for port in SOME_OPEN:
                stack.enter_context(listening(network, address, port))
        warm_up(network)
        yield network


def listening(network, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with network.inside("server"):
        return socket.create_server((address, port), family=family, backlog=64)


@contextlib.contextmanager
def asking_for(network, address):
    """Has the router look for who has an address."""
    with network.inside("client"):
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with asking:
        asking.sendto(b"?", (address, 9))
        yield


def warm_up(network):
    """The first word over IPv6 may wait a second for interfaces that have just come up."""
    with network.inside("client"):
        for address in net.SERVER:
            socket.create_connection((address, OPEN), timeout=10).close()


@pytest.fixture(name="ports")
def fixture_ports(build, network):
    """Runs the program on the client; returns (exit code, what it printed)."""
    def run(*words):
        done = subprocess.run(
            ["ip", "netns", "exec", network.netns("client"), "setpriv", f"--reuid={NOBODY}",
             f"--regid={NOBODY}", "--clear-groups", build / "src/cli/sallyport", "ports",
             *map(str, words)], capture_output=True, text=True, timeout=120, check=False)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr
        if "--json" in words and done.returncode < 2:
            schemas.read("ports", done.stdout)
        return done.returncode, done.stdout if done.returncode < 2 else done.stderr
    return run


@pytest.fixture(name="wall")
def fixture_wall(network):
    """Rules of a node, until the end of the test."""
    nodes = []

    def build(node, chain, *rules):
        network.nft(node, chain, *rules)
        nodes.append(node)

    yield build
    for node in nodes:
        with network.inside(node):
            subprocess.run(["nft", "flush", "ruleset"], check=True)


def walls(address):
    daddr = f"ip6 daddr {address}" if ":" in address else f"ip daddr {address}"
    return (f"{daddr} tcp dport {REJECTED} reject",
            f"{daddr} tcp dport {DROPPED} drop",
            f"{daddr} tcp dport {PROHIBITED} reject with icmpx type admin-prohibited")


def states(printed):
    return {p["port"]: p["state"] for p in json.loads(printed)["addresses"][0]["ports"]}


@pytest.mark.parametrize("which", [0, 1], ids=["ipv4", "ipv6"])
def test_each_port_is_told_by_who_answers(ports, wall, which):
    address = net.SERVER[which]
    wall("r1", "forward", *walls(address))
    code, printed = ports("--json", address, FEW)
    assert code == 0
    found = json.loads(printed)
    assert found["schema"] == 1 and found["host"] == address
    [scan] = found["addresses"]
    assert scan["address"] == address and scan["family"] == ("ipv4", "ipv6")[which]
    assert scan["counts"] == {"open": 1, "closed": 1, "rejected": 2, "filtered": 1, "failed": 0}
    assert states(printed) == {OPEN: "open", CLOSED: "closed", DROPPED: "filtered",
                               REJECTED: "rejected", PROHIBITED: "rejected"}
    by_port = {p["port"]: p for p in scan["ports"]}
    assert by_port[PROHIBITED]["icmp"] == {
        "type": (3, 1)[which], "code": (13, 1)[which], "name": "administratively prohibited",
        "from": net.GATEWAY[which]}
    assert by_port[OPEN]["icmp"] is None and by_port[OPEN]["rtt_ms"] > 0
    assert by_port[DROPPED]["took_ms"] is None and by_port[DROPPED]["tries"] == 2


def test_the_text_says_who_rejects(ports, wall):
    wall("r1", "forward", *walls(net.SERVER[0]))
    wall("server", "input", f"tcp dport {CLOSED} reject with icmp type host-prohibited")
    code, printed = ports(net.SERVER[0], FEW)
    assert code == 0
    lines = printed.splitlines()
    assert lines[0] == net.SERVER[0]
    assert any(line.split()[:4] == ["25", "rejected", "smtp", "port"] and
               f"says {net.GATEWAY[0]} (the gateway of this network)" in line for line in lines)
    assert any("993" in line and f"says {net.SERVER[0]} (the host itself)" in line
               for line in lines)
    assert any(line.split() == ["465", "filtered", "submissions", "no", "answer"]
               for line in lines)
    assert lines[-1].endswith("1 open, 3 rejected, 1 filtered")


def test_this_machine_is_named_when_it_rejects(ports, wall):
    wall("client", "output", f"tcp dport {OPEN} reject")
    code, printed = ports(net.SERVER[0], OPEN)
    assert code == 1
    assert f"says {net.CLIENT[0]} (this machine)" in printed


def test_plain_sockets_say_the_same_of_a_thousand_ports(ports, network):
    code, printed = ports("--json", net.SERVER[0], "1-1000")
    assert code == 0
    seen = {}
    with network.inside("client"):
        for port in range(1, 1001):
            with socket.socket() as sock:
                sock.settimeout(10)
                seen[port] = STATE_OF_ERRNO[sock.connect_ex((net.SERVER[0], port))]
    assert states(printed) == seen
    assert sorted(p for p, s in seen.items() if s == "open") == sorted(
        p for p in SOME_OPEN if p <= 1000)


@pytest.mark.parametrize("rules", [
    ("drop",), (f"tcp dport != {OPEN} drop",)], ids=["silent", "one-open"])
def test_a_thousand_ports_that_are_silent_take_less_than_ten_seconds(ports, wall, rules):
    wall("server", "input", *rules)
    code, printed = measured(lambda: ports("--json", net.SERVER[0], "1-1000"),
                             lambda done: json.loads(done[1])["took_ms"] < 10000)
    found = json.loads(printed)
    counts = found["addresses"][0]["counts"]
    assert counts["open"] == (1 if code == 0 else 0)
    assert counts["filtered"] + counts["open"] == 1000
    assert code == (1 if rules == ("drop",) else 0)
    assert found["took_ms"] < 10000


def test_what_many_share_is_said_once(ports, wall):
    wall("server", "input", f"tcp dport 100-199 tcp dport != {143} drop")
    code, printed = ports(net.SERVER[0], "1-1000")
    assert code == 0
    assert "     99  filtered: no answer\n           100-142 144-199\n" in printed
    assert "    898  closed: reset\n           1-99 200-586 588-776 778-1000\n" in printed
    assert "1000 ports in" in printed and "3 open, 898 closed, 99 filtered" in printed


def test_an_address_that_nobody_has_is_told_at_once(ports):
    code, printed = ports(net.ABSENT[0], "1-1000")
    assert code == 1
    assert (f"no machine there has this address: host unreachable, says {net.R2[0]}" in printed
            or f"host unreachable, says {net.SERVER_ROUTER[0]}" in printed)
    _, printed = measured(lambda: ports("--json", net.ABSENT[0], "1-1000"),
                          lambda done: json.loads(done[1])["took_ms"] < 6000)
    found = json.loads(printed)
    assert found["addresses"][0]["is_absent"]
    assert found["took_ms"] < 6000


@pytest.mark.parametrize("before_s", [0.5, 1.5, 2.5])
def test_an_address_that_is_asked_for_already_is_told_too(ports, network, before_s):
    with asking_for(network, net.ABSENT[0]):
        time.sleep(before_s)  # the router gives up three seconds after that, in mid-scan
        found = json.loads(ports("--json", net.ABSENT[0], "1-1000")[1])
    assert found["addresses"][0]["is_absent"]
    assert found["took_ms"] < 8000


def test_only_open_ports_when_asked(ports):
    code, printed = ports("--open", net.SERVER[0], "1-1000")
    assert code == 0
    assert [int(line.split()[0]) for line in printed.splitlines()[2:-1]] == [143, 587, 777]
    code, printed = ports("--open", "--json", net.SERVER[0], "1-1000")
    assert states(printed) == {143: "open", 587: "open", 777: "open"}


def test_no_more_than_the_rate(ports):
    slow = json.loads(ports("--json", "--rate", 50, net.SERVER[0], "1-100")[1])
    assert slow["took_ms"] > 1500


def test_one_at_a_time(ports, wall):
    wall("r1", "forward", *walls(net.SERVER[0]))
    code, printed = ports("--json", "--parallel", 1, net.SERVER[0], FEW)
    assert code == 0
    assert states(printed)[OPEN] == "open" and states(printed)[DROPPED] == "filtered"


def test_both_families_of_a_name(ports, network):
    hosts = network.netns("client")
    directory = f"/etc/netns/{hosts}"
    os.makedirs(directory, exist_ok=True)
    with open(f"{directory}/hosts", "w", encoding="ascii") as f:
        f.write(f"{net.SERVER[0]} mail.example.net\n{net.SERVER[1]} mail.example.net\n")
    for options, families in ((), ["ipv6", "ipv4"]), (("-4",), ["ipv4"]), (("-6",), ["ipv6"]), (
            ("-4", "-6"), ["ipv6", "ipv4"]):
        code, printed = ports("--json", *options, "mail.example.net", "submission")
        assert code == 0
        assert [a["family"] for a in json.loads(printed)["addresses"]] == families
    code, printed = ports("mail.example.net", OPEN)
    assert f"mail.example.net ({net.SERVER[0]})" in printed


@pytest.mark.parametrize("words, code", [
    ([], 64), (["localhost", "nonsense"], 64), (["localhost", "0"], 64),
    (["localhost", "70000"], 64), (["localhost", "20-10"], 64), (["localhost", "25,"], 64),
    (["--rate", "0", "localhost"], 64), (["--parallel", "x", "localhost"], 64),
    (["--resolver", "nonsense", "localhost"], 64), (["-6", net.SERVER[0]], 68),
    (["255.255.255.255", "25"], 71), (["--resolver", net.CONTROL[0], "mail.example.net"], 75),
])
def test_exit_codes_say_why_not(ports, words, code):
    assert ports(*words)[0] == code
