# SPDX-License-Identifier: Apache-2.0
"""Clients that leave, stop reading or never finish, at every stage: nothing is left behind."""

import os
import pathlib
import socket
import ssl
import struct
import time

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER

from support import process
from support.scratch import ADDRESS, wait_for
from support.wire import Wire, insecure_context

FLOOD = b"NOOP\r\n" * 10000
FLOOD_SECONDS = 0.5
GROWTH_MAX_KIB = 24 * 1024
SANITIZED_GROWTH_MAX_KIB = 448 * 1024  # AddressSanitizer keeps 256 MiB of what was freed


@pytest.fixture
def server(start, receiver):
    return start({"out": hop(receiver.port)}, submission_processes=1,
                 timeouts={"handshake": "2s"}, limits={"bad_commands": 1000})


def submission(server):
    (pid,) = server.children("submission")
    return pid


def descriptors(server):
    return len(os.listdir(f"/proc/{submission(server)}/fd"))


def resident_kib(server):
    for line in pathlib.Path(f"/proc/{submission(server)}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def growth_max_kib(server):
    maps = pathlib.Path(f"/proc/{submission(server)}/maps").read_text()
    return SANITIZED_GROWTH_MAX_KIB if "libasan" in maps else GROWTH_MAX_KIB


def is_idle(server):
    """For a second; who turns in circles is at no time."""
    before = process.cpu_seconds([submission(server)])
    time.sleep(1)
    return process.cpu_seconds([submission(server)]) - before < 0.3


def reset(client):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def hello():
    """A ClientHello, of a handshake that never goes on."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        insecure_context().wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def at_banner(server):
    return Wire(server.port)


def behind_starttls(server):
    client = Wire(server.port)
    client.ehlo()
    client.command("STARTTLS")
    return client


def in_hello(server):
    client = behind_starttls(server)
    client.send(hello()[:50])
    return client


def behind_hello(server):
    client = behind_starttls(server)
    client.send(hello())
    return client


def in_garbage(server):
    client = behind_starttls(server)
    client.send(b"\x16\x03\x01\x00\x05garbage")
    return client


def under_tls(server):
    return Wire(server.port).starttls()


def logged_in(server):
    return Wire(server.implicit_port, implicit=True).login(USER, PASSWORD)


def in_text(server):
    client = logged_in(server).envelope(SENDER, RECIPIENT)
    client.send(b"Subject: cut off\r\n\r\nThe dot never comes\r\n.")
    return client


def behind_quit(server):
    client = logged_in(server)
    client.send(b"QUIT\r\n")
    return client


STAGES = [at_banner, behind_starttls, in_hello, behind_hello, in_garbage, under_tls, logged_in,
          in_text, behind_quit]


@pytest.mark.parametrize("stage", STAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("leave", [reset, Wire.close], ids=["reset", "close"])
def test_who_leaves_at_any_stage_leaves_nothing_behind(server, receiver, stage, leave):
    leave(under_tls(server))
    wait_for(lambda: "disconnect" in server.log_text(), 20, "the end of a session")
    before = descriptors(server)
    for _ in range(5):
        leave(stage(server))
    wait_for(lambda: descriptors(server) <= before, 20, "descriptors")
    assert server.queue_is_empty()
    assert receiver.attempts == []
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)


@pytest.mark.parametrize("stage", [at_banner, behind_hello, logged_in, in_text],
                         ids=lambda f: f.__name__)
def test_half_closed_and_silent_clients_cost_no_cpu(server, stage):
    clients = [stage(server) for _ in range(5)]
    for client in clients:
        socket.socket.shutdown(client.socket, socket.SHUT_WR)
    # Once what the clients have begun is done, however long that takes here.
    wait_for(lambda: is_idle(server), 30, "an idle process")
    for client in clients:
        client.close()


def test_handshakes_that_never_end_are_ended(server):
    clients = [behind_starttls(server), in_hello(server), behind_hello(server)]
    octets, ended = hello(), 0
    trickle = behind_starttls(server)
    for octet in octets[:-1]:  # far longer than the handshake may take
        try:
            trickle.send(bytes([octet]))
        except OSError:
            ended += 1
            break
        time.sleep(0.1)
    assert ended == 1
    for client in clients:
        client.socket.settimeout(20)
        while client.socket.recv(65536):
            pass
    wait_for(lambda: server.log_text().count("no TLS handshake in time") == 4, 20, "the reasons")


def push(client, octets, seconds):
    """Sends for so long, whatever the other side takes. How much it has taken."""
    taken, end = 0, time.monotonic() + seconds
    client.socket.settimeout(0.2)
    while time.monotonic() < end:
        try:
            taken += client.socket.send(octets)
        except (TimeoutError, socket.timeout):
            continue
        except OSError:
            break
    return taken


def small_window(port):
    """A client that can be told little before it has to read: its banner is not read yet."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.connect((ADDRESS, port))
    client = Wire.__new__(Wire)
    client.socket, client.rest = sock, b""
    return client


def test_who_reads_no_reply_is_not_read_without_bound(server):
    """Replies fill what the kernels hold; then what is sent must stay where it is."""
    under_tls(server).close()
    before = resident_kib(server)
    clients = []
    # How many replies the kernels hold is their affair: some of these end just above it.
    for count in range(200, 3500, 300):
        clients.append(small_window(server.port))
        clients[-1].socket.settimeout(2)
        try:
            clients[-1].send(b"EHLO a\r\n" * count)
            push(clients[-1], FLOOD, FLOOD_SECONDS)
        except OSError:
            pass  # not read any more, or hung up on
    assert resident_kib(server) - before < growth_max_kib(server)
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
    for client in clients:
        client.close()
