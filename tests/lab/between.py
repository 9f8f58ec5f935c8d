# SPDX-License-Identifier: Apache-2.0
"""Boxes on the way that answer, edit or read, and holes for large packets."""

import network as net
from condition import HEALTHY, OK, Condition, Verdict, both
from laboratory import Ip, Nft, Set
from middlebox import MARK

# ---- somebody in between -------------------------------------------------------------------------

_NOT_OURS = f"meta mark != {MARK}"


def _redirect(node, ports="587"):
    chain = "nat output" if node == "client" else "nat prerouting"
    return Nft(node, chain, (f"{_NOT_OURS} tcp dport {{ {ports} }} redirect",))


_BETWEEN = [
    Condition("proxy-r1", "r1 takes connections to port 587 for itself, with its own server",
              families="46", network=(_redirect("r1"),),
              others={"smtp.isp.example": ("r1", {587: "certificate-interceptor"})},
              truth={**both("open"), "4:587 1": "open", "6:587 1": "open",
                     "4:465 1": "EHOSTUNREACH icmp 11/0 from r1"},
              dialog="tls: Hostname mismatch",
              verdict=Verdict(("proxy-transparent", "certificate-of-another"), 15, use_port=465,
                      offender="r1")),
    Condition("proxy-r1-no-tls", "r1 takes connections to port 587, and knows no TLS",
              families="46", network=(_redirect("r1"),),
              others={"smtp.isp.example": ("r1", {587: "starttls-missing-auth"})},
              truth={**both("open"), "4:587 1": "open"},
              dialog="starttls: not offered",
              verdict=Verdict(("proxy-transparent", "starttls-stripped"), 15, use_port=465,
                      offender="r1")),
    Condition("strip-r1", "r1 takes the offer of STARTTLS away", families="46",
              network=(_redirect("r1"),), boxes=(("strip", "r1", (587,)),),
              truth={**both("open"), "4:587 1": "open"},
              dialog="starttls: not offered",
              verdict=Verdict("starttls-stripped", 15, use_port=465, offender="r1")),
    Condition("mask-r1", "r1 masks the greeting and STARTTLS, as Cisco's inspection does",
              families="46", network=(_redirect("r1"),), boxes=(("mask", "r1", (587,)),),
              truth={**both("open"), "4:587 1": "open"},
              dialog="starttls: not offered",
              verdict=Verdict("starttls-masked", 15, use_port=465)),
    Condition("inspect-client", "an antivirus of the client looks into TLS", families="46",
              network=(_redirect("client", "587, 465"),),
              boxes=(("inspect", "client", (587, 465)),), truth=both("open"),
              dialog="tls: unable to get local issuer certificate",
              verdict=Verdict("certificate-inspected", 15, use_port=0)),
]

_BETWEEN += [
    Condition("proxy-dead", "r1 takes connections for itself, and cannot reach the server",
              network=(_redirect("r1"),), boxes=(("strip", "r1", (587,)),),
              ports={465: "healthy", 443: "web"},
              truth={"4:587": "open", "4:587 1": "open"}, dialog="greeting: closed",
              verdict=Verdict(("proxy-transparent", "greeting-closed"), (14, 15), use_port=465)),
    Condition("another-r2", "r2 leads port 587 to another server, as far away as the right one",
              network=(Nft("r2", "nat prerouting",
                           (f"ip daddr {{v4}} tcp dport 587 dnat ip to {net.CONTROL[0]}:588",)),),
              others={"smtp.isp.example": ("control", {588: "certificate-rsa"})},
              truth={"4:587": "open", "4:587 3": "open", "4:465 3": "open"},
              dialog="tls: Hostname mismatch",
              verdict=Verdict("certificate-of-another", 15, use_port=465)),
    Condition("captive-portal", "the network answers everything itself until one has logged in",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "http-speaks-first"})},
              truth={"4:587 1": "open", "4:443 1": "open"},
              dialog="greeting: HTTP/1.1 400 Bad Request",
              verdict=Verdict(("proxy-transparent", "not-smtp", "network-down"), (11, 14, 15))),
]

