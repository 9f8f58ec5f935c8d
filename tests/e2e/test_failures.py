# SPDX-License-Identifier: Apache-2.0
"""What becomes of messages that the next hop refuses: retries, bounces, the end of the lifetime."""

import email
import email.policy

from conftest import PASSWORD, USER, hop
from messages import RECIPIENT, SENDER, make, trace_of

from support.receiver import Receiver
from support.scratch import free_port, wait_for
from support.wire import Wire

# Delays that a test can wait for.
QUICK = {"retry_min": "200ms", "retry_max": "1s", "lifetime": "1h"}


def submit(server, message, *recipients, sender=SENDER):
    with Wire(server.port) as client:
        client.login(USER, PASSWORD)
        client.envelope(sender, *(recipients or [RECIPIENT]))
        reply = client.text(message)
        assert reply.startswith("250 2."), reply


def is_bounce(received):
    return received.sender in ("", "<>", None)


def bounces(receiver):
    return [m for m in receiver.messages if is_bounce(m)]


def wait_for_bounce(receiver):
    (bounce,) = wait_for(lambda: bounces(receiver), 30, "a bounce")
    return bounce


def parse_report(content):
    """The three parts of a report (RFC 3464 §2): words, fields per recipient, returned header."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    words, status, original = message.iter_parts()
    assert words.get_content_type() == "text/plain"
    assert status.get_content_type() == "message/delivery-status"
    assert original.get_content_type() in ("text/rfc822-headers", "message/rfc822")
    blocks = status.get_payload()
    return message, words.get_content(), blocks[0], blocks[1:], original


def test_a_permanent_refusal_bounces_to_the_sender(start, receiver):
    receiver.replies[RECIPIENT] = ["550 5.1.1 no such mailbox here"]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    submit(server, make("will bounce"))
    bounce = wait_for_bounce(receiver)
    assert bounce.recipients == [SENDER]
    message, words, fields, recipients, original = parse_report(bounce.content)
    assert message["To"].addresses[0].addr_spec == SENDER
    assert message["Auto-Submitted"].startswith("auto-replied")
    assert RECIPIENT in words and "no such mailbox here" in words
    assert fields["Reporting-MTA"] == "dns; sallyport.example"
    (block,) = recipients
    assert block["Final-Recipient"].replace(" ", "") == f"rfc822;{RECIPIENT}"
    assert block["Action"] == "failed"
    assert block["Status"] == "5.1.1"
    assert "550 5.1.1 no such mailbox here" in block["Diagnostic-Code"]
    assert "will bounce" in original.as_string()
    wait_for(server.queue_is_empty, 30)


def test_the_other_recipients_of_a_bounced_message_get_it(start, receiver):
    receiver.replies["bad@example.net"] = ["550 5.1.1 no"]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    message = make()
    submit(server, message, RECIPIENT, "bad@example.net", "carol@example.net")
    bounce = wait_for_bounce(receiver)
    wait_for(server.queue_is_empty, 30)
    (delivered,) = [m for m in receiver.messages if not is_bounce(m)]
    assert sorted(delivered.recipients) == [RECIPIENT, "carol@example.net"]
    trace_of(message, delivered.content)
    *_, recipients, _ = parse_report(bounce.content)
    assert ["bad@example.net" in r["Final-Recipient"] for r in recipients] == [True]


# RFC 5321 §3.6.3, §4.4, §4.5.4, §6.1: a report has a null reverse-path, and makes none itself.
def test_a_refused_bounce_makes_no_bounce(start, receiver):
    receiver.replies[RECIPIENT] = ["550 5.1.1 no"]
    receiver.replies[SENDER] = ["550 5.1.1 not here either"]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    submit(server, make())
    wait_for(lambda: SENDER in receiver.attempts, 30, "an attempt to bounce")
    wait_for(server.queue_is_empty, 30)
    assert receiver.messages == []


def test_a_refusal_after_the_text_bounces_too(start, receiver):
    receiver.data_replies = ["554 5.6.0 we do not like it", None]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    submit(server, make())
    *_, recipients, _ = parse_report(wait_for_bounce(receiver).content)
    assert recipients[0]["Status"] == "5.6.0"


def test_a_temporary_refusal_is_tried_again(start, receiver):
    receiver.replies[RECIPIENT] = ["450 4.2.0 later", "451 4.3.0 even later", None]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    message = make()
    submit(server, message)
    trace_of(message, receiver.wait_one().content)
    assert receiver.attempts == [RECIPIENT] * 3
    wait_for(server.queue_is_empty, 30)
    assert bounces(receiver) == []


def test_only_the_deferred_recipient_is_tried_again(start, receiver):
    receiver.replies["slow@example.net"] = ["450 4.2.0 later", None]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    submit(server, make(), RECIPIENT, "slow@example.net")
    receiver.wait(2)
    wait_for(server.queue_is_empty, 30)
    assert receiver.attempts.count(RECIPIENT) == 1
    assert [m.recipients for m in receiver.messages] == [[RECIPIENT], ["slow@example.net"]]


def test_a_next_hop_that_is_away_is_tried_until_it_comes(start):
    port = free_port()
    server = start({"out": hop(port)}, queue=QUICK)
    submit(server, make())
    wait_for(lambda: server.queue() and server.queue_attempts() >= 1, 30, "an attempt")
    receiver = Receiver(port=port).start()
    try:
        receiver.wait_one()
        wait_for(server.queue_is_empty, 30)
    finally:
        receiver.stop()


def test_a_message_bounces_at_the_end_of_its_lifetime(start, receiver):
    receiver.replies[RECIPIENT] = ["450 4.2.0 mailbox is busy"]
    server = start({"out": hop(receiver.port)}, queue={**QUICK, "lifetime": "5s"})
    submit(server, make())
    *_, recipients, _ = parse_report(wait_for_bounce(receiver).content)
    assert recipients[0]["Action"] == "failed"
    assert "mailbox is busy" in recipients[0]["Diagnostic-Code"]
    assert receiver.attempts.count(RECIPIENT) >= 2
    wait_for(server.queue_is_empty, 30)


def test_deferred_messages_survive_a_restart(start, receiver):
    receiver.replies[RECIPIENT] = ["450 4.2.0 later"]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    message = make()
    submit(server, message)
    wait_for(lambda: server.queue() and server.queue_attempts() >= 1, 30, "an attempt")
    assert server.stop() == 0
    receiver.replies.clear()
    server.start()
    trace_of(message, receiver.wait_one().content)
    wait_for(server.queue_is_empty, 30)


def test_the_queue_tells_why_a_message_waits(start, receiver):
    receiver.replies[RECIPIENT] = ["450 4.2.0 the mailbox is being moved"]
    server = start({"out": hop(receiver.port)})
    submit(server, make())
    wait_for(lambda: server.queue() and server.queue_attempts() == 1, 30, "an attempt")
    (listed,) = server.queue()
    text = server.run("queue", "list", "-c", server.config_file).stdout
    assert listed["id"] in text
    shown = server.run("queue", "show", "-c", server.config_file, listed["id"]).stdout
    assert RECIPIENT in shown and "the mailbox is being moved" in shown


def test_words_of_a_next_hop_cannot_forge_a_log_line(start, receiver):
    receiver.replies[RECIPIENT] = ["550 5.7.1 no\x1b[31m event=forged \"quoted\""]
    server = start({"out": hop(receiver.port)}, queue=QUICK)
    submit(server, make())
    wait_for_bounce(receiver)
    assert server.events("forged") == []
    assert "\x1b" not in server.log_text()
