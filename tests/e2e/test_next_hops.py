# SPDX-License-Identifier: Apache-2.0
"""Real next hops: SMTP and LMTP, with TLS in every grade, AUTH, and messages of all sizes."""

import hashlib
import os
import pathlib
import shutil

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make, trace_of

from support import scratch as scratch_module
from support.dovecot import Dovecot
from support.postfix import Postfix
from support.receiver import Receiver
from support.scratch import Authority, free_port, wait_for
from support.sink import Sink, load
from support.wire import Wire, server_context


def submit(server, message, *recipients, sender=SENDER):
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        client.envelope(sender, *(recipients or [RECIPIENT]))
        # The text's own dots are the test's business.
        reply = client.text(message)
        assert reply.startswith("250 2."), reply
        return reply


@pytest.fixture
def receivers():
    """Makes receivers, and ends them."""
    made = []

    def make_receiver(**keywords):
        made.append(Receiver(**keywords).start())
        return made[-1]

    yield make_receiver
    for r in made:
        r.stop()


def is_deferred(server):
    """A delivery was tried, failed for now, and the message is still there."""
    return wait_for(lambda: any(m for m in server.queue() if tried(server, m)), 30,
                    "a message that was tried and waits")


def tried(server, message):
    shown = server.queue_show(message["id"])
    return any(r["attempts"] > 0 for r in shown["recipients"])


# ---- programs ------------------------------------------------------------------------------------


def test_postfix_takes_a_message(start, scratch):
    port = free_port()
    postfix = Postfix(scratch / "postfix", "relay_domains = example.net\n"
                      "relay_transport = discard:\nsmtpd_relay_restrictions = "
                      "permit_mynetworks, reject_unauth_destination\n", {port: []}).start()
    try:
        server = start({"out": hop(port)})
        submit(server, make())
        wait_for(lambda: "status=sent" in postfix.log_text(), 30, "Postfix's word")
        wait_for(server.queue_is_empty, 30)
    finally:
        postfix.stop()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_dovecot_takes_a_message_by_lmtp(start, scratch, kind):
    dovecot = Dovecot(scratch / "dovecot", {RECIPIENT: "x", "carol@example.net": "x"},
                      lmtp_port=free_port()).start()
    keys = {"protocol": "lmtp", "tls": "none"}
    if kind == "tcp":
        keys.update(host=scratch_module.ADDRESS, port=dovecot.lmtp_port)
    else:
        keys.update(host=f"unix:{dovecot.lmtp_socket}")
    try:
        server = start({"box": keys})
        message = make()
        submit(server, message, RECIPIENT, "carol@example.net")
        for user in (RECIPIENT, "carol@example.net"):
            (stored,) = wait_for(lambda u=user: dovecot.messages(u), 30, f"{user}'s message")
            assert stored.replace(b"\r\n", b"\n").endswith(message.replace(b"\r\n", b"\n"))
        wait_for(server.queue_is_empty, 30)
    finally:
        dovecot.stop()


def test_lmtp_settles_each_recipient_by_its_own_reply(start, scratch):
    dovecot = Dovecot(scratch / "dovecot", {RECIPIENT: "x"}, lmtp_port=free_port()).start()
    try:
        server = start({"box": hop(dovecot.lmtp_port, protocol="lmtp")},
                       auth={"check_sender": False})
        submit(server, make(), RECIPIENT, "nobody@example.net", sender=RECIPIENT)
        # The message, and the bounce about the unknown one, in the same box.
        wait_for(lambda: len(dovecot.messages(RECIPIENT)) == 2, 30, "message and bounce")
        assert any(b"nobody@example.net" in m and b"multipart/report" in m
                   for m in dovecot.messages(RECIPIENT))
    finally:
        dovecot.stop()


