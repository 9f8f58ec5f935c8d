# SPDX-License-Identifier: Apache-2.0
"""What the server does to a message on its way in, and what it refuses (RFC 6409 §5 to §8)."""

import re

import pytest
from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make, trace_of

from support.wire import Wire

FROM = f"From: <{SENDER}>\r\n".encode()
DATED = b"Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n"


def logged_in(server):
    return Wire(server.port).login(USER, PASSWORD)


def submit(server, text, sender=SENDER, recipient=RECIPIENT):
    """The reply to this text."""
    with logged_in(server) as client:
        return client.envelope(sender, recipient).text(text)


def queued(server):
    """The last message that went to the queue, as the log tells it."""
    return server.last_event("message-queued")


# ---- fix-ups -------------------------------------------------------------------------------------


# RFC 6409 §8.2, §8.3.
def test_date_and_message_id_are_added_where_they_are_missing(start, receiver):
    server = start({"out": hop(receiver.port)})
    assert submit(server, FROM + b"Subject: bare\r\n\r\nHello.\r\n").startswith("250")
    head, body = receiver.wait_one().content.split(b"\r\n\r\n", 1)
    assert re.search(rb"\r\nDate: \w{3}, [ \d]\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}(\r\n|$)", head)
    assert re.search(rb"\r\nMessage-ID: <[^<>@\s]+@sallyport\.example>(\r\n|$)", head)
    assert body == b"Hello.\r\n"
    assert set(queued(server)["changes"].split()) >= {"date", "message-id"}


def test_a_whole_message_is_not_changed(start, receiver):
    server = start({"out": hop(receiver.port)})
    sent = make("x" * 900, "Line\r\n" * 30000)
    assert submit(server, sent).startswith("250")
    trace_of(sent, receiver.wait_one().content)
    assert "changes" not in queued(server)


# RFC 6409 §8, RFC 5322 §3.6.3.
def test_bcc_reaches_nobody(start, receiver):
    server = start({"out": hop(receiver.port)})
    text = FROM + DATED + b"Bcc: secret@example.org,\r\n hidden@example.org\r\n\r\nHello.\r\n"
    assert submit(server, text).startswith("250")
    content = receiver.wait_one().content
    assert b"Bcc" not in content and b"secret" not in content and b"hidden" not in content
    assert b"\r\n\r\nHello.\r\n" in content


# RFC 6409 §8.1.
@pytest.mark.parametrize("wanted", [True, False])
def test_sender_is_added_where_from_is_another_one(start, receiver, wanted):
    server = start({"out": hop(receiver.port)}, message={"add_sender": wanted},
                   auth={"check_sender": False})
    text = b"From: <boss@example.com>\r\n" + DATED + b"\r\nHello.\r\n"
    assert submit(server, text).startswith("250")
    assert (f"\r\nSender: {SENDER}\r\n".encode() in receiver.wait_one().content) == wanted


@pytest.mark.parametrize("wanted", [True, False])
def test_an_address_without_a_domain_is_completed_or_refused(start, receiver, wanted):
    server = start({"out": hop(receiver.port)}, message={"complete_addresses": wanted})
    reply = submit(server, FROM + DATED + b"To: bob\r\n\r\nHello.\r\n")
    if wanted:
        assert reply.startswith("250")
        assert b"\r\nTo: bob@sallyport.example\r\n" in receiver.wait_one().content
    else:
        assert reply.startswith("554 5.6.0 ") and "bob" in reply


# ---- refusals ------------------------------------------------------------------------------------


REFUSED = [
    (FROM + FROM + DATED + b"\r\nHello.\r\n", "554 5.6.0 ", "From"),
    (b"Subject: nobody\r\n\r\nHello.\r\n", "554 5.6.0 ", "From"),
    (b"Hello.\r\n", "554 5.6.0 ", "header"),
    (FROM + DATED + DATED + b"\r\nHello.\r\n", "554 5.6.0 ", "Date"),
    (FROM + DATED + b"\r\n" + b"x" * 999 + b"\r\n", "554 5.6.0 ", "line"),
    (FROM + DATED + b"Received: by x\r\n" * 101 + b"\r\nHello.\r\n", "554 5.4.6 ", "Received"),
    (FROM + DATED + b"X-Long: x\r\n" * 30000 + b"\r\nHello.\r\n", "552 5.3.4 ", "header"),
]


@pytest.mark.parametrize("text, code, word", REFUSED, ids=range(len(REFUSED)))
def test_a_flaw_is_refused_in_words_and_the_session_goes_on(start, receiver, text, code, word):
    server = start({"out": hop(receiver.port)})
    with logged_in(server) as client:
        reply = client.envelope(SENDER, RECIPIENT).text(text)
        assert reply.startswith(code) and word in reply
        assert client.envelope(SENDER, RECIPIENT).text(make()).startswith("250")
    assert receiver.wait_one().content.endswith(make())
    assert len(receiver.messages) == 1
    assert word in server.last_event("refused")["reply"]


# RFC 5322 §2.1.1.
def test_long_lines_are_folded_where_the_config_says_so(start, receiver):
    server = start({"out": hop(receiver.port)}, message={"fold_lines": True})
    text = FROM + DATED + b"\r\n" + b"x" * 5000 + b"\r\n"
    assert submit(server, text).startswith("250")
    content = receiver.wait_one().content
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.count(b"x") >= 5000
    assert "folded" in queued(server)["changes"]


