# SPDX-License-Identifier: Apache-2.0
"""What MAIL and RCPT ask of the queue itself: when a message goes, and who hears of it."""

import email
import email.policy
import time

from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make

from support.dovecot import Dovecot
from support.receiver import Receiver
from support.scratch import free_port, wait_for
from support.wire import Wire

QUICK = {"retry_min": "200ms", "retry_max": "300ms", "lifetime": "1h"}


def say(client, message, mail="", rcpt="", recipients=(RECIPIENT,)):
    for line in [f"MAIL FROM:<{SENDER}> {mail}".rstrip(),
                 *(f"RCPT TO:<{r}> {rcpt}".rstrip() for r in recipients)]:
        reply = client.command(line)
        assert reply.startswith("250"), f"{line}: {reply}"
    assert client.command("DATA").startswith("354")
    reply = client.text(message)
    assert reply.startswith("250 2."), reply


def submit(server, *args, **keys):
    with Wire(server.port) as client:
        say(client.login(USER, PASSWORD), *args, **keys)


def start_with_mailbox(start, hops, **config):
    """(server, receiver of what goes to the sender); all else goes to the first of hops."""
    home = Receiver().start()
    server = start({**hops, "home": hop(home.port)},
                   routes={"*": next(iter(hops)), "example.com": "home"},
                   queue={**QUICK, **config.pop("queue", {})}, **config)
    return server, home


def fields(report):
    """The fields about the message, and those about each recipient."""
    message = email.message_from_bytes(report.content, policy=email.policy.default)
    assert message.get_content_type() == "multipart/report"
    assert report.recipients == [SENDER]
    _words, status, _original = message.iter_parts()
    about, *recipients = status.get_payload()
    return about, recipients


# ---- FUTURERELEASE (RFC 4865) ----------------------------------------------------------------------


def test_a_message_is_held_until_its_release_whatever_happens(start, receiver):
    server = start({"out": hop(receiver.port)})
    submit(server, make("tomorrow"), "HOLDFOR=86400")
    (queued,) = server.queue()
    assert queued["recipients"][0]["state"] == "due"
    assert queued["asked_for"]["held_until"] == queued["recipients"][0]["next_try"]
    assert "held until 20" in server.run("queue", "show", "-c", server.config_file,
                                         queued["id"]).stdout
    before = time.time()
    submit(server, make("soon"), "HOLDFOR=6")
    server.kill()
    server.start()
    assert b"Subject: soon" in receiver.wait_one().content
    assert time.time() >= before + 6
    wait_for(lambda: [m["id"] for m in server.queue()] == [queued["id"]], 30, "only the other")


# ---- DSN (RFC 3461 §5.2) ---------------------------------------------------------------------------


def test_a_next_hop_that_makes_no_reports_has_one_made_for_it(start, receiver):
    server, home = start_with_mailbox(start, {"out": hop(receiver.port)})
    submit(server, make(), "ENVID=QQ+2B1 RET=HDRS",
           "NOTIFY=SUCCESS ORCPT=rfc822;Bob@example.net", (RECIPIENT, "carol@example.net"))
    about, recipients = fields(home.wait_one())
    assert about["Original-Envelope-Id"] == "QQ+1"
    assert [r["Action"] for r in recipients] == ["relayed", "relayed"]
    assert recipients[0]["Original-Recipient"].replace(" ", "") == "rfc822;Bob@example.net"
    wait_for(server.queue_is_empty, 30)
    assert len(home.messages) == 1
    home.stop()


def test_a_delivery_into_the_mailbox_is_reported_when_asked_for(start, scratch):
    dovecot = Dovecot(scratch / "dovecot", {RECIPIENT: "x"}, lmtp_port=free_port()).start()
    try:
        server, home = start_with_mailbox(
            start, {"box": hop(dovecot.lmtp_port, protocol="lmtp")})
        submit(server, make(), "", "NOTIFY=SUCCESS")
        _about, (block,) = fields(home.wait_one())
        assert block["Action"] == "delivered"
        assert block["Status"].startswith("2.")
        assert len(dovecot.messages(RECIPIENT)) == 1
        home.stop()
    finally:
        dovecot.stop()