def test_the_sink_takes_a_thousand_messages_over_few_connections(
        start, build, scratch, password_file):
    sink = Sink(build, scratch / "sink").start()
    try:
        server = start({"out": hop(sink.port, connections=4)}, log_level="info")
        report = load(build, server.port, (USER, password_file), "--connections", "8",
                      "--messages", "1000", "--size", "2048", "--sender", SENDER, "--ledger",
                      scratch / "acknowledged")
        assert report["status"] == 0, report
        wait_for(lambda: len(sink.ids()) >= 1000, 60, "a thousand messages")
        assert sorted(sink.ids()) == sorted((scratch / "acknowledged").read_text().split())
        wait_for(server.queue_is_empty, 30)
    finally:
        sink.stop()


# ---- TLS -----------------------------------------------------------------------------------------


def test_no_tls_is_used_where_none_is_configured(start, receivers, certificate):
    r = receivers(tls_context=server_context(*certificate))
    submit(start({"out": hop(r.port, "none")}), make())
    assert not r.wait_one().tls


def test_opportunistic_uses_tls_and_does_not_look_at_the_certificate(start, receivers, scratch):
    stranger = Authority(scratch / "stranger").issue("elsewhere.example")
    r = receivers(tls_context=server_context(*stranger))
    submit(start({"out": hop(r.port, "opportunistic")}), make())
    assert r.wait_one().tls


def test_opportunistic_goes_without_tls_where_none_is_offered(start, receivers):
    r = receivers()
    submit(start({"out": hop(r.port, "opportunistic")}), make())
    assert not r.wait_one().tls


def test_required_verifies_chain_and_name(start, receivers, authority, certificate):
    r = receivers(tls_context=server_context(*certificate))
    message = make()
    submit(start({"out": hop(r.port, "required", tls_name="localhost",
                             tls_ca_file=authority.certificate)}), message)
    assert r.wait_one().tls
    trace_of(message, r.wait_one().content)


@pytest.mark.parametrize("fault", ["stranger", "wrong name", "expired", "not offered"])
def test_required_sends_nothing_when_it_cannot_verify(
        start, receivers, authority, scratch, fault):
    pair = {
        "stranger": lambda: Authority(scratch / "stranger").issue("localhost"),
        "wrong name": lambda: authority.issue("other.example"),
        "expired": lambda: authority.issue("localhost", "expired", days=-1),
        "not offered": lambda: None,
    }[fault]()
    r = receivers(**({"tls_context": server_context(*pair)} if pair else {}))
    server = start({"out": hop(r.port, "required", tls_name="localhost",
                               tls_ca_file=authority.certificate)})
    submit(server, make())
    is_deferred(server)
    assert r.messages == []
    assert r.attempts == []


def test_implicit_tls_to_the_next_hop(start, receivers, authority, certificate):
    r = receivers(ssl_context=server_context(*certificate))
    submit(start({"out": hop(r.port, "implicit", tls_name="localhost",
                             tls_ca_file=authority.certificate)}), make())
    r.wait_one()


# ---- AUTH ----------------------------------------------------------------------------------------


@pytest.fixture
def hop_password(scratch):
    path = scratch / "hop-password"
    path.write_text("open sesame\n")
    path.chmod(0o600)
    return path


def test_the_server_logs_in_to_the_next_hop(start, receivers, authority, certificate, hop_password):
    r = receivers(tls_context=server_context(*certificate), require_starttls=True,
                  users={"relay": "open sesame"})
    submit(start({"out": hop(r.port, "required", tls_name="localhost", auth_user="relay",
                             tls_ca_file=authority.certificate,
                             auth_password_file=hop_password)}), make())
    assert r.wait_one().user == "relay"


def test_a_wrong_password_for_the_next_hop_keeps_the_message(
        start, receivers, authority, certificate, hop_password):
    r = receivers(tls_context=server_context(*certificate), require_starttls=True,
                  users={"relay": "something else"})
    server = start({"out": hop(r.port, "required", tls_name="localhost", auth_user="relay",
                               tls_ca_file=authority.certificate,
                               auth_password_file=hop_password)})
    submit(server, make())
    is_deferred(server)
    assert r.messages == []
    assert "open sesame" not in server.log_text()


