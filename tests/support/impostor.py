# SPDX-License-Identifier: Apache-2.0
"""
A submission server with good manners, each of which can be taken away by itself: for `audit`.

`Manners()` is above reproach. It takes no message, whatever happens.
"""

import base64
import dataclasses
import functools
import select
import socket
import socketserver
import ssl
import threading
import time

from .scratch import ADDRESS

CLEAR_MECHANISMS = "PLAIN LOGIN"


@dataclasses.dataclass
class Manners:
    greeting: str = "220 mail.example ESMTP"
    extensions: tuple = ("PIPELINING", "SIZE 1000000", "ENHANCEDSTATUSCODES", "8BITMIME")
    extensions_clear: tuple | None = None  # before TLS, where they differ
    starttls: bool = True
    starttls_again: bool = False
    starttls_unsaid: bool = False  # taken though it is not offered
    starttls_reply: str = "220 2.0.0 go"
    behind_starttls: bytes = b""  # sent in the clear right behind the reply
    keeps_commands: bool = False  # sent in the clear behind STARTTLS
    answers_in_clear: bool = False
    auth_clear: str = ""
    auth_tls: str = CLEAR_MECHANISMS
    takes_auth_in_clear: bool = False
    mail_in_clear: bool = False
    mail_without_login: bool = False
    takes: object = lambda self_, sender, recipient: False  # who may be written to by anyone
    local_users: tuple = ()  # known ones are told from others, by the verbs in tells
    tells: tuple = ()  # VRFY, EXPN, RCPT
    slow_for_users: float = 0.0
    refuses_user_name: bool = False
    asks_no_password: bool = False  # whoever it is
    takes_any_password: bool = False
    help: str = "214 2.0.0 read the RFCs"
    waits_for_greeting: bool = True  # cuts off who talks before it
    accounts: tuple = ()  # (user, password)
    login_delay: float = 0.0
    login_delay_known: float = 0.0  # more of it for an account that is there
    logins_max: int = 2  # wrong passwords on one connection
    other_words: str = ""  # for a wrong password of an account that is there
    ends: tuple = (b"\r\n.\r\n",)
    connections_max: int | None = None  # then 421
    refused_recipient: str = "530 5.7.0 log in first"
    refused_sender: str = ""  # what is said to one who is not <>
    commands_max: int | None = None  # on one connection, then 421
    believes: str = ""  # who greets so may write to anyone
    forgets_refusals: bool = False  # of logins
    knows_bare_names: bool = False  # with VRFY and EXPN none else
    ntlm: bytes = b""  # the challenge


