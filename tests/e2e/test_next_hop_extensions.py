# SPDX-License-Identifier: Apache-2.0
"""What was said with MAIL and RCPT reaches the next hop that knows it, and no other."""

import re

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make

from support.dovecot import Dovecot
from support.peer import Peer
from support.postfix import Postfix
from support.receiver import Receiver
from support.scratch import Authority, free_port, wait_for
from support.wire import Wire, server_context


@pytest.fixture
def peers():
    """Makes peers, and ends them."""
    made = []

    def make_peer(*extensions, **keywords):
        made.append(Peer(*extensions, **keywords))
        return made[-1]

    yield make_peer
    for p in made:
        p.stop()


def submit(server, message, mail="", rcpt="", recipients=(RECIPIENT,), sender=SENDER):
    """By BDAT, with parameters for MAIL and for each RCPT."""
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        for line in [f"MAIL FROM:<{sender}> {mail}".rstrip(),
                     *(f"RCPT TO:<{r}> {rcpt}".rstrip() for r in recipients)]:
            reply = client.command(line)
            assert reply.startswith("250"), f"{line}: {reply}"
        client.send(b"BDAT %d LAST\r\n" % len(message) + message)
        reply = client.reply()
        assert reply.startswith("250 2."), reply
        return reply


def bounce(server, status):
    """The message is given up, for a reason with this code."""
    wait_for(lambda: re.search(rf"event=delivery [^\n]*class=failed [^\n]*enhanced={status} ",
                               server.log_text()), 30, f"a failure with {status}")


# ---- one by one ----------------------------------------------------------------------------------


def test_reports_are_left_to_a_next_hop_that_makes_them(start, peers):
    peer = peers("DSN")
    submit(start({"out": hop(peer.port)}), make(), "RET=HDRS ENVID=QQ+2B1",
           "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@example.net")
    got = peer.wait_one()
    assert got.mail == f"MAIL FROM:<{SENDER}> RET=HDRS ENVID=QQ+2B1"
    assert got.recipients == [f"RCPT TO:<{RECIPIENT}> NOTIFY=SUCCESS,FAILURE "
                              "ORCPT=rfc822;Bob@example.net"]


def test_a_next_hop_without_extensions_hears_of_none(start, peers):
    peer = peers("HELP")
    submit(start({"out": hop(peer.port)}), make(),
           "BODY=8BITMIME RET=FULL ENVID=1 MT-PRIORITY=0 AUTH=<> BY=1000;N",
           "NOTIFY=FAILURE ORCPT=rfc822;b@x")
    # The second is the report that the time is out of our sight (RFC 2852 §4.1.4.2).
    got, report = peer.wait(2)
    assert got.mail == f"MAIL FROM:<{SENDER}>"
    assert got.recipients == [f"RCPT TO:<{RECIPIENT}>"]
    assert report.mail == "MAIL FROM:<>" and b"Action: relayed" in report.content


def test_a_priority_is_passed_on(start, peers):
    peer = peers("MT-PRIORITY MIXER")
    server = start({"out": hop(peer.port)})
    submit(server, make(), "MT-PRIORITY=-3")
    assert peer.wait_one().mail == f"MAIL FROM:<{SENDER}> MT-PRIORITY=-3"
    assert server.last_event("message-queued")["priority"] == "-3"  # RFC 6710 §4.1


def test_who_knows_priorities_is_told_that_there_is_none(start, peers):
    """RFC 6710 §4.2"""
    peer = peers("MT-PRIORITY")
    submit(start({"out": hop(peer.port)}), make())
    assert peer.wait_one().mail == f"MAIL FROM:<{SENDER}> MT-PRIORITY=0"


def test_the_time_that_is_left_is_passed_on(start, peers):
    peer = peers("DELIVERBY 30")
    submit(start({"out": hop(peer.port)}), make(), "BY=1000;R")
    (left,) = re.findall(r" BY=(\d+);R$", peer.wait_one().mail)
    assert 900 < int(left) <= 1000


def test_a_time_to_keep_does_not_go_to_who_does_not_keep_it(start, peers):
    peer = peers("PIPELINING")
    server = start({"out": hop(peer.port)})
    submit(server, make(), "BY=1000;R")
    bounce(server, "5.3.3")
    assert [t for t in peer.transactions if "<>" not in t.mail] == []


