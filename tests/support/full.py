# SPDX-License-Identifier: Apache-2.0
"""A port whose packets are dropped, as by a firewall: the queue of its listener is full."""

import contextlib
import socket

from support.scratch import ADDRESS


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
        yield listener


@contextlib.contextmanager
def full_port():
    with full_listener() as listener:
        yield listener.getsockname()[1]