class Witness:
    """Counts the connections to all servers that share it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.connection_count = self.open_count = self.open_most = 0

    def see(self):
        """The number of this connection."""
        with self.lock:
            self.connection_count += 1
            self.open_count += 1
            self.open_most = max(self.open_most, self.open_count)
            return self.connection_count

    def forget(self):
        with self.lock:
            self.open_count -= 1


class _Session(socketserver.BaseRequestHandler):
    def setup(self):
        self.peer, self.manners = self.server.impostor, self.server.impostor.manners
        self.buffer, self.is_tls, self.user = b"", False, None
        self.sender, self.failures = None, 0
        self.helo, self.command_count = "", 0
        self.number = self.peer.own.see()
        if self.peer.witness is not None:
            self.peer.witness.see()

    def finish(self):
        self.peer.own.forget()
        if self.peer.witness is not None:
            self.peer.witness.forget()

    def say(self, *lines):
        self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def read(self):
        octets = self.request.recv(65536)
        if not octets:
            raise ConnectionError
        self.buffer += octets

    def line(self):
        while b"\r\n" not in self.buffer:
            self.read()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        self.peer.heard.append((self.is_tls, line))
        return line.decode()

    def start_tls(self):
        if not self.manners.keeps_commands:
            self.buffer = b""
        self.request = self.peer.context.wrap_socket(self.request, server_side=True)
        self.is_tls, self.user = True, None

    def handle(self):
        self.request.settimeout(30)
        limit = self.manners.connections_max
        try:
            if self.peer.is_implicit:
                self.start_tls()
            elif self.manners.waits_for_greeting and select.select([self.request], [], [], 0.1)[0]:
                self.say("554 5.5.1 you talk too early")
                return
            if limit is not None and self.number > limit:
                self.say("421 4.7.0 too many connections")
                return
            self.say(self.manners.greeting)
            while self.answer(self.line()):
                pass
        except (ConnectionError, OSError):
            pass

    def answer(self, line):
        verb = line.split(" ")[0].upper()
        self.command_count += 1
        if self.manners.commands_max is not None and self.command_count > self.manners.commands_max:
            self.say("421 4.7.0 too many commands")
            return False
        method = getattr(self, f"on_{verb.lower()}", None)
        if method is None:
            self.say("500 5.5.1 what")
        elif verb not in ("EHLO", "NOOP", "QUIT", "STARTTLS", "RSET", "HELP", "HELO") and not self.is_tls \
                and self.manners.starttls and not self.is_taken_in_clear(verb):
            self.say("530 5.7.0 STARTTLS first")
        else:
            return method(line) is not False
        return True

    def is_taken_in_clear(self, verb):
        if verb == "AUTH":
            return self.manners.takes_auth_in_clear
        return self.manners.mail_in_clear

    def on_ehlo(self, line):
        m = self.manners
        self.helo = line
        offered = list(m.extensions)
        if not self.is_tls and m.extensions_clear is not None:
            offered = list(m.extensions_clear)
        if m.starttls and (not self.is_tls or m.starttls_again):
            offered.append("STARTTLS")
        mechanisms = m.auth_tls if self.is_tls else m.auth_clear
        if mechanisms:
            offered.append(f"AUTH {mechanisms}")
        lines = ["mail.example", *offered]
        self.say(*(f"250-{e}" for e in lines[:-1]), f"250 {lines[-1]}")

    def on_helo(self, line):
        self.helo = line
        self.say("250 mail.example")

    def on_starttls(self, _line):
        if not (self.manners.starttls or self.manners.starttls_unsaid):
            return self.say("502 5.5.1 no TLS here")
        if self.manners.answers_in_clear and self.buffer:
            self.say(self.manners.starttls_reply, "250 2.0.0 ok")
            return None
        self.request.sendall(self.manners.starttls_reply.encode() + b"\r\n"
                             + self.manners.behind_starttls)
        if self.manners.starttls_reply.startswith("220"):
            self.start_tls()
        return None

    def on_noop(self, _line):
        self.say("250 2.0.0 ok")

    def on_help(self, _line):
        self.say(self.manners.help)

    def on_rset(self, _line):
        self.sender = None
        self.say("250 2.0.0 ok")

    def on_quit(self, _line):
        self.say("221 2.0.0 bye")
        return False

    def on_auth(self, line):
        words = line.split(" ")
        if words[1].upper() == "LOGIN":
            self.say("334 VXNlcm5hbWU6")
            if (name := self.line()) == "*":
                return self.say("501 5.7.0 cancelled")
            name = base64.b64decode(name).decode()
            if self.manners.refuses_user_name:
                return self.fail_login()
            if self.manners.asks_no_password:
                return self.say("235 2.7.0 welcome")
            self.say("334 UGFzc3dvcmQ6")
            if (password := self.line()) == "*":
                return self.say("501 5.7.0 cancelled")
            return self.log_in(name, base64.b64decode(password).decode())
        if words[1].upper() == "NTLM":
            self.say("334 ")
            self.line()
            self.say(f"334 {base64.b64encode(self.manners.ntlm).decode()}")
            return self.say("501 5.7.0 cancelled" if self.line() == "*" else "535 5.7.8 wrong")
        self.say("334 ")
        if (token := self.line()) == "*":
            return self.say("501 5.7.0 cancelled")
        _, name, password = base64.b64decode(token).decode().split("\0")
        return self.log_in(name, password)

    def log_in(self, name, password):
        if (name, password) in self.manners.accounts or self.manners.takes_any_password:
            self.user = name
            return self.say("235 2.7.0 welcome")
        return self.fail_login(name)

    def fail_login(self, name=None):
        self.failures += 1
        self.peer.failed_logins += 1
        is_known = name in [user for user, _ in self.manners.accounts]
        time.sleep(self.manners.login_delay + is_known * self.manners.login_delay_known)
        if self.failures > self.manners.logins_max:
            self.say("421 4.7.0 too many failures")
            return False
        self.say(self.manners.other_words if is_known and self.manners.other_words
                 else "535 5.7.8 wrong")
        return True

    def on_mail(self, line):
        if self.user is None and not self.manners.mail_without_login:
            return self.say("530 5.7.0 log in first")
        if self.manners.refused_sender and "<>" not in line:
            return self.say(self.manners.refused_sender)
        self.sender = line
        return self.say("250 2.1.0 ok")

    def look_up(self, verb, name):
        """What is said of a user, when the verb tells."""
        is_known = name.split("@")[0] in self.manners.local_users
        if is_known:
            time.sleep(self.manners.slow_for_users)
        if verb not in self.manners.tells or \
                self.manners.knows_bare_names and verb != "RCPT" and "@" in name:
            return None
        return f"250 2.1.5 {name}" if is_known else "550 5.1.1 no such user"

    def on_rcpt(self, line):
        recipient = line.split("<", 1)[1].rsplit(">", 1)[0]
        told = self.look_up("RCPT", recipient)
        if self.manners.believes and self.helo == self.manners.believes or \
                self.manners.forgets_refusals and self.failures:
            return self.say("250 2.1.5 ok")
        if self.user or self.manners.takes(self.manners, self.sender, recipient):
            return self.say("250 2.1.5 ok")
        return self.say(told if told and told.startswith("550") else self.manners.refused_recipient)

    def on_vrfy(self, line):
        self.say(self.look_up("VRFY", line.split(" ", 1)[1]) or "252 2.0.0 perhaps")

    def on_expn(self, line):
        self.say(self.look_up("EXPN", line.split(" ", 1)[1]) or "502 5.5.1 no")

    def on_data(self, _line):
        self.say("354 go on")
        while True:
            ends = [end for end in self.manners.ends if end in self.buffer]
            if ends:
                self.peer.message_count += 1
                self.buffer = self.buffer.split(ends[0], 1)[1]
                return self.say("250 2.0.0 taken")
            self.read()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


class Impostor:
    """context: of TLS; with is_implicit TLS comes first. witness: counts for several servers."""

    def __init__(self, context, manners=None, is_implicit=False, address=ADDRESS, witness=None,
                 port=0):
        self.context, self.is_implicit = context, is_implicit
        self.manners = manners or Manners()
        self.own, self.witness = Witness(), witness
        self.heard = []  # (within TLS?, line)
        self.failed_logins = self.message_count = 0
        self.server = _Server((address, port), _Session)
        self.server.impostor = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def connection_count(self):
        return self.own.connection_count

    @property
    def open_most(self):
        return self.own.open_most

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


# ---- half a TLS server ---------------------------------------------------------------------------


@dataclasses.dataclass
class Choices:
    """What is agreed to: versions, and suites by number in the order of preference."""

    versions: tuple = (0x0303,)
    ciphers: tuple = (0xc02f,)
    dh_bits: int = 2048
    dh_is_safe: bool = True
    compression: bool = False
    renegotiation: bool = True
    guards_fallback: bool = True
    follows_client: bool = False
    groups: tuple = (29, 23)  # of ECDHE, in the order of preference
    broken: tuple = ()  # of ciphers: chosen like the others, and then the handshake fails


# RFC 2409 §6.1, §6.2; RFC 3526 §3: 2**n - 2**(n-64) - 1 + 2**64 * (floor(2**(n-130) * pi) + k).
_PRIMES = {768: 149686, 1024: 129093, 2048: 124476}


def _pi_times_power_of_two(bits):
    """floor(pi * 2**bits), by Machin's formula with 64 bits to spare."""
    one = 1 << bits + 64

    def arctan_of_inverse(x):
        total = term = one // x
        n, sign = 3, -1
        while term:
            term //= x * x
            total += sign * (term // n)
            n, sign = n + 2, -sign
        return total
    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)) >> 64


