# SPDX-License-Identifier: Apache-2.0
"""Messages to send, and what may have happened to them on the way."""

import re

SENDER = "alice@example.com"
RECIPIENT = "bob@example.net"

_TRACE = (b"Received: ", b"Return-Path: ", b"Delivered-To: ", b"X-Peer: ")


def make(subject="A test", body="Hello.\r\n", recipient=RECIPIENT, message_id="1@example.com"):
    return (f"From: <{SENDER}>\r\nTo: <{recipient}>\r\nSubject: {subject}\r\n"
            f"Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <{message_id}>\r\n"
            f"\r\n{body}").encode()


def trace_of(sent, delivered):
    """The trace header fields that were put before the message; fails if all else is not as sent."""
    assert delivered.endswith(sent), f"changed on the way:\n{delivered[:2000]!r}\nfrom\n{sent[:2000]!r}"
    head = delivered[:len(delivered) - len(sent)]
    fields = re.sub(rb"\r\n[ \t]+", b" ", head).split(b"\r\n")
    assert fields.pop() == b""
    for field in fields:
        assert field.startswith(_TRACE), field
    return [f.decode() for f in fields]