def test_the_longest_line_that_is_allowed_passes_as_it_is(start, receiver):
    server = start({"out": hop(receiver.port)})
    sent = FROM + DATED + b"\r\n" + b"x" * 998 + b"\r\n"
    assert submit(server, sent).startswith("250")
    trace_of(sent, receiver.wait_one().content)


# ---- old devices ---------------------------------------------------------------------------------


BARE = (FROM + DATED + b"Subject: scan\r\n\r\nFrom an old printer.\r\n").replace(b"\r\n", b"\n")


# RFC 5321 §2.3.8.
def test_a_bare_line_feed_is_refused(start, receiver):
    server = start({"out": hop(receiver.port)})
    with logged_in(server) as client:
        assert client.envelope(SENDER, RECIPIENT).text(BARE + b"\r\n").startswith("5")
    assert receiver.messages == []


def test_a_legacy_device_may_send_line_feeds_and_the_log_counts_them(start, receiver):
    server = start({"out": hop(receiver.port)}, profile="legacy-device")
    with logged_in(server) as client:
        reply = client.envelope(SENDER, RECIPIENT).text(BARE + b"The end.\r\n")
        assert reply.startswith("250")
        assert client.command("QUIT").startswith("221")
    content = receiver.wait_one().content
    assert content.endswith(BARE.replace(b"\n", b"\r\n") + b"The end.\r\n")
    count = str(BARE.count(b"\n"))
    assert queued(server)["repaired_lines"] == count
    assert server.last_event("disconnect")["repaired_lines"] == count


# RFC 6532 §3.2.
@pytest.mark.parametrize("config", [{"profile": "legacy-device"},
                                    {"message": {"take_utf8_header": True}}])
def test_utf8_in_the_header_is_refused_unless_it_may_come_without_smtputf8(
        start, receiver, config):
    text = FROM + DATED + "Subject: Grüße\r\n\r\nbody\r\n".encode()
    for server, answer in ((start({"out": hop(receiver.port)}), "554 5.6"),
                           (start({"out": hop(receiver.port)}, **config), "250")):
        with logged_in(server) as client:
            assert client.envelope(SENDER, RECIPIENT).text(text).startswith(answer)
    assert "Subject: Grüße\r\n".encode() in receiver.wait_one().content


# ---- parameters ----------------------------------------------------------------------------------


# RFC 4865 §4, RFC 3461 §4.
@pytest.mark.parametrize("mail, rcpt", [
    ("HOLDFOR=1", ""),
    ("RET=HDRS ENVID=QQ314159", "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.net"),
    ("BODY=8BITMIME BY=3600;N", ""),
    ("MT-PRIORITY=3", ""),
    ("AUTH=<>", ""),
])
def test_parameters_are_taken(start, receiver, mail, rcpt):
    server = start({"out": hop(receiver.port)})
    with logged_in(server) as client:
        for line in (f"MAIL FROM:<{SENDER}> {mail}", f"RCPT TO:<{RECIPIENT}> {rcpt}".rstrip()):
            reply = client.command(line)
            assert reply.startswith("250"), f"{line}: {reply}"
        assert client.command("DATA").startswith("354")
        assert client.text(make()).startswith("250")


# ---- who sent it from where ----------------------------------------------------------------------


# RFC 5321 §4.4.
def test_the_trace_header_names_address_and_name_of_the_client(start, receiver):
    server = start({"out": hop(receiver.port)})
    assert submit(server, make()).startswith("250")
    [field] = trace_of(make(), receiver.wait_one().content)
    assert "client.example" in field and "[127.0.0.1]" in field and "with ESMTPSA" in field


def test_a_pseudonym_hides_them_and_the_administrator_can_tell(start, receiver):
    server = start({"out": hop(receiver.port)}, message={"trace_client": "pseudonym"})
    assert submit(server, make()).startswith("250")
    [field] = trace_of(make(), receiver.wait_one().content)
    assert "127.0.0.1" not in field and "client.example" not in field
    pseudonym = re.match(r"Received: from (\S+)", field)[1]
    told = server.run("trace", "-c", server.config_file, pseudonym)
    assert told.stdout == "127.0.0.1\n"
    server.stop()
    server.start()  # with the same key
    assert submit(server, make("again")).startswith("250")
    assert f"from {pseudonym}" in receiver.wait(2)[1].content.decode()


# ---- connections of one address ------------------------------------------------------------------


def test_one_address_has_so_many_connections_and_is_told_in_words(start, receiver):
    server = start({"out": hop(receiver.port)}, submission_processes=1,
                   limits={"connections_per_address": 3})
    clients = [Wire(server.port) for _ in range(3)]
    assert all(c.banner.startswith("220") for c in clients)
    with Wire(server.port) as late:
        assert late.banner.startswith("421 4.7.0 ") and "your address" in late.banner
    assert server.last_event("connection-refused")["peer"] == "127.0.0.1"
    assert clients[0].command("QUIT").startswith("221")
    assert clients[0].reply() == ""
    with Wire(server.port) as other:
        assert other.banner.startswith("220")
    for client in clients:
        client.close()
