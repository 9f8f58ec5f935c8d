# SPDX-License-Identifier: Apache-2.0
"""A laboratory: a network, its hosts and boxes, and one condition or several that share it."""

import dataclasses
import json
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import time

import domain
import network as net
from certificates import Certificates
from network import Network

HERE = pathlib.Path(__file__).resolve().parent
STATE = pathlib.Path("/run/sallyport-lab")
NOBODY = 65534
CONTROL_PORTS = {"587": "healthy", "465": "healthy", "2525": "healthy", "443": "policy"}
_WARM_UP_SECONDS = 5


@dataclasses.dataclass(frozen=True)
class Nft:
    """Rules in a base chain of a node; {v4} and {v6} are the server's addresses."""
    node: str
    chain: str
    rules: tuple

    def apply(self, network):
        network.nft(self.node, self.chain, *(_fill(r) for r in self.rules))


@dataclasses.dataclass(frozen=True)
class Ip:
    """Commands of ip(8) in a node."""
    node: str
    commands: tuple

    def apply(self, network):
        network.ip(self.node, *(_fill(c) for c in self.commands))


@dataclasses.dataclass(frozen=True)
class Set:
    """A setting below /proc/sys/net of a node."""
    node: str
    path: str
    value: object

    def apply(self, network):
        network.set(self.node, self.path, self.value)


def _fill(text):
    return text.replace("{v4}", net.SERVER[0]).replace("{v6}", net.SERVER[1])


def host_name(condition):
    return f"{condition.name}.example.net"


def addresses_of(condition, index):
    """What the condition's host has, as its families say."""
    both = net.server_address(index)
    return [a for a, family in zip(both, "46") if family in condition.families]


