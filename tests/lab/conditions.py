# SPDX-License-Identifier: Apache-2.0
"""
Every condition that the doctor must tell apart: what builds it, and what plain sockets see of it.

truth: {"FAMILY:PORT[ TTL]": words of witness.connect()}. A condition that says nothing of the
network, of DNS, of boxes or of other hosts is just a host of the server and shares a laboratory.
"""

import dataclasses

import network as net
from laboratory import Ip, Nft, Set
from middlebox import MARK

HEALTHY = {587: "healthy", 465: "healthy", 443: "web"}
_CLOSED = "ECONNREFUSED"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the doctor must say. A tuple: any of these, where the facts allow no more."""
    cause: str | tuple
    exit: int | tuple
    use_port: int | None = None   # None: not looked at
    offender: str | None = None   # the node that the evidence must name
    findings: tuple = ()          # causes that must be said besides
    queue_id: str | None = None
    seconds: float = 10


OK = Verdict("ok", 0)


@dataclasses.dataclass(frozen=True)
class Condition:
    name: str
    summary: str
    ports: dict = dataclasses.field(default_factory=lambda: HEALTHY)
    families: str = "4"     # of the addresses in DNS
    network: tuple = ()     # of Nft, Ip and Set
    dns: dict = dataclasses.field(default_factory=dict)     # changes of the zone, see dns.Zone
    has_dns: bool = True
    resolvers: tuple = ()   # other than the laboratory's
    boxes: tuple = ()       # (kind, node, ports), see middlebox.py
    others: dict = dataclasses.field(default_factory=dict)  # {name: (node, {port: fault})}
    confine: str | None = None  # what the client runs under, see confine
    target: str = "HOST"    # of the command line
    truth: dict = dataclasses.field(default_factory=dict)
    names: dict = dataclasses.field(default_factory=dict)  # {"A": words of witness.ask()}
    dialog: str | None = None  # how a plain dialog ends, see witness.talk()
    port: int = 587            # of that dialog
    verdict: Verdict | None = None
    is_login: bool = False     # check logs in and submits a message

    @property
    def is_alone(self):
        return bool(self.network or self.dns or not self.has_dns or self.resolvers or self.boxes
                    or self.others)


def _both(words, v6_words=None, port=587):
    return {f"4:{port}": words, f"6:{port}": v6_words or words}


def _filter(name, summary, truth, *actions, **more):
    """One thing in the way to port 587 of both families."""
    return Condition(name, summary, families="46", network=actions,
                     truth={**_both("open", port=465), **truth}, **more)


_PORT = "tcp dport 587"

# ---- rejected ------------------------------------------------------------------------------------

# How a node rejects: nftables' words, then what IPv4 and what IPv6 sockets see.
_REJECTS = {
    "port": ("reject", "ECONNREFUSED icmp 3/3 from {}", "ECONNREFUSED icmp6 1/4 from {}"),
    "admin": ("reject with icmpx admin-prohibited", "EHOSTUNREACH icmp 3/13 from {}",
              "EACCES icmp6 1/1 from {}"),
    "host": ("reject with icmpx host-unreachable", "EHOSTUNREACH icmp 3/1 from {}",
             "EHOSTUNREACH icmp6 1/3 from {}"),
    "net": ("reject with icmpx no-route", "ENETUNREACH icmp 3/0 from {}",
            "ENETUNREACH icmp6 1/0 from {}"),
    "reset": ("reject with tcp reset", "ECONNREFUSED", "ECONNREFUSED"),
}
_PLACES = {"client": "output", "r1": "forward", "r2": "forward", "server": "input"}


def _rejected(how, place):
    if how == "reset":
        return {
            # Nobody in between: the same as when nobody listens.
            "server": Verdict("submission-port-missing", 13, use_port=465),
            # A reset of our own packet filter looks like one of the gateway before its TTL check.
            "client": Verdict(("local-firewall", "port-reset-forged"), (11, 15), use_port=465),
        }.get(place, Verdict("port-reset-forged", 15, use_port=465, offender=place))
    if place == "client":
        return Verdict("local-firewall", 11, use_port=465, offender="client")
    return Verdict("port-rejected", 12, use_port=465, offender=place)


def _reject(how, place):
    words, v4, v6 = _REJECTS[how]
    return _filter(f"reject-{how}-{place}", f"{place} answers SYNs to port 587: {words}",
                   _both(v4.format(place), v6.format(place)),
                   Nft(place, _PLACES[place], (f"{_PORT} {words}",)),
                   verdict=_rejected(how, place))


_REJECTED = [_reject(how, place) for how in _REJECTS for place in _PLACES
             if (how, place) not in (("net", "server"), ("net", "client"), ("host", "client"))]

# ---- dropped -------------------------------------------------------------------------------------

_LADDERS = {  # which routers let the TTL of a SYN run out before it is dropped
    "client": {"4:587 1": "silent"},
    "r1": {"4:587 1": "EHOSTUNREACH icmp 11/0 from r1", "4:587 2": "silent"},
    "r2": {"4:587 2": "EHOSTUNREACH icmp 11/0 from r2", "6:587 2": "EHOSTUNREACH icmp6 3/0 from r2"},
    "server": {"4:587 2": "EHOSTUNREACH icmp 11/0 from r2", "4:587 3": "silent"},
}


_DROPPED_VERDICTS = {
    # The gateway could drop before it looks at the TTL: the same picture.
    "client": Verdict(("local-firewall", "port-filtered"), (11, 12), use_port=465),
    "r1": Verdict("port-filtered", 12, use_port=465),
    "r2": Verdict("port-filtered", 12, use_port=465),
    # Another mail server's port 587 answers: it is not the network.
    "server": Verdict("server-blocks-you", 12, use_port=465),
}


def _drop(place):
    return _filter(f"drop-{place}", f"{place} drops SYNs to port 587 without a word",
                   {**_both("silent"), **_LADDERS[place]},
                   Nft(place, _PLACES[place], (f"{_PORT} drop",)),
                   verdict=_DROPPED_VERDICTS[place])


_DROPPED = [_drop(place) for place in _PLACES] + [
    _filter("drop-syn-ack-r1", "r1 drops what comes back from port 587", _both("silent"),
            Nft("r1", "forward", ("tcp sport 587 drop",)),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    _filter("drop-syn-ack-client", "the client drops what comes back from port 587",
            _both("silent"), Nft("client", "input", ("tcp sport 587 drop",)),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    _filter("drop-all-ports-server", "the server drops all that is for mail: a ban",
            {**_both("silent"), **_both("silent", port=465), **_both("open", port=443)},
            Nft("server", "input", ("tcp dport { 25, 465, 587, 2525 } drop",)),
            verdict=Verdict("server-blocks-you", 12, use_port=0)),
]

_MORE_FILTERS = [
    _filter("drop-r2-hidden", "r2 drops, and no router says when a TTL runs out",
            {**_both("silent"), "4:587 1": "silent", "4:465 2": "silent"},
            Nft("r2", "forward", (f"{_PORT} drop",)),
            *(Nft(router, "output", ("icmp type time-exceeded drop", "icmpv6 type time-exceeded drop"))
              for router in ("r1", "r2")),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    _filter("drop-v4-reject-v6", "r1 drops IPv4 and rejects IPv6",
            _both("silent", "EACCES icmp6 1/1 from r1"),
            Nft("r1", "forward", (f"ip version 4 {_PORT} drop",
                                  f"ip6 version 6 {_PORT} reject with icmpx admin-prohibited")),
            verdict=Verdict(("port-filtered", "port-rejected"), 12, use_port=465)),
    _filter("drop-v4-only", "r1 drops port 587 of IPv4 only", _both("silent", "open"),
            Nft("r1", "forward", (f"ip version 4 {_PORT} drop",)),
            verdict=Verdict("ipv4-broken", 22)),
    Condition("syn-lost", "every other SYN is lost, the next one gets through",
              network=(Nft("r1", "forward",
                           ("tcp flags & (syn | ack) == syn numgen inc mod 2 == 0 drop",)),),
              verdict=OK),
    _filter("connections-limited", "the server's firewall resets the fifth connection at a time",
            _both("open"),
            Nft("server", "input", ("tcp dport { 587, 465 } ct state new "
                                    "ct count over 4 reject with tcp reset",)),
            verdict=OK),
]

# ---- nobody there --------------------------------------------------------------------------------

_CLOSED_PORTS = [
    Condition("healthy", "all is well", families="46",
              ports={587: "healthy", 465: "healthy", 25: "relay", 443: "web"},
              truth={**_both("open"), **_both("open", port=465), **_both(_CLOSED, port=2525),
                     "4:587 3": "open", "4:587 2": "EHOSTUNREACH icmp 11/0 from r2"},
              verdict=Verdict("ok", 0, seconds=1)),
    Condition("healthy-v4", "all is well, without IPv6 in DNS", truth={"4:587": "open"},
              verdict=Verdict("ok", 0, seconds=1)),
    Condition("healthy-587-only", "587 is well, 465 is closed", ports={587: "healthy"},
              truth={"4:587": "open", "4:465": _CLOSED},
              verdict=OK),
    Condition("healthy-465-only", "465 is well, 587 is closed",
              ports={465: "healthy", 443: "web"}, truth={"4:587": _CLOSED, "4:465": "open"},
              verdict=Verdict("submission-port-missing", 13, use_port=465)),
    Condition("closed-all", "no port of mail is open, the host is there", ports={443: "web"},
              families="46", truth={**_both(_CLOSED), **_both(_CLOSED, port=465)},
              verdict=Verdict("port-closed", 13, use_port=0)),
    Condition("closed-everything", "nothing is open, the host is there", ports={},
              truth={"4:587": _CLOSED, "4:443": _CLOSED},
              verdict=Verdict("port-closed", 13, use_port=0)),
    Condition("host-down", "the host does not answer to anything", families="46",
              network=(Nft("r2", "forward", ("ip daddr {v4} drop", "ip6 daddr {v6} drop")),),
              truth={**_both("silent"), **_both("silent", port=443)},
              verdict=Verdict("host-down", 13)),
    Condition("host-absent", "nobody has the address: the last router says so after 3 s",
              dns={"records": {"HOST": {"A": [net.ABSENT[0]]}}}, truth={},
              verdict=Verdict(("host-unreachable", "host-down"), 13)),
]

_UNREACHABLE = [
    Condition("unreachable-r1", "r1 has no way to the server, and says so", families="46",
              network=(Ip("r1", ("route add unreachable {v4}/32", "route add unreachable {v6}/128")),),
              truth={**_both("EHOSTUNREACH icmp 3/1 from r1", "ENETUNREACH icmp6 1/0 from r1"),
                     **_both("EHOSTUNREACH icmp 3/1 from r1", "ENETUNREACH icmp6 1/0 from r1",
                             port=443)},
              verdict=Verdict("host-unreachable", 13, offender="r1")),
    Condition("prohibited-r2", "r2 rejects everything to the server", families="46",
              network=(Ip("r2", ("route add prohibit {v4}/32", "route add prohibit {v6}/128")),),
              truth=_both("EHOSTUNREACH icmp 3/13 from r2", "EACCES icmp6 1/1 from r2"),
              verdict=Verdict("port-rejected", 12, offender="r2")),
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
                     truth=_both(error), verdict=Verdict(_ROUTE_CAUSES[kind], 11))


_LOCAL = [_route(kind, error) for kind, error in _ROUTE_ERRORS.items()] + [
    Condition("no-route", "the client has no route to anywhere but its own network",
              network=(Ip("client", ("route del default", "route del ::/0")),),
              target=net.SERVER[0], truth=_both("ENETUNREACH"),
              verdict=Verdict(("local-no-route", "network-down"), 11)),
    Condition("no-ipv6", "the host has IPv6 addresses, the client has not", families="46",
              network=(Set("client", "ipv6/conf/all/disable_ipv6", 1),),
              truth=_both("open", "EADDRNOTAVAIL"),
              verdict=OK),
    Condition("no-ipv6-route", "the client has IPv6, but no way out", families="46",
              network=(Ip("client", ("route del ::/0",)),),
              truth=_both("open", "ENETUNREACH"),
              verdict=Verdict(("ok", "ipv6-broken"), (0, 22))),
    Condition("confined-landlock", "a sandbox forbids the program to connect", families="46",
              confine="landlock", truth=_both("open"),
              verdict=Verdict("local-denied", 11)),
    Condition("confined-bpf", "a BPF program of the cgroup forbids the program to connect",
              families="46", confine="bpf", truth=_both("open"),
              verdict=Verdict("local-denied", 11)),
]

# ---- networks that let nothing out ---------------------------------------------------------------

_LET_DNS = "ip daddr 198.18.53.53 accept"
_MAIL = "tcp dport { 25, 465, 587 }"
_BLOCKS = [
    Condition("egress-drop", "the network lets nothing out but DNS", families="46",
              network=(Nft("r1", "forward", (_LET_DNS, "iifname \"lan\" drop")),),
              truth={**_both("silent"), **_both("silent", port=443)},
              verdict=Verdict("network-down", 11)),
    Condition("egress-reject", "the network rejects all but DNS", families="46",
              network=(Nft("r1", "forward",
                           (_LET_DNS, "iifname \"lan\" reject with icmpx admin-prohibited")),),
              truth={**_both("EHOSTUNREACH icmp 3/13 from r1", "EACCES icmp6 1/1 from r1"),
                     **_both("EHOSTUNREACH icmp 3/13 from r1", "EACCES icmp6 1/1 from r1",
                             port=443)},
              verdict=Verdict(("port-rejected", "network-down"), (11, 12), offender="r1")),
    Condition("network-down", "nothing gets out, not even to DNS",
              network=(Nft("r1", "forward", ("drop",)),), truth=_both("silent"),
              verdict=Verdict(("resolver-down", "network-down"), (10, 11))),
    Condition("gateway-down", "the gateway does not answer at all",
              network=(Ip("r1", ("link set lan down",)),), target=net.SERVER[0], truth={},
              verdict=Verdict(("network-down", "host-unreachable"), (11, 13))),
    _filter("isp-drop-587", "the provider drops port 587 to everybody", _both("silent"),
            Nft("r2", "forward", (f"iifname \"core\" {_PORT} drop",)),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    _filter("isp-reject-587", "the provider rejects port 587 to everybody",
            _both("EHOSTUNREACH icmp 3/13 from r2", "EACCES icmp6 1/1 from r2"),
            Nft("r2", "forward", (f"iifname \"core\" {_PORT} reject with icmpx admin-prohibited",)),
            verdict=Verdict("port-rejected", 12, use_port=465, offender="r2")),
    Condition("hoster-drop-mail", "the hoster drops 25, 465 and 587; 2525 is free", families="46",
              ports={**HEALTHY, 2525: "healthy"},
              network=(Nft("r1", "forward", (f"{_MAIL} drop",)),),
              truth={**_both("silent"), **_both("silent", port=465), **_both("open", port=2525)},
              verdict=Verdict("port-filtered", 12, use_port=2525)),
    Condition("isp-drop-25", "only port 25 is dropped, as nearly everywhere", families="46",
              ports={**HEALTHY, 25: "relay"},
              network=(Nft("r1", "forward", ("tcp dport 25 drop",)),),
              truth={**_both("open"), **_both("silent", port=25)},
              verdict=OK),
    _filter("server-allow-list", "the server lets others in, not this client",
            {"4:587": "silent", "6:587": "silent"},
            Nft("server", "input", ("ip saddr 192.168.77.2 tcp dport 587 drop",
                                    "ip6 saddr 2001:db8:77::2 tcp dport 587 drop")),
            verdict=Verdict("server-blocks-you", 12, use_port=465)),
]

# ---- one address of several ----------------------------------------------------------------------

_ADDRESSES = [
    Condition("dead-ipv6", "IPv6 is dropped on the way, IPv4 works", families="46",
              network=(Nft("r1", "forward", ("ip6 daddr {v6} drop",)),),
              truth=_both("open", "silent"),
              verdict=Verdict("ipv6-broken", 22)),
    Condition("dead-ipv4", "IPv4 is dropped on the way, IPv6 works", families="46",
              network=(Nft("r1", "forward", ("ip daddr {v4} drop",)),),
              truth=_both("silent", "open"),
              verdict=Verdict("ipv4-broken", 22)),
    Condition("dead-address", "one of two IPv4 addresses does not answer",
              dns={"records": {"HOST": {"A": ["203.0.113.25", "203.0.113.77"]}}},
              network=(Nft("r2", "forward", ("ip daddr 203.0.113.77 drop",)),),
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
              truth=_both("open", _CLOSED),
              verdict=Verdict("ipv6-broken", 22)),
]

# ---- somebody in between -------------------------------------------------------------------------

_NOT_OURS = f"meta mark != {MARK}"


def _redirect(node, ports="587"):
    chain = "nat output" if node == "client" else "nat prerouting"
    return Nft(node, chain, (f"{_NOT_OURS} tcp dport {{ {ports} }} redirect",))


_BETWEEN = [
    Condition("proxy-r1", "r1 takes connections to port 587 for itself, with its own server",
              families="46", network=(_redirect("r1"),),
              others={"smtp.isp.example": ("r1", {587: "certificate-interceptor"})},
              truth={**_both("open"), "4:587 1": "open", "6:587 1": "open",
                     "4:465 1": "EHOSTUNREACH icmp 11/0 from r1"},
              dialog="tls: Hostname mismatch",
              verdict=Verdict(("proxy-transparent", "certificate-of-another"), 15, use_port=465,
                      offender="r1")),
    Condition("proxy-r1-no-tls", "r1 takes connections to port 587, and knows no TLS",
              families="46", network=(_redirect("r1"),),
              others={"smtp.isp.example": ("r1", {587: "starttls-missing-auth"})},
              truth={**_both("open"), "4:587 1": "open"},
              dialog="starttls: not offered",
              verdict=Verdict("proxy-transparent", 15, use_port=465, offender="r1")),
    Condition("strip-r1", "r1 takes the offer of STARTTLS away", families="46",
              network=(_redirect("r1"),), boxes=(("strip", "r1", (587,)),),
              truth={**_both("open"), "4:587 1": "open"},
              dialog="starttls: not offered",
              verdict=Verdict("starttls-stripped", 15, use_port=465, offender="r1")),
    Condition("mask-r1", "r1 masks the greeting and STARTTLS, as Cisco's inspection does",
              families="46", network=(_redirect("r1"),), boxes=(("mask", "r1", (587,)),),
              truth={**_both("open"), "4:587 1": "open"},
              dialog="starttls: not offered",
              verdict=Verdict("starttls-masked", 15, use_port=465)),
    Condition("inspect-client", "an antivirus of the client looks into TLS", families="46",
              network=(_redirect("client", "587, 465"),),
              boxes=(("inspect", "client", (587, 465)),), truth=_both("open"),
              dialog="tls: unable to get local issuer certificate",
              verdict=Verdict("certificate-inspected", 15, use_port=0)),
]

_BETWEEN += [
    Condition("proxy-dead", "r1 takes connections for itself, and cannot reach the server",
              network=(_redirect("r1"),), boxes=(("strip", "r1", (587,)),),
              ports={465: "healthy", 443: "web"},
              truth={"4:587": "open", "4:587 1": "open"}, dialog="greeting: closed",
              verdict=Verdict(("proxy-transparent", "greeting-closed"), (14, 15), use_port=465)),
    Condition("captive-portal", "the network answers everything itself until one has logged in",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "http-speaks-first"})},
              truth={"4:587 1": "open", "4:443 1": "open"},
              dialog="greeting: HTTP/1.1 400 Bad Request",
              verdict=Verdict(("proxy-transparent", "not-smtp", "network-down"), (11, 14, 15))),
]

# ---- large packets -------------------------------------------------------------------------------

_SMALL = (Ip("r1", ("link set core mtu 1400",)), Ip("r2", ("link set core mtu 1400",)))
_NO_TOO_BIG = ("icmp type destination-unreachable icmp code frag-needed drop",
               "icmpv6 type packet-too-big drop")
_LARGE = {587: "certificate-large", 465: "certificate-large", 443: "web"}
_HOLES = [
    Condition("mtu-hole-out", "large packets to the server are lost without a word",
              families="46", network=(*_SMALL, Nft("r1", "output", _NO_TOO_BIG)),
              truth=_both("open"),
              verdict=Verdict("path-mtu-out", 21)),
    Condition("mtu-hole-in", "large packets from the server are lost without a word",
              families="46", ports=_LARGE, network=(*_SMALL, Nft("r2", "output", _NO_TOO_BIG)),
              truth=_both("open"),
              dialog="tls: silent",
              verdict=Verdict("path-mtu-in", 21)),
    Condition("mtu-small", "the way takes small packets only, and says so", families="46",
              ports=_LARGE, network=_SMALL, truth=_both("open"),
              dialog="message: 250 2.0.0 Ok: queued",
              verdict=OK),
]

# ---- DNS -----------------------------------------------------------------------------------------

_NAMES = [
    Condition("dns-no-name", "there is no such name", dns={"records": {"HOST": None}},
              names={"A": "NXDOMAIN", "AAAA": "NXDOMAIN"},
              verdict=Verdict("name-not-found", 10)),
    Condition("dns-no-address", "the name is there, it has no address",
              dns={"records": {"HOST": {"MX": ["10 mx.example.net"]}}},
              names={"A": "NOERROR", "AAAA": "NOERROR"},
              verdict=Verdict("name-no-address", 10)),
    Condition("dns-servfail", "the resolver fails", dns={"rcodes": {"HOST": "SERVFAIL"}},
              names={"A": "SERVFAIL"},
              verdict=Verdict("name-server-failed", 10)),
    Condition("dns-refused", "the resolver refuses to answer", dns={"rcodes": {"*": "REFUSED"}},
              names={"A": "REFUSED"},
              verdict=Verdict("name-server-failed", 10)),
    Condition("dns-silent", "the resolver does not answer", dns={"silent": ["*"]},
              names={"A": "silent"},
              verdict=Verdict("resolver-down", 10)),
    Condition("dns-rejected", "nothing listens on port 53 of the resolver", has_dns=False,
              names={"A": "ECONNREFUSED"},
              verdict=Verdict("resolver-down", 10)),
    Condition("dns-zero", "the resolver answers 0.0.0.0: a filter",
              dns={"records": {"HOST": {"A": ["0.0.0.0"], "AAAA": ["::"]}}},
              names={"A": "NOERROR 0.0.0.0", "AAAA": "NOERROR ::"},
              verdict=Verdict("name-filtered", 10)),
    Condition("dns-loopback", "the resolver answers 127.0.0.1",
              dns={"records": {"HOST": {"A": ["127.0.0.1"]}}},
              names={"A": "NOERROR 127.0.0.1"},
              verdict=Verdict("name-filtered", 10)),
    Condition("dns-hijack", "the resolver makes up an address for names that are not there",
              dns={"records": {"HOST": None, "*": {"A": [net.CONTROL[0]]}}},
              names={"A": f"NOERROR {net.CONTROL[0]}"},
              verdict=Verdict(("name-hijacked", "certificate-wrong-name"), (10, 17))),
    Condition("dns-aaaa-silent", "questions for IPv6 addresses are not answered",
              dns={"silent": ["HOST/AAAA"]}, truth={"4:587": "open"},
              names={"A": f"NOERROR {net.SERVER[0]}", "AAAA": "silent"},
              verdict=Verdict("ok", 0)),
    Condition("dns-aaaa-servfail", "questions for IPv6 addresses fail",
              dns={"rcodes": {"HOST/AAAA": "SERVFAIL"}}, truth={"4:587": "open"},
              names={"A": f"NOERROR {net.SERVER[0]}", "AAAA": "SERVFAIL"},
              verdict=Verdict("ok", 0)),
    Condition("dns-slow", "every answer of the resolver takes 1.5 s", dns={"delays": {"*": 1.5}},
              truth={"4:587": "open"},
              verdict=OK),
    Condition("dns-alias", "the name is an alias of an alias",
              dns={"records": {"HOST": {"CNAME": ["one.example.net"]},
                               "one.example.net": {"CNAME": ["two.example.net"]},
                               "two.example.net": {"A": [net.SERVER[0]]}}},
              truth={"4:587": "open"}, names={"A": f"NOERROR {net.SERVER[0]}"}, verdict=OK),
    Condition("dns-alias-dangling", "the name is an alias of a name that is not there",
              dns={"records": {"HOST": {"CNAME": ["gone.example.net"]}}},
              names={"A": "NXDOMAIN"}, verdict=Verdict("name-not-found", 10)),
    Condition("dns-private", "the address is a private one, as in an office",
              dns={"records": {"HOST": {"A": ["10.9.8.7"]}}},
              network=(Ip("server", ("addr add 10.9.8.7/32 dev lo",)),
                       Ip("r2", ("route add 10.9.8.7/32 via {v4}",))),
              names={"A": "NOERROR 10.9.8.7"}, verdict=OK),
    Condition("dns-one-dead", "the first of two resolvers does not answer",
              network=(Nft("r1", "forward", ("ip daddr 192.0.2.25 udp dport 53 drop",
                                             "ip daddr 192.0.2.25 tcp dport 53 drop")),),
              resolvers=(net.CONTROL[0], net.DNS[0]), truth={"4:587": "open"},
              names={"A": "silent"},
              verdict=OK),
]

NETWORK = [*_CLOSED_PORTS, *_REJECTED, *_DROPPED, *_MORE_FILTERS, *_UNREACHABLE, *_LOCAL, *_BLOCKS, *_ADDRESSES, *_BETWEEN,
           *_HOLES, *_NAMES]
