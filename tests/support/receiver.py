# SPDX-License-Identifier: Apache-2.0
"""aiosmtpd as a next hop that keeps what it gets and refuses what it is told to refuse."""

import dataclasses
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from .scratch import ADDRESS, free_port, wait_for


@dataclasses.dataclass
class Received:
    sender: str
    recipients: list
    content: bytes  # as on the wire, dots unstuffed
    tls: bool
    user: str  # whom AUTH named, or None
    peer: tuple


class Receiver:
    """
    replies: {recipient: [reply, ...]} is given out one by one at RCPT, the last for ever; None
    stands for "taken". data_replies: the same for the end of a message.
    Keywords go to aiosmtpd's SMTP (tls_context, require_starttls) or Controller (ssl_context).
    """

    def __init__(self, port=None, users=None, **keywords):
        self.messages = []
        self.replies = {}
        self.data_replies = []
        self.attempts = []  # every recipient that was named
        self.users = users
        self.lock = threading.Lock()
        if users is not None:
            keywords.update(authenticator=self._check, auth_required=True)
        self.port = port or free_port()
        # The 5 s that aiosmtpd gives itself are not enough for a machine with other work.
        self.controller = Controller(self, hostname=ADDRESS, port=self.port, ready_timeout=60,
                                     **keywords)

    def _check(self, _server, _session, _envelope, _mechanism, data):
        login, password = data.login.decode(), data.password.decode()
        return AuthResult(success=self.users.get(login) == password, handled=False,
                          auth_data=login)

    def start(self):
        self.controller.start()
        return self

    def stop(self):
        self.controller.stop()

    @staticmethod
    def _next(replies):
        if not replies:
            return None
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        with self.lock:
            self.attempts.append(address)
            reply = self._next(self.replies.get(address, []))
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802
        with self.lock:
            reply = self._next(self.data_replies)
            if reply:
                return reply
            self.messages.append(Received(
                envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content,
                session.ssl is not None, session.auth_data, session.peer))
        return "250 2.0.0 taken"

    def wait(self, count=1, seconds=30):
        """The messages, when there are so many."""
        wait_for(lambda: len(self.messages) >= count, seconds, f"{count} messages")
        return self.messages

    def wait_one(self, seconds=30):
        return self.wait(1, seconds)[0]
