# SPDX-License-Identifier: Apache-2.0
"""A letter as its writer means it, and the check that this is what came out at the far end."""

import dataclasses
import email
import email.header
import email.headerregistry
import email.message
import email.policy
import email.utils
import functools
import hashlib
import pathlib
import re

SENDER = ("Älice Wönderländ", "alice@example.com")
TO = (("Jürgen Müller", "juergen@example.net"), ("王小明", "wang@example.net"))
CC = (("", "plain@example.net"),)
BCC = ("hidden@example.org",)
SUBJECT = "Grüße aus München – 你好 ✓"
TEXT = "Grüße,\n.\n..two dots\n.dot\nFrom here on it is like a mailbox file.\n\nThe end.\n"


@dataclasses.dataclass(frozen=True)
class Letter:
    """
    to, cc: (name, address) each. bcc: addresses. attachment: a file, or None. tells_bcc: as_bytes()
    has a Bcc field, as from a program that leaves it to the server to take it out.
    """

    sender: tuple = SENDER
    to: tuple = TO
    cc: tuple = CC
    bcc: tuple = BCC
    subject: str = SUBJECT
    text: str = TEXT
    attachment: pathlib.Path | None = None
    tells_bcc: bool = False

    @property
    def recipients(self):
        return [a for _, a in self.to + self.cc] + list(self.bcc)

    def named(self, field):
        """Of "to" or "cc": each as one writes it to a program, in plain UTF-8."""
        return [_plain(*person) for person in getattr(self, field)]

    @functools.lru_cache
    def as_bytes(self, utf8=False, without=()):
        """
        With CRLF, as a program that makes messages would write it: the header in RFC 2047's words,
        or in UTF-8 as it is. without: fields to leave out.
        """
        policy = email.policy.SMTPUTF8 if utf8 else email.policy.SMTP
        message = email.message.EmailMessage(policy=policy)
        fields = {"From": [self.sender], "To": self.to, "Cc": self.cc}
        for field, people in fields.items():
            if people and field not in without:
                message[field] = _addresses(people)
        if self.tells_bcc:
            message["Bcc"] = ", ".join(self.bcc)
        message["Subject"] = self.subject
        message["Date"] = "Thu, 01 Jan 2026 00:00:00 +0000"
        message["Message-ID"] = "<1@example.com>"
        message.set_content(self.text, cte="8bit")
        if self.attachment:
            message.add_attachment(self.attachment.read_bytes(), "application", "octet-stream",
                                   filename=self.attachment.name)
            message.set_boundary("=_letter")
        return message.as_bytes()


def _plain(name, address):
    return f"{name} <{address}>" if name else address


def _addresses(people):
    if all(address.isascii() for _, address in people):
        return [email.headerregistry.Address(name, addr_spec=address) for name, address in people]
    return ", ".join(_plain(*person) for person in people)


def check_letter(letter, received, protocol="ESMTPSA"):
    """received: of support.receiver, all copies that came; together they must be this letter."""
    named = sorted(r for copy in received for r in copy.recipients)
    assert named == sorted(letter.recipients)
    for copy in received:
        assert copy.sender == letter.sender[1]
        check_content(letter, copy.content, protocol)


def check_content(letter, content, protocol):
    header = email.message_from_string(content.split(b"\r\n\r\n", 1)[0].decode())
    assert f" with {protocol} " in header["Received"]
    assert _decode(header["Subject"]) == letter.subject
    assert _people(header["From"]) == [letter.sender]
    assert _people(header["To"]) == list(letter.to)
    assert _people(header["Cc"]) == list(letter.cc)
    assert header["Bcc"] is None
    for address in letter.bcc:
        assert address.encode() not in content, "the hidden recipient is told"
    message = email.message_from_bytes(content, policy=email.policy.default)
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.rstrip("\n") == letter.text.rstrip("\n")
    check_attachment(letter, message)


def check_attachment(letter, message):
    found = [part.get_content() for part in message.iter_attachments()]
    if letter.attachment is None:
        assert found == []
        return
    sent = letter.attachment.read_bytes()
    assert [len(octets) for octets in found] == [len(sent)]
    assert hashlib.sha256(found[0]).digest() == hashlib.sha256(sent).digest()


def _decode(words):
    """RFC 2047 (the new policies of Python keep the space between two encoded words)."""
    return str(email.header.make_header(email.header.decode_header(words)))


def _people(field):
    if field is None:
        return []
    field = re.sub(r"\r\n(?=[ \t])", "", str(field))
    return [(_decode(name), address) for name, address in email.utils.getaddresses([field])]
