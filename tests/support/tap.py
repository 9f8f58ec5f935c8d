# SPDX-License-Identifier: Apache-2.0
"""A man in the middle of TLS from the first octet, who writes down who said what in which turn."""

import contextlib
import re
import socket
import ssl
import threading

from .scratch import ADDRESS, close_listener
from .wire import insecure_context, server_context

_TURN_MAX = 1 << 20

# Behind these a client that pipelines says more, in a write of its own perhaps, and the machine may
# have other work between the two. One that does not waits for the reply, which it gets later.
_EXPECTS_MORE = re.compile(rb"(?:MAIL|RCPT) ", re.IGNORECASE)
_PATIENCE_S = 1.0


class Tap:
    """
    turns: [who, octets] in the order of what was said, who being "client" or "server". A client
    that does not pipeline never says two commands in one turn.
    """

    def __init__(self, port, certificate, key):
        """port: of the server behind. certificate, key: those of the server."""
        self.behind = port
        self.context = server_context(certificate, key)
        self.turns = []
        self.lock = threading.Lock()
        self.listener = socket.create_server((ADDRESS, 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []

    def start(self):
        self._in_thread(self._accept)
        return self

    def stop(self):
        close_listener(self.listener)
        for thread in self.threads:
            thread.join(20)

    def _in_thread(self, function, *args):
        self.threads.append(threading.Thread(target=function, args=args, daemon=True))
        self.threads[-1].start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                self._in_thread(self._serve, self.listener.accept()[0])

    def _serve(self, plain):
        """One thread reads both sides in turn: an SSLSocket bears no two at once."""
        with contextlib.suppress(OSError), plain:
            client = self.context.wrap_socket(plain, server_side=True)
            behind = socket.create_connection((ADDRESS, self.behind), 20)
            with behind, insecure_context().wrap_socket(behind) as server:
                _pump(client, server, self._note)

    def _note(self, who, octets):
        with self.lock:
            if self.turns and self.turns[-1][0] == who:
                self.turns[-1][1] += octets
            else:
                self.turns.append([who, octets])

    def client_turns(self, command):
        """The turns of the client in which a line begins so (a regular expression)."""
        pattern = re.compile(rb"^(?:" + command.encode() + rb")", re.MULTILINE | re.IGNORECASE)
        return [bytes(octets) for who, octets in self.turns
                if who == "client" and pattern.search(octets)]


def _pump(client, server, note):
    """Until one of both ends."""
    sides = {client: ("client", server), server: ("server", client)}
    while True:
        for side, (who, other) in sides.items():
            octets = _read(side, who == "client")
            if octets == b"":
                return
            if octets:
                note(who, octets)
                other.sendall(octets)


def _read(side, is_client):
    """
    What came until nothing comes for a moment, as one turn may be written in several records; None
    when nothing came, b"" at the end.
    """
    octets = b""
    side.settimeout(0.01)
    try:
        while len(octets) < _TURN_MAX:
            more = side.recv(65536)
            if more == b"":
                break
            octets += more
            last = octets[-1000:].rstrip(b"\r\n").rpartition(b"\n")[2]
            side.settimeout(_PATIENCE_S if is_client and _EXPECTS_MORE.match(last) else 0.01)
    except (TimeoutError, ssl.SSLWantReadError):
        return octets or None
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        side.settimeout(20)
    return octets
