# SPDX-License-Identifier: Apache-2.0
"""bench/sink and bench/load of a build."""

import json
import pathlib
import subprocess

from .process import Process
from .scratch import free_port


class Sink:
    """A next hop that takes everything. options: as bench/sink has them."""

    def __init__(self, build, directory, *options):
        self.program = pathlib.Path(build) / "bench" / "sink"
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.ledger = self.directory / "taken"
        # Not one that an outgoing connection could have while it is away.
        self.port = free_port()
        self.process = None

    @property
    def roots(self):
        return [self.process.pid]

    def start(self):
        """On the same port each time."""
        log = self.directory / "sink.log"
        log.write_text("")
        self.process = Process([self.program, "--ledger", self.ledger, "--port", self.port,
                                *self.options], log)
        self.process.wait_for_output("listening")
        return self

    def ids(self):
        return self.ledger.read_text().split() if self.ledger.exists() else []

    def report(self, seconds=20):
        """What it counted, after it has ended by --count or stop()."""
        self.process.wait(seconds)
        return json.loads(self.process.output().splitlines()[-1])

    def stop(self):
        if self.process:
            self.process.stop()


def load_command(build, port, login, *options):
    """argv of bench/load. login: (user, password file) or None."""
    argv = [pathlib.Path(build) / "bench" / "load", "--port", port, "--json", *options]
    if login:
        argv += ["--user", login[0], "--password-file", login[1]]
    return [str(a) for a in argv]


def load(build, port, login, *options, seconds=180):
    """Run bench/load to its end; its report, with what failed under "error"."""
    done = subprocess.run(load_command(build, port, login, *options), capture_output=True,
                          text=True, timeout=seconds, check=False)
    lines = done.stdout.splitlines()
    report = json.loads(lines[-1]) if lines else {}
    report["status"] = done.returncode
    report["error"] = done.stderr.strip()
    return report
