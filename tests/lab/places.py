# SPDX-License-Identifier: Apache-2.0
"""Nobody there, one address of several, and what this machine itself does."""

import network as net
from condition import CLOSED, HEALTHY, OK, Condition, Verdict, both
from laboratory import Ip, Nft, Set

# ---- nobody there --------------------------------------------------------------------------------

_CLOSED_PORTS = [
    Condition("healthy", "all is well", families="46",
              ports={587: "healthy", 465: "healthy", 25: "relay", 443: "web"},
              truth={**both("open"), **both("open", port=465), **both(CLOSED, port=2525),
                     "4:587 3": "open", "4:587 2": "EHOSTUNREACH icmp 11/0 from r2"},
              verdict=Verdict("ok", 0, seconds=1)),
    Condition("healthy-v4", "all is well, without IPv6 in DNS", truth={"4:587": "open"},
              verdict=Verdict("ok", 0, seconds=1)),
    Condition("healthy-587-only", "587 is well, 465 is closed", ports={587: "healthy"},
              truth={"4:587": "open", "4:465": CLOSED},
              verdict=OK),
    Condition("healthy-465-only", "465 is well, 587 is closed",
              ports={465: "healthy", 443: "web"}, truth={"4:587": CLOSED, "4:465": "open"},
              verdict=Verdict("submission-port-missing", 13, use_port=465)),
    Condition("closed-all", "no port of mail is open, the host is there", ports={443: "web"},
              families="46", truth={**both(CLOSED), **both(CLOSED, port=465)},
              verdict=Verdict("port-closed", 13, use_port=0)),
    Condition("closed-everything", "nothing is open, the host is there", ports={},
              truth={"4:587": CLOSED, "4:443": CLOSED},
              verdict=Verdict("port-closed", 13, use_port=0)),
    Condition("host-down", "the host does not answer to anything", families="46",
              network=(Nft("r2", "forward", ("ip daddr {v4} drop", "ip6 daddr {v6} drop")),),
              truth={**both("silent"), **both("silent", port=443)},
              verdict=Verdict("host-down", 13)),
    Condition("nothing-to-compare",
              "the host is silent, routers too, and no name of another host can be looked up",
              dns={"silent": ["*"]}, target=net.SERVER[0],
              network=(Nft("r1", "prerouting", ("ip daddr {v4} drop",)),),
              truth={"4:587": "silent", "4:443": "silent", "4:587 1": "silent"},
              verdict=Verdict("inconclusive", 2)),
    Condition("host-absent", "nobody has the address: the last router says so after 3 s",
              dns={"records": {"HOST": {"A": [net.ABSENT[0]]}}}, truth={},
              verdict=Verdict(("host-unreachable", "host-down"), 13)),
]

_UNREACHABLE = [
    Condition("unreachable-r1", "r1 has no way to the server, and says so", families="46",
              network=(Ip("r1", ("route add unreachable {v4}/32",
                                 "route add unreachable {v6}/128")),),
              # The kernel says no by IPv4 only so often that later sockets would not hear of it.
              truth={"6:587": "ENETUNREACH icmp6 1/0 from r1",
                     "6:443": "ENETUNREACH icmp6 1/0 from r1"},
              verdict=Verdict("host-unreachable", 13, offender="r1")),
    Condition("prohibited-r2", "r2 rejects everything to the server", families="46",
              network=(Ip("r2", ("route add prohibit {v4}/32", "route add prohibit {v6}/128")),),
              truth=both("EHOSTUNREACH icmp 3/13 from r2", "EACCES icmp6 1/1 from r2"),
              verdict=Verdict("port-rejected", 12, offender="r2")),
    Condition("no-way-back", "the server has no way back to the client", families="46",
              network=(Ip("server", ("route add blackhole 192.168.77.0/24",
                                     "route add blackhole 2001:db8:77::/64")),),
              truth=both("silent"), verdict=Verdict("host-down", 13)),
    Condition("routing-loop", "r1 and r2 send packets to the server to each other", families="46",
              network=(Ip("r2", ("route add {v4}/32 via 198.51.100.1",
                                 "route add {v6}/128 via 2001:db8:100::1")),),
              truth={"4:587 7": "EHOSTUNREACH icmp 11/0 from r1"},
              verdict=Verdict("host-unreachable", 13)),
]

# ---- this machine --------------------------------------------------------------------------------

_ROUTE_ERRORS = {"prohibit": "EACCES", "unreachable": "EHOSTUNREACH", "blackhole": "EINVAL",
                 "throw": "ENETUNREACH"}


_ROUTE_CAUSES = {"prohibit": "local-route-prohibited",
                 "unreachable": ("local-no-route", "local-route-prohibited"),
                 "blackhole": "local-blackhole", "throw": "local-no-route"}


def _route(kind, error):
    return Condition(f"route-{kind}", f"a {kind} route of the client's own", families="46",
                     network=(Ip("client", (f"route add {kind} 203.0.113.0/24",
                                            f"route add {kind} 2001:db8:113::/64")),),
                     truth=both(error), verdict=Verdict(_ROUTE_CAUSES[kind], 11))