# ---- text ----------------------------------------------------------------------------------------

BINARY = bytes(range(256)) * 1500 + b"\r\n.\r\n\n.\n\r.\r"


def test_binary_text_arrives_octet_for_octet(start, peers):
    peer = peers("PIPELINING", "CHUNKING", "BINARYMIME")
    submit(start({"out": hop(peer.port)}), make() + BINARY, "BODY=BINARYMIME")
    got = peer.wait_one()
    assert got.mail == f"MAIL FROM:<{SENDER}> BODY=BINARYMIME"
    assert got.content.endswith(make() + BINARY)
    assert len(got.chunks) > 1


# RFC 3461 §6.2.
def test_who_wants_it_whole_hears_of_8_bit_text_that_nobody_takes(start, peers):
    peer = peers("PIPELINING")
    text = make(body="Grüße\r\n")
    submit(start({"out": hop(peer.port)}), text, "BODY=8BITMIME RET=FULL")
    report = peer.wait_one()
    assert report.mail == "MAIL FROM:<>" and b"Status: 5.6.3" in report.content
    assert b"Subject: A test" in report.content and report.content.isascii()


def test_binary_text_arrives_by_lmtp(start, peers):
    peer = peers("CHUNKING", "BINARYMIME", is_lmtp=True)
    submit(start({"out": hop(peer.port, protocol="lmtp")}), make() + BINARY, "BODY=BINARYMIME",
           recipients=["a@example.net", "b@example.net"])
    got = peer.wait_one()
    assert got.content.endswith(make() + BINARY)
    assert len(got.recipients) == 2


def test_binary_text_does_not_go_to_who_takes_none(start, peers):
    peer = peers("8BITMIME", "CHUNKING")
    server = start({"out": hop(peer.port)})
    submit(server, make() + BINARY, "BODY=BINARYMIME")
    bounce(server, "5.6.3")


def test_eight_bit_text_does_not_go_to_who_takes_none(start, peers):
    peer = peers("PIPELINING")
    server = start({"out": hop(peer.port)})
    submit(server, make(body="gr\xfcn\r\n"), "BODY=8BITMIME")
    bounce(server, "5.6.3")
    assert not any(t.is_complete and "<>" not in t.mail for t in peer.transactions)


# ---- limits --------------------------------------------------------------------------------------


def test_limits_of_the_next_hop_are_kept(start, peers):
    peer = peers("PIPELINING", "LIMITS RCPTMAX=2 MAILMAX=2")
    recipients = [f"r{i}@example.net" for i in range(7)]
    submit(start({"out": hop(peer.port, connections=1)}), make(), recipients=recipients)
    got = peer.wait(4)
    assert [len(t.recipients) for t in got] == [2, 2, 2, 1]
    assert [t.connection for t in got] == [1, 1, 2, 2]


# ---- REQUIRETLS ----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["opportunistic", "required"])
def test_requiretls_is_passed_on_to_who_proves_its_name(
        start, peers, authority, certificate, policy):
    peer = peers("REQUIRETLS", tls_context=server_context(*certificate))
    submit(start({"out": hop(peer.port, policy, tls_name="localhost",
                             tls_ca_file=authority.certificate)}), make(), "REQUIRETLS")
    got = peer.wait_one()
    assert got.tls and got.mail == f"MAIL FROM:<{SENDER}> REQUIRETLS"


@pytest.mark.parametrize("fault", ["stranger", "not offered", "no tls"])
def test_requiretls_holds_back_what_it_does_not_protect(
        start, peers, authority, certificate, scratch, fault):
    stranger = Authority(scratch / "stranger").issue("localhost")
    peer = {
        "stranger": lambda: peers("REQUIRETLS", tls_context=server_context(*stranger)),
        "not offered": lambda: peers("DSN", tls_context=server_context(*certificate)),
        "no tls": lambda: peers("REQUIRETLS"),
    }[fault]()
    server = start({"out": hop(peer.port, "opportunistic", tls_name="localhost",
                               tls_ca_file=authority.certificate)})
    submit(server, make(), "REQUIRETLS")
    bounce(server, "5.7.30" if fault == "not offered" else "5.7.10")
    assert [t for t in peer.transactions if "<>" not in t.mail] == []


