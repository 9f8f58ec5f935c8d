# SPDX-License-Identifier: Apache-2.0
"""
What a plain socket of the client sees, in one line of words: that a condition is real is shown
without the program that is tested on it.
"""

import errno
import select
import socket
import struct
import time

import network as net

_IP_RECVERR, _IPV6_RECVERR = 11, 25
_IP_MINTTL, _IPV6_MINHOPCOUNT = 21, 73
_ORIGINS = {2: "icmp", 3: "icmp6"}
_NODES = {address: node for node, pairs in {
    "client": [net.CLIENT], "r1": [net.GATEWAY, net.R1, net.DNS_ROUTER],
    "r2": [net.R2, net.SERVER_ROUTER, net.CONTROL_ROUTER], "server": [net.SERVER],
    "control": [net.CONTROL], "dns": [net.DNS]}.items() for pair in pairs for address in pair}


def _offender(octets):
    """The socket address behind a struct sock_extended_err."""
    family = struct.unpack("H", octets[:2])[0]
    if family == socket.AF_INET:
        address = socket.inet_ntop(family, octets[4:8])
    elif family == socket.AF_INET6:
        address = socket.inet_ntop(family, octets[8:24])
    else:
        return "nobody"
    return _NODES.get(address, address)


def _error_queue(sock):
    """"icmp 3/3 from r1", or ""."""
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return ""
    for _level, _kind, data in ancillary:
        _, origin, icmp_type, code = struct.unpack("IBBB", data[:7])
        if origin in _ORIGINS:
            return f"{_ORIGINS[origin]} {icmp_type}/{code} from {_offender(data[16:])}"
    return ""


def _socket(family, ttl, min_ttl):
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    is_v6 = family == socket.AF_INET6
    level = socket.IPPROTO_IPV6 if is_v6 else socket.IPPROTO_IP
    sock.setsockopt(level, _IPV6_RECVERR if is_v6 else _IP_RECVERR, 1)
    if ttl:
        sock.setsockopt(level, socket.IPV6_UNICAST_HOPS if is_v6 else socket.IP_TTL, ttl)
    if min_ttl:
        sock.setsockopt(level, _IPV6_MINHOPCOUNT if is_v6 else _IP_MINTTL, min_ttl)
    return sock


def connect(network, address, port, ttl=0, min_ttl=0, seconds=1.2):
    """
    (words, seconds): "open", "silent", "ECONNREFUSED", "EHOSTUNREACH icmp 11/0 from r1", ...
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with network.inside("client"):
        sock = _socket(family, ttl, min_ttl)
    began = time.monotonic()
    with sock:
        error = sock.connect_ex((address, port))
        if error == errno.EINPROGRESS:
            poll = select.poll()
            poll.register(sock, select.POLLOUT)
            if not poll.poll(seconds * 1000):
                return "silent", time.monotonic() - began
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        took = time.monotonic() - began
        words = f"{errno.errorcode[error] if error else 'open'} {_error_queue(sock)}".strip()
    return words, took
