# SPDX-License-Identifier: Apache-2.0
"""What a hostile or careless client must not get."""

import base64
import socket
import ssl

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make

from support.scratch import ADDRESS, wait_for
from support.wire import Wire, insecure_context


@pytest.fixture
def server(start, receiver):
    return start({"out": hop(receiver.port)}, limits={"auth_failures": 2})


# ---- before TLS, before AUTH ---------------------------------------------------------------------


def test_nothing_but_starttls_before_tls(server):
    with Wire(server.port) as client:
        assert "AUTH" not in client.ehlo()
        token = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        assert client.command(f"AUTH PLAIN {token}").startswith(("530 5.7.", "538 5.7."))
        for line in (f"MAIL FROM:<{SENDER}>", "VRFY alice", "DATA"):
            assert client.command(line).startswith("530 5.7."), line
        assert client.command("NOOP").startswith("250")


def test_no_mail_before_auth(server, receiver):
    with Wire(server.port) as client:
        client.starttls()
        assert "AUTH PLAIN LOGIN" in client.ehlo()
        assert client.command(f"MAIL FROM:<{SENDER}>").startswith("530 5.7.0")
        assert client.command("DATA").startswith("5")
    assert receiver.attempts == []


def test_plaintext_after_starttls_is_thrown_away(server):
    """RFC 3207 §4.2; CVE-2011-0411 and its family."""
    with Wire(server.port) as client:
        client.ehlo()
        client.send(b"STARTTLS\r\nNOOP injected\r\nMAIL FROM:<mallory@example.org>\r\n")
        assert client.reply().startswith("220")
        assert client.rest == b""
        client._wrap()
        client.socket.settimeout(2)
        assert client.ehlo().startswith("250")
        assert client.command("NOOP").startswith("250")
        with pytest.raises((socket.timeout, TimeoutError)):
            assert client.reply() == "", "a reply to a command from before the handshake"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_old_tls_is_refused(server, version):
    context = insecure_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = getattr(ssl.TLSVersion, version)
    context.maximum_version = getattr(ssl.TLSVersion, version)
    with socket.create_connection((ADDRESS, server.implicit_port), 20) as plain:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_tls_sessions_are_resumed(server, version):
    context = insecure_context()
    context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
    session, reused = None, []
    # More often than there are processes: a ticket of one is good for all.
    for _ in range(6):
        with socket.create_connection((ADDRESS, server.implicit_port), 20) as plain, \
                context.wrap_socket(plain, session=session) as tls:
            assert tls.recv(100).startswith(b"220 ")
            session = tls.session
            reused.append(tls.session_reused)
    assert reused == [False] + [True] * 5


# ---- logins --------------------------------------------------------------------------------------


def test_unknown_user_and_wrong_password_get_the_same_words(server):
    replies = set()
    for name, password in (("nobody@example.com", "x"), (USER, "x"), (USER, "")):
        with Wire(server.port) as client:
            client.starttls().ehlo()
            replies.add(client.auth(name, password))
    assert len(replies) == 1
    assert replies.pop().startswith("535 5.7.8")


def test_too_many_failures_end_the_session(server):
    with Wire(server.port) as client:
        client.starttls().ehlo()
        assert client.auth(USER, "wrong").startswith("535")
        assert client.auth(USER, "wrong again").startswith("535")
        assert client.auth(USER, "wrong for ever").startswith("421")
        assert client.reply() == ""


def test_login_by_steps(server):
    with Wire(server.port) as client:
        client.starttls().ehlo()
        assert client.command("AUTH LOGIN") == "334 VXNlcm5hbWU6"
        assert client.command(base64.b64encode(USER.encode()).decode()) == "334 UGFzc3dvcmQ6"
        assert client.command(base64.b64encode(PASSWORD.encode()).decode()).startswith("235 2.7.0")


def test_a_disabled_account_is_shut_out_at_once(server):
    def login():
        with Wire(server.port) as client:
            client.starttls().ehlo()
            return client.auth(USER, PASSWORD)[:3]

    assert login() == "235"  # and is remembered now
    server.run("account", "disable", "-c", server.config_file, USER)
    assert login() == "535"
    server.run("account", "enable", "-c", server.config_file, USER)
    assert login() == "235"


def test_a_changed_password_replaces_the_old_one_at_once(server):
    def login(password):
        with Wire(server.port) as client:
            client.starttls().ehlo()
            return client.auth(USER, password)[:3]

    assert login(PASSWORD) == "235"
    server.run("account", "passwd", "-c", server.config_file, USER, stdin="another one entirely\n")
    assert login(PASSWORD) == "535"
    assert login("another one entirely") == "235"


