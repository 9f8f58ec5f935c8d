# SPDX-License-Identifier: Apache-2.0
"""A port whose packets are dropped, as by a firewall: the queue of its listener is full."""

import contextlib
import socket
import struct

from .scratch import ADDRESS, wait_for


# Of a listener, tcpi_unacked and tcpi_sacked are how many wait in its queue and how many may; one
# more than these has to wait before packets are dropped (linux/tcp.h, tcp_get_info()).
_WAITING = struct.Struct("8x16xII")


def _is_full(listener):
    octets = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _WAITING.size)
    waiting, most = _WAITING.unpack(octets)
    return waiting > most


@contextlib.contextmanager
def full_listener():
    """Until somebody calls accept() on what is given."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((ADDRESS, 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        wait_for(lambda: _is_full(listener), what="a full queue")
        yield listener


@contextlib.contextmanager
def full_port():
    with full_listener() as listener:
        yield listener.getsockname()[1]