def test_who_wants_no_reports_gets_none(start, receiver):
    receiver.replies[RECIPIENT] = ["550 5.1.1 no such mailbox here"]
    server, home = start_with_mailbox(start, {"out": hop(receiver.port)})
    submit(server, make(), "", "NOTIFY=NEVER")
    wait_for(lambda: receiver.attempts == [RECIPIENT], 30, "the attempt")
    wait_for(server.queue_is_empty, 30)
    submit(server, make(), "", "NOTIFY=SUCCESS")
    wait_for(lambda: len(receiver.attempts) == 2, 30, "the second attempt")
    wait_for(server.queue_is_empty, 30)
    assert home.messages == []
    home.stop()


def test_a_late_message_is_reported_once_also_when_the_server_is_killed(start, receiver):
    receiver.replies[RECIPIENT] = ["450 4.2.1 busy"]
    server, home = start_with_mailbox(start, {"out": hop(receiver.port)},
                                      queue={"delay_notice": "1s"})
    submit(server, make(), "", "NOTIFY=DELAY,FAILURE")
    _about, (block,) = fields(home.wait_one())
    assert block["Action"] == "delayed"
    assert block["Status"] == "4.2.1"
    assert block["Will-Retry-Until"]
    (queued,) = wait_for(lambda: [q for q in [server.queue()] if len(q) == 1], 30)[0]
    assert queued["recipients"][0]["delay_reported"]
    server.kill()
    server.start()
    count = len(receiver.attempts)
    wait_for(lambda: len(receiver.attempts) >= count + 3, 30, "more attempts")
    assert len(home.messages) == 1
    receiver.replies[RECIPIENT] = []
    receiver.wait_one()
    wait_for(server.queue_is_empty, 30)
    assert len(home.messages) == 1
    home.stop()


# ---- DELIVERBY (RFC 2852 §4.1.3) -------------------------------------------------------------------


def test_a_message_comes_back_when_its_time_is_over(start):
    server, home = start_with_mailbox(start, {"dead": hop(free_port())},
                                      limits={"deliver_by": "1s"})
    before = time.time()
    submit(server, make(), "BY=2;R")
    about, (block,) = fields(home.wait_one())
    assert time.time() >= before + 1  # in whole seconds, and never late
    assert block["Action"] == "failed"
    assert block["Status"] == "5.4.7"
    assert about["Deliver-By-Date"]
    wait_for(server.queue_is_empty, 30)
    assert len(home.messages) == 1
    home.stop()


def test_a_message_that_is_late_is_reported_and_goes_on(start):
    port = free_port()
    server, home = start_with_mailbox(start, {"dead": hop(port)})
    submit(server, make(), "BY=1;N")
    _about, (block,) = fields(home.wait_one())
    assert block["Action"] == "delayed"
    assert block["Status"] == "4.4.7"
    late = Receiver(port).start()
    assert late.wait_one().recipients == [RECIPIENT]
    wait_for(server.queue_is_empty, 30)
    assert len(home.messages) == 1
    late.stop()
    home.stop()


# ---- MT-PRIORITY (RFC 6710 §5.1) -------------------------------------------------------------------


def test_what_is_urgent_goes_first(start, receiver):
    """All become due in the same moment, and go over one connection; none may be raised above 0."""
    server = start({"out": hop(receiver.port, connections=1)})
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        release = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 10))
        for priority in (-2, 0, -4, -1, -9, -3):
            say(client, make(f"priority {priority}"),
                f"HOLDUNTIL={release} MT-PRIORITY={priority}")
    subjects = [email.message_from_bytes(m.content)["Subject"] for m in receiver.wait(6)]
    assert subjects == [f"priority {p}" for p in (0, -1, -2, -3, -4, -9)]
