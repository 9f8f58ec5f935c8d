# SPDX-License-Identifier: Apache-2.0
"""
Boxes on the way that end connections and make their own to the server: what nftables redirects to
them is passed on, edited.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
import warnings

from network import entered
from player import server_context
from faults import Tls

_SO_ORIGINAL_DST = 80  # of SOL_IP; IP6T_SO_ORIGINAL_DST of SOL_IPV6 is the same number
MARK = 77              # of what a box sends: its own rules must let that pass
warnings.filterwarnings("ignore", category=DeprecationWarning)


def _original_destination(sock):
    if sock.family == socket.AF_INET:
        port, host = struct.unpack("!2xH4s8x", sock.getsockopt(socket.SOL_IP, _SO_ORIGINAL_DST, 16))
        return socket.inet_ntop(socket.AF_INET, host), port
    raw = sock.getsockopt(socket.IPPROTO_IPV6, _SO_ORIGINAL_DST, 28)
    port, host = struct.unpack("!2xH4x16s4x", raw)
    return socket.inet_ntop(socket.AF_INET6, host), port


def strip_starttls(line):
    """Takes the offer away; the command would still work."""
    return None if line[4:].strip().upper() == b"STARTTLS" else line


def mask(line):
    """As a Cisco ASA with its inspection of ESMTP: the length of every line stays."""
    code, text = line[:4], line[4:].rstrip(b"\r\n")
    if text.upper() == b"STARTTLS":
        return code + b"XXXXXXXA\r\n"
    if line.startswith(b"220 "):
        return b"220 " + b"*" * len(text) + b"\r\n"
    return line


def pass_on(line):
    return line


_EDITS = {"strip": strip_starttls, "mask": mask, "inspect": pass_on}


class Box:
    """
    kind "inspect" ends TLS with a certificate of its own; the others leave TLS as it is. Before TLS
    it goes command by command: no client of ours pipelines there.
    """

    def __init__(self, part, certificates, counters):
        """part: {"kind", "netns", "ports", "name": of the host, "address": of it}."""
        self.counters = counters
        self.netns, self.edit = part["netns"], _EDITS[part["kind"]]
        self.inspects, self.masks = part["kind"] == "inspect", part["kind"] == "mask"
        if self.inspects:
            issued = certificates.issue("inspected", part["name"], part["address"])
            self.context = server_context(Tls(), *issued)

    async def handle(self, reader, writer):
        far_writer, near = None, writer.get_extra_info("socket")
        self.counters.enter(near)
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
            host, port = _original_destination(near)
            # What comes before start_tls() would be lost to it.
            writer.transport.pause_reading()
            far_reader, far_writer = await self._connect(host, port)
            if port == 465 and self.inspects:
                await far_writer.start_tls(_outward_context())
                await writer.start_tls(self.context)
            else:
                writer.transport.resume_reading()
            if port != 465:
                await self._relay_commands(reader, writer, far_reader, far_writer)
            await _pump(reader, writer, far_reader, far_writer)
        self.counters.leave(near)
        if far_writer:
            far_writer.close()
        writer.close()

    async def _connect(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with entered(self.netns):
            sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
        await asyncio.get_running_loop().sock_connect(sock, (host, port))
        return await asyncio.open_connection(sock=sock)

    async def _relay_commands(self, reader, writer, far_reader, far_writer):
        """Until TLS has begun or one of both has gone, which the pump will find out."""
        writer.write(await self._reply(far_reader))
        while line := await reader.readline():
            is_starttls = line.upper().startswith(b"STARTTLS")
            if is_starttls and self.masks:
                writer.write(b"500 #5.5.1 command not recognized\r\n")
                continue
            far_writer.write(line)
            reply = await self._reply(far_reader)
            begins_tls = is_starttls and reply.startswith(b"220")
            if begins_tls and self.inspects:
                await far_writer.start_tls(_outward_context())
            writer.write(reply)
            if begins_tls and self.inspects:
                await writer.start_tls(self.context)
            if begins_tls:
                return

    async def _reply(self, far_reader):
        """Edited."""
        lines = []
        while not lines or lines[-1][3:4] == b"-":
            line = await far_reader.readline()
            if not line:
                raise ConnectionError
            lines.append(line)
        edited = [e for e in map(self.edit, lines) if e is not None]
        # The last line may be the one that was taken out.
        edited[-1] = edited[-1][:3] + b" " + edited[-1][4:]
        return b"".join(edited)


def _outward_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _pump(reader, writer, far_reader, far_writer):
    async def copy(source, sink):
        while octets := await source.read(65536):
            sink.write(octets)
            await sink.drain()
    tasks = [asyncio.create_task(copy(reader, far_writer)),
             asyncio.create_task(copy(far_reader, writer))]
    _, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()


async def start(part, certificates, counters):
    """counters: of what clients do at the box."""
    box = Box(part, certificates, counters)
    for port in part["ports"]:
        for address, family in (("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET6)):
            with entered(part["netns"]):
                listener = socket.create_server((address, port), family=family)
            await asyncio.start_server(box.handle, sock=listener)
