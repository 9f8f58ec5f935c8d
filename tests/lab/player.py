# SPDX-License-Identifier: Apache-2.0
"""Plays one connection of a server that faults.py describes."""

import asyncio
import base64
import socket
import ssl
import struct
import warnings
from asyncio import sslproto

import faults
from faults import CLOSE, RESET, SILENCE, Endless, OnInput, Pause

_LINE_MAX = 1 << 20
_TCP_ESTABLISHED = 1
warnings.filterwarnings("ignore", category=DeprecationWarning)  # old versions of TLS: on purpose


_handshake_done = sslproto.SSLProtocol._on_handshake_complete


def _tell_alert(self, error):
    """asyncio forgets to send the alert when a handshake fails; servers do not."""
    if error is not None:
        self._process_outgoing()
    _handshake_done(self, error)


sslproto.SSLProtocol._on_handshake_complete = _tell_alert


class Over(Exception):
    """The dialog is over."""


class Cancelled(Exception):
    """The client has ended its login by "*" (RFC 4954 §4)."""


class Counters:
    """What one host has seen: how polite its clients are."""

    def __init__(self):
        self.sockets = set()
        self.counts = {"connections": 0, "at_a_time": 0, "logins_failed": 0, "logins": 0,
                       "messages": 0}
        self.lines = []

    def add(self, name):
        self.counts[name] += 1

    def enter(self, sock):
        """
        Only what is still open counts: of a connection that its client has closed we may hear late.
        """
        self.sockets.add(sock)
        self.add("connections")
        self.counts["at_a_time"] = max(self.counts["at_a_time"], self.open_count())

    def leave(self, sock):
        self.sockets.discard(sock)

    def open_count(self):
        return sum(1 for s in self.sockets if s.fileno() >= 0 and
                   s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_ESTABLISHED)

    def seen(self):
        return {**self.counts, "lines": self.lines[-200:]}