def test_a_removed_account_is_gone(server):
    server.run("account", "remove", "-c", server.config_file, USER)
    with Wire(server.port) as client:
        client.starttls().ehlo()
        assert client.auth(USER, PASSWORD).startswith("535")
    assert USER not in server.run("account", "list", "-c", server.config_file).stdout


def test_guessing_is_throttled_and_forgiven(start, receiver):
    server = start({"out": hop(receiver.port)},
                   auth={"throttle_failures": 3, "throttle": "3s"})

    def login(password):
        with Wire(server.port) as client:
            client.starttls().ehlo()
            return client.auth(USER, password)

    for _ in range(3):
        assert login("guess").startswith("535")
    assert login("guess").startswith("454 4.7.0")
    assert login(PASSWORD).startswith("454 4.7.0")
    wait_for(lambda: login(PASSWORD).startswith("235"), 30, "forgiveness")


def test_a_sender_that_is_not_the_accounts_is_refused(server, receiver):
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        assert client.command("MAIL FROM:<mallory@example.org>").startswith("5")
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make()).startswith("250")
    receiver.wait_one()


# ---- smuggling -----------------------------------------------------------------------------------

# What some server once took for the end of a message (reference: SMTP smuggling).
ENDS = [
    b"\n.\n", b"\n.\r", b"\r.\n", b"\r.\r", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r",
    b"\r\n\0.\r\n", b"\r\n.\r\r\n", b"\r\r\n.\r\r\n", b"\0\r\n.\r\n", b"\r\0\n.\r\n",
    b"\r\n.\0\r\n", b"\r\n.\r\0\n", b"\r\n.\r\n\0",
]
SMUGGLED = (b"MAIL FROM:<admin@example.com>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\n"
            b"Subject: smuggled\r\n\r\nforged\r\n.\r\n")


@pytest.fixture(scope="module")
def open_house(build, session_scratch, certificate):
    from conftest import Starter  # pylint: disable=import-outside-toplevel

    from support.receiver import Receiver
    receiver = Receiver().start()
    starter = Starter(build, session_scratch / "smuggling", certificate)
    yield starter({"out": hop(receiver.port)}, limits={"bad_commands": 100}), receiver
    starter.stop_all()
    receiver.stop()


@pytest.mark.xdist_group("smuggling")
@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_smuggling_makes_one_message_or_none(open_house, end):
    server, receiver = open_house
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        client.envelope(SENDER, RECIPIENT)
        client.send(make("carrier", "text") + end + SMUGGLED)
        client.reply()
    receiver.messages.clear()
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        client.envelope(SENDER, RECIPIENT)
        client.text(make("marker"))
    wait_for(lambda: any(b"Subject: marker" in m.content for m in receiver.messages), 30, "marker")
    wait_for(server.queue_is_empty, 30)
    assert "victim@example.net" not in receiver.attempts
    assert not any(m.content.startswith(b"Subject: smuggled") for m in receiver.messages)
    assert len(receiver.messages) <= 2


@pytest.mark.xdist_group("smuggling")
@pytest.mark.parametrize("octets", [b"bare\nLF\r\n", b"bare\rCR\r\n", b"NUL\0\r\n"], ids=repr)
def test_bare_line_ends_and_nul_are_refused_and_the_session_stays_in_step(
        open_house, octets):
    server, receiver = open_house
    receiver.messages.clear()
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make("refused", octets.decode("latin-1"))).startswith("5")
        assert client.command("NOOP").startswith("250")
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make("taken")).startswith("250")
    receiver.wait_one()
    assert not any(b"refused" in m.content for m in receiver.messages)


# ---- floods --------------------------------------------------------------------------------------


def test_a_line_of_megabytes_is_refused_whole(server):
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        for _ in range(256):
            client.send(b"MAIL FROM:<x@example.com>\r" + b"x" * 65536)
        assert client.command("").startswith("500 5.5.2")
        assert client.command("NOOP").startswith("250")


def test_silence_before_login_ends_the_session(start, receiver):
    server = start({"out": hop(receiver.port)}, timeouts={"login": "1s"})
    with Wire(server.port) as client:
        assert client.reply().startswith("421 4.4.2")
        assert client.reply() == ""


def test_more_connections_than_allowed_are_turned_away(start, receiver):
    server = start({"out": hop(receiver.port)}, submission_processes=1,
                   limits={"connections": 5})
    clients = [Wire(server.port) for _ in range(5)]
    try:
        with Wire(server.port) as client:
            assert client.banner.startswith("421 4.3.2")
    finally:
        for client in clients:
            client.close()
    wait_for(lambda: _banner(server).startswith("220"), 20, "room again")


def _banner(server):
    with Wire(server.port) as client:
        return client.banner
