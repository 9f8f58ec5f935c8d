# SPDX-License-Identifier: Apache-2.0
"""A next hop that offers what a test wants offered, and notes in what words it was spoken to."""

import dataclasses
import socketserver
import ssl
import threading

from .scratch import ADDRESS, wait_for


@dataclasses.dataclass
class Transaction:
    mail: str
    recipients: list = dataclasses.field(default_factory=list)
    content: bytes = b""  # dots unstuffed
    chunks: list = dataclasses.field(default_factory=list)  # lengths, when it came in BDAT
    tls: bool = False
    connection: int = 0
    is_complete: bool = False


class _Session(socketserver.StreamRequestHandler):
    def setup(self):
        super().setup()
        self.peer = self.server.peer
        with self.peer.lock:
            self.peer.connection_count += 1
            self.number = self.peer.connection_count
        self.tls = False
        self.transaction = None

    def say(self, *lines):
        text = "".join(f"{line}\r\n" for line in lines)
        self.wfile.write(text.encode())

    def handle(self):
        try:
            self.say("220 peer.example")
            while (line := self.rfile.readline().decode().rstrip("\r\n")) and self.answer(line):
                pass
        except (ConnectionError, ssl.SSLError):
            pass

    def answer(self, line):
        verb = line.split(" ")[0].upper()
        method = getattr(self, f"on_{verb.lower()}", None)
        if method is None:
            self.say("500 5.5.1 what")
        else:
            method(line)
        return verb != "QUIT"

    def on_ehlo(self, _line):
        starttls = ["STARTTLS"] if self.peer.tls_context and not self.tls else []
        offered = ["peer.example", *self.peer.extensions, *starttls]
        self.say(*(f"250-{e}" for e in offered[:-1]), f"250 {offered[-1]}")

    on_lhlo = on_ehlo

    def on_starttls(self, _line):
        self.say("220 go")
        self.connection = self.peer.tls_context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = socketserver._SocketWriter(self.connection)
        self.tls = True

    def on_mail(self, line):
        self.transaction = Transaction(line, tls=self.tls, connection=self.number)
        self.peer.transactions.append(self.transaction)
        self.say("250 2.1.0 ok")

    def on_rcpt(self, line):
        self.transaction.recipients.append(line)
        self.say("250 2.1.5 ok")

    def on_rset(self, _line):
        self.say("250 2.0.0 ok")

    def on_quit(self, _line):
        self.say("221 2.0.0 bye")

    def complete(self):
        self.transaction.is_complete = True
        self.say(*["250 2.0.0 taken"] * (len(self.transaction.recipients) if self.peer.is_lmtp else 1))

    def on_data(self, _line):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            lines.append(line[1:] if line.startswith(b".") else line)
        self.transaction.content = b"".join(lines)
        self.complete()

    def on_bdat(self, line):
        words = line.split(" ")
        self.transaction.content += self.rfile.read(int(words[1]))
        self.transaction.chunks.append(int(words[1]))
        if words[2:] == ["LAST"]:
            self.complete()
        else:
            self.say("250 2.0.0 go on")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Peer:
    """extensions: lines of the EHLO reply, as "LIMITS RCPTMAX=2"; STARTTLS comes with tls_context."""

    def __init__(self, *extensions, tls_context=None, is_lmtp=False):
        self.extensions = extensions
        self.tls_context = tls_context
        self.is_lmtp = is_lmtp
        self.transactions = []
        self.connection_count = 0
        self.lock = threading.Lock()
        self.server = _Server((ADDRESS, 0), _Session)
        self.server.peer = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count=1, seconds=30):
        """The transactions, when so many are complete."""
        def complete():
            done = [t for t in self.transactions if t.is_complete]
            return done if len(done) >= count else None
        return wait_for(complete, seconds, f"{count} messages at the peer")

    def wait_one(self):
        (transaction,) = self.wait()
        return transaction
