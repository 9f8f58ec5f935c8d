# SPDX-License-Identifier: Apache-2.0
"""What the server says when it refuses reaches the people who use real mail clients."""

import dataclasses
import re

import pytest
from clients import CLIENTS, Way
from conftest import PASSWORD, USER, Starter, hop
from letter import Letter

from support.scratch import free_port
from support.wire import Wire

MESSAGE_SIZE = 65536  # the least that the config takes


@pytest.fixture(scope="module")
def server(build, session_scratch, certificate):
    """It takes small messages only, and forgives wrong passwords."""
    starter = Starter(build, session_scratch / "client-errors", certificate)
    yield starter({"nowhere": hop(free_port())}, limits={"message_size": MESSAGE_SIZE},
                  auth={"throttle_failures": 1000})
    starter.stop_all()


@pytest.fixture
def send(server, authority, scratch):
    """Submit with a new client; what its user sees of the refusal."""
    way = Way(server.port, "starttls", authority.certificate, USER, PASSWORD)

    def words(name, letter, **changes):
        client = CLIENTS[name](dataclasses.replace(way, **changes), scratch / "client").start()
        try:
            return client.refusal(letter)
        finally:
            client.stop()

    return words


def check_seen(seen, reply):
    """All that the reply says is there, line by line; clients break and join as they like."""
    seen = re.sub(r"\s+", " ", seen)
    for line in reply.split("\n"):
        words = re.sub(r"^[0-9]{3}[ -][0-9.]+ ", "", line)
        assert words in seen, f"{words!r} is not in {seen!r}"


@pytest.mark.parametrize("name", CLIENTS)
def test_who_has_a_wrong_password_is_told_so(server, send, name):
    with Wire(server.port) as client:
        client.starttls().ehlo()
        reply = client.auth(USER, "wrong")
    assert reply.startswith("535 5.7.8 "), reply
    check_seen(send(name, Letter(), password="wrong"), reply)


@pytest.mark.parametrize("name", CLIENTS)
def test_who_sends_as_somebody_else_is_told_so(server, send, name):
    with Wire(server.port) as client:
        reply = client.login(USER, PASSWORD).command("MAIL FROM:<eve@example.com>")
    assert reply.startswith("550 5.7.1 "), reply
    check_seen(send(name, Letter(sender=("Eve", "eve@example.com"))), reply)


# Postfix compares with SIZE itself and says so in its own words.
@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "Postfix"])
def test_who_sends_too_much_is_told_so(server, send, name):
    letter = Letter(text="A line of the text.\n" * (MESSAGE_SIZE // 20 + 1))
    with Wire(server.port) as client:
        reply = client.login(USER, PASSWORD).command(
            f"MAIL FROM:<{USER}> SIZE={MESSAGE_SIZE + 1}")
    assert reply.startswith("552 5.3.4 "), reply
    check_seen(send(name, letter), reply)