# ---- programs ------------------------------------------------------------------------------------


def test_postfix_reports_what_it_was_asked_to(start, scratch):
    port, back = free_port(), Receiver().start()
    postfix = Postfix(scratch / "postfix",
                      "relay_domains = example.net\nrelay_transport = discard:\n"
                      f"transport_maps = inline:{{ example.com=smtp:[127.0.0.1]:{back.port} }}\n"
                      "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n",
                      {port: []}).start()
    try:
        server = start({"out": hop(port)})
        submit(server, make(body="gr\xfcn\r\n"), "BODY=8BITMIME RET=HDRS ENVID=env-1",
               "NOTIFY=SUCCESS ORCPT=rfc822;Bob@example.net")
        report = back.wait_one()
        assert report.recipients == [SENDER]
        assert b"Original-Envelope-Id: env-1" in report.content
        assert b"Original-Recipient: rfc822;Bob@example.net" in report.content
        wait_for(server.queue_is_empty, 30)
        # Ours would have come by way of Postfix too.
        assert len(back.messages) == 1
    finally:
        postfix.stop()
        back.stop()


def test_addresses_in_utf_8_reach_postfix(start, scratch):
    port = free_port()
    postfix = Postfix(scratch / "postfix", "relay_domains = example.net\n"
                      "relay_transport = discard:\nsmtputf8_enable = yes\n"
                      "smtpd_relay_restrictions = permit_mynetworks, "
                      "reject_unauth_destination\n", {port: []}).start()
    try:
        server = start({"out": hop(port)})
        submit(server, make(subject="gr\xfcn"), "SMTPUTF8 BODY=8BITMIME",
               recipients=["j\xfcrgen@example.net"])
        wait_for(lambda: re.search("to=<j\xfcrgen@example.net>.*status=sent", postfix.log_text()),
                 30, "Postfix's word")
        wait_for(server.queue_is_empty, 30)
    finally:
        postfix.stop()


def test_addresses_in_utf_8_reach_aiosmtpd(start):
    r = Receiver(enable_SMTPUTF8=True).start()
    try:
        submit(start({"out": hop(r.port)}), make(subject="gr\xfcn"), "SMTPUTF8",
               recipients=["j\xfcrgen@example.net"])
        got = r.wait_one()
        assert got.recipients == ["j\xfcrgen@example.net"]
        assert "Subject: gr\xfcn".encode() in got.content
    finally:
        r.stop()


def test_without_smtputf8_the_others_have_their_mail(start, peers):
    peer = peers("8BITMIME")
    server = start({"out": hop(peer.port)})
    submit(server, make(), "SMTPUTF8", recipients=["j\xfcrgen@example.net", RECIPIENT])
    bounce(server, "5.6.7")
    # The other is the report of it.
    assert [t.recipients for t in peer.wait(2) if t.mail == f"MAIL FROM:<{SENDER}>"] == \
        [[f"RCPT TO:<{RECIPIENT}>"]]


def test_a_header_in_utf_8_does_not_go_to_who_takes_none(start, peers):
    peer = peers("8BITMIME")
    server = start({"out": hop(peer.port)})
    submit(server, make(subject="gr\xfcn"), "SMTPUTF8")
    bounce(server, "5.6.9")
    assert [t for t in peer.transactions if "<>" not in t.mail] == []


def test_dovecot_takes_eight_bit_text_by_lmtp(start, scratch):
    dovecot = Dovecot(scratch / "dovecot", {RECIPIENT: "x"}, lmtp_port=free_port()).start()
    try:
        server = start({"box": hop(dovecot.lmtp_port, protocol="lmtp")})
        message = make(body="gr\xfcn\r\n")
        submit(server, message, "BODY=8BITMIME", "NOTIFY=FAILURE")
        (stored,) = wait_for(lambda: dovecot.messages(RECIPIENT), 30, "the message")
        assert stored.replace(b"\r\n", b"\n").endswith(message.replace(b"\r\n", b"\n"))
        wait_for(server.queue_is_empty, 30)
    finally:
        dovecot.stop()
