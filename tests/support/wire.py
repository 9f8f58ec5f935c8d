# SPDX-License-Identifier: Apache-2.0
"""A client that says exactly what a test wants said."""

import base64
import socket
import ssl

from .scratch import ADDRESS


class Wire:
    """A connection to a submission server; the banner is read."""

    def __init__(self, port, implicit=False, context=None, timeout=30):
        self.socket = socket.create_connection((ADDRESS, port), timeout)
        self.context = context or insecure_context()
        self.rest = b""
        if implicit:
            self._wrap()
        self.banner = self.reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def _wrap(self):
        self.socket = self.context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, octets):
        self.socket.sendall(octets)

    def reply(self):
        """One reply, all its lines, without the last CRLF; "" when the connection is over."""
        lines = []
        while True:
            while b"\r\n" not in self.rest:
                try:
                    more = self.socket.recv(65536)
                except (ConnectionResetError, ssl.SSLError):
                    more = b""
                if not more:
                    return "\n".join(lines)
                self.rest += more
            line, self.rest = self.rest.split(b"\r\n", 1)
            lines.append(line.decode())
            if line[3:4] != b"-":
                return "\n".join(lines)

    def command(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def starttls(self):
        assert self.command("EHLO client.example").startswith("250")
        assert self.command("STARTTLS").startswith("220")
        assert self.rest == b""
        self._wrap()
        return self

    def ehlo(self):
        return self.command("EHLO client.example")

    def auth(self, name, password):
        token = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        return self.command(f"AUTH PLAIN {token}")

    def login(self, name, password):
        """Up to AUTH, with TLS as the connection has it."""
        if not isinstance(self.socket, ssl.SSLSocket):
            self.starttls()
        self.ehlo()
        reply = self.auth(name, password)
        assert reply.startswith("235"), reply
        return self

    def envelope(self, sender, *recipients):
        """Up to the 354."""
        for line in [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{r}>" for r in recipients)]:
            reply = self.command(line)
            assert reply.startswith("250"), f"{line}: {reply}"
        reply = self.command("DATA")
        assert reply.startswith("354"), reply
        return self

    def text(self, octets):
        """The text as it is, then its end; the reply."""
        self.send(octets + (b"" if octets.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return self.reply()


def insecure_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def trusting_context(authority):
    return ssl.create_default_context(cafile=str(authority.certificate))


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
