# SPDX-License-Identifier: Apache-2.0
"""A private Postfix, apart from the one that the machine may have."""

import os
import pathlib
import pwd
import subprocess

from .process import Process
from .scratch import accepts_connections, wait_for

_DAEMONS = pathlib.Path("/usr/lib/postfix/sbin")

_MAIN = """
compatibility_level = 3.6
config_directory = {config}
queue_directory = {queue}
data_directory = {data}
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = {hostname}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
smtp_host_lookup = native
disable_dns_lookups = yes
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
maillog_file = {log}
maillog_file_prefixes = {directory}
"""

_MASTER = """
pickup    unix  n  -  n  60    1  pickup
cleanup   unix  n  -  n  -     0  cleanup
qmgr      unix  n  -  n  300   1  qmgr
tlsmgr    unix  -  -  n  1000? 1  tlsmgr
rewrite   unix  -  -  n  -     -  trivial-rewrite
bounce    unix  -  -  n  -     0  bounce
defer     unix  -  -  n  -     0  bounce
trace     unix  -  -  n  -     0  bounce
verify    unix  -  -  n  -     1  verify
flush     unix  n  -  n  1000? 0  flush
proxymap  unix  -  -  n  -     -  proxymap
proxywrite unix -  -  n  -     1  proxymap
smtp      unix  -  -  n  -     -  smtp
relay     unix  -  -  n  -     -  smtp
showq     unix  n  -  n  -     -  showq
error     unix  -  -  n  -     -  error
retry     unix  -  -  n  -     -  error
discard   unix  -  -  n  -     -  discard
local     unix  -  n  n  -     -  local
virtual   unix  -  n  n  -     -  virtual
lmtp      unix  -  -  n  -     -  lmtp
anvil     unix  -  -  n  -     1  anvil
scache    unix  -  -  n  -     1  scache
postlog   unix-dgram n - n -   1  postlogd
"""


def _merge(*texts):
    """Lines of main.cf, of each parameter the last. Postfix would warn of each that is there twice,
    in every process, and postlogd waits for ever when it is to log that itself and the others'
    warnings have filled its socket before it reads (3.7.11)."""
    merged = {}
    for line in "".join(texts).splitlines():
        if line.strip():
            name, value = line.split("=", 1)
            merged[name.strip()] = value.strip()
    return "".join(f"{name} = {value}\n" for name, value in merged.items())


class Postfix:
    """main: lines for main.cf. smtpd_ports: {port: [options]} with -o options for each."""

    def __init__(self, directory, main="", smtpd_ports=None, hostname="postfix.example"):
        self.directory = pathlib.Path(directory)
        self.config = self.directory / "config"
        self.queue = self.directory / "queue"
        self.log = self.directory / "maillog"
        self.ports = smtpd_ports or {}
        self.process = None
        for name in ("config", "queue", "data"):
            (self.directory / name).mkdir(parents=True)
        owner = pwd.getpwnam("postfix").pw_uid
        os.chown(self.directory / "data", owner, -1)
        names = {"config": self.config, "queue": self.queue, "data": self.directory / "data",
                 "hostname": hostname, "directory": self.directory, "log": self.log}
        (self.config / "main.cf").write_text(_merge(_MAIN.format(**names), main))
        (self.config / "master.cf").write_text(_MASTER + "".join(
            f"127.0.0.1:{port} inet n - n - - smtpd" + "".join(f" -o {o}" for o in options) + "\n"
            for port, options in self.ports.items()))

    @property
    def roots(self):
        return [self.process.pid]

    def start(self):
        # "check" makes the queue's directories; it warns about files that Debian owns.
        subprocess.run(["postfix", "-c", self.config, "check"], capture_output=True, check=True)
        self.process = Process([_DAEMONS / "master", "-s", "-c", self.config],
                               self.directory / "master.log")
        for port in self.ports:
            wait_for(lambda p=port: accepts_connections(p), 20, f"Postfix on port {port}")
        return self

    def submit(self, sender, recipient, message):
        """Queue a message as a local program would."""
        self._sendmail(["-f", sender, recipient], message)

    def submit_by_header(self, sender, message):
        """To whom the header names; Bcc is taken out of it."""
        self._sendmail(["-f", sender, "-t"], message)

    def _sendmail(self, argv, message):
        subprocess.run(["sendmail", "-i", "-C", self.config, *argv], input=message, check=True,
                       env={**os.environ, "MAIL_CONFIG": str(self.config)})

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self):
        if self.process:
            self.process.stop()
