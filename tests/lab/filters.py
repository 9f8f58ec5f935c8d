# SPDX-License-Identifier: Apache-2.0
"""Firewalls: what rejects and drops, at each place and in each way."""

import network as net
from condition import HEALTHY, OK, Condition, Verdict, both, in_the_way
from laboratory import Ip, Nft

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
    return in_the_way(f"reject-{how}-{place}", f"{place} answers SYNs to port 587: {words}",
                   both(v4.format(place), v6.format(place)),
                   Nft(place, _PLACES[place], (f"{_PORT} {words}",)),
                   verdict=_rejected(how, place))


_REJECTED = [_reject(how, place) for how in _REJECTS for place in _PLACES
             if (how, place) not in (("net", "server"), ("net", "client"), ("host", "client"))]

# ---- dropped -------------------------------------------------------------------------------------

_LADDERS = {  # which routers let the TTL of a SYN run out before it is dropped
    "client": {"4:587 1": "silent"},
    "r1": {"4:587 1": "EHOSTUNREACH icmp 11/0 from r1", "4:587 2": "silent"},
    "r2": {"4:587 2": "EHOSTUNREACH icmp 11/0 from r2",
           "6:587 2": "EHOSTUNREACH icmp6 3/0 from r2"},
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
    return in_the_way(f"drop-{place}", f"{place} drops SYNs to port 587 without a word",
                   {**both("silent"), **_LADDERS[place]},
                   Nft(place, _PLACES[place], (f"{_PORT} drop",)),
                   verdict=_DROPPED_VERDICTS[place])


_DROPPED = [_drop(place) for place in _PLACES] + [
    in_the_way("drop-syn-ack-r1", "r1 drops what comes back from port 587", both("silent"),
            Nft("r1", "forward", ("tcp sport 587 drop",)),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    in_the_way("drop-syn-ack-client", "the client drops what comes back from port 587",
            both("silent"), Nft("client", "input", ("tcp sport 587 drop",)),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    in_the_way("drop-all-ports-server", "the server drops all that is for mail: a ban",
            {**both("silent"), **both("silent", port=465), **both("open", port=443)},
            Nft("server", "input", ("tcp dport { 25, 465, 587, 2525 } drop",)),
            verdict=Verdict("server-blocks-you", 12, use_port=0)),
]

_MORE_FILTERS = [
    in_the_way("drop-r2-hidden", "r2 drops, and no router says when a TTL runs out",
            {**both("silent"), "4:587 1": "silent", "4:465 2": "silent"},
            Nft("r2", "forward", (f"{_PORT} drop",)),
            *(Nft(router, "output", ("icmp type time-exceeded drop",
                                     "icmpv6 type time-exceeded drop")) for router in ("r1", "r2")),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    in_the_way("drop-v4-reject-v6", "r1 drops IPv4 and rejects IPv6",
            both("silent", "EACCES icmp6 1/1 from r1"),
            Nft("r1", "forward", (f"ip version 4 {_PORT} drop",
                                  f"ip6 version 6 {_PORT} reject with icmpx admin-prohibited")),
            verdict=Verdict(("port-filtered", "port-rejected"), 12, use_port=465)),
    in_the_way("drop-v4-only", "r1 drops port 587 of IPv4 only", both("silent", "open"),
            Nft("r1", "forward", (f"ip version 4 {_PORT} drop",)),
            verdict=Verdict("ipv4-broken", 22)),
    Condition("syn-lost", "every other SYN is lost, the next one gets through",
              network=(Nft("r1", "forward",
                           ("tcp flags & (syn | ack) == syn numgen inc mod 2 == 0 drop",)),),
              verdict=OK),
    # What it is like shows only to one connection after the other: nothing is said of it here.
    Condition("connections-limited-1", "the server's firewall resets the second connection at once",
              families="46",
              network=(Nft("server", "input",
                           ("tcp dport { 25, 465, 587, 2525, 443, 993 } ct state new "
                            "ct count over 1 reject with tcp reset",)),),
              verdict=Verdict("ok", 0, findings=("rate-limited",))),
    in_the_way("connections-limited", "the server's firewall resets the fifth connection at a time",
            both("open"),
            Nft("server", "input", ("tcp dport { 587, 465 } ct state new "
                                    "ct count over 4 reject with tcp reset",)),
            verdict=OK),
]

# ---- networks that let nothing out ---------------------------------------------------------------

_LET_DNS = "ip daddr 198.18.53.53 accept"
_MAIL = "tcp dport { 25, 465, 587 }"
_BLOCKS = [
    Condition("egress-drop", "the network lets nothing out but DNS", families="46",
              network=(Nft("r1", "forward", (_LET_DNS, "iifname \"lan\" drop")),),
              truth={**both("silent"), **both("silent", port=443)},
              verdict=Verdict("network-down", 11)),
    Condition("egress-reject", "the network rejects all but DNS", families="46",
              network=(Nft("r1", "forward",
                           (_LET_DNS, "iifname \"lan\" reject with icmpx admin-prohibited")),),
              truth={**both("EHOSTUNREACH icmp 3/13 from r1", "EACCES icmp6 1/1 from r1"),
                     **both("EHOSTUNREACH icmp 3/13 from r1", "EACCES icmp6 1/1 from r1",
                             port=443)},
              verdict=Verdict(("port-rejected", "network-down"), (11, 12), offender="r1")),
    Condition("network-down", "nothing gets out, not even to DNS",
              network=(Nft("r1", "forward", ("drop",)),), truth=both("silent"),
              verdict=Verdict(("resolver-down", "network-down"), (10, 11))),
    Condition("gateway-down", "the gateway does not answer at all",
              network=(Ip("r1", ("link set lan down",)),), target=net.SERVER[0], truth={},
              verdict=Verdict(("network-down", "host-unreachable"), (11, 13))),
    in_the_way("isp-drop-587", "the provider drops port 587 to everybody", both("silent"),
            Nft("r2", "forward", (f"iifname \"core\" {_PORT} drop",)),
            verdict=Verdict("port-filtered", 12, use_port=465)),
    in_the_way("isp-reject-587", "the provider rejects port 587 to everybody",
            both("EHOSTUNREACH icmp 3/13 from r2", "EACCES icmp6 1/1 from r2"),
            Nft("r2", "forward", (f"iifname \"core\" {_PORT} reject with icmpx admin-prohibited",)),
            verdict=Verdict("port-rejected", 12, use_port=465, offender="r2")),
    Condition("hoster-drop-mail", "the hoster drops 25, 465 and 587; 2525 is free", families="46",
              ports={**HEALTHY, 2525: "healthy"},
              network=(Nft("r1", "forward", (f"{_MAIL} drop",)),),
              truth={**both("silent"), **both("silent", port=465), **both("open", port=2525)},
              verdict=Verdict("port-filtered", 12, use_port=2525)),
    Condition("isp-drop-25", "only port 25 is dropped, as nearly everywhere", families="46",
              ports={**HEALTHY, 25: "relay"},
              network=(Nft("r1", "forward", ("tcp dport 25 drop",)),),
              truth={**both("open"), **both("silent", port=25)},
              verdict=OK),
    in_the_way("server-allow-list", "the server lets others in, not this client",
            {"4:587": "silent", "6:587": "silent"},
            Nft("server", "input", ("ip saddr 192.168.77.2 tcp dport 587 drop",
                                    "ip6 saddr 2001:db8:77::2 tcp dport 587 drop")),
            verdict=Verdict("server-blocks-you", 12, use_port=465)),
]

FILTERS = [*_REJECTED, *_DROPPED, *_MORE_FILTERS, *_BLOCKS]
