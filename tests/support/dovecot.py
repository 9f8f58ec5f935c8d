# SPDX-License-Identifier: Apache-2.0
"""A private Dovecot: SASL for Postfix, and an LMTP next hop."""

import pathlib

from .process import Process
from .scratch import wait_for

_CONFIG = """
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/dovecot.log
ssl = no
protocols = {protocols}
listen = 127.0.0.1
first_valid_uid = 1
mail_location = maildir:{directory}/mail/%u
auth_mechanisms = {mechanisms}
disable_plaintext_auth = no
default_client_limit = 8192
default_vsz_limit = 1G
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {directory}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={directory}/mail/%u {allow_all}
}}
service auth {{
  unix_listener {directory}/auth {{
    mode = 0666
  }}
}}
{services}
"""

_LMTP = """
service lmtp {{
  unix_listener {directory}/lmtp {{
    mode = 0666
  }}
  inet_listener lmtp {{
    port = {port}
  }}
}}
"""


class Dovecot:
    """users: {name: password}. lmtp_port: None for SASL alone. mechanisms: of SASL."""

    def __init__(self, directory, users, lmtp_port=None, mechanisms="plain login"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        self.auth_socket = self.directory / "auth"
        self.lmtp_socket = self.directory / "lmtp"
        self.lmtp_port = lmtp_port
        self.process = None
        for name in ("run", "state", "mail"):
            (self.directory / name).mkdir()
        (self.directory / "mail").chmod(0o777)
        users_file = self.directory / "users"
        users_file.write_text("".join(f"{n}:{{PLAIN}}{p}\n" for n, p in users.items()))
        services = "" if lmtp_port is None else _LMTP.format(
            directory=self.directory, port=lmtp_port)
        (self.directory / "dovecot.conf").write_text(_CONFIG.format(
            directory=self.directory, services=services, mechanisms=mechanisms,
            protocols="none" if lmtp_port is None else "lmtp",
            allow_all=""))

    @property
    def roots(self):
        return [self.process.pid]

    def start(self):
        self.process = Process(["dovecot", "-F", "-c", self.directory / "dovecot.conf"],
                               self.directory / "output.log")
        wait_for(self.auth_socket.exists, 20, "Dovecot's auth socket")
        return self

    def messages(self, user):
        """The texts in the user's inbox."""
        return [p.read_bytes() for p in (self.directory / "mail" / user / "new").glob("*")]

    def log_text(self):
        log = self.directory / "dovecot.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def stop(self):
        if self.process:
            self.process.stop()
