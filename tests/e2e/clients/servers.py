# SPDX-License-Identifier: Apache-2.0
"""Mail servers of their own that submit with a login: smarthosts' clients."""

import re

from support.exim import PROGRAM, Exim
from support.postfix import Postfix
from support.scratch import wait_for

from .base import Client, Outcome


def _with_bcc(letter, utf8=False):
    return (f"Bcc: {', '.join(letter.bcc)}\r\n".encode() + letter.as_bytes(utf8)).replace(
        b"\r\n", b"\n")


class PostfixClient(Client):
    needs = ("postfix",)
    is_verbatim = True

    def start(self):
        relay = f"[{self.way.host}]:{self.way.port}"
        passwords = self.file("passwords", f"{relay} {self.way.user}:{self.way.password}\n")
        self.postfix = Postfix(self.directory / "postfix", f"""
relayhost = {relay}
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:{passwords}
smtp_sasl_security_options = noanonymous
smtp_tls_security_level = verify
smtp_tls_verify_cert_match = hostname
smtp_tls_wrappermode = {"yes" if self.way.is_implicit else "no"}
smtp_tls_CAfile = {self.way.authority}
""")
        self.postfix.start()
        return self

    def send(self, letter, utf8=False):
        """Only queues; what comes of it stands in Postfix's log."""
        self.postfix.submit_by_header(letter.sender[1], _with_bcc(letter, utf8))
        return Outcome(True, self.postfix.log_text())

    def refusal(self, letter):
        """Postfix tells its user by a message, and its administrator in the log."""
        self.send(letter)
        return wait_for(self._failure, 20, "an attempt that failed")

    def _failure(self):
        log = self.postfix.log_text()
        return log if re.search(r"status=(deferred|bounced)", log) else None

    def stop(self):
        self.postfix.stop()


class EximClient(Client):
    needs = (str(PROGRAM),)
    is_verbatim = True

    def start(self):
        self.exim = Exim(self.directory / "exim", self.way.host, self.way.port,
                         (self.way.user, self.way.password), transport=f"""
  hosts_require_tls = *
  protocol = {"smtps" if self.way.is_implicit else "smtp"}
  tls_verify_certificates = {self.way.authority}
  tls_verify_hosts = *
""")
        return self

    def send(self, letter):
        done = self.exim.submit(letter.sender[1], _with_bcc(letter))
        words = (done.stdout + done.stderr).decode() + self.exim.log_text()
        return Outcome(done.returncode == 0, words)

    def refusal(self, letter):
        """As Postfix."""
        words = self.send(letter).words
        assert " Completed" not in words or " ** " in words, words
        return words
