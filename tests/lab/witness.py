# SPDX-License-Identifier: Apache-2.0
"""
What a plain socket of the client sees, in one line of words: that a condition is real is shown
without the program that is tested on it.
"""

import base64
import errno
import select
import socket
import ssl
import struct
import time

import faults
import network as net
from support import dns

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


def ask(network, resolver, name, kind, seconds=1.2):
    """What the resolver says over UDP: "NOERROR 203.0.113.25", "NXDOMAIN", "silent", ..."""
    with network.inside("client"):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        sock.settimeout(seconds)
        sock.connect((resolver, 53))
        try:
            sock.send(dns.question(name, kind))
            return dns.words(sock.recv(65536))
        except TimeoutError:
            return "silent"
        except OSError as error:
            return errno.errorcode[error.errno]


# ---- a dialog ------------------------------------------------------------------------------------

_LINE_MAX, _LINES_MAX = 65536, 1000
_DIALOG_SECONDS = 3  # where every octet would begin it anew


class _Ended(Exception):
    """The words for how it ended."""


class _Dialog:
    """Stage by stage, as the simplest of clients would; each stage raises _Ended when it fails."""

    def __init__(self, sock, host, roots):
        self.socket, self.host, self.rest = sock, host, b""
        self.end = time.monotonic() + _DIALOG_SECONDS
        self.context = ssl.create_default_context(cafile=str(roots))
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2

    def _lost(self, stage, how="reset"):
        """Under TLS Python does not tell a reset from an end reliably."""
        return _Ended(f"{stage}: {'lost' if isinstance(self.socket, ssl.SSLSocket) else how}")

    def _line(self, stage):
        while b"\n" not in self.rest:
            if len(self.rest) > _LINE_MAX:
                raise _Ended(f"{stage}: too much")
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                raise _Ended(f"{stage}: silent") from None
            except (ConnectionResetError, ssl.SSLEOFError):
                raise self._lost(stage) from None
            except ssl.SSLError as error:
                raise _Ended(f"{stage}: {error.reason}") from None
            if not more:
                raise self._lost(stage, "closed")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def reply(self, stage, wanted):
        """Its lines, when it begins as wanted."""
        lines = [self._line(stage)]
        while lines[-1][:3].isdigit() and lines[-1][3:4] == "-":
            if len(lines) > _LINES_MAX:
                raise _Ended(f"{stage}: too much")
            if time.monotonic() > self.end:
                raise _Ended(f"{stage}: silent")
            lines.append(self._line(stage))
        if not lines[-1].startswith(wanted):
            raise _Ended(f"{stage}: {lines[-1]}")
        return lines

    def say(self, stage, text, wanted):
        try:
            self.socket.sendall(text.encode() + b"\r\n")
        except (ConnectionError, ssl.SSLEOFError):
            raise self._lost(stage) from None
        return self.reply(stage, wanted)

    def start_tls(self):
        try:
            self.socket = self.context.wrap_socket(self.socket, server_hostname=self.host)
        except ssl.SSLCertVerificationError as error:
            raise _Ended(f"tls: {error.verify_message}") from None
        except TimeoutError:
            raise _Ended("tls: silent") from None
        except ConnectionResetError:
            raise _Ended("tls: reset") from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError):
            raise _Ended("tls: closed") from None
        except ssl.SSLError as error:
            raise _Ended(f"tls: {error.reason}") from None

    def _log_in(self, keywords):
        if not any(k[4:].startswith("AUTH") for k in keywords):
            raise _Ended("auth: not offered")
        token = base64.b64encode(f"\0{faults.USER}\0{faults.PASSWORD}".encode()).decode()
        self.say("auth", f"AUTH PLAIN {token}", "235")

    def run(self, is_implicit):
        if is_implicit:
            self.start_tls()
        self.reply("greeting", "220")
        keywords = self.say("ehlo", "EHLO [192.168.77.2]", "250")
        if not is_implicit:
            if not any(k[4:] == "STARTTLS" for k in keywords):
                raise _Ended("starttls: not offered")
            self.say("starttls", "STARTTLS", "220")
            self.start_tls()
            keywords = self.say("ehlo-tls", "EHLO [192.168.77.2]", "250")
        self._log_in(keywords)
        self.say("mail", f"MAIL FROM:<{faults.USER}>", "250")
        self.say("rcpt", "RCPT TO:<bob@example.org>", "250")
        self.say("data", "DATA", "354")
        taken = self.say("message", "Subject: a test\r\n\r\nIt works.\r\n.", "250")
        raise _Ended(f"message: {taken[0]}")


def talk(network, address, host, port, roots, seconds=1.0):
    """How a dialog ended: "greeting: silent", "rcpt: 450 4.7.1 ...", "message: 250 ..."."""
    with network.inside("client"):
        sock = socket.socket()
    with sock:
        sock.settimeout(5)
        try:
            sock.connect((address, port))
        except ConnectionResetError:  # it has been open for a moment
            return "greeting: reset"
        sock.settimeout(seconds)
        try:
            _Dialog(sock, host, roots).run(port == 465)
        except _Ended as end:
            return str(end)
    raise AssertionError("a dialog ends somehow")
