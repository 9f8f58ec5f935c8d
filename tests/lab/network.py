# SPDX-License-Identifier: Apache-2.0
"""
A network in namespaces: client - r1 - r2 - server, and what else a real one has. Nothing leaves it.

    client --- r1 (gateway) --- r2 --- server
                |                \\
               dns                control

Each network has namespaces of its own, so the addresses are the same in all of them.
"""

import contextlib
import ctypes
import ctypes.util
import os
import pathlib
import shutil
import subprocess

_LIBC = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
_CLONE_NEWNET = 0x40000000

# The IPv4 and the IPv6 address of every interface. The ranges are those for documentation, but for
# the client, which sits in a private network as most do.
CLIENT = ("192.168.77.2", "2001:db8:77::2")
GATEWAY = ("192.168.77.1", "2001:db8:77::1")
R1 = ("198.51.100.1", "2001:db8:100::1")
R2 = ("198.51.100.2", "2001:db8:100::2")
SERVER = ("203.0.113.25", "2001:db8:113::25")
SERVER_ROUTER = ("203.0.113.1", "2001:db8:113::1")
CONTROL = ("192.0.2.25", "2001:db8:2::25")
CONTROL_ROUTER = ("192.0.2.1", "2001:db8:2::1")
DNS = ("198.18.53.53", "2001:db8:53::53")
DNS_ROUTER = ("198.18.53.1", "2001:db8:53::1")
ABSENT = ("203.0.113.250", "2001:db8:113::fa")  # in the server's network, nobody has it
SERVER_MAX = 200
CONTROL_COUNT = 4  # addresses of the control, so that it can be several hosts

# (namespace, interface, addresses, namespace, interface, addresses) of both ends.
_LINKS = (
    ("client", "eth0", CLIENT, "r1", "lan", GATEWAY),
    ("r1", "core", R1, "r2", "core", R2),
    ("r2", "srv", SERVER_ROUTER, "server", "eth0", SERVER),
    ("r2", "ctl", CONTROL_ROUTER, "control", "eth0", CONTROL),
    ("r1", "dns", DNS_ROUTER, "dns", "eth0", DNS),
)
_DEFAULT_ROUTES = {"client": GATEWAY, "r1": R2, "r2": R1, "server": SERVER_ROUTER,
                   "control": CONTROL_ROUTER, "dns": DNS_ROUTER}
NODES = tuple(_DEFAULT_ROUTES)
_ROUTERS = ("r1", "r2")


def server_address(index):
    """The addresses of the server's host of that number: it can be many hosts at once."""
    assert 0 <= index < SERVER_MAX
    return (f"203.0.113.{25 + index}", f"2001:db8:113::{0x25 + index:x}")


def control_address(index):
    return (f"192.0.2.{25 + index}", f"2001:db8:2::{0x25 + index:x}")


def _run(*argv, text=None):
    done = subprocess.run(argv, input=text, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}\n{text or ''}")
    return done.stdout


def _setns(fd):
    if _LIBC.setns(fd, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def entered(name):
    """This thread, and the sockets and programs that it makes, are in that namespace meanwhile."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        inside = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(inside)
        finally:
            os.close(inside)
        try:
            yield
        finally:
            _setns(before)
    finally:
        os.close(before)


def _set(path, value):
    """A setting of the namespace that this thread is in."""
    (pathlib.Path("/proc/sys/net") / path).write_text(str(value))


class Network:
    """name: of this network among those of the machine; its namespaces are lab-NAME-NODE."""

    def __init__(self, name):
        self.name = name

    def netns(self, node):
        return f"lab-{self.name}-{node}"

    def inside(self, node):
        return entered(self.netns(node))

    def build(self, server_count=1):
        for node in NODES:
            _run("ip", "netns", "add", self.netns(node))
        for node in NODES:
            with self.inside(node):
                self._prepare(node)
        _run("ip", "-batch", "-", text="".join(self._link(*link) for link in _LINKS))
        for node in NODES:
            self.ip(node, *self._address_commands(node, server_count))
        for node, gateways in _DEFAULT_ROUTES.items():
            self.ip(node, *(f"route add default via {g}" for g in gateways))
        return self

    def _prepare(self, node):
        # Duplicate address detection would take a second.
        _set("ipv6/conf/default/accept_dad", 0)
        _set("ipv6/conf/default/accept_ra", 0)
        if node in _ROUTERS:
            _set("ipv4/ip_forward", 1)
            _set("ipv6/conf/all/forwarding", 1)

    def _link(self, node, interface, _addresses, peer_node, peer_interface, _peer_addresses):
        return (f"link add {interface} netns {self.netns(node)} type veth "
                f"peer name {peer_interface} netns {self.netns(peer_node)}\n")

    def _address_commands(self, node, server_count):
        commands = ["link set lo up"]
        for a, a_if, a_ips, b, b_if, b_ips in _LINKS:
            for end, interface, ips in ((a, a_if, a_ips), (b, b_if, b_ips)):
                if end == node:
                    commands += [f"addr add {ips[0]}/24 dev {interface}",
                                 f"addr add {ips[1]}/64 dev {interface} nodad",
                                 f"link set {interface} up"]
        more = {"server": [server_address(i) for i in range(1, server_count)],
                "control": [control_address(i) for i in range(1, CONTROL_COUNT)]}
        for v4, v6 in more.get(node, []):
            commands += [f"addr add {v4}/24 dev eth0", f"addr add {v6}/64 dev eth0 nodad"]
        return commands

    def ip(self, node, *commands):
        """Commands of ip(8) in that node's namespace."""
        _run("ip", "-n", self.netns(node), "-batch", "-", text="\n".join(commands) + "\n")

    def nft(self, node, chain, *rules):
        """
        Rules in a new base chain of the node: chain is "output", "forward", "input", ..., with
        "nat" before it, or "raw" for what comes before connections are tracked.
        """
        *name, hook = chain.split()
        name = name[0] if name else "filter"
        priority = {"nat": -100, "raw": -300, "filter": 0}[name]
        kind = "nat" if name == "nat" else "filter"
        with self.inside(node):
            _run("nft", "-f", "-", text=(
                f"table inet lab_{name}_{hook} {{ chain {hook} {{\n"
                f"type {kind} hook {hook} priority {priority}; policy accept;\n"
                + "".join(f"{rule}\n" for rule in rules) + "}\n}\n"))

    def lift_icmp_limits(self):
        for node in NODES:
            self.set(node, "ipv4/icmp_ratelimit", 0)
            self.set(node, "ipv6/icmp/ratelimit", 0)

    def set(self, node, path, value):
        with self.inside(node):
            _set(path, value)

    def resolve_with(self, *servers):
        """What the client's /etc/resolv.conf says, for programs that "ip netns exec" starts."""
        directory = self._etc()
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "resolv.conf").write_text("".join(f"nameserver {s}\n" for s in servers))

    def _etc(self):
        return pathlib.Path("/etc/netns") / self.netns("client")

    def remove(self):
        """All of it, as far as it was built."""
        for node in NODES:
            if os.path.exists(f"/run/netns/{self.netns(node)}"):
                _run("ip", "netns", "delete", self.netns(node))
        shutil.rmtree(self._etc(), ignore_errors=True)