# ---- recipients and routes -----------------------------------------------------------------------


# RFC 5321 §4.5.4.1.
def test_recipients_of_one_next_hop_share_a_transaction(start, receiver):
    server = start({"out": hop(receiver.port)})
    recipients = [f"r{i}@example.net" for i in range(5)]
    submit(server, make(), *recipients)
    assert sorted(receiver.wait_one().recipients) == recipients
    assert len(receiver.messages) == 1


def test_more_recipients_than_the_next_hop_takes_are_split(start, receiver):
    server = start({"out": hop(receiver.port, recipients=2)})
    recipients = [f"r{i}@example.net" for i in range(5)]
    submit(server, make(), *recipients)
    wait_for(lambda: sum(len(m.recipients) for m in receiver.messages) == 5, 30)
    assert sorted(r for m in receiver.messages for r in m.recipients) == recipients
    assert all(len(m.recipients) <= 2 for m in receiver.messages)


def test_routes_send_domains_to_their_next_hops(start, receivers):
    here, there = receivers(), receivers()
    server = start({"here": hop(here.port), "there": hop(there.port)},
                   routes={"example.org": "here", "*": "there"})
    submit(server, make(), "a@example.org", "b@example.net", "c@EXAMPLE.ORG")
    assert sorted(here.wait_one().recipients) == ["a@example.org", "c@EXAMPLE.ORG"]
    assert there.wait_one().recipients == ["b@example.net"]


# ---- sizes ---------------------------------------------------------------------------------------


def test_a_message_of_25_megabytes_arrives_as_it_was(start, build, scratch):
    class Digest(Receiver):
        """Keeps a digest in place of the text, as no one needs 25 MB twice."""

    r = Digest(data_size_limit=64_000_000).start()
    try:
        server = start({"out": hop(r.port)}, limits={"message_size": 40_000_000}, log_level="info")
        line = hashlib.sha512(b"x").hexdigest().encode()[:76] + b"\r\n"
        message = make() + line * (25_000_000 // len(line))
        submit(server, message)
        trace_of(message, r.wait(seconds=120)[0].content)
    finally:
        r.stop()


def test_a_message_above_the_limit_is_refused_and_the_session_goes_on(start, receiver):
    server = start({"out": hop(receiver.port)}, limits={"message_size": 65536})
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        assert client.command(f"MAIL FROM:<{SENDER}> SIZE=65537").startswith("552 5.3.4")
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make(body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 1000)) \
            .startswith("552 5.3.4")
        client.envelope(SENDER, RECIPIENT)
        assert client.text(make("small")).startswith("250")
    assert b"small" in receiver.wait_one().content


def test_dots_are_stuffed_on_the_way_out(start, receiver):
    server = start({"out": hop(receiver.port)})
    submit(server, make(body="..\r\n...three\r\n..x\r\nend\r\n"))
    assert receiver.wait_one().content.endswith(b"\r\n\r\n.\r\n..three\r\n.x\r\nend\r\n")


def test_it_runs_without_root_too(start, receiver, scratch):
    assert os.geteuid() == 0, "the other tests run it as root; run them so"
    server = start({"out": hop(receiver.port)}, start=False)
    server.user = 64110
    # The tree may lie where only root may look, as in /root.
    server.program = pathlib.Path(shutil.copy2(server.program, server.directory))
    key = server.directory / "key.pem"
    key.write_bytes(server.key.read_bytes())
    server.key = key
    server.write_config()
    for path in [scratch, server.directory, *server.directory.rglob("*")]:
        os.chown(path, server.user, -1)
    server.start()
    server.add_account(USER, PASSWORD)
    submit(server, make())
    receiver.wait_one()