class Laboratory:
    """
    Conditions that build something in the network have a laboratory of their own; of the others
    each is a host of the server with its own name and address.
    """

    def __init__(self, name, conditions, certificates):
        """certificates: the directory for them, which laboratories may share."""
        assert len(conditions) == 1 or not any(c.is_alone for c in conditions)
        self.name, self.conditions = name, list(conditions)
        self.network = Network(name)
        self.directory = STATE / name
        self.certificates = pathlib.Path(certificates)
        self.faultd = None

    # ---- up and down -----------------------------------------------------------------------------

    def up(self):
        """Cleans up after itself when it fails."""
        self.directory.mkdir(parents=True)
        try:
            self._build()
        except BaseException:
            self.down()
            raise
        return self

    def _build(self):
        self.network.build(len(self.conditions))
        self.roots = Certificates(self.certificates).roots
        (self.directory / "config.json").write_text(json.dumps(self._config(), indent=1))
        self._start_faultd()
        self._warm_up()
        resolvers = self.conditions[0].resolvers or net.DNS[:1]
        self.network.resolve_with(*resolvers)
        for condition in self.conditions:
            for action in condition.network:
                action.apply(self.network)

    def _start_faultd(self):
        log = open(self.directory / "faultd.log", "wb")
        with log:
            self.faultd = subprocess.Popen(
                [sys.executable, "-B", HERE / "faultd", self.directory / "config.json"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True)
        if self.faultd.stdout.readline() != b"ready\n":
            raise RuntimeError("faultd: " + (self.directory / "faultd.log").read_text())
        self.faultd.stdout.close()
        (self.directory / "faultd.pid").write_text(str(self.faultd.pid))

    def _warm_up(self):
        """
        Until every host has been heard by the client: what is up for a moment only does not answer
        to neighbours yet, and a lost question of theirs takes a second.
        """
        poll, waiting = select.poll(), {}
        for address in (*net.SERVER, *net.CONTROL, *net.DNS):
            sock = self._knock(address)
            poll.register(sock, select.POLLOUT)
            waiting[sock.fileno()] = sock
        end = time.monotonic() + _WARM_UP_SECONDS
        while waiting and time.monotonic() < end:
            for fd, _ in poll.poll(100):
                poll.unregister(fd)
                waiting.pop(fd).close()
        for sock in waiting.values():
            sock.close()

    def _knock(self, address):
        """A connection on its way to a port that is closed."""
        with self.network.inside("client"):
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        sock.setblocking(False)
        sock.connect_ex((address, 9))
        return sock

    def down(self):
        """All of it, also what another process has built under this name."""
        self._end_faultd()
        self.network.remove()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _end_faultd(self):
        if self.faultd:
            self.faultd.terminate()
            self.faultd.wait(20)
            return
        file = self.directory / "faultd.pid"
        pid = int(file.read_text()) if file.exists() else 0
        if pid and _is_faultd(pid, self.directory):
            os.kill(pid, 15)

    # ---- what faultd plays -----------------------------------------------------------------------

    def _config(self):
        return {"certificates": str(self.certificates), "status": str(self.directory / "status"),
                "hosts": [*self._hosts(), *self._control_hosts()],
                "dns": [self._dns()] if self.conditions[0].has_dns else [],
                "middleboxes": self._middleboxes()}

    def _hosts(self):
        for index, condition in enumerate(self.conditions):
            yield {"name": host_name(condition), "netns": self.network.netns("server"),
                   "addresses": list(net.server_address(index)),
                   "ports": {str(p): f for p, f in condition.ports.items()}}

    def _control_hosts(self):
        yield {"name": "control.example.org", "netns": self.network.netns("control"),
               "addresses": ["0.0.0.0", "::"], "aliases": [*reference_hosts(), domain.POLICY_HOST],
               "ports": CONTROL_PORTS}
        for name, (node, ports) in self.conditions[0].others.items():
            yield {"name": name, "netns": self.network.netns(node), "addresses": ["0.0.0.0", "::"],
                   "ports": {str(p): f for p, f in ports.items()}}

    def _dns(self):
        hosts = {host_name(c): addresses_of(c, i) for i, c in enumerate(self.conditions)}
        records = domain.records(hosts, net.CONTROL)
        for index, name in enumerate(("control.example.org", *reference_hosts())):
            v4, v6 = net.control_address(index % net.CONTROL_COUNT)
            records[name] = {"A": [v4], "AAAA": [v6]}
        for name, addresses in hosts.items():
            records[name] = {"A": [a for a in addresses if ":" not in a],
                             "AAAA": [a for a in addresses if ":" in a]}
        zone = {"records": records}
        for condition in self.conditions:
            _merge(zone, condition.dns, host_name(condition))
        return {"netns": self.network.netns("dns"), "addresses": list(net.DNS), "zone": zone}

    def _middleboxes(self):
        return [{"name": host_name(self.conditions[0]), "address": net.SERVER[0], "kind": kind,
                 "netns": self.network.netns(node), "ports": list(ports)}
                for kind, node, ports in self.conditions[0].boxes]

    # ---- using it --------------------------------------------------------------------------------

    def command(self, argv, confine=None, **environment):
        """argv as it runs on the client: without privileges, trusting the laboratory's root."""
        if self.conditions[0].has_authorities:
            environment["SSL_CERT_FILE"] = self.roots
        else:
            environment["SSL_CERT_FILE"] = environment["SSL_CERT_DIR"] = os.devnull
        wrapper = [sys.executable, "-B", str(HERE / "confine"), confine, "--"] if confine else []
        return ["ip", "netns", "exec", self.network.netns("client"), "env",
                *(f"{key}={value}" for key, value in environment.items()), *wrapper,
                "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                *map(str, argv)]

    def seen(self):
        """{host: counts} of faultd."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(str(self.directory / "status"))
            octets = b""
            while more := s.recv(65536):
                octets += more
        return json.loads(octets)


def reference_hosts():
    """The names in the doctor's list of hosts that any network should reach, each once."""
    lines = (HERE.parents[1] / "packaging/reference-hosts").read_text().splitlines()
    return list(dict.fromkeys(line.split()[0] for line in lines
                              if line and not line.startswith(("#", "date:"))))


def _merge(zone, changes, name):
    """changes: as zone, with HOST for the name."""
    for table, value in changes.items():
        if table in ("silent", "bogus"):
            zone.setdefault(table, []).extend(k.replace("HOST", name) for k in value)
        else:
            zone.setdefault(table, {}).update(
                {k.replace("HOST", name): v for k, v in value.items()})
    zone["records"] = {k: v for k, v in zone["records"].items() if v is not None}


def _is_faultd(pid, directory):
    """Is that process still the one that we started?"""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return str(directory / "config.json").encode() in words


def unique_name(prefix):
    return f"{prefix}-{os.getpid()}-{time.monotonic_ns() % 10**9:x}"