_NETWORK_DOWN = ("network-down", "host-unreachable", "local-no-route")
_FEW_PORTS = range(40000, 40004)
_LOCAL = [_route(kind, error) for kind, error in _ROUTE_ERRORS.items()] + [
    Condition("rule-blackhole", "a rule of the client's own leads port 587 to nowhere",
              network=(Ip("client", ("rule add ipproto tcp dport 587 blackhole",)),),
              truth={"4:587": "EINVAL", "4:465": "open"},
              verdict=Verdict("local-blackhole", 11, use_port=465)),
    Condition("no-route", "the client has no route to anywhere but its own network",
              network=(Ip("client", ("route del default", "route del ::/0")),),
              target=net.SERVER[0], truth=both("ENETUNREACH"),
              verdict=Verdict(("local-no-route", "network-down"), 11)),
    Condition("gateway-absent", "nobody has the address of the client's gateway",
              network=(Ip("client", ("route del default",
                                     "route add default via 192.168.77.99")),),
              truth={}, verdict=Verdict("network-down", 11)),
    Condition("no-ipv6", "the host has IPv6 addresses, the client has not", families="46",
              network=(Set("client", "ipv6/conf/all/disable_ipv6", 1),),
              truth=both("open", "EADDRNOTAVAIL"),
              verdict=OK),
    Condition("no-ipv6-route", "the client has IPv6, but no way out", families="46",
              network=(Ip("client", ("route del ::/0",)),),
              truth=both("open", "ENETUNREACH"),
              verdict=Verdict(("ok", "ipv6-broken"), (0, 22))),
    Condition("no-ports", "all local ports of the client are in use", families="46",
              network=(Set("client", "ipv4/ip_local_port_range",
                           f"{_FEW_PORTS[0]} {_FEW_PORTS[-1]}"),),
              others={"busy.example": ("client", dict.fromkeys(_FEW_PORTS, "silent"))},
              truth=both("EADDRNOTAVAIL"),
              verdict=Verdict("local-ports-exhausted", 11)),
    Condition("no-authorities", "the client has no authorities to trust", has_authorities=False,
              truth={"4:587": "open"}, dialog="message: 250 2.0.0 Ok: queued",
              verdict=Verdict("certificate-no-roots", 17)),
    Condition("confined-landlock", "a sandbox forbids the program to connect", families="46",
              confine="landlock", truth=both("open"),
              verdict=Verdict("local-denied", 11)),
    Condition("confined-bpf", "a BPF program of the cgroup forbids the program to connect",
              families="46", confine="bpf", truth=both("open"),
              verdict=Verdict("local-denied", 11)),
]

# ---- one address of several ----------------------------------------------------------------------

_ADDRESSES = [
    Condition("dead-ipv6", "IPv6 is dropped on the way, IPv4 works", families="46",
              network=(Nft("r1", "forward", ("ip6 daddr {v6} drop",)),),
              truth=both("open", "silent"),
              verdict=Verdict("ipv6-broken", 22)),
    Condition("dead-ipv4", "IPv4 is dropped on the way, IPv6 works", families="46",
              network=(Nft("r1", "forward", ("ip daddr {v4} drop",)),),
              truth=both("silent", "open"),
              verdict=Verdict("ipv4-broken", 22)),
    Condition("dead-address", "one of two IPv4 addresses does not answer",
              dns={"records": {"HOST": {"A": ["203.0.113.25", "203.0.113.77"]}}},
              network=(Nft("r2", "forward", ("ip daddr 203.0.113.77 drop",)),),
              truth={"4:587": "open"},
              verdict=Verdict("address-broken", 22)),
    Condition("loopback-beside", "one of two addresses is 127.0.0.1",
              dns={"records": {"HOST": {"A": ["203.0.113.25", "127.0.0.1"]}}},
              truth={"4:587": "open"},
              verdict=Verdict("address-broken", 22)),
    Condition("ipv6-only", "the host has IPv6 addresses only", families="6",
              truth={"6:587": "open"}, verdict=OK),
    Condition("ipv6-only-no-ipv6", "the host has IPv6 addresses only, the client has none",
              families="6", network=(Set("client", "ipv6/conf/all/disable_ipv6", 1),),
              truth={"6:587": "EADDRNOTAVAIL"},
              verdict=Verdict(("local-no-route", "name-no-address"), (10, 11))),
    Condition("closed-ipv6", "the server listens on IPv4 only", families="46",
              network=(Nft("server", "input",
                           ("ip6 daddr {v6} tcp dport { 587, 465 } reject with tcp reset",)),),
              truth=both("open", CLOSED),
              verdict=Verdict("ipv6-broken", 22)),
]

PLACES = [*_CLOSED_PORTS, *_UNREACHABLE, *_LOCAL, *_ADDRESSES]
