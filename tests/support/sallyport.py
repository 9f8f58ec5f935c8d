# SPDX-License-Identifier: Apache-2.0
"""The real server, started from a build with a real config in a scratch directory."""

import json
import os
import pathlib
import shlex
import signal
import socket
import subprocess

from . import process
from .scratch import ADDRESS, free_port, wait_for

# Numbers no Debian system gives out, so that root needs no accounts made for the children.
_USERS = {"submission": 64101, "auth": 64102, "queue": 64103, "delivery": 64104}


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else json.dumps(str(value))


def _section(head, keys):
    return head + " {\n" + "".join(f"  {k} = {_value(v)}\n" for k, v in keys.items()) + "}\n"


class Sallyport:
    """
    next_hops: {name: {key: value}}; routes: {domain: name}; other keywords are sections of the
    config (limits, timeouts, message, auth, queue), single keys (log_level, ...), or the profile
    of its listeners.
    """

    def __init__(self, build, directory, certificate, key, next_hops, routes=None, **config):
        self.program = pathlib.Path(build) / "src" / "cli" / "sallyport"
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = config.pop("port", None) or free_port()
        self.implicit_port = config.pop("implicit_port", None) or free_port()
        self.profile = config.pop("profile", "strict")
        self.next_hops = next_hops
        self.routes = routes or {"*": next(iter(next_hops))}
        self.certificate, self.key = certificate, key
        self.config = {"hostname": "sallyport.example", "state_directory": self.directory / "state",
                       "log_level": "info", **config}
        self.config_file = self.directory / "sallyport.conf"
        self.user = None  # a uid to run as; None: our own
        self.process = None
        self.notify, self.told = None, []
        self.starts = 0
        self.write_config()

    def write_config(self):
        """Write the file from what the object says now; a running server wants reload()."""
        text = "".join(f"{k} = {_value(v)}\n" for k, v in self.config.items()
                       if not isinstance(v, dict))
        sections = {"tls": {"certificate": self.certificate, "key": self.key}}
        if self.user is None and os.geteuid() == 0:
            sections["users"] = _USERS
        sections.update({k: v for k, v in self.config.items() if isinstance(v, dict)})
        text += "".join(_section(k, v) for k, v in sections.items())
        for name, port, tls in (("submission", self.port, "starttls"),
                                ("submissions", self.implicit_port, "implicit")):
            text += _section(f'listen "{name}"', {"address": ADDRESS, "port": port, "tls": tls,
                                                  "profile": self.profile})
        for name, keys in self.next_hops.items():
            text += _section(f'next_hop "{name}"', keys)
        for domain, name in self.routes.items():
            text += _section(f'route "{domain}"', {"next_hop": name})
        self.config_file.write_text(text)

    # ---- the process ---------------------------------------------------------------------------

    @property
    def pid(self):
        return self.process.pid

    @property
    def roots(self):
        return [self.process.pid]

    @property
    def log(self):
        return self.directory / "sallyport.log"

    def start(self):
        """Start it and wait until it says that it is ready (sd_notify)."""
        path = self.directory / "notify"
        path.unlink(missing_ok=True)
        if self.notify:
            self.notify.close()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.notify.bind(str(path))
        path.chmod(0o666)
        self.process = process.Process(
            [self.program, "serve", "-c", self.config_file], self.log,
            env={**os.environ, "NOTIFY_SOCKET": str(path)}, user=self.user)
        self.told = []
        wait_for(self._is_ready, 60, "READY=1")
        self.starts += 1
        return self

    def _is_ready(self):
        if not self.process.is_running():
            raise RuntimeError(f"sallyport ended at start:\n{self.log_text()}")
        return "READY=1" in self.notifications()

    def notifications(self):
        """The first line of each message that it sent to the service manager since its start."""
        try:
            while True:
                self.told.append(self.notify.recv(4096).decode().split("\n")[0])
        except BlockingIOError:
            return self.told

    def reload(self):
        self.process.signal(signal.SIGHUP)

    def stop(self, seconds=40):
        return self.process.stop(seconds) if self.process else None

    def kill(self):
        """SIGKILL to every process of it at once."""
        if self.process:
            self.process.kill()

    def children(self, role=None):
        """Pids of the processes of a role, or of all."""
        found = []
        for pid in process.tree(self.pid)[1:]:
            argv = process.command_line(pid)
            if "--role" in argv and role in (None, argv[argv.index("--role") + 1]):
                found.append(pid)
        return found

    # ---- its command line ----------------------------------------------------------------------

    def run(self, *args, stdin="", check=True):
        done = subprocess.run([str(self.program), *map(str, args)], input=stdin, text=True,
                              capture_output=True, check=False, timeout=60, user=self.user)
        if check and done.returncode != 0:
            raise RuntimeError(f"sallyport {' '.join(map(str, args))}: {done.returncode}\n"
                               f"{done.stdout}{done.stderr}")
        return done

    def add_account(self, name, password):
        self.run("account", "add", "-c", self.config_file, name, stdin=password + "\n")

    def queue(self):
        """The messages that wait, as `sallyport queue list --json` tells them."""
        return json.loads(self.run("queue", "list", "--json", "-c", self.config_file).stdout)

    def queue_show(self, message_id):
        return json.loads(self.run("queue", "show", "--json", "-c", self.config_file,
                                   message_id).stdout)

    def queue_attempts(self):
        """Of the recipient that was tried most."""
        return max((r["attempts"] for m in self.queue()
                    for r in self.queue_show(m["id"])["recipients"]), default=0)

    def queue_is_empty(self):
        return len(self.queue()) == 0

    # ---- its log -------------------------------------------------------------------------------

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_lines(self):
        """Those that are whole: it may just be writing."""
        return self.log_text().rpartition("\n")[0].splitlines()

    def last_event(self, name):
        """Once there is one: not all that is logged is so before the client hears of it."""
        return wait_for(lambda: self.events(name), 20, f"event={name}")[-1]

    def events(self, name=None):
        """The log's lines as dicts, all or those of one event."""
        found = []
        for line in self.log_lines():
            try:
                fields = dict(f.split("=", 1) for f in shlex.split(line) if "=" in f)
            except ValueError:
                continue
            if "event" in fields and name in (None, fields["event"]):
                found.append(fields)
        return found