@functools.cache
def _prime(bits):
    """The safe prime of that many bits that everybody uses."""
    n = (1 << bits) - (1 << bits - 64) - 1
    n += (1 << 64) * (_pi_times_power_of_two(bits - 130) + _PRIMES[bits])
    return n.to_bytes(bits // 8, "big")


def _record(kind, body, version=0x0303):
    return bytes([kind]) + version.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def _alert(number):
    return _record(21, bytes([2, number]))


def _message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _parse_hello(octets):
    """(version, suites, offers compression, groups)"""
    at = 5 + 4
    version = int.from_bytes(octets[at:at + 2], "big")
    at += 2 + 32
    at += 1 + octets[at]
    length = int.from_bytes(octets[at:at + 2], "big")
    at += 2
    ciphers = [int.from_bytes(octets[i:i + 2], "big") for i in range(at, at + length, 2)]
    at += length
    compression = octets[at + 1:at + 1 + octets[at]]
    at += 1 + octets[at]
    if b"\x00\x2b\x00\x03\x02\x03\x04" in octets[at:]:
        version = 0x0304
    groups, at = [], at + 2
    while at + 4 <= len(octets):
        kind, length = (int.from_bytes(octets[i:i + 2], "big") for i in (at, at + 2))
        if kind == 10:
            groups = [int.from_bytes(octets[i:i + 2], "big")
                      for i in range(at + 6, at + 4 + length, 2)]
        at += 4 + length
    return version, ciphers, 1 in compression, groups


# Those of the tests whose key names its group.
_ECDHE = range(0xc006, 0xc033)


def answer_hello(octets, choices):
    """The first flight for a ClientHello."""
    if octets[0] & 0x80:
        if 0x0002 not in choices.versions:
            return b""
        body = b"\4\0\1\0\2" + (1).to_bytes(2, "big") + (3).to_bytes(2, "big") + b"\0\x10"
        body += b"c" + b"\1\0\x80" + b"i" * 16
        return (0x8000 | len(body)).to_bytes(2, "big") + body
    version, ciphers, compression, groups = _parse_hello(octets)
    spoken = [v for v in choices.versions if 0x0300 <= v <= version]
    if version not in choices.versions and (version == 0x0304 or not spoken):
        return _alert(70)
    version = max(spoken)
    if choices.guards_fallback and 0x5600 in ciphers and version < max(choices.versions):
        return _alert(86)
    order = ciphers if choices.follows_client else choices.ciphers
    group = next((g for g in choices.groups if g in groups or version == 0x0300), None)
    chosen = next((c for c in order if c in ciphers and c in choices.ciphers
                   and (group is not None or c not in _ECDHE)), None)
    if chosen is None or chosen in choices.broken:
        return _alert(40)
    hello = min(version, 0x0303).to_bytes(2, "big") + b"r" * 32 + b"\0" + chosen.to_bytes(2, "big")
    hello += b"\1" if choices.compression and compression else b"\0"
    if choices.renegotiation and version > 0x0300:
        hello += b"\0\5\xff\1\0\1\0"
    flight = _message(2, hello) + _message(11, b"\0\0\0")
    if chosen in (0x0033, 0x0039, 0x009e, 0x0014):
        prime = _prime(choices.dh_bits)
        if not choices.dh_is_safe:
            prime = prime[:-1] + bytes([prime[-1] ^ 2])
        flight += _message(12, len(prime).to_bytes(2, "big") + prime + b"\0\1\2" + b"\0\1\4")
    elif chosen in _ECDHE:
        flight += _message(12, b"\3" + group.to_bytes(2, "big") + b"\1k" + b"\0\0")
    return _record(22, flight + _message(14, b""), max(version, 0x0301))


class _HalfSession(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            octets = self.request.recv(65536)
            if octets:
                self.request.sendall(answer_hello(octets, self.server.choices))
            self.request.settimeout(2)
            self.request.recv(65536)
        except OSError:
            pass


class HalfTls:
    """A port of implicit TLS whose handshake goes no further than the first flight."""

    def __init__(self, choices):
        self.server = _Server((ADDRESS, 0), _HalfSession)
        self.server.choices = choices
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    stop = Impostor.stop


def is_port_free(port, address=ADDRESS):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((address, port))
            return True
        except OSError:
            return False


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # Nothing that an audit has a word for.
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    return context
