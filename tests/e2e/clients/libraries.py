# SPDX-License-Identifier: Apache-2.0
"""Libraries that programs send mail with."""

import json
import smtplib
import ssl

from .base import HERE, Client, Outcome


class Smtplib(Client):
    is_verbatim = True

    def send(self, letter, utf8=False):
        options = ["BODY=8BITMIME"] + (["SMTPUTF8"] if utf8 else [])
        try:
            with self._connect() as client:
                client.login(self.way.user, self.way.password)
                refused = client.sendmail(letter.sender[1], letter.recipients,
                                          letter.as_bytes(utf8), options)
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(False, str(error))
        return Outcome(refused == {}, str(refused))

    def _connect(self):
        context = ssl.create_default_context(cafile=str(self.way.authority))
        if self.way.is_implicit:
            return smtplib.SMTP_SSL(self.way.host, self.way.port, timeout=30, context=context)
        client = smtplib.SMTP(self.way.host, self.way.port, timeout=30)
        client.starttls(context=context)
        return client


class Script(Client):
    """A script of this folder, which reads the task as JSON from its input."""

    def task(self, letter, **options):
        return json.dumps({
            "host": self.way.host, "port": self.way.port, "tls": self.way.tls,
            "authority": str(self.way.authority), "user": self.way.user,
            "password": self.way.password, "sender": letter.sender, "to": letter.to,
            "cc": letter.cc, "bcc": letter.bcc, "subject": letter.subject, "text": letter.text,
            "attachment": letter.attachment and str(letter.attachment), **options}).encode()


class Nodemailer(Script):
    needs = ("node", "/usr/share/nodejs/nodemailer")

    def send(self, letter, utf8=False):
        # It says SMTPUTF8 by itself where an address asks for it.
        assert utf8 is not all(r.isascii() for r in letter.recipients)
        return self.run(["node", HERE / "nodemailer.js"], self.task(letter),
                        NODE_PATH="/usr/share/nodejs")


class PhpMailer(Script):
    needs = ("php", "/usr/share/php/libphp-phpmailer")

    def send(self, letter):
        return self.run(["php", HERE / "phpmailer.php"], self.task(letter))


class NetSmtp(Script):
    needs = ("perl", "/usr/share/perl5/IO/Socket/SSL.pm", "/usr/share/perl5/Authen/SASL.pm")
    is_verbatim = True

    def send(self, letter, utf8=False, chunking=False):
        message = self.file("message", letter.as_bytes(utf8))
        return self.run(
            ["perl", HERE / "net-smtp.pl"],
            self.task(letter, message=str(message), utf8=utf8, chunking=chunking))