def server_context(tls, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(tls.ciphers)
    context.minimum_version, context.maximum_version = tls.minimum, tls.maximum
    context.load_cert_chain(certificate, key)
    if tls.wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Session:
    def __init__(self, smtp, name, port, context, counters):
        """context: of TLS, or None. counters: of the host."""
        self.smtp, self.name, self.context, self.counters = smtp, name, context, counters
        implicit = port in (465, 443, 993) if smtp.is_implicit is None else smtp.is_implicit
        self.is_implicit, self.port = implicit, port
        self.words = {"name": name, "size": smtp.size, "mail": "", "rcpt": ""}
        self.tls = self.authenticated = False

    async def run(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.socket = writer.get_extra_info("socket")
        self.counters.enter(self.socket)
        try:
            await self._dialog()
        except (Over, OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                ValueError):
            pass
        finally:
            self.counters.leave(self.socket)
            self.writer.close()

    # ---- steps -----------------------------------------------------------------------------------

    async def do(self, step):
        for part in step if isinstance(step, tuple) else (step,):
            await self._do_part(part)

    async def _do_part(self, part):
        if isinstance(part, str):
            await self.send((part.format(**self.words) + "\r\n").encode("latin-1"))
        elif isinstance(part, bytes):
            await self.send(part.replace(b"{name}", self.name.encode())
                            .replace(b"{size}", str(self.smtp.size).encode()))
        elif isinstance(part, Pause):
            await self._wait(part.seconds)
        elif isinstance(part, Endless):
            await self._flood(part)
        elif isinstance(part, OnInput):
            if await self.reader.read(1) == b"":
                raise Over
        elif part is SILENCE:
            await self._wait(None)
        else:
            await self._end(part)

    async def send(self, octets):
        self.writer.write(octets)
        await self.writer.drain()

    async def _wait(self, seconds):
        """Until the time is over or, when it is None, the client is gone."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return
        raise Over

    async def _flood(self, part):
        octets = part.octets.replace(b"{name}", self.name.encode())
        while True:
            await self.send(octets * max(1, part.per_second // 20))
            await asyncio.sleep(0.05)

    async def _end(self, how):
        if how is RESET:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        else:
            assert how is CLOSE
        raise Over

    # ---- the dialog ------------------------------------------------------------------------------

    async def _dialog(self):
        limit = self.smtp.connections_max
        if limit and self.counters.open_count() > limit:
            await self.do(("421 4.7.0 {name} Error: too many connections from your address", CLOSE))
        if self.is_implicit:
            await self._start_tls()
        await self.do(self.smtp.greeting)
        while line := await self._line():
            if not await self._answer(line):
                return

    async def _line(self):
        line = await self.reader.readuntil(b"\n")
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
        self.counters.lines.append(f"{self.port} {text}"[:200])
        if self.smtp.pause:
            await self._pause()
        return text or " "

    def _forget_input(self):
        """What has come and was not read yet."""
        self.reader._buffer.clear()

    async def _pause(self):
        await asyncio.sleep(self.smtp.pause)

    async def _start_tls(self):
        if self.smtp.handshake is not None:
            if not await self.reader.read(65536):  # the ClientHello
                raise Over
            await self.do(self.smtp.handshake)
        await self.writer.start_tls(self.context, ssl_handshake_timeout=30)
        self.tls = True

    async def _answer(self, line):
        """False: that was the last."""
        verb = line.split(" ")[0].upper()
        method = getattr(self, f"_on_{verb.lower()}", None)
        if method is None or not verb.isalpha():
            await self.do("502 5.5.2 Error: command not recognized")
        else:
            await method(line)
        return verb != "QUIT"

    async def _on_ehlo(self, _line):
        step = self.smtp.ehlo_tls if self.tls else self.smtp.ehlo
        await self.do(step if step is not None else self._ehlo_reply())

    async def _on_helo(self, line):
        if self.smtp.helo is None:
            await self._on_ehlo(line)
        else:
            await self.do(self.smtp.helo)

    def _ehlo_reply(self):
        mechanisms = self.smtp.offers_auth if self.tls else self.smtp.offers_auth_in_clear
        starttls = ["STARTTLS"] if self.smtp.offers_starttls and not self.tls else []
        lines = ["{name}", *self.smtp.keywords[:1], *starttls,
                 *([f"AUTH {mechanisms}"] if mechanisms else []), *self.smtp.keywords[1:]]
        return "\r\n".join([*(f"250-{k}" for k in lines[:-1]), f"250 {lines[-1]}"])

    async def _on_starttls(self, _line):
        if not self.smtp.keeps_commands:
            self._forget_input()
        await self.do(self.smtp.starttls)
        if self.smtp.starttls.startswith("220"):
            await self._start_tls()

    async def _on_noop(self, _line):
        await self.do(self.smtp.noop)

    async def _on_rset(self, _line):
        await self.do("250 2.0.0 Ok")

    async def _on_quit(self, _line):
        await self.do(self.smtp.quit)

    # ---- AUTH ------------------------------------------------------------------------------------

    async def _on_auth(self, line):
        words = line.split(" ")
        offered = self.smtp.offers_auth if self.tls else self.smtp.offers_auth_in_clear
        if not offered:
            return await self.do("503 5.5.1 Error: authentication not enabled")
        if words[1].upper() not in offered.split(" "):
            return await self.do("535 5.7.8 Error: authentication failed: no such mechanism")
        try:
            credentials = await self._credentials(words)
        except Cancelled:
            return await self.do("501 5.7.0 Authentication cancelled")
        if self.smtp.auth is None and credentials == (faults.USER, faults.PASSWORD):
            self.authenticated = True
            self.counters.add("logins")
            return await self.do("235 2.7.0 Authentication successful")
        self.counters.add("logins_failed")
        await self.do(self.smtp.auth or "535 5.7.8 Error: authentication failed")

    async def _credentials(self, words):
        while self.smtp.never_ends_auth:
            await self.do("334 ")
            await self.reader.readuntil(b"\n")
        if words[1].upper() == "LOGIN":
            user = words[2] if words[2:] else await self._ask("VXNlcm5hbWU6")
            return _decode(user), _decode(await self._ask("UGFzc3dvcmQ6"))
        response = words[2] if words[2:] else await self._ask("")
        return tuple(_decode(response).split("\0")[1:])

    async def _ask(self, challenge):
        await self.do(f"334 {challenge}")
        answer = (await self.reader.readuntil(b"\n")).decode().strip()
        if answer == "*":
            raise Cancelled
        return answer

    # ---- the message -----------------------------------------------------------------------------

    async def _on_mail(self, line):
        if self.smtp.needs_auth and not self.authenticated:
            return await self.do("530 5.7.0 Authentication required")
        self.words["mail"] = _path(line)
        await self.do(self.smtp.mail or "250 2.1.0 Ok")

    async def _on_rcpt(self, line):
        if not self.words["mail"]:
            return await self.do("503 5.5.1 Error: need MAIL command")
        self.words["rcpt"] = _path(line)
        await self.do(self.smtp.rcpt or "250 2.1.5 Ok")

    async def _on_data(self, _line):
        if not self.words["rcpt"]:
            return await self.do("503 5.5.1 Error: need RCPT command")
        await self.do(self.smtp.data or "354 End data with <CR><LF>.<CR><LF>")
        line = b""
        while line != b".\r\n":  # the first, when no recipient was left
            line = await self.reader.readuntil(b"\r\n")
        if str(self.smtp.end).startswith("2"):
            self.counters.add("messages")
        await self.do(self.smtp.end)


def _decode(text):
    return base64.b64decode(text).decode("utf-8", "replace")


def _path(line):
    return line.split("<", 1)[-1].split(">")[0].replace("{", "").replace("}", "")


async def serve(listener, smtp, name, port, context, counters):
    """Plays smtp on a listening socket; runs until it is cancelled."""
    def connected(reader, writer):
        return Session(smtp, name, port, context, counters).run(reader, writer)
    return await asyncio.start_server(connected, sock=listener, limit=_LINE_MAX)
