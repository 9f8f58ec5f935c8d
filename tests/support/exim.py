# SPDX-License-Identifier: Apache-2.0
"""A private Exim that hands everything to one smarthost, in the foreground."""

import os
import pathlib
import pwd
import subprocess

# Debian's Exim and Postfix exclude each other: tools/install-packages unpacks Exim to here.
PROGRAM = pathlib.Path("/opt/sallyport-peers/exim4/usr/sbin/exim4")

_CONFIG = """
exim_path = {program}
spool_directory = {directory}/spool
log_file_path = {directory}/log/%s
primary_hostname = exim.example
qualify_domain = exim.example
tls_advertise_hosts =
disable_ipv6 = true
keep_environment =
trusted_users = root
log_selector = +smtp_confirmation +pipelining
{main}

begin routers
smarthost:
  driver = manualroute
  route_list = * {host} byname
  transport = smarthost
  self = send

begin transports
smarthost:
  driver = smtp
  port = {port}
  hosts_require_auth = *
{transport}

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^{user}^{password}
"""


class Exim:
    """login: (user, password). main, transport: lines of the config's first and third part."""

    def __init__(self, directory, host, port, login, main="", transport=""):
        self.directory = pathlib.Path(directory)
        for name in ("spool", "log"):
            (self.directory / name).mkdir(parents=True)
            os.chown(self.directory / name, pwd.getpwnam("Debian-exim").pw_uid, -1)
        self.config = self.directory / "exim.conf"
        # A caret in what is sent would be a NUL, and is written as two.
        user, password = (word.replace("^", "^^") for word in login)
        self.config.write_text(_CONFIG.format(
            program=PROGRAM, directory=self.directory, host=host, port=port, user=user,
            password=password, main=main, transport=transport))

    def submit(self, sender, message, *recipients):
        """
        Queue a message and deliver it before this returns. Without recipients they are those of the
        header, and Bcc is taken out of it.
        """
        to = ["--", *recipients] if recipients else ["-t"]
        argv = [PROGRAM, "-C", self.config, "-odf", "-i", "-f", sender, *to]
        return subprocess.run([str(a) for a in argv], input=message, capture_output=True,
                              check=False, timeout=60)

    def log_text(self):
        return "".join(p.read_text(errors="replace")
                       for p in sorted((self.directory / "log").iterdir()))