_WEB = "tcp dport { 80, 443 }"
_PAYLOAD = "meta length > 75"  # more than a SYN, an EHLO and a STARTTLS
_BETWEEN += [
    Condition("captive-portal-waits", "the network answers everything itself, and waits",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "silent"})},
              truth={"4:587 1": "open", "4:443 1": "open"}, dialog="greeting: silent",
              verdict=Verdict("proxy-transparent", 15, use_port=0, offender="r1", seconds=5)),
    Condition("captive-portal-waits-465", "the network takes the port with TLS itself, and waits",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "silent"})},
              truth={"4:465 1": "open", "4:443 1": "open"}, dialog="tls: silent", port=465,
              target="HOST:465",
              verdict=Verdict("proxy-transparent", 15, use_port=0, offender="r1", seconds=5)),
    Condition("captive-portal-http-465", "the network answers the port with TLS itself, by HTTP",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "http"})},
              truth={"4:465 1": "open", "4:443 1": "open"}, dialog="tls: ", port=465,
              target="HOST:465",
              verdict=Verdict("proxy-transparent", 15, use_port=0, offender="r1", seconds=5)),
    Condition("captive-portal-both", "the network answers both families itself, and waits",
              families="46",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "silent"})},
              truth={"4:587 1": "open", "6:587 1": "open"}, dialog="greeting: silent",
              verdict=Verdict("proxy-transparent", 15, use_port=0, offender="r1", seconds=5)),
    Condition("captive-portal-http", "the network answers everything itself, by HTTP when asked",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" meta l4proto tcp redirect to :80",)),),
              others={"portal.example": ("r1", {80: "http"})},
              truth={"4:587 1": "open", "4:443 1": "open"}, dialog="greeting: silent",
              verdict=Verdict("proxy-transparent", 15, use_port=0, offender="r1", seconds=5)),
    Condition("captive-portal-far", "a box behind the first router answers everything, and waits",
              network=(Nft("r2", "nat prerouting",
                           (f"{_NOT_OURS} ip saddr 192.168.77.0/24 meta l4proto tcp "
                            "redirect to :80",)),),
              others={"portal.example": ("r2", {80: "silent"})},
              truth={"4:587 2": "open", "4:443 2": "open"}, dialog="greeting: silent",
              verdict=Verdict("proxy-transparent", 15, use_port=0, seconds=5)),
    Condition("captive-portal-web", "the network answers the web itself and drops the rest",
              network=(Nft("r1", "nat prerouting",
                           (f"{_NOT_OURS} iifname \"lan\" {_WEB} redirect to :80",)),
                       Nft("r1", "forward",
                           ("ip daddr 198.18.53.53 accept", "iifname \"lan\" drop"))),
              others={"portal.example": ("r1", {80: "http-speaks-first"})},
              truth={"4:587": "silent", "4:443 1": "open"},
              verdict=Verdict("network-down", 11, use_port=0, offender="r1")),
    Condition("syn-proxy", "a SYN proxy in r1, which forwards, and nobody behind it",
              network=(Set("r1", "netfilter/nf_conntrack_tcp_loose", 0),
                       Nft("r1", "raw prerouting", ("tcp dport 587 tcp flags syn notrack",)),
                       Nft("r1", "forward",
                           ("tcp dport 587 ct state { invalid, untracked } "
                            "synproxy mss 1460 wscale 7 timestamp sack-perm",)),
                       Nft("r2", "forward", ("tcp dport 587 drop",))),
              truth={"4:587": "open", "4:587 2": "open"}, dialog="greeting: silent",
              verdict=Verdict("proxy-transparent", 15, use_port=465)),
    Condition("lost-words", "r1 lets connections to port 587 begin, and drops what servers say",
              network=(Nft("r1", "forward", ("tcp sport 587 meta length > 60 drop",)),),
              truth={"4:587": "open", "4:587 3": "open", "4:465 3": "open"},
              dialog="greeting: silent",
              verdict=Verdict("port-filtered", 12, use_port=465)),
    Condition("lost-hello", "r1 lets commands pass and drops the handshake",
              network=(Nft("r1", "forward", (f"tcp dport 587 {_PAYLOAD} drop",)),),
              truth={"4:587": "open"}, dialog="tls: silent",
              verdict=Verdict("tls-timeout", 16, use_port=465)),
    Condition("reset-hello", "r1 resets what it takes for a handshake",
              network=(Nft("r1", "forward", (f"tcp dport 587 {_PAYLOAD} reject with tcp reset",)),),
              truth={"4:587": "open"}, dialog="tls: reset",
              verdict=Verdict("tls-closed", 16, use_port=465)),
    Condition("wrong-server", "r1 sends port 587 on to another provider's server", families="46",
              network=(Nft("r1", "nat prerouting",
                           ("ip daddr {v4} tcp dport 587 dnat ip to 192.0.2.25",
                            "ip6 daddr {v6} tcp dport 587 dnat ip6 to 2001:db8:2::25")),),
              truth=both("open"), dialog="tls: Hostname mismatch",
              verdict=Verdict(("certificate-wrong-name", "certificate-of-another"), (15, 17),
                              use_port=465)),
]

# ---- large packets -------------------------------------------------------------------------------

_SMALL = (Ip("r1", ("link set core mtu 1400",)), Ip("r2", ("link set core mtu 1400",)))
_NO_TOO_BIG = ("icmp type destination-unreachable icmp code frag-needed drop",
               "icmpv6 type packet-too-big drop")
_LARGE = {587: "certificate-large", 465: "certificate-large", 443: "web"}
_HOLES = [
    Condition("mtu-hole-out", "large packets to the server are lost without a word",
              families="46", network=(*_SMALL, Nft("r1", "output", _NO_TOO_BIG)),
              truth=both("open"),
              verdict=Verdict("path-mtu-out", 21)),
    Condition("mtu-hole-in", "large packets from the server are lost without a word",
              families="46", ports=_LARGE, network=(*_SMALL, Nft("r2", "output", _NO_TOO_BIG)),
              truth=both("open"),
              dialog="tls: silent",
              verdict=Verdict("path-mtu-in", 21)),
    Condition("mtu-hole-ipv6", "large packets from the server are lost by IPv6 only",
              families="46", ports=_LARGE,
              network=(*_SMALL, Nft("r2", "output", ("icmpv6 type packet-too-big drop",))),
              truth=both("open"), dialog="message: 250 2.0.0 Ok: queued",
              verdict=Verdict("ipv6-broken", 22, findings=("path-mtu-in",))),
    Condition("mtu-small", "the way takes small packets only, and says so", families="46",
              ports=_LARGE, network=_SMALL, truth=both("open"),
              dialog="message: 250 2.0.0 Ok: queued",
              verdict=OK),
]

BETWEEN = [*_BETWEEN, *_HOLES]
